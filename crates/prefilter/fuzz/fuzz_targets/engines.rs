//! Every engine finds what Aho-Corasick finds, in any text, for any patterns.

#![no_main]

use std::ops::ControlFlow;

use aho_corasick::AhoCorasick;
use libfuzzer_sys::fuzz_target;
use unkeyed_prefilter::{ByteSet, Engine, Matcher, Pattern, Scratch};

#[derive(arbitrary::Arbitrary, Debug)]
struct Input {
    patterns: Vec<(Vec<u8>, bool, Option<Vec<u8>>)>,
    text: Vec<u8>,
    /// Times that the text is repeated, so that it is longer than a block.
    repeat: u8,
}

fuzz_target!(|input: Input| {
    let text = input.text.repeat(1 + usize::from(input.repeat));
    let patterns: Vec<Pattern> = input
        .patterns
        .into_iter()
        .filter(|(bytes, ..)| !bytes.is_empty())
        .take(200)
        .map(|(bytes, ignore_case, after)| Pattern { bytes, ignore_case, after: after.map(|bytes| ByteSet::of(&bytes)) })
        .collect();
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns.iter().map(|one| &one.bytes)).unwrap();
    let mut expected: Vec<(usize, u32)> = automaton
        .find_overlapping_iter(&text)
        .filter(|hit| {
            let pattern = &patterns[hit.pattern().as_usize()];
            (pattern.ignore_case || text[hit.range()] == *pattern.bytes)
                && pattern.after.is_none_or(|after| text.get(hit.end()).is_some_and(|&next| after.contains(next)))
        })
        .map(|hit| (hit.start(), hit.pattern().as_u32()))
        .collect();
    expected.sort_unstable();
    for engine in Engine::available() {
        let mut found = Vec::new();
        Matcher::with_choices(patterns.clone(), &[], engine).unwrap().scan(&text, &mut Scratch::default(), |id, start| {
            found.push((start, id));
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        assert_eq!(found, expected, "{engine:?}");
    }
});
