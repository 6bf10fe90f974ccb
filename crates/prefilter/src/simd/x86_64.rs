//! AVX2, AVX-512BW and AVX-512 VBMI.

use std::arch::x86_64::*;

use super::{Class, Masks, flatten};
use crate::layout::CODE_OF;
use crate::window::{WIDE, WIDTH};

/// Filters windows from `at` on, 64 at a time, as long as all of them start before `end` and all their bytes are in `text`.
#[target_feature(enable = "avx512f,avx512bw,bmi1,popcnt")]
pub(super) fn avx512(masks: &Masks, text: &[u8], at: &mut usize, end: usize, queue: &mut [u32], filled: &mut usize) {
    const STEP: usize = size_of::<__m512i>();
    let load = |table: &[u8; 16]| {
        // SAFETY: 16 bytes are read from an array of 16; the load needs no alignment.
        _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
    };
    let low = masks.low.each_ref().map(|set| set.each_ref().map(load));
    let high = masks.high.each_ref().map(|set| set.each_ref().map(load));
    let half = _mm512_set1_epi8(0x0f);
    let start = *at;
    while *at + STEP <= end && *at + STEP + WIDTH - 1 <= text.len() {
        let bytes: [__m512i; WIDTH] = std::array::from_fn(|place| {
            // SAFETY: at + place + STEP <= at + WIDTH - 1 + STEP <= text.len(); the load needs no alignment.
            unsafe { _mm512_loadu_si512(text.as_ptr().add(*at + place).cast()) }
        });
        let lows = bytes.map(|bytes| _mm512_and_si512(bytes, half));
        let highs = bytes.map(|bytes| _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half));
        let mut passed = 0;
        for (low, high) in low.iter().zip(&high) {
            let fits = |place: usize| {
                _mm512_and_si512(_mm512_shuffle_epi8(low[place], lows[place]), _mm512_shuffle_epi8(high[place], highs[place]))
            };
            passed |= _mm512_test_epi8_mask(_mm512_and_si512(fits(0), fits(1)), _mm512_and_si512(fits(2), fits(3)));
        }
        flatten(passed, *at - start, queue, filled);
        *at += STEP;
    }
}

/// Filters all windows from `at` to `end`, 64 at a time. Bytes behind the text count as zeros.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1,popcnt")]
pub(super) fn avx512_vbmi(masks: &Masks, text: &[u8], at: &mut usize, end: usize, queue: &mut [u32], filled: &mut usize) {
    const STEP: usize = size_of::<__m512i>();
    // SAFETY: 64 bytes are read from an array of 64; the load needs no alignment.
    let load = |table: &[u8; STEP]| unsafe { _mm512_loadu_si512(table.as_ptr().cast()) };
    let tables = masks.codes.each_ref().map(|set| set.each_ref().map(load));
    let [codes, more] = [0, STEP].map(|from| load(&std::array::from_fn(|at| CODE_OF[from + at])));
    let start = *at;
    while *at < end {
        let rest = text.len() - *at;
        let bytes = |place: usize| match text.as_ptr().wrapping_add(*at + place).cast() {
            // SAFETY: place < WIDE, so that *at + place + STEP <= text.len(); the load needs no alignment.
            from if rest >= STEP + WIDE - 1 => unsafe { _mm512_loadu_epi8(from) },
            // SAFETY: the mask holds as many bits as there are bytes from there to the end of the text, and no other byte is read.
            from => unsafe { _mm512_maskz_loadu_epi8(first(rest.saturating_sub(place)), from) },
        };
        let seen: [__m512i; WIDE] = std::array::from_fn(|place| _mm512_permutex2var_epi8(codes, bytes(place), more));
        let mut passed = 0;
        for set in &tables {
            let fits = |place: usize| _mm512_permutexvar_epi8(seen[place], set[place]);
            let all = (1..WIDE - 1).fold(fits(0), |all, place| _mm512_and_si512(all, fits(place)));
            passed |= _mm512_test_epi8_mask(all, fits(WIDE - 1));
        }
        flatten(passed & first(end - *at), *at - start, queue, filled);
        *at = end.min(*at + STEP);
    }
}

/// A mask of the first `count` of 64.
#[inline]
fn first(count: usize) -> u64 {
    if count >= 64 { !0 } else { (1 << count) - 1 }
}

/// As [`avx512`], 32 at a time.
#[target_feature(enable = "avx2,bmi1,popcnt")]
pub(super) fn avx2(masks: &Masks, text: &[u8], at: &mut usize, end: usize, queue: &mut [u32], filled: &mut usize) {
    const STEP: usize = size_of::<__m256i>();
    const SETS: usize = 3;
    let load = |table: &[u8; 16]| {
        // SAFETY: 16 bytes are read from an array of 16; the load needs no alignment.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
    };
    let low: [[__m256i; WIDTH]; SETS] = std::array::from_fn(|set| masks.low[set].each_ref().map(load));
    let high: [[__m256i; WIDTH]; SETS] = std::array::from_fn(|set| masks.high[set].each_ref().map(load));
    let (half, zero) = (_mm256_set1_epi8(0x0f), _mm256_setzero_si256());
    let start = *at;
    while *at + STEP <= end && *at + STEP + WIDTH - 1 <= text.len() {
        let bytes: [__m256i; WIDTH] = std::array::from_fn(|place| {
            // SAFETY: at + place + STEP <= at + WIDTH - 1 + STEP <= text.len(); the load needs no alignment.
            unsafe { _mm256_loadu_si256(text.as_ptr().add(*at + place).cast()) }
        });
        let lows = bytes.map(|bytes| _mm256_and_si256(bytes, half));
        let highs = bytes.map(|bytes| _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half));
        let mut passed = zero;
        for (low, high) in low.iter().zip(&high) {
            let fits = |place: usize| {
                _mm256_and_si256(_mm256_shuffle_epi8(low[place], lows[place]), _mm256_shuffle_epi8(high[place], highs[place]))
            };
            passed = _mm256_or_si256(passed, _mm256_and_si256(_mm256_and_si256(fits(0), fits(1)), _mm256_and_si256(fits(2), fits(3))));
        }
        let failed = _mm256_movemask_epi8(_mm256_cmpeq_epi8(passed, zero)) as u32;
        flatten(u64::from(!failed), *at - start, queue, filled);
        *at += STEP;
    }
}

/// Writes the masks of whole groups of 64 bytes; says how many.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn classify_avx512(class: &Class, text: &[u8], masks: &mut [u64]) -> usize {
    // SAFETY: 16 bytes are read from an array of 16; the load needs no alignment.
    let load = |table: &[u8; 16]| _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(table.as_ptr().cast()) });
    let (low, high, half) = (load(&class.low), load(&class.high), _mm512_set1_epi8(0x0f));
    let groups = text.as_chunks::<64>().0;
    for (group, mask) in groups.iter().zip(masks) {
        // SAFETY: 64 bytes are read from an array of 64; the load needs no alignment.
        let bytes = unsafe { _mm512_loadu_si512(group.as_ptr().cast()) };
        let lows = _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, half));
        let highs = _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half));
        *mask = _mm512_test_epi8_mask(lows, highs);
    }
    groups.len()
}

/// As [`classify_avx512`].
#[target_feature(enable = "avx2")]
pub(super) fn classify_avx2(class: &Class, text: &[u8], masks: &mut [u64]) -> usize {
    // SAFETY: 16 bytes are read from an array of 16; the load needs no alignment.
    let load = |table: &[u8; 16]| _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) });
    let (low, high) = (load(&class.low), load(&class.high));
    let (half, zero) = (_mm256_set1_epi8(0x0f), _mm256_setzero_si256());
    let of_half = |bytes: &[u8; 32]| {
        // SAFETY: 32 bytes are read from an array of 32; the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        let lows = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half));
        let highs = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half));
        let outside = _mm256_cmpeq_epi8(_mm256_and_si256(lows, highs), zero);
        u64::from(!_mm256_movemask_epi8(outside) as u32)
    };
    let halves = text.as_chunks::<32>().0;
    let pairs = halves.as_chunks::<2>().0;
    for ([first, second], mask) in pairs.iter().zip(masks) {
        *mask = of_half(first) | of_half(second) << 32;
    }
    pairs.len()
}
