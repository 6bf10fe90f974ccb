//! Chooses for every pattern a window, and a bucket of the filter.
//!
//! A bucket lets through every combination of what is seen of its windows at each place, so windows that look alike
//! should share one. The choice is greedy: each window goes where it lets the fewest windows of the sample
//! through that no other bucket lets through anyway. That costs seconds for thousands of patterns, so a caller
//! with a fixed set keeps the choices and hands them in again; only new patterns are then looked at.

use crate::layout::Layout;
use crate::pattern::Pattern;
use crate::sample::{Fits, Members, NONE, Sample, Seen};
use crate::window::{window, windows};

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
    columns: Vec<u64>,
    fits: Fits,
}

impl Bucket {
    fn add(&mut self, window: &Seen) {
        self.columns.iter_mut().zip(&window.columns).for_each(|(mine, theirs)| *mine |= theirs);
        self.fits.union(&window.fits);
    }

    /// How many values a window would add.
    fn strangeness(&self, window: &Seen) -> u32 {
        self.columns.iter().zip(&window.columns).map(|(mine, theirs)| (theirs & !mine).count_ones()).sum()
    }
}

/// The filter as it grows.
struct Draft {
    sample: &'static Sample,
    buckets: Vec<Bucket>,
    /// What some bucket lets through.
    passed: Members,
}

/// A choice for each pattern of at least three bytes; `known` may hold some already, made for the same layout.
#[must_use]
pub fn choose(patterns: &[Pattern], known: &[Option<Choice>], layout: Layout) -> Vec<Option<Choice>> {
    let mut choices: Vec<Option<Choice>> =
        patterns.iter().enumerate().map(|(at, pattern)| valid(known.get(at).copied().flatten(), pattern, layout)).collect();
    let mut open: Vec<usize> = (0..patterns.len()).filter(|&at| choices[at].is_none() && window(&patterns[at], 0).is_some()).collect();
    if open.is_empty() {
        return choices;
    }
    let mut draft = Draft::new(layout);
    for (pattern, choice) in patterns.iter().zip(&choices) {
        if let Some(choice) = choice
            && let Some(window) = window(pattern, usize::from(choice.window))
        {
            let seen = draft.sample.see(&window);
            draft.add(&seen, usize::from(choice.bucket));
        }
    }
    // The short ones have no choice of window, so they go first.
    open.sort_by_key(|&at| (patterns[at].bytes.len(), at));
    for at in open {
        choices[at] = Some(draft.place(&patterns[at]));
    }
    choices
}

/// A choice that was made for another set of patterns may not fit.
fn valid(choice: Option<Choice>, pattern: &Pattern, layout: Layout) -> Option<Choice> {
    choice.filter(|choice| window(pattern, usize::from(choice.window)).is_some() && usize::from(choice.bucket) < layout.buckets())
}

impl Draft {
    fn new(layout: Layout) -> Self {
        let sample = Sample::of(layout);
        let empty = Bucket { columns: vec![0; sample.columns()], fits: Fits::none(sample.columns()) };
        Self { buckets: vec![empty; layout.buckets()], passed: NONE, sample }
    }

    fn add(&mut self, window: &Seen, bucket: usize) {
        self.buckets[bucket].add(window);
        let passed = self.buckets[bucket].fits.passed();
        self.passed.iter_mut().zip(passed).for_each(|(all, some)| *all |= some);
    }

    /// Adds a pattern where it lets the least through, and says where.
    fn place(&mut self, pattern: &Pattern) -> Choice {
        let windows: Vec<Seen> = windows(pattern).iter().map(|window| self.sample.see(window)).collect();
        let choice = self.best(&windows);
        self.add(&windows[usize::from(choice.window)], usize::from(choice.bucket));
        choice
    }

    fn best(&self, windows: &[Seen]) -> Choice {
        let mut best = (u32::MAX, u32::MAX, Choice { window: 0, bucket: 0 });
        for (at, window) in (0..).zip(windows) {
            for (number, bucket) in (0..).zip(&self.buckets) {
                // Every window that fits costs more than passing: a comparison.
                let Some(most) = best.0.checked_sub(window.hits) else { continue };
                let Some(more) = bucket.fits.new_with(&window.fits, &self.passed, most) else { continue };
                let more = more + window.hits;
                let cost = (more, bucket.strangeness(window));
                if cost < (best.0, best.1) {
                    best = (cost.0, cost.1, Choice { window: at, bucket: number });
                }
            }
        }
        best.2
    }
}
