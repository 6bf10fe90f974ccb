//! The automaton: a full table of transitions where that is small enough, else the compact form.

use std::ops::ControlFlow;

use aho_corasick::Anchored;
use aho_corasick::{dfa::DFA, nfa::contiguous};

/// The largest table of transitions that may be built. Beyond it a scan would wait for memory anyway.
const MAX_TABLE_BYTES: usize = 16 << 20;

#[derive(Debug)]
pub(crate) enum Automaton {
    /// One load per byte: 2 to 3 times the speed of the compact form on source text with 1000 literals.
    Table(DFA),
    /// A tenth of the memory.
    Compact(contiguous::NFA),
}

impl Automaton {
    /// An automaton for needles that are compared without regard to ASCII case.
    pub(crate) fn new(needles: &[&[u8]]) -> Result<Self, aho_corasick::BuildError> {
        if table_bytes(needles) <= MAX_TABLE_BYTES {
            DFA::builder().ascii_case_insensitive(true).prefilter(false).build(needles).map(Self::Table)
        } else {
            contiguous::NFA::builder().ascii_case_insensitive(true).prefilter(false).build(needles).map(Self::Compact)
        }
    }

    /// Calls `on_end` with needle and end offset of every occurrence, in order of the ends.
    pub(crate) fn walk(&self, haystack: &[u8], on_end: impl FnMut(usize, usize) -> ControlFlow<()>) {
        match self {
            Self::Table(dfa) => walk(dfa, haystack, on_end),
            Self::Compact(nfa) => walk(nfa, haystack, on_end),
        }
    }
}

fn walk(automaton: &impl aho_corasick::automaton::Automaton, haystack: &[u8], mut on_end: impl FnMut(usize, usize) -> ControlFlow<()>) {
    let Ok(mut state) = automaton.start_state(Anchored::No) else { return };
    for (at, &byte) in haystack.iter().enumerate() {
        state = automaton.next_state(Anchored::No, state, byte);
        if automaton.is_special(state) && automaton.is_match(state) {
            for index in 0..automaton.match_len(state) {
                let needle = automaton.match_pattern(state, index).as_usize();
                if on_end(needle, at + 1).is_break() {
                    return;
                }
            }
        }
    }
}

/// An upper bound: a state per byte of every needle, a column per distinct byte.
fn table_bytes(needles: &[&[u8]]) -> usize {
    let mut seen = [false; 256];
    needles.iter().flat_map(|needle| needle.iter()).for_each(|byte| seen[usize::from(byte.to_ascii_lowercase())] = true);
    let columns = (2 * seen.iter().filter(|&&seen| seen).count() + 1).min(256).next_power_of_two();
    let states = 1 + needles.iter().map(|needle| needle.len()).sum::<usize>();
    states.saturating_mul(columns).saturating_mul(size_of::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_long_needles_get_the_compact_form() {
        let needles: Vec<Vec<u8>> = (0..4000u32).map(|n| format!("{n:08x}ghijklmnopqrstuvwxyz_-./").into_bytes()).collect();
        let needles: Vec<&[u8]> = needles.iter().map(Vec::as_slice).collect();
        assert!(matches!(Automaton::new(&needles), Ok(Automaton::Compact(_))));
        assert!(matches!(Automaton::new(&needles[..100]), Ok(Automaton::Table(_))));
    }

    #[test]
    fn both_forms_report_the_same() {
        let needles: [&[u8]; 4] = [b"ab", b"b", b"abc", b"ca"];
        let table = Automaton::Table(DFA::builder().ascii_case_insensitive(true).build(needles).unwrap());
        let compact = Automaton::Compact(contiguous::NFA::builder().ascii_case_insensitive(true).build(needles).unwrap());
        let ends = |automaton: &Automaton| {
            let mut ends = Vec::new();
            automaton.walk(b"xabcabCAB", |needle, end| {
                ends.push((end, needle));
                ControlFlow::Continue(())
            });
            ends.sort_unstable();
            ends
        };
        assert_eq!(ends(&table), ends(&compact));
        assert_eq!(ends(&table).len(), 10);
    }
}
