//! A sample of what texts are made of: 32,768 windows of four bytes.
//!
//! They were taken at random places of random files (source code of some 30 languages, configuration, documentation) of
//! public repositories and package registries, each kind of file weighted by the square root of how many there were, and
//! sorted. The sample only ranks: whatever it holds, all occurrences are found.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::window::{Nibbles, WIDTH, Window, keys};

static WINDOWS: &[u8; 131_072] = include_bytes!("../data/windows.bin");
/// Of the sample every so many windows are used: the rest changes little.
const STRIDE: usize = 4;
const WORDS: usize = WINDOWS.len() / WIDTH / STRIDE / 64;

/// A bit for each window of the sample.
pub(crate) type Members = [u64; WORDS];

pub(crate) const NONE: Members = [0; WORDS];

/// For each place of a window: the windows of the sample whose byte there fits, by its low and by its high half.
#[derive(Clone)]
pub(crate) struct Fits([[Members; 2]; WIDTH]);

impl Fits {
    pub(crate) const NONE: Self = Self([[NONE; 2]; WIDTH]);

    /// The windows of the sample that a bucket lets through if it holds what `self` and what `other` stand for.
    pub(crate) fn passed_with(&self, other: &Self) -> Members {
        let mut passed = [!0; WORDS];
        for (mine, theirs) in self.0.iter().flatten().zip(other.0.iter().flatten()) {
            for ((all, a), b) in passed.iter_mut().zip(mine).zip(theirs) {
                *all &= a | b;
            }
        }
        passed
    }

    pub(crate) fn union(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a |= b);
        }
    }
}

/// The sample, by the halves of its bytes.
pub(crate) struct Sample(Vec<[[Members; 2]; 16]>);

impl Sample {
    pub(crate) fn new() -> Self {
        let mut places = vec![[[NONE; 2]; 16]; WIDTH];
        for (at, window) in WINDOWS.chunks_exact(WIDTH).step_by(STRIDE).enumerate() {
            let bit = 1 << (at % 64);
            for (place, &byte) in places.iter_mut().zip(window) {
                place[usize::from(byte & 15)][0][at / 64] |= bit;
                place[usize::from(byte >> 4)][1][at / 64] |= bit;
            }
        }
        Self(places)
    }

    /// What fits a window.
    pub(crate) fn fits(&self, window: &Window) -> Fits {
        let mut fits = Fits::NONE;
        for ((Nibbles { low, high }, place), fits) in window.nibbles.iter().zip(&self.0).zip(&mut fits.0) {
            for (half, mask) in [low, high].into_iter().enumerate() {
                for nibble in (0..16).filter(|nibble| mask >> nibble & 1 == 1) {
                    fits[half].iter_mut().zip(place[nibble][half]).for_each(|(all, some)| *all |= some);
                }
            }
        }
        fits
    }
}

/// How often four, and how often three bytes begin a window of the sample, whatever the case of letters.
static COUNTS: LazyLock<[HashMap<u32, u32>; 2]> = LazyLock::new(|| {
    let mut counts = [HashMap::new(), HashMap::new()];
    for window in WINDOWS.as_chunks::<WIDTH>().0 {
        let (four, three) = keys(*window);
        *counts[0].entry(four).or_default() += 1;
        *counts[1].entry(three).or_default() += 1;
    }
    counts
});

/// Share of the places in a text at which a literal of at least three bytes stands, at most, as far as a sample of source text
/// tells: that of its rarest part of four bytes. Letters count in both cases.
#[must_use]
pub fn commonness(literal: &[u8]) -> f64 {
    let all = (WINDOWS.len() / WIDTH) as f64;
    let count = |at: usize, key: u32| f64::from(COUNTS[at].get(&key).copied().unwrap_or(0)) / all;
    match literal {
        [a, b, c] => count(1, keys([*a, *b, *c, 0]).1),
        _ => literal.windows(WIDTH).filter_map(<[u8]>::first_chunk).map(|window| count(0, keys(*window).0)).fold(1.0, f64::min),
    }
}
