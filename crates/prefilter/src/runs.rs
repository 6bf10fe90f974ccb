//! Finds long runs of bytes of a class.
//!
//! A mask says for 64 bytes at once which are in the class; shifting it onto itself leaves a bit only where a long run
//! begins, so that text without such runs costs a few instructions per 64 bytes.

use std::ops::Range;

use crate::byte_set::ByteSet;
use crate::simd::{Class, Engine};

/// Bytes of a mask.
const BYTES: usize = u64::BITS as usize;
/// Doublings from one bit to all of a mask.
const SHIFTS: usize = BYTES.ilog2() as usize;
/// Masks that are made at a time.
const MASKS: usize = 64;

/// Finds every run of at least so many bytes of a class of ASCII characters.
#[derive(Debug)]
pub struct Runs {
    class: Class,
    min: usize,
    /// A mask that is shifted by each of these in turn, and taken with itself each time, keeps the bits where a run begins.
    shifts: [u8; SHIFTS],
}

impl Runs {
    /// Runs of at least `min` bytes of `class`; bytes beyond ASCII never count as part of it.
    #[must_use]
    pub const fn new(class: &ByteSet, min: usize) -> Self {
        let min = if min == 0 { 1 } else { min };
        let (mut shifts, mut length, mut step) = ([0; SHIFTS], 1, 0);
        while length < min && length < BYTES {
            let more = if length < min - length { length } else { min - length };
            shifts[step] = more as u8;
            length += more;
            step += 1;
        }
        Self { class: Class::new(class), min, shifts }
    }

    /// Calls `on_run` with every maximal run that is long enough, in order.
    pub fn find(&self, text: &[u8], on_run: impl FnMut(Range<usize>)) {
        self.find_with(Engine::best(), text, on_run);
    }

    /// As [`find`](Self::find), with one engine.
    fn find_with(&self, engine: Engine, text: &[u8], mut on_run: impl FnMut(Range<usize>)) {
        let mut masks = [0; MASKS];
        // Where the run starts that reaches up to here.
        let mut start = 0;
        let mut base = 0;
        for block in text.chunks(MASKS * BYTES) {
            engine.classify(&self.class, block, &mut masks);
            for &mask in masks.iter().take(block.len().div_ceil(BYTES)) {
                self.in_mask(mask, base, &mut start, &mut on_run);
                base += BYTES;
            }
        }
        if text.len() >= start + self.min && start < text.len() {
            on_run(start..text.len());
        }
    }

    /// Goes on with the bytes from `base` on.
    #[inline]
    fn in_mask(&self, mask: u64, base: usize, start: &mut usize, on_run: &mut impl FnMut(Range<usize>)) {
        if mask == !0 {
            return;
        }
        let end = base + mask.trailing_ones() as usize;
        if end - *start >= self.min {
            on_run(*start..end);
        }
        *start = base + BYTES - mask.leading_ones() as usize;
        if self.min < BYTES && self.begins(mask) != 0 {
            self.inside(mask, base, on_run);
        }
    }

    /// A bit where at least `min` bits follow each other. There is no branch in it: where words are as long as half a run, none
    /// could be foretold.
    #[inline]
    fn begins(&self, mask: u64) -> u64 {
        self.shifts.iter().fold(mask, |found, &shift| found & found >> shift)
    }

    /// The runs that touch neither end of the mask.
    #[cold]
    fn inside(&self, mask: u64, base: usize, on_run: &mut impl FnMut(Range<usize>)) {
        let mut at = mask.trailing_ones() as usize;
        loop {
            let rest = mask >> at;
            if rest == 0 {
                return;
            }
            let first = at + rest.trailing_zeros() as usize;
            let length = (mask >> first).trailing_ones() as usize;
            if first + length == BYTES {
                return;
            }
            if length >= self.min {
                on_run(base + first..base + first + length);
            }
            at = first + length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8], min: usize, engine: Engine) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        Runs::new(&ByteSet::of(b"ab"), min).find_with(engine, text, |run| found.push(run));
        found
    }

    fn naive(text: &[u8], min: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = 0;
        for at in 0..=text.len() {
            if at == text.len() || !b"ab".contains(&text[at]) {
                if at - start >= min && at > start {
                    found.push(start..at);
                }
                start = at + 1;
            }
        }
        found
    }

    #[test]
    fn agrees_with_a_search_of_every_byte() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for round in 0..if cfg!(miri) { 12 } else { 400 } {
            let length = round * 7 % 900;
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    if state.is_multiple_of(2 + round as u64 % 60) {
                        [b'.', 0xe1, b'q', 0][state as usize >> 8 & 3]
                    } else {
                        b"ab"[state as usize >> 20 & 1]
                    }
                })
                .collect();
            for engine in Engine::available() {
                for min in [1, 2, 5, 24, 40, 63, 64, 65, 200] {
                    assert_eq!(found(&text, min, engine), naive(&text, min), "{engine:?} {min}");
                }
            }
        }
    }
}
