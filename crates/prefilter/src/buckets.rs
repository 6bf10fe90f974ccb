//! Chooses for every pattern a window, and a bucket of the filter.
//!
//! A bucket lets through every combination of the halves of bytes that its windows have at each place, so windows
//! that look alike should share one. The choice is greedy: each window goes where it lets the fewest windows of the sample
//! through that no other bucket lets through anyway. That costs a tenth of a second for a thousand patterns, so a caller
//! with a fixed set keeps the choices and hands them in again; only new patterns are then looked at.

use crate::pattern::Pattern;
use crate::sample::{Fits, Members, NONE, Sample};
use crate::window::{Nibbles, WIDTH, Window, window, windows};

/// Most buckets a filter may have.
pub(crate) const MOST: usize = 48;
/// Which window of a pattern is searched for, and in which bucket of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Position among the pattern's windows.
    pub window: u8,
    /// Position of the bucket.
    pub bucket: u8,
}

/// The windows of a bucket together.
#[derive(Clone)]
struct Bucket {
    nibbles: [Nibbles; WIDTH],
    fits: Fits,
}

impl Bucket {
    fn add(&mut self, window: &Window, fits: &Fits) {
        for (mine, theirs) in self.nibbles.iter_mut().zip(window.nibbles) {
            mine.low |= theirs.low;
            mine.high |= theirs.high;
        }
        self.fits.union(fits);
    }

    /// How many halves of bytes a window would add.
    fn strangeness(&self, window: &Window) -> u32 {
        let added = |mine: &Nibbles, theirs: &Nibbles| (theirs.low & !mine.low).count_ones() + (theirs.high & !mine.high).count_ones();
        self.nibbles.iter().zip(&window.nibbles).map(|(mine, theirs)| added(mine, theirs)).sum()
    }
}

/// The filter as it grows.
struct Draft {
    sample: Sample,
    buckets: Vec<Bucket>,
    /// What some bucket lets through.
    passed: Members,
}

/// A choice for each pattern of at least three bytes, among so many buckets; `known` may hold some already.
#[must_use]
pub fn choose(patterns: &[Pattern], known: &[Option<Choice>], buckets: usize) -> Vec<Option<Choice>> {
    let mut choices: Vec<Option<Choice>> =
        patterns.iter().enumerate().map(|(at, pattern)| valid(known.get(at).copied().flatten(), pattern, buckets)).collect();
    let mut open: Vec<usize> = (0..patterns.len()).filter(|&at| choices[at].is_none() && window(&patterns[at], 0).is_some()).collect();
    if open.is_empty() {
        return choices;
    }
    let all: Vec<Vec<Window>> = patterns.iter().map(windows).collect();
    let empty = Bucket { nibbles: Default::default(), fits: Fits::NONE };
    let mut draft = Draft { sample: Sample::new(), buckets: vec![empty; buckets], passed: NONE };
    for (windows, choice) in all.iter().zip(&choices) {
        if let Some(choice) = choice {
            draft.add(&windows[usize::from(choice.window)], usize::from(choice.bucket));
        }
    }
    // The short ones have no choice of window, so they go first.
    open.sort_by_key(|&at| (patterns[at].bytes.len(), at));
    for at in open {
        let choice = draft.best(&all[at]);
        draft.add(&all[at][usize::from(choice.window)], usize::from(choice.bucket));
        choices[at] = Some(choice);
    }
    choices
}

/// A choice that was made for another set of patterns may not fit.
fn valid(choice: Option<Choice>, pattern: &Pattern, buckets: usize) -> Option<Choice> {
    choice.filter(|choice| window(pattern, usize::from(choice.window)).is_some() && usize::from(choice.bucket) < buckets)
}

impl Draft {
    fn add(&mut self, window: &Window, bucket: usize) {
        let fits = self.sample.fits(window);
        self.buckets[bucket].add(window, &fits);
        let passed = self.buckets[bucket].fits.passed_with(&Fits::NONE);
        self.passed.iter_mut().zip(passed).for_each(|(all, some)| *all |= some);
    }

    fn best(&self, windows: &[Window]) -> Choice {
        let mut best = (u32::MAX, u32::MAX, Choice { window: 0, bucket: 0 });
        for (at, window) in (0..).zip(windows) {
            let fits = self.sample.fits(window);
            // Every window that fits costs more than passing: a comparison.
            let hits = count(&fits.passed_with(&Fits::NONE));
            for (number, bucket) in (0..).zip(&self.buckets) {
                let passed = bucket.fits.passed_with(&fits);
                let more: u32 = passed.iter().zip(&self.passed).map(|(new, old)| (new & !old).count_ones()).sum();
                let cost = (more + hits, bucket.strangeness(window));
                if cost < (best.0, best.1) {
                    best = (cost.0, cost.1, Choice { window: at, bucket: number });
                }
            }
        }
        best.2
    }
}

fn count(members: &Members) -> u32 {
    members.iter().map(|word| word.count_ones()).sum()
}
