//! Formats whose strings follow a length, so that in the raw bytes they run into their neighbours: compiled Python
//! (`.pyc`, the `marshal` format) and Dalvik executables (`.dex`). Each string becomes a line.

use super::door::Door;
use super::numbers::u32_at;
use super::parts::Parts;
use super::place::Place;
use super::{Halt, Outcome};

/// What the strings of a program are called.
const NAME: &str = "strings";
/// Where the table of strings is described in a dex file.
const DEX_STRINGS: usize = 56;

/// The third and fourth byte of every magic number of Python are a line end.
pub(super) fn is_pyc(head: &[u8], name: &str) -> bool {
    (name.ends_with(".pyc") || name.ends_with(".pyo")) && head.get(2..4) == Some(b"\r\n")
}

/// Reads the strings by their tags: <https://github.com/python/cpython/blob/main/Python/marshal.c>. What is around them
/// depends on the version of Python; since every string's length is known, its inside is never taken for a tag.
pub(super) fn pyc(door: &mut Door<'_>, place: &Place, bytes: &[u8]) -> Outcome {
    let mut parts = Parts::new(NAME);
    let mut at = 8;
    while let Some(&tag) = bytes.get(at) {
        at += 1;
        // The highest bit says that the object is referred to later.
        let (start, length) = match tag & 0x7F {
            b'z' | b'Z' => (at + 1, bytes.get(at).map_or(0, |&length| usize::from(length))),
            b'a' | b'A' | b'u' | b's' | b't' => (at + 4, u32_at(bytes, at) as usize),
            _ => continue,
        };
        let Some(string) = start.checked_add(length).and_then(|end| bytes.get(start..end)) else { continue };
        if tag & 0x7F != b's' && std::str::from_utf8(string).is_err() {
            continue;
        }
        at = start + length;
        if string.iter().all(|&byte| byte >= b' ' || byte.is_ascii_whitespace()) {
            parts.text().extend_from_slice(string);
            parts.text().push(b'\n');
            parts.flush(door, place)?;
        }
    }
    parts.finish(door, place)
}

/// Reads the table of strings: <https://source.android.com/docs/core/runtime/dex-format#string-data-item>.
pub(super) fn dex(door: &mut Door<'_>, place: &Place, bytes: &[u8]) -> Outcome {
    let (count, table) = (u32_at(bytes, DEX_STRINGS) as usize, u32_at(bytes, DEX_STRINGS + 4) as usize);
    let table = table.checked_add(count.saturating_mul(4)).and_then(|end| bytes.get(table..end));
    let Some(table) = table else { return Err(Halt::damaged("its table of strings is damaged")) };
    let mut parts = Parts::bounded(NAME, bytes.len());
    for offset in table.chunks_exact(4) {
        let data = bytes.get(u32_at(offset, 0) as usize..).unwrap_or_default();
        // The length in UTF-16, of which only the end matters.
        let Some(length_end) = data.iter().take(5).position(|&byte| byte < 0x80) else { continue };
        let string = data[length_end + 1..].split(|&byte| byte == 0).next().unwrap_or_default();
        parts.text().extend_from_slice(string);
        parts.text().push(b'\n');
        parts.flush(door, place)?;
    }
    parts.finish(door, place)
}
