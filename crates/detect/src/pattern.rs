//! A rule's pattern: parsed and compiled when a literal of it is first hit, and matched at one place only.
//!
//! One decision a reader would question: the lazy DFA is stepped here and not by its own search function, because only so
//! can the steps be counted. The count is what keeps a text of near misses from costing more than its length allows.

use std::fmt;
use std::sync::OnceLock;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input, meta};
use regex_syntax::hir::Hir;
use unkeyed_model::Span;

use crate::literal;
use crate::named_value::Named;

pub(crate) mod facts;

pub(crate) use facts::{Facts, FactsError};
use facts::{SECRET, parse};

/// The part from the literal on is followed only so far: nearly all that does not match has failed by then.
const TAIL_WINDOW: usize = 64;
/// Largest automaton of a pattern.
const MAX_NFA_BYTES: usize = 2 << 20;
/// Memory for the lazily built states of a pattern, per thread.
const MAX_CACHE_BYTES: usize = 512 << 10;

/// A pattern.
pub(crate) struct Pattern {
    source: String,
    facts: Facts,
    cache_bytes: usize,
    hir: OnceLock<Hir>,
    whole_dfa: OnceLock<Option<DFA>>,
    tail_dfa: OnceLock<Option<DFA>>,
    groups: OnceLock<Option<meta::Regex>>,
}

/// Working memory of one pattern in one thread.
#[derive(Default)]
pub(crate) struct PatternCache {
    whole: Option<Cache>,
    tail: Option<Cache>,
    groups: Option<(meta::Cache, Captures)>,
}

impl Pattern {
    pub(crate) fn new(source: &str) -> Result<Self, FactsError> {
        let hir = parse(source).map_err(FactsError::Syntax)?;
        let facts = Facts::new(&hir)?;
        Ok(Self { hir: hir.into(), ..Self::with_facts(source.into(), facts) })
    }

    /// The pattern of a named value.
    pub(crate) fn named(named: &Named<'_>) -> Result<Self, FactsError> {
        let source = named.pattern();
        let hir = parse(&source).map_err(FactsError::Syntax)?;
        let facts = Facts::named(&hir, named)?;
        Ok(Self { hir: hir.into(), ..Self::with_facts(source, facts) })
    }

    /// A pattern of which everything is known that [`new`](Self::new) would find out.
    pub(crate) fn with_facts(source: String, facts: Facts) -> Self {
        Self {
            source,
            facts,
            cache_bytes: MAX_CACHE_BYTES,
            hir: OnceLock::new(),
            whole_dfa: OnceLock::new(),
            tail_dfa: OnceLock::new(),
            groups: OnceLock::new(),
        }
    }

    /// The same with so much memory for its states: one that is matched everywhere must not forget them.
    pub(crate) fn with_cache(self, cache_bytes: usize) -> Self {
        Self { cache_bytes, ..self }
    }

    /// The parsed pattern. That it parses was found out before; else it matches nothing.
    pub(crate) fn hir(&self) -> &Hir {
        self.hir.get_or_init(|| parse(&self.source).unwrap_or_else(|_| Hir::fail()))
    }

    /// The part from the literal on, where it is tried first.
    fn tail(&self) -> Option<Hir> {
        Some(literal::tail(self.hir(), self.facts.tail?))
    }

    /// The pattern that matches nothing, for rules whose matches code finds.
    pub(crate) fn never() -> Self {
        Self::with_facts("[a&&b]".to_owned(), Facts::none())
    }

    /// What is known of it without compiling it.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The part that is the secret.
    pub(crate) fn secret(&self) -> &Hir {
        facts::secret_group(self.hir()).unwrap_or_else(|| self.hir())
    }

    /// Texts with which the secret starts, if the pattern says.
    pub(crate) fn prefixes(&self) -> &[Vec<u8>] {
        &self.facts.prefixes
    }

    /// Why it does not compile, if so.
    pub(crate) fn compile_problem(&self) -> Option<String> {
        let error = [Some(self.hir().clone()), self.tail()].into_iter().flatten().find_map(|hir| self.dfa(&hir).err())?;
        Some(format!("the pattern does not compile within {MAX_NFA_BYTES} bytes ({error}); shorten its counted repetitions"))
    }

    /// Whether the part from the literal on may match at `at`, as far as its beginning tells.
    pub(crate) fn tail_may_match(&self, text: &[u8], at: usize, cache: &mut PatternCache, steps: &mut usize) -> bool {
        if self.facts.tail.is_none() {
            return true;
        }
        let Some(dfa) = self.tail_dfa.get_or_init(|| self.dfa(&self.tail()?).ok()) else { return false };
        let cache = cache.tail.get_or_insert_with(|| dfa.create_cache());
        let end = window_end(text, at, TAIL_WINDOW);
        let walk = walk(dfa, cache, text, Span::new(at, end), steps);
        walk.match_end.is_some() || !walk.is_dead && end < text.len()
    }

    /// The match that starts at `start`: its span, and that of the secret in it.
    pub(crate) fn match_at(&self, text: &[u8], start: usize, cache: &mut PatternCache, steps: &mut usize) -> Option<(Span, Span)> {
        let dfa = self.whole_dfa.get_or_init(|| self.dfa(self.hir()).ok()).as_ref()?;
        let dfa_cache = cache.whole.get_or_insert_with(|| dfa.create_cache());
        let end = walk(dfa, dfa_cache, text, Span::new(start, window_end(text, start, self.facts.window)), steps).match_end?;
        let whole = Span::new(start, end);
        let secret = if self.facts.secret_is_part { self.secret_in(text, whole, cache)? } else { whole };
        (!secret.is_empty()).then_some((whole, secret))
    }

    fn dfa(&self, hir: &Hir) -> Result<DFA, String> {
        let config = thompson::Config::new().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(MAX_NFA_BYTES));
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(hir).map_err(|error| error.to_string())?;
        let config = DFA::config().cache_capacity(self.cache_bytes).skip_cache_capacity_check(true);
        DFA::builder().configure(config).build_from_nfa(nfa).map_err(|error| error.to_string())
    }

    /// The pattern as a regex of its own, for comparison.
    #[cfg(test)]
    pub(crate) fn whole_regex(&self) -> meta::Regex {
        meta::Builder::new().build_from_hir(self.hir()).unwrap()
    }

    fn secret_in(&self, text: &[u8], whole: Span, cache: &mut PatternCache) -> Option<Span> {
        let regex = self.groups.get_or_init(|| meta::Builder::new().build_from_hir(self.hir()).ok()).as_ref()?;
        let (cache, captures) = cache.groups.get_or_insert_with(|| (regex.create_cache(), regex.create_captures()));
        let input = Input::new(text).span(whole.start..whole.end).anchored(Anchored::Yes);
        regex.search_captures_with(cache, &input, captures);
        captures.get_group_by_name(SECRET).map(|group| Span::new(group.start, group.end))
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.source)
    }
}

fn window_end(text: &[u8], start: usize, window: usize) -> usize {
    start.saturating_add(window).min(text.len())
}

/// What a walk through a DFA showed.
#[derive(Clone, Copy, Default)]
struct Walk {
    /// Where the preferred match ends.
    match_end: Option<usize>,
    /// No more bytes could change that.
    is_dead: bool,
}

/// Walks from the start of `window` as far as need be; adds the bytes that were looked at.
fn walk(dfa: &DFA, cache: &mut Cache, text: &[u8], window: Span, steps: &mut usize) -> Walk {
    let mut result = Walk::default();
    let end = walk_on(dfa, cache, text, window, &mut result).unwrap_or(window.start);
    *steps += end + 1 - window.start;
    result
}

/// The offset at which the walk ended; `None` if the DFA gave up, which ours never do.
fn walk_on(dfa: &DFA, cache: &mut Cache, text: &[u8], window: Span, result: &mut Walk) -> Option<usize> {
    let input = Input::new(text).span(window.start..window.end).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(cache, &input).ok()?;
    for at in window.start..=window.end {
        // The DFA tells of a match one byte after it, so that it sees the byte behind the window, or the text's end.
        state = match text.get(at) {
            Some(&byte) => dfa.next_state(cache, state, byte).ok()?,
            None => dfa.next_eoi_state(cache, state).ok()?,
        };
        if state.is_match() {
            result.match_end = Some(at);
        } else if state.is_dead() {
            result.is_dead = true;
            return Some(at);
        }
    }
    Some(window.end)
}

#[cfg(test)]
mod tests {
    use super::facts::MAX_WINDOW;
    use super::*;

    fn at(pattern: &str, text: &str, start: usize) -> Option<(Span, Span)> {
        Pattern::new(pattern).unwrap().match_at(text.as_bytes(), start, &mut PatternCache::default(), &mut 0)
    }

    #[test]
    fn matches_only_where_it_is_told_and_sees_around() {
        let pattern = r"\b(?P<secret>abc_[0-9]{3})\b";
        assert_eq!(at(pattern, "x abc_123 ", 2), Some((Span::new(2, 9), Span::new(2, 9))));
        assert_eq!(at(pattern, "x abc_123 ", 1), None);
        assert_eq!(at(pattern, "xabc_123 ", 1), None, "no word boundary before it");
        assert_eq!(at(pattern, "abc_1234", 0), None, "none after it");
        assert_eq!(at(pattern, "abc_123", 0), Some((Span::new(0, 7), Span::new(0, 7))), "the text may end there");
    }

    #[test]
    fn the_secret_may_be_a_part() {
        assert_eq!(at(r"key=(?P<secret>\w+);?", "key=ab;", 0), Some((Span::new(0, 7), Span::new(4, 6))));
        assert_eq!(at(r"key=\w+", "key=ab;", 0), Some((Span::new(0, 6), Span::new(0, 6))));
    }

    #[test]
    fn preference_is_that_of_the_regex() {
        assert_eq!(at(r"key=(?P<secret>a|ab)", "key=ab", 0).unwrap().1, Span::new(4, 5));
        assert_eq!(at(r"key=(?P<secret>a+?)a", "key=aaa", 0).unwrap().1, Span::new(4, 5));
    }

    #[test]
    fn the_window_is_cut() {
        let text = format!("key={}", "a".repeat(2 * MAX_WINDOW));
        assert_eq!(at(r"key=a+", &text, 0).unwrap().0.len(), MAX_WINDOW);
    }

    #[test]
    fn steps_are_counted_to_the_first_dead_byte() {
        let pattern = Pattern::new(r"key=[0-9]{10}").unwrap();
        let mut steps = 0;
        let text = format!("key=12x{}", "1".repeat(100));
        assert!(pattern.match_at(text.as_bytes(), 0, &mut PatternCache::default(), &mut steps).is_none());
        assert_eq!(steps, 7);
    }

    #[test]
    fn too_large_a_pattern_is_told() {
        assert!(Pattern::new(r"key=(?:[a-z0-9]{500}x){800}").unwrap().compile_problem().unwrap().contains("shorten"));
        assert_eq!(Pattern::new(r"key=[a-z]{32}").unwrap().compile_problem(), None);
    }

    #[test]
    fn prefixes_of_the_secret() {
        let prefixes = |pattern| Pattern::new(pattern).unwrap().prefixes().to_vec();
        assert_eq!(prefixes(r"token=(?P<secret>gh[op]_\w{36})"), [b"gho_", b"ghp_"]);
        assert_eq!(prefixes(r"token=(?P<secret>\w{36})"), Vec::<Vec<u8>>::new());
    }
}
