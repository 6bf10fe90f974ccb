//! Compiled Android resources: `resources.arsc` and binary XML such as `AndroidManifest.xml`.
//! <https://android.googlesource.com/platform/frameworks/base/+/main/libs/androidfw/include/androidfw/ResourceTypes.h>
//!
//! Both are chunks with pools of strings. A string resource becomes a line `name=value`, an element of XML a line with
//! its attributes, and what is left of the pools a line for each string.

use super::Outcome;
use super::door::Door;
use super::numbers::{u16_at, u32_at};
use super::parts::Parts;
use super::place::Place;

const STRING_POOL: u16 = 0x0001;
const TABLE: u16 = 0x0002;
const XML: u16 = 0x0003;
const XML_ELEMENT: u16 = 0x0102;
const PACKAGE: u16 = 0x0200;
const TYPE: u16 = 0x0201;
/// Type of a value that is the index of a string.
const STRING: u8 = 3;
const ATTRIBUTE: usize = 20;

/// Whether the first chunk inside is a pool of strings.
pub(super) fn is_resources(head: &[u8], _name: &str) -> bool {
    let first = usize::from(u16_at(head, 2));
    u16_at(head, first) == STRING_POOL && u16_at(head, first + 2) == 28
}

/// A pool of strings.
struct Pool<'b> {
    chunk: &'b [u8],
    written: Vec<bool>,
}

/// The pools met so far: first the values, in a table then the names of types and the names of entries.
struct Resources<'b> {
    pools: Vec<Pool<'b>>,
    parts: Parts,
}

pub(super) fn read(door: &mut Door<'_>, place: &Place, bytes: &[u8]) -> Outcome {
    let mut resources = Resources { pools: Vec::new(), parts: Parts::bounded("strings", bytes.len()) };
    let mut at = 0;
    while at + 8 <= bytes.len() {
        let (header, size) = (usize::from(u16_at(bytes, at + 2)), u32_at(bytes, at + 4) as usize);
        let chunk = &bytes[at..at.saturating_add(size).min(bytes.len())];
        if header < 8 || size < header {
            break;
        }
        match u16_at(bytes, at) {
            TABLE | XML | PACKAGE => {
                at += header;
                continue;
            }
            STRING_POOL => resources.pools.push(Pool::new(chunk)),
            TYPE => resources.entries(door, place, chunk, header)?,
            XML_ELEMENT => resources.element(door, place, chunk, header)?,
            _ => {}
        }
        resources.parts.flush(door, place)?;
        at += size;
    }
    resources.finish(door, place)
}

impl<'b> Resources<'b> {
    /// Entries of one type. The names stand in the last pool, that of the package; the values in the first.
    fn entries(&mut self, door: &mut Door<'_>, place: &Place, chunk: &'b [u8], header: usize) -> Outcome {
        let (flags, count, start) = (chunk.get(9).copied().unwrap_or(0), u32_at(chunk, 12) as usize, u32_at(chunk, 16) as usize);
        let width = if flags & 2 != 0 { 2 } else { 4 };
        for index in 0..count.min(chunk.len() / width) {
            // An offset of 16 bits, alone or behind the number of a sparse entry, counts four bytes.
            let offset = match flags & 3 {
                0 => u32_at(chunk, header + 4 * index) as usize,
                1 => 4 * usize::from(u16_at(chunk, header + 4 * index + 2)),
                _ => 4 * usize::from(u16_at(chunk, header + 2 * index)),
            };
            let entry = start.saturating_add(offset);
            let (name, is_string, value) = if u16_at(chunk, entry.saturating_add(2)) & 8 != 0 {
                (u32::from(u16_at(chunk, entry)), chunk.get(entry + 3) == Some(&STRING), u32_at(chunk, entry + 4))
            } else if u16_at(chunk, entry.saturating_add(2)) & 1 == 0 {
                (u32_at(chunk, entry + 4), chunk.get(entry + 11) == Some(&STRING), u32_at(chunk, entry + 12))
            } else {
                continue;
            };
            if is_string {
                let last = self.pools.len().saturating_sub(1);
                self.write(last, name);
                self.parts.text().push(b'=');
                self.write(0, value);
                self.parts.text().push(b'\n');
                self.parts.flush(door, place)?;
            }
        }
        Ok(())
    }

    fn element(&mut self, door: &mut Door<'_>, place: &Place, chunk: &'b [u8], header: usize) -> Outcome {
        self.write(0, u32_at(chunk, header + 4));
        let attributes = chunk.get(header + usize::from(u16_at(chunk, header + 8))..).unwrap_or_default();
        for attribute in attributes.chunks_exact(ATTRIBUTE).take(usize::from(u16_at(chunk, header + 12))) {
            self.parts.text().push(b' ');
            self.write(0, u32_at(attribute, 4));
            self.parts.text().extend_from_slice(b"=\"");
            if attribute[15] == STRING {
                self.write(0, u32_at(attribute, 16));
            }
            self.parts.text().push(b'"');
            self.parts.flush(door, place)?;
        }
        self.parts.text().push(b'\n');
        Ok(())
    }

    fn write(&mut self, pool: usize, index: u32) {
        if let Some(pool) = self.pools.get_mut(pool) {
            pool.write(index as usize, self.parts.text());
        }
    }

    fn finish(mut self, door: &mut Door<'_>, place: &Place) -> Outcome {
        for pool in &mut self.pools {
            for index in 0..pool.written.len() {
                if !pool.written[index] {
                    pool.write(index, self.parts.text());
                    self.parts.text().push(b'\n');
                    self.parts.flush(door, place)?;
                }
            }
        }
        self.parts.finish(door, place)
    }
}

impl<'b> Pool<'b> {
    fn new(chunk: &'b [u8]) -> Self {
        Self { chunk, written: vec![false; (u32_at(chunk, 8) as usize).min(chunk.len() / 4)] }
    }

    fn write(&mut self, index: usize, into: &mut Vec<u8>) {
        let Some(written) = self.written.get_mut(index) else { return };
        *written = true;
        let offset = u32_at(self.chunk, usize::from(u16_at(self.chunk, 2)) + 4 * index) as usize;
        let start = (u32_at(self.chunk, 20) as usize).saturating_add(offset);
        let bytes = self.chunk.get(start..).unwrap_or_default();
        if u32_at(self.chunk, 16) & 0x100 != 0 {
            write_utf8(bytes, into);
        } else {
            write_utf16(bytes, into);
        }
    }
}

/// Length in characters, length in bytes, each of one byte or two, then the bytes.
fn write_utf8(bytes: &[u8], into: &mut Vec<u8>) {
    let width = |at: usize| if bytes.get(at).is_some_and(|&byte| byte & 0x80 != 0) { 2 } else { 1 };
    let at = width(0);
    let (first, second) = (bytes.get(at).map_or(0, |&byte| usize::from(byte)), bytes.get(at + 1).map_or(0, |&byte| usize::from(byte)));
    let length = if width(at) == 2 { (first & 0x7F) << 8 | second } else { first };
    let start = at + width(at);
    into.extend_from_slice(bytes.get(start..start + length).unwrap_or_default());
}

/// Length of one unit or two, then the units.
fn write_utf16(bytes: &[u8], into: &mut Vec<u8>) {
    let first = usize::from(u16_at(bytes, 0));
    let (start, length) = if first & 0x8000 != 0 { (4_usize, (first & 0x7FFF) << 16 | usize::from(u16_at(bytes, 2))) } else { (2, first) };
    let units = bytes.get(start..start.saturating_add(2 * length)).unwrap_or_default();
    for unit in char::decode_utf16(units.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))) {
        into.extend_from_slice(unit.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]).as_bytes());
    }
}
