//! The filter: which windows of a text could be one of those in the buckets, by vector instructions where there are any.
//!
//! For each of a window's first four places a table says by the low half of the byte which buckets it fits, and another by
//! the high half; a shuffle looks up 16 to 64 bytes at once. A window passes if some bucket is left after all eight tables.
//! Eight buckets share a table: as many sets of tables are tried one after the other as the instructions are worth. Where
//! a shuffle reaches 64 entries (AVX-512 VBMI), a byte is looked up whole, by a code of six bits, and six places are.
//!
//! This is the only unsafe code. Its contracts: a function for certain instructions is called only by an [`Engine`] that
//! says they are there, and such an engine is made only after the processor was asked; and every load stays inside the
//! text, which the condition of each loop says.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use std::ops::Range;

use crate::byte_set::ByteSet;
use crate::layout::{CODES, Layout, MOST};
use crate::window::{WIDE, WIDTH};

/// Instructions that the filter can work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No filter: every window is a candidate.
    Scalar,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx512Vbmi,
}

impl Engine {
    /// Ordinary instructions only.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The fastest that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self::FASTEST_FIRST.iter().copied().find(|engine| engine.is_available()).unwrap_or(Self::SCALAR)
    }

    /// All that this processor has, the fastest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::FASTEST_FIRST.iter().copied().filter(|engine| engine.is_available()).collect()
    }

    const FASTEST_FIRST: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        Self(Kind::Avx512Vbmi),
        #[cfg(target_arch = "x86_64")]
        Self(Kind::Avx512),
        #[cfg(target_arch = "x86_64")]
        Self(Kind::Avx2),
        #[cfg(target_arch = "aarch64")]
        Self(Kind::Neon),
        Self::SCALAR,
    ];

    /// Whether the processor has the instructions; it is asked once. Miri knows few of them.
    fn is_available(self) -> bool {
        match self.0 {
            Kind::Scalar => true,
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => !cfg!(miri) && std::arch::is_aarch64_feature_detected!("neon"),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => {
                !cfg!(miri) && is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt")
            }
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => Self(Kind::Avx2).is_available() && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Vbmi => Self(Kind::Avx512).is_available() && is_x86_feature_detected!("avx512vbmi"),
        }
    }

    /// What its filter tells apart.
    #[must_use]
    pub fn layout(self) -> Layout {
        match self.0 {
            Kind::Scalar => Layout::by_halves(8),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => Layout::by_halves(16),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => Layout::by_halves(24),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => Layout::by_halves(48),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Vbmi => Layout::BY_CODES,
        }
    }

    /// Room that the queue needs beyond one entry per window.
    pub(crate) fn slack(self) -> usize {
        AT_ONCE
    }

    /// Writes the places in `windows` (from its start) at which a window of `text` passes to `queue`, in order; says how
    /// many. The queue must have room for all of them and [`slack`](Self::slack).
    pub(crate) fn filter(self, masks: &Masks, text: &[u8], windows: Range<usize>, queue: &mut [u32]) -> usize {
        debug_assert!(windows.end + WIDTH <= text.len() + 1 && queue.len() >= windows.len() + self.slack());
        let Range { start, end } = windows;
        let (mut at, mut filled) = (start, 0);
        match self.0 {
            Kind::Scalar => {}
            #[cfg(target_arch = "aarch64")]
            // SAFETY: the engine was made after the processor said that it has these instructions.
            Kind::Neon => unsafe { aarch64::neon(masks, text, &mut at, end, queue, &mut filled) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kind::Avx2 => unsafe { x86_64::avx2(masks, text, &mut at, end, queue, &mut filled) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kind::Avx512 => unsafe { x86_64::avx512(masks, text, &mut at, end, queue, &mut filled) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kind::Avx512Vbmi => unsafe { x86_64::avx512_vbmi(masks, text, &mut at, end, queue, &mut filled) },
        }
        // What is left is shorter than a vector.
        for place in at..end {
            queue[filled] = offset(place - start);
            filled += 1;
        }
        filled
    }
}

/// A class of ASCII characters as tables: a bit for each high half, and for each low half the high halves it goes with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Class {
    set: ByteSet,
    low: [u8; 16],
    high: [u8; 16],
}

impl Class {
    pub(crate) const fn new(class: &ByteSet) -> Self {
        let mut tables = Self { set: ByteSet::of(b""), low: [0; 16], high: [0; 16] };
        let mut byte = 0;
        while byte < 128 {
            if class.contains(byte) {
                tables.set.insert(byte);
                tables.low[(byte & 15) as usize] |= 1 << (byte >> 4);
                tables.high[(byte >> 4) as usize] = 1 << (byte >> 4);
            }
            byte += 1;
        }
        tables
    }
}

impl Engine {
    /// Writes for every 64 bytes of `text` which of them are in `class`; the last mask is filled up with zeros.
    pub(crate) fn classify(self, class: &Class, text: &[u8], masks: &mut [u64]) {
        let done = match self.0 {
            Kind::Scalar => 0,
            #[cfg(target_arch = "aarch64")]
            // SAFETY: the engine was made after the processor said that it has these instructions.
            Kind::Neon => unsafe { aarch64::classify(class, text, masks) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kind::Avx2 => unsafe { x86_64::classify_avx2(class, text, masks) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kind::Avx512 | Kind::Avx512Vbmi => unsafe { x86_64::classify_avx512(class, text, masks) },
        };
        for (bytes, mask) in text.chunks(64).zip(masks).skip(done) {
            *mask = bytes.iter().rev().fold(0, |mask, &byte| mask << 1 | u64::from(class.set.contains(byte)));
        }
    }
}

/// The tables of a filter, in sets of eight buckets: which buckets of the set a byte fits at each place of a window. Those of
/// the layout that the engine has are filled.
#[derive(Clone, Debug)]
pub(crate) struct Masks {
    /// By the low half of the byte.
    low: [[[u8; 16]; WIDTH]; MOST / 8],
    /// By the high half.
    high: [[[u8; 16]; WIDTH]; MOST / 8],
    /// By its code.
    codes: [[[u8; CODES]; WIDE]; MOST / 8],
}

impl Masks {
    pub(crate) fn new() -> Self {
        Self { low: Default::default(), high: Default::default(), codes: [[[0; CODES]; WIDE]; MOST / 8] }
    }

    /// Adds a window, by what the filter [sees](Layout::columns) of it, to a bucket.
    pub(crate) fn add(&mut self, layout: Layout, bucket: usize, columns: &[u64]) {
        let (set, bit) = (bucket / 8, 1 << (bucket % 8));
        let fill = |table: &mut [u8], values: u64| {
            table.iter_mut().enumerate().filter(|(value, _)| values >> value & 1 == 1).for_each(|(_, entry)| *entry |= bit);
        };
        if layout == Layout::BY_CODES {
            self.codes[set].iter_mut().zip(columns).for_each(|(table, &values)| fill(table, values));
        } else {
            let (halves, _) = columns.as_chunks();
            for ((low, high), &[lows, highs]) in self.low[set].iter_mut().zip(&mut self.high[set]).zip(halves) {
                fill(low, lows);
                fill(high, highs);
            }
        }
    }
}

/// Places are written in groups, so that the loop's length can be foretold.
const AT_ONCE: usize = 4;

/// Writes the places of the bits of `mask`, which count from `base`, to `queue` from `filled` on.
#[inline]
fn flatten(mut mask: u64, base: usize, queue: &mut [u32], filled: &mut usize) {
    let base = offset(base);
    let end = *filled + mask.count_ones() as usize;
    let mut at = *filled;
    while at < end {
        for slot in &mut queue[at..at + AT_ONCE] {
            *slot = base.wrapping_add(mask.trailing_zeros());
            mask &= mask.wrapping_sub(1);
        }
        at += AT_ONCE;
    }
    *filled = end;
}

/// A place in a block, which is far shorter than `u32` reaches.
#[inline]
fn offset(place: usize) -> u32 {
    place as u32
}
