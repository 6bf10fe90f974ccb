//! What a rule does not report although it matches: known harmless values, and places where such values stand.
//!
//! One decision a reader would question: an allowance belongs to one rule. Another rule that finds the same value still reports
//! it, so that no allowance silences what its author never looked at.

use globset::GlobSet;
use memchr::{memchr, memrchr};
use regex_automata::{Input, meta, util::syntax};
use unkeyed_model::{Fingerprint, Span};

use crate::conditions::contains_ignoring_case;

/// Of a longer line only so much to each side of the match is looked at.
const LINE: usize = 4 << 10;
/// Largest automaton of an expression.
const MAX_NFA_BYTES: usize = 2 << 20;

/// Excuses a match if one group of tests passes, or only if `all` do. A group passes if one of its tests does.
#[derive(Debug, Default)]
pub(crate) struct Allowance {
    pub(crate) groups: Vec<Vec<Test>>,
    pub(crate) all: bool,
    /// It was added to the rule for this run.
    pub(crate) is_adjustment: bool,
}

/// A reason not to report a match.
#[derive(Debug)]
pub(crate) enum Test {
    /// The file's path contains a match of this.
    Path(meta::Regex),
    /// The file's path is one of these.
    Glob(GlobSet),
    /// The secret contains a match of this.
    Value(meta::Regex),
    /// What the whole pattern matched contains a match of this.
    Match(meta::Regex),
    /// The line contains a match of this.
    Line(meta::Regex),
    /// The secret contains this word, given in lower case, in any case.
    Word(Vec<u8>),
    /// The credential's keyed digest.
    Fingerprint(Fingerprint),
}

/// A match as an allowance sees it.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) whole: Span,
    pub(crate) secret: Span,
    pub(crate) path: &'a str,
    pub(crate) fingerprint: Fingerprint,
}

impl Allowance {
    /// Whether the match is not to be reported.
    pub(crate) fn excuses(&self, seen: Seen<'_>) -> bool {
        let mut groups = self.groups.iter().filter(|group| !group.is_empty()).map(|group| group.iter().any(|test| test.passes(seen)));
        if self.all {
            self.groups.iter().any(|group| !group.is_empty()) && groups.all(|passes| passes)
        } else {
            groups.any(|passes| passes)
        }
    }
}

impl Test {
    fn passes(&self, seen: Seen<'_>) -> bool {
        let part = |span: Span| seen.text.get(span.start..span.end).unwrap_or_default();
        let matches = |regex: &meta::Regex, bytes: &[u8]| regex.search_half(&Input::new(bytes).earliest(true)).is_some();
        match self {
            Self::Path(regex) => matches(regex, seen.path.as_bytes()),
            Self::Glob(globs) => globs.is_match(seen.path),
            Self::Value(regex) => matches(regex, part(seen.secret)),
            Self::Match(regex) => matches(regex, part(seen.whole)),
            Self::Line(regex) => matches(regex, part(line(seen.text, seen.whole))),
            Self::Word(word) => contains_ignoring_case(part(seen.secret), word),
            Self::Fingerprint(known) => *known == seen.fingerprint,
        }
    }
}

/// The lines that `span` touches.
fn line(text: &[u8], span: Span) -> Span {
    let floor = span.start.saturating_sub(LINE);
    let ceiling = span.end.saturating_add(LINE).min(text.len());
    let start = memrchr(b'\n', &text[floor..span.start]).map_or(floor, |at| floor + at + 1);
    let end = memchr(b'\n', &text[span.end..ceiling]).map_or(ceiling, |at| span.end + at);
    Span::new(start, end)
}

/// Compiles an expression over bytes.
pub(crate) fn regex(source: &str) -> Result<meta::Regex, String> {
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    let limits = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(MAX_NFA_BYTES));
    meta::Builder::new().syntax(syntax).configure(limits).build(source).map_err(|error| {
        let text = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
        text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'a>(text: &'a str, secret: &str, path: &'a str) -> Seen<'a> {
        let start = text.find(secret).unwrap();
        let secret = Span::new(start, start + secret.len());
        Seen { text: text.as_bytes(), whole: Span::new(start - 2, secret.end), secret, path, fingerprint: Fingerprint([7; 16]) }
    }

    #[test]
    fn every_test_looks_at_its_own_part() {
        let text = "first\nx k=Abc9 y\nlast";
        let of = |test: Test| Allowance { groups: vec![vec![test]], ..Allowance::default() }.excuses(seen(text, "Abc9", "sub/a.txt"));
        let compiled = |source| regex(source).unwrap();
        assert!(of(Test::Value(compiled("^Abc"))) && !of(Test::Value(compiled("k="))));
        assert!(of(Test::Match(compiled("k=A"))) && !of(Test::Match(compiled("x"))));
        assert!(of(Test::Line(compiled("x.*y$"))) && !of(Test::Line(compiled("first|last"))));
        assert!(of(Test::Word(b"bc".to_vec())) && !of(Test::Word(b"k=".to_vec())));
        assert!(of(Test::Path(compiled("^sub/"))) && !of(Test::Path(compiled("^a"))));
        assert!(of(Test::Fingerprint(Fingerprint([7; 16]))) && !of(Test::Fingerprint(Fingerprint([8; 16]))));
    }

    #[test]
    fn groups_are_joined_by_or_or_by_and() {
        let group = |word: &str| vec![Test::Word(b"nothing".to_vec()), Test::Word(word.into())];
        let judge = |groups, all| Allowance { groups, all, is_adjustment: false }.excuses(seen("k=Abc9", "Abc9", "a"));
        assert!(judge(vec![group("abc"), group("x"), vec![]], false));
        assert!(!judge(vec![group("abc"), group("x"), vec![]], true));
        assert!(judge(vec![group("abc"), group("9"), vec![]], true));
        assert!(!judge(vec![vec![]], true) && !judge(vec![], false), "no test excuses nothing");
    }

    #[test]
    fn a_bad_expression_is_told() {
        assert_eq!(regex("a(").unwrap_err(), "unclosed group");
        assert!(regex("(?:[a-z]{900}){900}").is_err(), "too large");
    }
}
