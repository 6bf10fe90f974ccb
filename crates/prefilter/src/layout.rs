//! What the filter of an engine tells apart. Windows and buckets are chosen for that, and a choice holds for no other.

use crate::byte_set::ByteSet;
use crate::window::{WIDE, WIDTH, Window};

/// How many buckets a filter has, and what it sees of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    buckets: usize,
    sees: Sees,
}

/// What a filter sees of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    /// The halves of each of four bytes, one independent of the other.
    Halves,
    /// The [code](code) of each of six bytes.
    Codes,
}

/// Most buckets a filter may have.
pub(crate) const MOST: usize = 48;
/// How many codes there are.
pub(crate) const CODES: usize = 64;

impl Layout {
    /// The layouts that engines have, on any processor.
    pub const ALL: [Self; 5] = [Self::by_halves(8), Self::by_halves(16), Self::by_halves(24), Self::by_halves(48), Self::BY_CODES];
    /// The layout of a filter that can look up a code.
    pub(crate) const BY_CODES: Self = Self { buckets: MOST, sees: Sees::Codes };

    /// The layout of a filter that looks up halves of bytes in so many buckets: more let fewer windows through, and take longer.
    pub(crate) const fn by_halves(buckets: usize) -> Self {
        Self { buckets, sees: Sees::Halves }
    }

    /// How many buckets the filter has.
    pub(crate) fn buckets(self) -> usize {
        self.buckets
    }

    /// What may be seen of a window: a set of values for each thing that is seen. The low and the high half of the first byte,
    /// of the second …; or the code of the first byte, of the second …
    pub(crate) fn columns(self, window: &Window) -> Vec<u64> {
        // Where any byte will do, nothing need be counted; that is so at many places.
        let of = |set: ByteSet, value: fn(u8) -> u8| set.iter().fold(0, |values, byte| values | 1 << value(byte));
        let all = match self.sees {
            Sees::Halves => 0xffff,
            Sees::Codes => !0,
        };
        let set = |place: usize, value| if window.places[place] == ByteSet::ANY { all } else { of(window.places[place], value) };
        match self.sees {
            Sees::Halves => (0..WIDTH).flat_map(|place| [set(place, low), set(place, high)]).collect(),
            Sees::Codes => (0..WIDE).map(|place| set(place, code)).collect(),
        }
    }

    /// What is seen of six bytes of a text, in the same order.
    pub(crate) fn values(self, bytes: &[u8; WIDE]) -> Vec<u8> {
        match self.sees {
            Sees::Halves => bytes[..WIDTH].iter().flat_map(|&byte| [low(byte), high(byte)]).collect(),
            Sees::Codes => bytes.iter().map(|&byte| code(byte)).collect(),
        }
    }
}

fn low(byte: u8) -> u8 {
    byte & 15
}

fn high(byte: u8) -> u8 {
    byte >> 4
}

/// The code of a byte: letters have one whatever their case, digits and what is frequent in texts have one of their own, the
/// rest shares one. Of a byte beyond ASCII only seven bits count.
pub(crate) fn code(byte: u8) -> u8 {
    CODE_OF[usize::from(byte & 127)]
}

/// The code of each byte of ASCII.
pub(crate) static CODE_OF: [u8; 128] = {
    const OWN: &[u8; CODES - 1] = b"abcdefghijklmnopqrstuvwxyz0123456789_-=:.,/ \n\"'(){}<>[];#@$&*+!";
    let mut codes = [0; 128];
    let mut at = 0;
    while at < OWN.len() {
        codes[OWN[at].to_ascii_uppercase() as usize] = at as u8 + 1;
        codes[OWN[at] as usize] = at as u8 + 1;
        at += 1;
    }
    codes
};
