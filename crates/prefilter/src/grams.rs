//! Tells at a place that the filter let through whether a window stands there, and which patterns.

use std::ops::ControlFlow;

use crate::pattern::{Pattern, PatternId};
use crate::window::Key;

/// Bytes that are compared at once.
const AT_ONCE: usize = 16;
/// Bits of a hash that choose a list of patterns.
const LIST_BITS: u32 = 13;

/// The patterns whose window has a key of one kind: a bitmap of the keys' hashes, and under each hash the patterns.
pub(crate) struct Grams<const WORDS: usize> {
    bitmap: Box<[u64; WORDS]>,
    /// The patterns under hash `n` are `entries[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    entries: Vec<Entry>,
}

/// A pattern, ready to be compared.
struct Entry {
    /// The first bytes, in lower case where the case is ignored.
    value: u128,
    /// What makes letters of the text lower case.
    fold: u128,
    mask: u128,
    pattern: PatternId,
    /// How far its start is before the window.
    before: u32,
    /// More than those bytes must be compared.
    is_longer: bool,
}

impl<const WORDS: usize> Grams<WORDS> {
    /// Bits of a hash that choose a bit of the map.
    const BITS: u32 = WORDS.ilog2() + 6;

    /// Of patterns, each with the key and the place of its window.
    pub(crate) fn new(patterns: &[Pattern], mut chosen: Vec<(u32, usize, usize)>) -> Self {
        let list = |key: u32| hash(key) >> (32 - LIST_BITS);
        chosen.sort_by_key(|&(key, pattern, _)| (list(key), pattern));
        let mut bitmap = Box::new([0; WORDS]);
        let mut first = vec![0; (1 << LIST_BITS) + 1];
        for &(key, ..) in &chosen {
            let bit = hash(key) >> (32 - Self::BITS);
            bitmap[(bit >> 6) as usize] |= 1 << (bit & 63);
            first[list(key) as usize + 1] += 1;
        }
        let mut sum = 0;
        for count in &mut first {
            sum += *count;
            *count = sum;
        }
        let entries = chosen.iter().map(|&(_, at, before)| Entry::new(&patterns[at], at, before)).collect();
        Self { bitmap, first, entries }
    }

    /// Whether a window with this key may be there.
    #[inline]
    pub(crate) fn has(&self, key: u32) -> bool {
        let bit = hash(key) >> (32 - Self::BITS);
        self.bitmap[(bit >> 6) as usize] >> (bit & 63) & 1 == 1
    }

    /// Calls `on_hit` with the patterns whose window is at `at`, and where they start.
    #[inline]
    pub(crate) fn verify(
        &self,
        key: u32,
        text: &[u8],
        at: usize,
        patterns: &[Pattern],
        on_hit: &mut impl FnMut(PatternId, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let list = (hash(key) >> (32 - LIST_BITS)) as usize;
        for entry in &self.entries[self.first[list] as usize..self.first[list + 1] as usize] {
            if let Some(start) = at.checked_sub(entry.before as usize)
                && entry.stands_at(text, start, patterns)
            {
                on_hit(entry.pattern, start)?;
            }
        }
        ControlFlow::Continue(())
    }
}

#[inline]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1)
}

impl Entry {
    fn new(pattern: &Pattern, at: usize, before: usize) -> Self {
        let (mut value, mut fold, mut mask) = ([0; AT_ONCE], [0; AT_ONCE], [0; AT_ONCE]);
        for (at, &byte) in pattern.bytes.iter().take(AT_ONCE).enumerate() {
            mask[at] = 0xff;
            fold[at] = if pattern.ignore_case && byte.is_ascii_alphabetic() { 0x20 } else { 0 };
            value[at] = byte | fold[at];
        }
        Self {
            value: u128::from_le_bytes(value),
            fold: u128::from_le_bytes(fold),
            mask: u128::from_le_bytes(mask),
            pattern: PatternId::try_from(at).unwrap_or(PatternId::MAX),
            before: u32::try_from(before).unwrap_or(0),
            is_longer: pattern.bytes.len() > AT_ONCE || pattern.after.is_some(),
        }
    }

    #[inline]
    fn stands_at(&self, text: &[u8], start: usize, patterns: &[Pattern]) -> bool {
        let pattern = || &patterns[self.pattern as usize];
        match text.get(start..).and_then(<[u8]>::first_chunk::<AT_ONCE>) {
            Some(here) => {
                ((u128::from_le_bytes(*here) | self.fold) ^ self.value) & self.mask == 0
                    && (!self.is_longer || pattern().is_at(text, start))
            }
            None => pattern().is_at(text, start),
        }
    }
}

/// Sorts windows by the kind of their key: key, pattern, place.
pub(crate) fn by_kind(windows: impl Iterator<Item = (usize, Key, usize)>) -> [Vec<(u32, usize, usize)>; 2] {
    let mut kinds = [Vec::new(), Vec::new()];
    for (pattern, key, at) in windows {
        match key {
            Key::Four(key) => kinds[0].push((key, pattern, at)),
            Key::Three(key) => kinds[1].push((key, pattern, at)),
        }
    }
    kinds
}
