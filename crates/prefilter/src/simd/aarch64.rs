//! NEON.

use std::arch::aarch64::*;

use super::{Class, Masks, flatten};
use crate::window::WIDTH;

const SETS: usize = 2;

/// Filters windows from `at` on, 16 at a time, as long as all of them start before `end` and all their bytes are in `text`.
#[target_feature(enable = "neon")]
pub(super) fn neon(masks: &Masks, text: &[u8], at: &mut usize, end: usize, queue: &mut [u32], filled: &mut usize) {
    const STEP: usize = size_of::<uint8x16_t>();
    // SAFETY: 16 bytes are read from an array of 16.
    let load = |table: &[u8; 16]| unsafe { vld1q_u8(table.as_ptr()) };
    let low: [[uint8x16_t; WIDTH]; SETS] = std::array::from_fn(|set| masks.low[set].each_ref().map(load));
    let high: [[uint8x16_t; WIDTH]; SETS] = std::array::from_fn(|set| masks.high[set].each_ref().map(load));
    let half = vdupq_n_u8(0x0f);
    let start = *at;
    while *at + STEP <= end && *at + STEP + WIDTH - 1 <= text.len() {
        let bytes: [uint8x16_t; WIDTH] = std::array::from_fn(|place| {
            // SAFETY: at + place + STEP <= at + WIDTH - 1 + STEP <= text.len().
            unsafe { vld1q_u8(text.as_ptr().add(*at + place)) }
        });
        let lows = bytes.map(|bytes| vandq_u8(bytes, half));
        let highs = bytes.map(|bytes| vshrq_n_u8::<4>(bytes));
        let mut passed = vdupq_n_u8(0);
        for (low, high) in low.iter().zip(&high) {
            let fits = |place: usize| vandq_u8(vqtbl1q_u8(low[place], lows[place]), vqtbl1q_u8(high[place], highs[place]));
            passed = vorrq_u8(passed, vandq_u8(vandq_u8(fits(0), fits(1)), vandq_u8(fits(2), fits(3))));
        }
        flatten(mask(vtstq_u8(passed, passed)), *at - start, queue, filled);
        *at += STEP;
    }
}

/// A bit for each byte that is not zero but all ones.
#[target_feature(enable = "neon")]
fn mask(bytes: uint8x16_t) -> u64 {
    // The place of each byte among eight: a sum over them is a mask.
    const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: 16 bytes are read from an array of 16.
    let marked = vandq_u8(bytes, unsafe { vld1q_u8(BITS.as_ptr()) });
    u64::from(vaddv_u8(vget_low_u8(marked))) | u64::from(vaddv_u8(vget_high_u8(marked))) << 8
}

/// Writes the masks of whole groups of 64 bytes; says how many.
#[target_feature(enable = "neon")]
pub(super) fn classify(class: &Class, text: &[u8], masks: &mut [u64]) -> usize {
    // SAFETY: 16 bytes are read from an array of 16.
    let load = |bytes: &[u8; 16]| unsafe { vld1q_u8(bytes.as_ptr()) };
    let (low, high, half) = (load(&class.low), load(&class.high), vdupq_n_u8(0x0f));
    let groups = text.as_chunks::<64>().0;
    for (group, all) in groups.iter().zip(masks) {
        *all = 0;
        for (place, bytes) in group.as_chunks::<16>().0.iter().enumerate() {
            let bytes = load(bytes);
            let inside = vtstq_u8(vqtbl1q_u8(low, vandq_u8(bytes, half)), vqtbl1q_u8(high, vshrq_n_u8::<4>(bytes)));
            *all |= mask(inside) << (16 * place);
        }
    }
    groups.len()
}
