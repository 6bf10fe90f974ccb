//! A sample of what texts are made of: 32,768 windows of six bytes.
//!
//! They were taken at random places of random text files (source code of some 30 languages, configuration, documentation) of
//! public repositories and package registries, each kind of file weighted by the square root of how many there were, and
//! sorted. The sample only ranks: whatever it holds, all occurrences are found.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::byte_set::ByteSet;
use crate::layout::{CODES, Layout};
use crate::window::{WIDE, WIDTH, Window, keys};

static WINDOWS: &[u8; 196_608] = include_bytes!("../data/windows.bin");
/// Words that are compared before it is asked whether the rest matters.
const AT_ONCE: usize = 32;
/// Miri, which is slow, sees one in sixteen.
const COUNT: usize = if cfg!(miri) { 64 * AT_ONCE } else { WINDOWS.len() / WIDE };
const WORDS: usize = COUNT / 64;

/// A bit for each window of the sample.
pub(crate) type Members = [u64; WORDS];

pub(crate) const NONE: Members = [0; WORDS];

/// For each thing that is seen of a window: the windows of the sample in which it fits.
#[derive(Clone)]
pub(crate) struct Fits(Vec<Members>);

impl Fits {
    pub(crate) fn none(columns: usize) -> Self {
        Self(vec![NONE; columns])
    }

    /// The windows of the sample in which everything fits.
    pub(crate) fn passed(&self) -> Members {
        let mut passed = [!0; WORDS];
        for column in &self.0 {
            passed.iter_mut().zip(column).for_each(|(all, some)| *all &= some);
        }
        passed
    }

    /// How many windows of the sample a bucket lets through that are not in `passed`, if it holds what `self` and what `other`
    /// stand for; `None` if more than `most`.
    pub(crate) fn new_with(&self, other: &Self, passed: &Members, most: u32) -> Option<u32> {
        let mut count = 0;
        for from in (0..WORDS).step_by(AT_ONCE) {
            let part = from..from + AT_ONCE;
            let mut fits: [u64; AT_ONCE] = std::array::from_fn(|word| !passed[from + word]);
            for (mine, theirs) in self.0.iter().zip(&other.0) {
                for ((all, a), b) in fits.iter_mut().zip(&mine[part.clone()]).zip(&theirs[part.clone()]) {
                    *all &= a | b;
                }
            }
            count += fits.iter().filter(|&&word| word != 0).map(|word| word.count_ones()).sum::<u32>();
            if count > most {
                return None;
            }
        }
        Some(count)
    }

    pub(crate) fn union(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a |= b);
        }
    }
}

/// A window as a filter sees it.
pub(crate) struct Seen {
    pub(crate) columns: Vec<u64>,
    pub(crate) fits: Fits,
    /// How many windows of the sample are like it.
    pub(crate) hits: u32,
}

/// The sample as a filter sees it: for each thing that is seen, and each of its values, the windows that have it.
pub(crate) struct Sample {
    layout: Layout,
    values: Vec<Vec<Members>>,
}

static BY_HALVES: LazyLock<Sample> = LazyLock::new(|| Sample::new(Layout::by_halves(8)));
static BY_CODES: LazyLock<Sample> = LazyLock::new(|| Sample::new(Layout::BY_CODES));

impl Sample {
    /// For filters of a layout; how many buckets they have makes no difference.
    pub(crate) fn of(layout: Layout) -> &'static Self {
        if layout == Layout::BY_CODES { &BY_CODES } else { &BY_HALVES }
    }

    fn new(layout: Layout) -> Self {
        let (windows, _) = WINDOWS.as_chunks::<WIDE>();
        let columns = windows.first().map_or(0, |window| layout.values(window).len());
        let mut values = vec![vec![NONE; CODES]; columns];
        for (at, window) in windows.iter().step_by(windows.len() / COUNT).enumerate() {
            for (column, value) in values.iter_mut().zip(layout.values(window)) {
                column[usize::from(value)][at / 64] |= 1 << (at % 64);
            }
        }
        Self { layout, values }
    }

    /// How many things are seen of a window.
    pub(crate) fn columns(&self) -> usize {
        self.values.len()
    }

    /// Shows it a window.
    pub(crate) fn see(&self, window: &Window) -> Seen {
        let columns = self.layout.columns(window);
        let mut fits = Fits::none(self.columns());
        for ((set, values), fits) in columns.iter().zip(&self.values).zip(&mut fits.0) {
            for members in (0..CODES).filter(|value| set >> value & 1 == 1).map(|value| &values[value]) {
                fits.iter_mut().zip(members).for_each(|(all, some)| *all |= some);
            }
        }
        let hits = fits.passed().iter().map(|word| word.count_ones()).sum();
        Seen { columns, fits, hits }
    }
}

/// How often four, and how often three bytes begin a window of the sample, whatever the case of letters.
static COUNTS: LazyLock<[HashMap<u32, u32>; 2]> = LazyLock::new(|| {
    let mut counts = [HashMap::new(), HashMap::new()];
    for [a, b, c, d, ..] in WINDOWS.as_chunks::<WIDE>().0 {
        let (four, three) = keys([*a, *b, *c, *d]);
        *counts[0].entry(four).or_default() += 1;
        *counts[1].entry(three).or_default() += 1;
    }
    counts
});

/// Share of the places in a text at which a literal of at least three bytes stands, at most, as far as a sample of source text
/// tells: that of its rarest part of four bytes. Letters count in both cases.
#[must_use]
pub fn commonness(literal: &[u8]) -> f64 {
    let all = (WINDOWS.len() / WIDE) as f64;
    let count = |at: usize, key: u32| f64::from(COUNTS[at].get(&key).copied().unwrap_or(0)) / all;
    match literal {
        [a, b, c] => count(1, keys([*a, *b, *c, 0]).1),
        _ => literal.windows(WIDTH).filter_map(<[u8]>::first_chunk).map(|window| count(0, keys(*window).0)).fold(1.0, f64::min),
    }
}

/// Share of the bytes of a text that are of a class, as far as a sample of source text tells; never nothing, and never all.
#[must_use]
pub fn share(class: &ByteSet) -> f64 {
    static BYTES: LazyLock<[u32; 256]> = LazyLock::new(|| {
        let mut counts = [1; 256];
        WINDOWS.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
        counts
    });
    let inside: u32 = class.iter().map(|byte| BYTES[usize::from(byte)]).sum();
    f64::from(inside.max(1)) / (1.0 + f64::from(BYTES.iter().sum::<u32>()))
}
