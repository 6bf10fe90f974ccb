//! The matcher: patterns in, occurrences out.

use std::fmt;
use std::ops::ControlFlow;

use crate::buckets::{self, Choice};
use crate::grams::{Grams, by_kind};
use crate::pattern::{Pattern, PatternId};
use crate::short::Short;
use crate::simd::{Engine, Masks};
use crate::window::{WIDTH, keys, window};

/// So many bytes are filtered at a time: they and their candidates stay in the nearest cache.
const BLOCK: usize = 8 << 10;

/// Working memory of one thread, to be reused from scan to scan.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Places that the filter let through, from the start of the block.
    queue: Vec<u32>,
}

/// Why a set of patterns can't be searched for.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A pattern without bytes would occur everywhere.
    #[error("pattern {0} is empty; give it at least one byte")]
    Empty(usize),
}

/// Finds all patterns at once. Build it once, share it between threads.
pub struct Matcher {
    engine: Engine,
    patterns: Vec<Pattern>,
    choices: Vec<Option<Choice>>,
    masks: Masks,
    four: Grams<2048>,
    three: Grams<512>,
    short: Short,
}

impl Matcher {
    /// Prepares the search for `patterns`; they may overlap, repeat and contain each other.
    ///
    /// # Errors
    /// If a pattern is empty.
    pub fn new(patterns: &[Pattern]) -> Result<Self, BuildError> {
        Self::with_choices(patterns.to_vec(), &[], Engine::best())
    }

    /// As [`new`](Self::new), for one engine, and without deciding again what was decided before: `known` holds for each
    /// pattern what [`choices`](Self::choices) of another matcher with the same layout said, where that is known.
    ///
    /// # Errors
    /// If a pattern is empty.
    pub fn with_choices(patterns: Vec<Pattern>, known: &[Option<Choice>], engine: Engine) -> Result<Self, BuildError> {
        if let Some(empty) = patterns.iter().position(|pattern| pattern.bytes.is_empty()) {
            return Err(BuildError::Empty(empty));
        }
        let layout = engine.layout();
        let choices = buckets::choose(&patterns, known, layout);
        let mut masks = Masks::new();
        let mut chosen = Vec::new();
        for (at, (pattern, choice)) in patterns.iter().zip(&choices).enumerate() {
            let Some(choice) = choice else { continue };
            let Some(window) = window(pattern, usize::from(choice.window)) else { continue };
            masks.add(layout, usize::from(choice.bucket), &layout.columns(&window));
            chosen.push((at, window.key, window.at));
        }
        let [four, three] = by_kind(chosen.into_iter());
        Ok(Self {
            engine,
            masks,
            four: Grams::new(&patterns, four),
            three: Grams::new(&patterns, three),
            short: Short::new(&patterns),
            patterns,
            choices,
        })
    }

    /// What is searched for.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// What was decided for each pattern.
    #[must_use]
    pub fn choices(&self) -> &[Option<Choice>] {
        &self.choices
    }

    /// Calls `on_hit` with the pattern and the start offset of every occurrence, overlapping ones included, until it
    /// breaks. Their order is always the same on one machine, and may be another on another.
    pub fn scan(&self, haystack: &[u8], scratch: &mut Scratch, mut on_hit: impl FnMut(PatternId, usize) -> ControlFlow<()>) {
        let _ = self.run(haystack, scratch, &mut on_hit);
    }

    fn run(&self, text: &[u8], scratch: &mut Scratch, on_hit: &mut impl FnMut(PatternId, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        self.short.scan(&self.patterns, text, on_hit)?;
        scratch.queue.resize(BLOCK + self.engine.slack(), 0);
        let windows = (text.len() + 1).saturating_sub(WIDTH);
        let mut start = 0;
        while start < windows {
            let end = windows.min(start + BLOCK);
            let filtered = self.engine.filter(&self.masks, text, start..end, &mut scratch.queue);
            let kept = self.sift(&text[start..], &mut scratch.queue[..filtered]);
            for &at in &scratch.queue[..kept] {
                self.verify(text, start + at as usize, on_hit)?;
            }
            start = end;
        }
        // Three bytes at the very end are no window, but may be a pattern.
        match text {
            [.., a, b, c] => self.three.verify(keys([*a, *b, *c, 0]).1, text, text.len() + 1 - WIDTH, &self.patterns, on_hit),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Moves the places at which a window may stand to the front. Says how many they are.
    fn sift(&self, text: &[u8], queue: &mut [u32]) -> usize {
        let mut kept = 0;
        for at in 0..queue.len() {
            let place = queue[at];
            let (four, three) = keys(window_at(text, place as usize));
            queue[kept] = place;
            // No branch: which of them it is can't be foretold.
            kept += usize::from(self.four.has(four) | self.three.has(three));
        }
        kept
    }

    #[inline]
    fn verify(&self, text: &[u8], at: usize, on_hit: &mut impl FnMut(PatternId, usize) -> ControlFlow<()>) -> ControlFlow<()> {
        let (four, three) = keys(window_at(text, at));
        if self.four.has(four) {
            self.four.verify(four, text, at, &self.patterns, on_hit)?;
        }
        if self.three.has(three) {
            self.three.verify(three, text, at, &self.patterns, on_hit)?;
        }
        ControlFlow::Continue(())
    }
}

#[inline]
fn window_at(text: &[u8], at: usize) -> [u8; WIDTH] {
    text.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default()
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matcher({} patterns, {:?})", self.patterns.len(), self.engine)
    }
}
