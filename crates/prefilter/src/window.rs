//! Windows: the adjacent bytes by which a literal is searched for.

use crate::byte_set::ByteSet;
use crate::pattern::Pattern;

/// Bytes of a window that lie in the text, and by which it is looked up.
pub(crate) const WIDTH: usize = 4;
/// Bytes of a window that a filter may look at. Behind the literal, and behind the text, any byte will do.
pub(crate) const WIDE: usize = 6;
/// Windows further inside a long literal are not considered.
const FARTHEST: usize = 60;
/// Letters lose their case in a key; other bytes may fall together, which only costs a comparison.
const FOLD: u32 = 0x2020_2020;

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
    /// The bytes that may stand at each place.
    pub(crate) places: [ByteSet; WIDE],
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
    Window { at, key: Key::Four(keys(bytes).0), places: places(pattern, at) }
}

fn at_end(pattern: &Pattern) -> Window {
    let at = pattern.bytes.len() + 1 - WIDTH;
    let bytes = std::array::from_fn(|offset| pattern.bytes.get(at + offset).copied().unwrap_or(0));
    Window { at, key: Key::Three(keys(bytes).1), places: places(pattern, at) }
}

fn places(pattern: &Pattern, at: usize) -> [ByteSet; WIDE] {
    std::array::from_fn(|offset| match pattern.bytes.get(at + offset) {
        Some(&byte) => {
            let mut set = ByteSet::of(&[byte]);
            if pattern.ignore_case {
                set.insert_both_cases(byte);
            }
            set
        }
        None if at + offset == pattern.bytes.len() => pattern.after.unwrap_or(ByteSet::ANY),
        None => ByteSet::ANY,
    })
}
