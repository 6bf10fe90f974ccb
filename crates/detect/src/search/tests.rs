use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use regex_automata::{Input, meta};

use super::*;
use crate::pattern::Pattern;
use crate::rule_set::RuleSet;

fn rules(patterns: &[&str]) -> RuleList {
    let rule = |(at, pattern): (usize, &&str)| {
        let mut rule = Arc::into_inner(Rule::named(&format!("x.r{at}"))).unwrap();
        rule.pattern = Pattern::new(pattern).unwrap();
        Arc::new(rule)
    };
    RuleList::of(patterns.iter().enumerate().map(rule).collect())
}

fn search(rules: &RuleList) -> Search {
    Search::new(Index::new(rules.iter().map(|rule| rule.pattern.facts()))).unwrap()
}

/// Rules, the search for them, and each pattern as a regex of its own.
struct Engine {
    rules: RuleList,
    search: Search,
    regexes: Vec<meta::Regex>,
}

impl Engine {
    fn new(rules: RuleList) -> Self {
        let regexes = rules.iter().map(|rule| rule.pattern.whole_regex()).collect();
        Self { search: search(&rules), regexes, rules }
    }

    fn run(&self, text: &[u8], scratch: &mut SearchScratch) -> Vec<Found> {
        let mut found = Vec::new();
        self.search.run(
            &self.rules,
            text,
            &[Span::new(0, text.len())],
            scratch,
            |_| true,
            |event| {
                found.extend(matched(event));
                ControlFlow::Continue(())
            },
        );
        found.sort_unstable();
        found
    }

    /// Every rule's pattern over the whole text: the definition of the right answer.
    fn naive(&self, text: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        for (rule, regex) in self.regexes.iter().enumerate() {
            let (mut cache, mut captures, mut at) = (regex.create_cache(), regex.create_captures(), 0);
            while at <= text.len() {
                regex.search_captures_with(&mut cache, &Input::new(text).span(at..text.len()), &mut captures);
                let Some(whole) = captures.get_match() else { break };
                let secret = captures.get_group_by_name("secret").unwrap_or(whole.span());
                found.push(Found { rule, whole: Span::new(whole.start(), whole.end()), secret: Span::new(secret.start, secret.end) });
                at = whole.end().max(at + 1);
            }
        }
        found.sort_unstable();
        found
    }
}

fn matched(event: Event) -> Option<Found> {
    match event {
        Event::Match(found) => Some(found),
        Event::Far(_) | Event::Elsewhere(_) | Event::Word { .. } => None,
    }
}

fn run(rules: &RuleList, text: &[u8], scratch: &mut SearchScratch) -> Vec<Found> {
    Engine::new(rules.clone()).run(text, scratch)
}

const PATTERNS: &[&str] = &[
    r"\b(?P<secret>tok_[a-c]{3})\b",
    r"(?i)[a-c_]{0,5}?key[_a]{0,2}[=:](?P<secret>[a-c0-9]{2,})",
    r"(?:tok|key)_(?P<secret>[abc]+)",
    r"[a-c]{2}=tok[^=]{1,4}=",
    r"(?:abc_|bca=)(?P<secret>.{3}?)[ab]",
    r"(?m)^tok[=_](?P<secret>\w+)$",
    r"(?:a|ab)?key(?P<secret>=a|=ab)",
    r"(?:abc_[a-c]{0,3}=|bca=[^\n]{0,20}key)a",
];

const PIECES: &[&str] = &["tok", "key", "KEY", "_", "=", ":", "a", "b", "c", "abc_", "0", "\n", " ", "\u{fc}", "tok_abc", "bca="];

/// Made of the pieces of the patterns, so that they match, nearly match and overlap.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn equals_every_pattern_over_the_whole_text(text in text()) {
        static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(rules(PATTERNS)));
        prop_assert_eq!(ENGINE.run(&text, &mut SearchScratch::default()), ENGINE.naive(&text));
    }
}

#[test]
fn equals_every_pattern_over_the_whole_text_for_the_real_rules() {
    let engine = Engine::new(RuleList::of(RuleSet::builtin().unwrap().authored()));
    let examples = |rule: &Arc<Rule>| [&rule.examples.matching[..], &rule.examples.other, &rule.public].concat();
    let mut scratch = SearchScratch::default();
    for text in engine.rules.clone().into_vec().chunks(32).map(|some| some.iter().flat_map(examples).collect::<Vec<_>>().join("\n")) {
        assert_eq!(engine.run(text.as_bytes(), &mut scratch), engine.naive(text.as_bytes()));
    }
}

#[test]
fn equals_every_pattern_over_real_files_and_long_lines() {
    let set = RuleSet::builtin().unwrap();
    let engine = Engine::new(set.rules().clone());
    let mut scratch = SearchScratch::default();
    let files = set.files();
    let rules = files.iter().step_by(23).map(|file| &*file.text);
    let sources = [include_str!("../search.rs"), include_str!("../structure/azure.rs"), include_str!("../../../../README.md")];
    let text = rules.chain(sources).collect::<Vec<_>>().join("\n");
    // Shorter than the longest match that is followed to its end.
    for part in text.as_bytes().chunks(50_000) {
        let line: Vec<u8> = part.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }).collect();
        assert_eq!(engine.run(part, &mut scratch), engine.naive(part));
        assert_eq!(engine.run(&line, &mut scratch), engine.naive(&line));
    }
}

#[test]
fn segments_do_not_show() {
    let rules = rules(&[r"[a-z_]{0,40}key=(?P<secret>[a-z0-9]{8})", r"\btok_[a-z]{30}"]);
    for shift in 0..60 {
        let mut text = vec![b' '; SEGMENT - shift];
        text.extend_from_slice(b"my_long_name_of_key=abcd1234 tok_abcdefghijklmnopqrstuvwxyzabcd ");
        text.resize(2 * SEGMENT, b' ');
        text.extend_from_slice(b"key=abcd1234");
        let found = run(&rules, &text, &mut SearchScratch::default());
        assert_eq!(found.len(), 3, "shift {shift}");
        assert_eq!(found[0].whole.start, SEGMENT - shift);
    }
}

#[test]
fn many_hits_are_taken_as_few_are() {
    let engine = Engine::new(rules(PATTERNS));
    let text = PIECES.concat().repeat((SEGMENT + 999) / PIECES.concat().len()).into_bytes();
    assert!(memchr::memmem::find_iter(&text[..SEGMENT], "tok").count() > MANY_HITS);
    assert_eq!(engine.run(&text, &mut SearchScratch::default()), engine.naive(&text));
}

#[test]
fn a_scratch_is_clean_for_the_next_text() {
    let rules = rules(&[r"tok_[a-z]{4}"]);
    let search = search(&rules);
    let mut scratch = SearchScratch::default();
    for text in [&b"      tok_abcd"[..], b"tok_abcd", b"x", b"tok_abcd"] {
        let mut found = 0;
        search.run(
            &rules,
            text,
            &[Span::new(0, text.len())],
            &mut scratch,
            |_| true,
            |event| {
                found += usize::from(matched(event).is_some());
                ControlFlow::Continue(())
            },
        );
        assert_eq!(found, usize::from(text.len() > 1));
    }
}

/// Bytes that patterns looked at and what it cost to begin, per byte of a text of `unit` repeated.
fn steps_per_byte(pattern: &str, unit: &str) -> usize {
    let rules = rules(&[pattern]);
    let text = unit.repeat((1 << 17) / unit.len());
    let mut scratch = SearchScratch::default();
    run(&rules, text.as_bytes(), &mut scratch);
    scratch.steps / text.len()
}

#[test]
fn near_misses_cost_no_more_than_the_text() {
    for (pattern, unit, most) in [
        // A prefix over and over, each followed by what can't match.
        (r"\bghp_[A-Za-z0-9]{36}\b", "ghp_", 8),
        (r"\bghp_[A-Za-z0-9]{36}\b", "ghp_abcdefghijklmnopqrstuvwxyz012345678 ", 0),
        // Many places where a match may start, for each of many literals.
        (r"(?i)[\w.-]{0,50}?key\s{0,5}=\s{0,5}(?P<secret>[a-z]{32})", "key=key=", STEPS_PER_BYTE),
        // A literal inside what its own pattern runs through: stopped, since so much is looked at of a short text.
        (r":\s{0,8}(?P<secret>Ag[A-D][A-Za-z0-9+/]{600,})", "AgAx", 32),
        // Greedy matches swallow the hits inside them.
        (r"sk-[A-Za-z0-9_-]{20,}", "sk-", 1),
        // Beginnings without an end.
        (r"-----BEGIN KEY-----[A-Za-z0-9+/=\s]{20,}-----END KEY-----", "-----BEGIN KEY-----\n", 2),
    ] {
        let steps = steps_per_byte(pattern, unit);
        assert!(steps <= most, "{steps} for {pattern} in {unit:?}");
    }
}

#[test]
fn a_rule_that_looks_too_far_too_often_is_stopped() {
    let rules = rules(&[r"-----BEGIN KEY-----[^\x00]{20,}?-----END KEY-----"]);
    let text = "-----BEGIN KEY-----\n".repeat((4 << 20) / 20);
    let mut scratch = SearchScratch::default();
    assert_eq!(run(&rules, text.as_bytes(), &mut scratch), []);
    assert!(scratch.steps <= (STEPS_PER_BYTE + 1) * text.len(), "{} steps", scratch.steps);
    assert_eq!(scratch.cut_short, [0]);
}
