//! The tests that a match has to pass besides its pattern: path, nearby words, entropy, checksum.

use memchr::memchr2_iter;
use unkeyed_model::{Origin, Span};

use crate::checksum::Verdict;
use crate::rule::Rule;

/// How far before a match `keywords_near` looks.
const BEFORE: usize = 200;
/// How far after it.
const AFTER: usize = 100;

/// What the tests say of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// One failed.
    Fails,
    /// All passed.
    Holds,
    /// All passed, and one of them was a checksum.
    Proven,
}

/// Whether a rule looks at content of any of these origins.
pub(crate) fn applies_to(rule: &Rule, origins: &[std::sync::Arc<Origin>]) -> bool {
    let has_path = |passes: &dyn Fn(&str) -> bool| origins.iter().any(|origin| passes(&origin.path));
    rule.paths.as_ref().is_none_or(|globs| has_path(&|path| globs.is_match(path)))
        && rule.path_pattern.as_ref().is_none_or(|regex| has_path(&|path| regex.is_match(path)))
}

/// Runs the tests of `rule` on a match.
pub(crate) fn check(rule: &Rule, text: &[u8], whole: Span, secret: Span) -> Condition {
    let bytes = &text[secret.start..secret.end];
    if entropy(bytes) < rule.min_entropy || !keyword_is_near(&rule.keywords_near, text, whole) {
        return Condition::Fails;
    }
    if rule.is_named && is_meant_for_all(&text[whole.start..secret.start]) {
        return Condition::Fails;
    }
    match rule.checksum.map_or(Verdict::Absent, |checksum| checksum(bytes)) {
        Verdict::Valid => Condition::Proven,
        Verdict::Absent => Condition::Holds,
        Verdict::Invalid => Condition::Fails,
    }
}

/// Whether a name says that its value is no secret (`ACME_PUBLIC_KEY`, `acmePublishableKey`).
fn is_meant_for_all(name: &[u8]) -> bool {
    ["public", "publishable"].iter().any(|word| contains_ignoring_case(name, word.as_bytes()))
}

fn keyword_is_near(keywords: &[Vec<u8>], text: &[u8], whole: Span) -> bool {
    let window = &text[whole.start.saturating_sub(BEFORE)..whole.end.saturating_add(AFTER).min(text.len())];
    keywords.is_empty() || keywords.iter().any(|keyword| contains_ignoring_case(window, keyword))
}

/// Whether `needle`, given in lower case, stands in `haystack` in any case.
pub(crate) fn contains_ignoring_case(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(&first) = needle.first() else { return true };
    memchr2_iter(first, first.to_ascii_uppercase(), haystack)
        .any(|at| haystack.get(at..at + needle.len()).is_some_and(|here| here.eq_ignore_ascii_case(needle)))
}

/// Shannon entropy in bits per byte.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let total = bytes.len() as f64;
    counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_of_known_texts() {
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
        assert!(entropy(b"aaaa").abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }

    #[test]
    fn keywords_stand_within_reach_in_any_case() {
        let text = [b"DataDog".as_slice(), &[b' '; 193], b"match", &[b' '; 90], b"sentry"].concat();
        let whole = Span::new(200, 205);
        let near = |keyword: &str| keyword_is_near(&[keyword.as_bytes().to_vec()], &text, whole);
        assert!(near("datadog"));
        assert!(near("sentry"));
        assert!(!keyword_is_near(&[b"datadog".to_vec()], &text, Span::new(201, 205)), "its start is out of reach");
        assert!(!near("other"));
        assert!(keyword_is_near(&[], &text, whole));
    }
}
