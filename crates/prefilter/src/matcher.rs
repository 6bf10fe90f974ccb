//! The matcher: patterns in, occurrences out.

use std::fmt;
use std::ops::ControlFlow;

use crate::automaton::Automaton;

/// Position of a pattern in the list given to [`Matcher::new`].
pub type PatternId = u32;

/// A literal to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Its bytes; not empty.
    pub bytes: Vec<u8>,
    /// Whether ASCII letters also stand for their other case.
    pub ignore_case: bool,
}

/// Working memory of one thread, to be reused from scan to scan.
///
/// Empty while the inside is an automaton; the SIMD engine keeps its queue of candidates here.
#[derive(Debug, Default)]
pub struct Scratch {
    _private: (),
}

/// Why a set of patterns can't be searched for.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A pattern without bytes would occur everywhere.
    #[error("pattern {0} is empty; give it at least one byte")]
    Empty(usize),
    /// More patterns, or longer ones, than the automaton can number.
    #[error("the patterns are too many or too long: {0}")]
    TooLarge(#[from] aho_corasick::BuildError),
}

/// Finds all patterns at once. Build it once, share it between threads.
pub struct Matcher {
    /// Over all patterns without regard to case; a pattern that regards it is compared at each hit.
    automaton: Automaton,
    patterns: Vec<Pattern>,
}

impl Matcher {
    /// Prepares the search for `patterns`; they may overlap, repeat and contain each other.
    ///
    /// # Errors
    /// If a pattern is empty, or if there are more than the automaton can hold.
    pub fn new(patterns: &[Pattern]) -> Result<Self, BuildError> {
        if let Some(empty) = patterns.iter().position(|pattern| pattern.bytes.is_empty()) {
            return Err(BuildError::Empty(empty));
        }
        let needles: Vec<&[u8]> = patterns.iter().map(|pattern| pattern.bytes.as_slice()).collect();
        Ok(Self { automaton: Automaton::new(&needles)?, patterns: patterns.to_vec() })
    }

    /// Calls `on_hit` with the pattern and the start offset of every occurrence, overlapping ones included, until it
    /// breaks. Occurrences come in order of their ends; those with one end come in no particular, but always the same order.
    pub fn scan(&self, haystack: &[u8], _scratch: &mut Scratch, mut on_hit: impl FnMut(PatternId, usize) -> ControlFlow<()>) {
        self.automaton.walk(haystack, |needle, end| {
            let pattern = &self.patterns[needle];
            let start = end - pattern.bytes.len();
            if !pattern.ignore_case && haystack[start..end] != *pattern.bytes {
                return ControlFlow::Continue(());
            }
            on_hit(PatternId::try_from(needle).unwrap_or(PatternId::MAX), start)
        });
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matcher({} patterns)", self.patterns.len())
    }
}
