//! Windows: the four adjacent bytes by which a literal is searched for.

use crate::pattern::Pattern;

/// Bytes of a window.
pub(crate) const WIDTH: usize = 4;
/// Windows further inside a long literal are not considered.
const FARTHEST: usize = 60;
/// Letters lose their case in a key; other bytes may fall together, which only costs a comparison.
const FOLD: u32 = 0x2020_2020;

/// The bytes that may stand at one place, as a product: any of these low halves with any of these high halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nibbles {
    pub(crate) low: u16,
    pub(crate) high: u16,
}

impl Nibbles {
    const ANY: Self = Self { low: !0, high: !0 };

    fn insert(&mut self, byte: u8) {
        self.low |= 1 << (byte & 15);
        self.high |= 1 << (byte >> 4);
    }
}

/// The bytes by which a window is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// All four.
    Four(u32),
    /// The first three; the last may be one of many.
    Three(u32),
}

/// A window of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Where in the literal it starts.
    pub(crate) at: usize,
    pub(crate) key: Key,
    pub(crate) nibbles: [Nibbles; WIDTH],
}

/// Every window of a pattern of at least three bytes. The one that ends in the bytes that may follow comes last.
pub(crate) fn windows(pattern: &Pattern) -> Vec<Window> {
    (0..FARTHEST).map_while(|number| window(pattern, number)).collect()
}

/// One of these windows, by its position among them.
pub(crate) fn window(pattern: &Pattern, number: usize) -> Option<Window> {
    let length = pattern.bytes.len();
    let inner = (length + 1).saturating_sub(WIDTH).min(FARTHEST);
    let has_end = length + 1 == WIDTH || pattern.after.is_some() && (WIDTH..FARTHEST).contains(&length);
    match number {
        _ if number < inner => Some(inside(pattern, number)),
        _ if number == inner && has_end => Some(at_end(pattern)),
        _ => None,
    }
}

/// The key of the four bytes at `at`, and of the first three of them.
#[inline]
pub(crate) fn keys(bytes: [u8; WIDTH]) -> (u32, u32) {
    let four = u32::from_le_bytes(bytes) | FOLD;
    (four, four & 0x00ff_ffff)
}

fn inside(pattern: &Pattern, at: usize) -> Window {
    let bytes = std::array::from_fn(|offset| pattern.bytes[at + offset]);
    Window { at, key: Key::Four(keys(bytes).0), nibbles: bytes.map(|byte| nibbles(byte, pattern.ignore_case)) }
}

fn at_end(pattern: &Pattern) -> Window {
    let at = pattern.bytes.len() + 1 - WIDTH;
    let bytes = std::array::from_fn(|offset| pattern.bytes.get(at + offset).copied().unwrap_or(0));
    let mut all = bytes.map(|byte| nibbles(byte, pattern.ignore_case));
    all[WIDTH - 1] = pattern.after.map_or(Nibbles::ANY, |after| {
        let mut some = Nibbles::default();
        after.iter().for_each(|byte| some.insert(byte));
        some
    });
    Window { at, key: Key::Three(keys(bytes).1), nibbles: all }
}

fn nibbles(byte: u8, ignore_case: bool) -> Nibbles {
    let mut nibbles = Nibbles::default();
    nibbles.insert(byte);
    if ignore_case {
        nibbles.insert(byte.to_ascii_lowercase());
        nibbles.insert(byte.to_ascii_uppercase());
    }
    nibbles
}
