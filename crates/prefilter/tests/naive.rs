//! The matcher agrees with a search that compares every pattern at every offset, and with Aho-Corasick, on every engine.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::{ControlFlow, Range};

use aho_corasick::AhoCorasick;
use proptest::prelude::*;
use unkeyed_prefilter::{BuildError, ByteSet, Engine, Matcher, Pattern, Scratch};

type Hits = Vec<(usize, u32)>;

fn pattern(bytes: &[u8], ignore_case: bool) -> Pattern {
    Pattern { bytes: bytes.to_vec(), ignore_case, after: None }
}

fn naive(patterns: &[Pattern], haystack: &[u8]) -> Hits {
    let mut hits = Vec::new();
    for start in 0..haystack.len() {
        for (id, pattern) in patterns.iter().enumerate() {
            let end = start + pattern.bytes.len();
            let Some(here) = haystack.get(start..end) else { continue };
            let equal = if pattern.ignore_case { here.eq_ignore_ascii_case(&pattern.bytes) } else { here == pattern.bytes };
            if equal && pattern.after.is_none_or(|after| haystack.get(end).is_some_and(|&next| after.contains(next))) {
                hits.push((start, id as u32));
            }
        }
    }
    hits
}

/// Aho-Corasick finds what differs in case only, and what is followed by anything; the rest is taken away.
fn automaton(patterns: &[Pattern], haystack: &[u8]) -> Hits {
    let all = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns.iter().map(|pattern| &pattern.bytes)).unwrap();
    let found = all.find_overlapping_iter(haystack).filter(|found| {
        let pattern = &patterns[found.pattern().as_usize()];
        let followed = pattern.after.is_none_or(|after| haystack.get(found.end()).is_some_and(|&next| after.contains(next)));
        followed && (pattern.ignore_case || haystack[found.range()] == *pattern.bytes)
    });
    let mut hits: Hits = found.map(|found| (found.start(), found.pattern().as_u32())).collect();
    hits.sort_unstable();
    hits
}

fn found(matcher: &Matcher, haystack: &[u8], scratch: &mut Scratch) -> Hits {
    let mut hits = Vec::new();
    matcher.scan(haystack, scratch, |id, start| {
        hits.push((start, id));
        ControlFlow::Continue(())
    });
    hits.sort_unstable();
    hits
}

fn matchers(patterns: &[Pattern]) -> Vec<Matcher> {
    Engine::available().into_iter().map(|engine| Matcher::with_choices(patterns.to_vec(), &[], engine).unwrap()).collect()
}

/// Few letters, so that patterns overlap, repeat and contain each other.
fn bytes(len: Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&b"aAbB_=\xff\0"[..]), len)
}

fn patterns(len: Range<usize>, count: Range<usize>) -> impl Strategy<Value = Vec<Pattern>> {
    let after = prop::option::of(bytes(1..4).prop_map(|bytes| ByteSet::of(&bytes)));
    let one = (bytes(len), any::<bool>(), after).prop_map(|(bytes, ignore_case, after)| Pattern { bytes, ignore_case, after });
    prop::collection::vec(one, count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 60 }))]

    #[test]
    fn agrees_with_a_naive_search(patterns in patterns(1..6, 0..10), haystack in bytes(0..400)) {
        let expected = naive(&patterns, &haystack);
        for matcher in matchers(&patterns) {
            prop_assert_eq!(&found(&matcher, &haystack, &mut Scratch::default()), &expected, "{:?}", matcher);
        }
    }

    #[test]
    fn agrees_with_an_automaton(patterns in patterns(3..24, 1..80), haystack in bytes(0..3000)) {
        prop_assume!(!cfg!(miri));
        let expected = automaton(&patterns, &haystack);
        for matcher in matchers(&patterns) {
            prop_assert_eq!(&found(&matcher, &haystack, &mut Scratch::default()), &expected, "{:?}", matcher);
        }
    }
}

/// Pieces of this crate's own source as literals, its whole source as text.
#[test]
fn agrees_with_an_automaton_on_source_text() {
    let text: Vec<u8> = [include_str!("../src/simd.rs"), include_str!("../src/matcher.rs"), include_str!("naive.rs")].concat().into_bytes();
    let lengths = if cfg!(miri) { 3..5 } else { 3..20 };
    let patterns: Vec<Pattern> = lengths
        .flat_map(|length| text.chunks(997).filter_map(move |piece| piece.get(..length)))
        .enumerate()
        .map(|(at, bytes)| Pattern { after: (at % 5 == 0).then(|| ByteSet::of(b"aeiou \n")), ..pattern(bytes, at % 2 == 0) })
        .collect();
    let text = if cfg!(miri) { &text[..2000] } else { &text[..] };
    let expected = automaton(&patterns, text);
    assert!(!expected.is_empty());
    let mut scratch = Scratch::default();
    for matcher in matchers(&patterns) {
        assert_eq!(found(&matcher, text, &mut scratch), expected, "{matcher:?}");
    }
}

#[test]
fn blocks_and_vectors_do_not_show() {
    let patterns = [pattern(b"needle", false), pattern(b"ned", true), Pattern { after: Some(ByteSet::of(b"!")), ..pattern(b"key", true) }];
    for matcher in matchers(&patterns) {
        let mut scratch = Scratch::default();
        let spread = if cfg!(miri) { 0..20 } else { 0..300 };
        for at in spread.chain(if cfg!(miri) { 0..0 } else { 8000..8400 }) {
            let text = [&vec![b'n'; at][..], b"needleNeDKEY!kEy?key"].concat();
            let expected = [(at, 0), (at + 6, 1), (at + 9, 2)];
            assert_eq!(found(&matcher, &text, &mut scratch), expected, "{matcher:?} at {at}");
        }
    }
}

#[test]
fn choices_can_be_handed_in_again() {
    let patterns: Vec<Pattern> = (0..100u32).map(|n| pattern(format!("{:05x}", n * 7919).as_bytes(), n % 2 == 0)).collect();
    let text: Vec<u8> = patterns.iter().flat_map(|pattern| [pattern.bytes.as_slice(), b" "].concat()).collect();
    for engine in Engine::available() {
        let first = Matcher::with_choices(patterns[..60].to_vec(), &[], engine).unwrap();
        let again = Matcher::with_choices(patterns.to_vec(), first.choices(), engine).unwrap();
        assert_eq!(again.choices()[..60], *first.choices());
        assert_eq!(found(&again, &text, &mut Scratch::default()), naive(&patterns, &text));
        // Those of another engine may not fit, and then are made anew.
        let other = Matcher::with_choices(patterns.to_vec(), again.choices(), Engine::SCALAR).unwrap();
        assert_eq!(found(&other, &text, &mut Scratch::default()), naive(&patterns, &text));
    }
}

#[test]
fn stops_when_told_to() {
    for matcher in matchers(&[pattern(b"aaa", false)]) {
        let mut hits = 0;
        matcher.scan(&[b'a'; 500], &mut Scratch::default(), |_, _| {
            hits += 1;
            if hits == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(hits, 2);
    }
}

#[test]
fn an_empty_pattern_is_refused_by_position() {
    assert!(matches!(Matcher::new(&[pattern(b"a", false), pattern(b"", true)]), Err(BuildError::Empty(1))));
}
