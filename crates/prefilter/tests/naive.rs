//! The matcher agrees with a search that compares every pattern at every offset.

use std::ops::ControlFlow;

use proptest::prelude::*;
use unkeyed_prefilter::{BuildError, Matcher, Pattern, Scratch};

fn naive(patterns: &[Pattern], haystack: &[u8]) -> Vec<(usize, u32)> {
    let mut hits = Vec::new();
    for start in 0..haystack.len() {
        for (id, pattern) in patterns.iter().enumerate() {
            let Some(here) = haystack.get(start..start + pattern.bytes.len()) else { continue };
            let equal = if pattern.ignore_case { here.eq_ignore_ascii_case(&pattern.bytes) } else { here == pattern.bytes };
            if equal {
                hits.push((start, id as u32));
            }
        }
    }
    hits
}

fn found(matcher: &Matcher, haystack: &[u8]) -> Vec<(usize, u32)> {
    let mut hits = Vec::new();
    matcher.scan(haystack, &mut Scratch::default(), |id, start| {
        hits.push((start, id));
        ControlFlow::Continue(())
    });
    hits.sort_unstable();
    hits
}

/// Few letters, so that patterns overlap, repeat and contain each other.
fn bytes(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&b"aAbB_\xff\0"[..]), len)
}

proptest! {
    #[test]
    fn agrees_with_a_naive_search(
        patterns in prop::collection::vec((bytes(1..5), any::<bool>()), 0..8),
        haystack in bytes(0..200),
    ) {
        let patterns: Vec<Pattern> = patterns.into_iter().map(|(bytes, ignore_case)| Pattern { bytes, ignore_case }).collect();
        let matcher = Matcher::new(&patterns).unwrap();
        prop_assert_eq!(found(&matcher, &haystack), naive(&patterns, &haystack));
    }
}

#[test]
fn stops_when_told_to() {
    let matcher = Matcher::new(&[Pattern { bytes: b"a".to_vec(), ignore_case: false }]).unwrap();
    let mut hits = 0;
    matcher.scan(b"aaaa", &mut Scratch::default(), |_, _| {
        hits += 1;
        if hits == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(hits, 2);
}

#[test]
fn an_empty_pattern_is_refused_by_position() {
    let patterns = [Pattern { bytes: b"a".to_vec(), ignore_case: false }, Pattern { bytes: Vec::new(), ignore_case: true }];
    assert!(matches!(Matcher::new(&patterns), Err(BuildError::Empty(1))));
}
