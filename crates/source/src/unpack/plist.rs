//! Binary property lists (`Info.plist` and others in an ipa), by Apple's CFBinaryPList.c.
//!
//! The table of objects is read from front to back instead of as a tree: no circle can form, and objects that others
//! share are not written again and again. An entry of a dictionary becomes a line `key=value`.

use super::door::Door;
use super::parts::Parts;
use super::place::Place;
use super::{Halt, Outcome, is_container};

const TRAILER: usize = 32;

/// A property list.
struct List<'b> {
    bytes: &'b [u8],
    offset_size: usize,
    reference_size: usize,
    offsets: &'b [u8],
}

/// An object of it.
enum Object<'b> {
    Ascii(&'b [u8]),
    Utf16(&'b [u8]),
    Data(&'b [u8]),
    Dictionary { keys: &'b [u8], values: &'b [u8] },
    Other,
}

impl Object<'_> {
    fn is_text(&self) -> bool {
        matches!(self, Self::Ascii(_) | Self::Utf16(_))
    }

    fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Ascii(bytes) | Self::Data(bytes) => into.extend_from_slice(bytes),
            Self::Utf16(bytes) => {
                let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                for unit in char::decode_utf16(units) {
                    into.extend_from_slice(unit.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            Self::Dictionary { .. } | Self::Other => {}
        }
    }
}

pub(super) fn read(door: &mut Door<'_>, place: &Place, bytes: &[u8]) -> Outcome {
    let Some(list) = List::new(bytes) else { return Err(Halt::damaged("its table of objects is damaged")) };
    let mut parts = Parts::bounded("values", bytes.len());
    let mut written = vec![false; list.count()];
    // Each reference takes a byte at least, unless dictionaries overlap.
    let mut references = bytes.len();
    for index in 0..list.count() {
        let Object::Dictionary { keys, values } = list.object(index) else { continue };
        for (key, value) in keys.chunks_exact(list.reference_size).zip(values.chunks_exact(list.reference_size)) {
            references = references.checked_sub(1).ok_or_else(|| Halt::damaged("its dictionaries overlap"))?;
            let (key, at) = (list.object(number(key)), number(value));
            let value = list.object(at);
            if key.is_text() && value.is_text() {
                key.write(parts.text());
                parts.text().push(b'=');
                value.write(parts.text());
                parts.text().push(b'\n');
                parts.flush(door, place)?;
                written[at] = true;
            }
        }
    }
    for index in (0..list.count()).filter(|&index| !written[index]) {
        match list.object(index) {
            Object::Data(data) if is_container(data, "") => {
                let budget = door.budget;
                door.member(place, format!("data-{index}").as_bytes(), &mut budget.metered(data, 1))?;
            }
            Object::Dictionary { .. } | Object::Other => {}
            object => {
                object.write(parts.text());
                parts.text().push(b'\n');
                parts.flush(door, place)?;
            }
        }
    }
    parts.finish(door, place)
}

impl<'b> List<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        let trailer = bytes.get(bytes.len().checked_sub(TRAILER)?..)?;
        let (offset_size, reference_size) = (usize::from(trailer[6]), usize::from(trailer[7]));
        let (count, table) = (number(&trailer[8..16]), number(&trailer[24..32]));
        if !(1..=8).contains(&offset_size) || !(1..=8).contains(&reference_size) {
            return None;
        }
        let offsets = bytes.get(table..table.checked_add(count.checked_mul(offset_size)?)?)?;
        Some(Self { bytes, offset_size, reference_size, offsets })
    }

    fn count(&self) -> usize {
        self.offsets.len() / self.offset_size
    }

    fn object(&self, index: usize) -> Object<'b> {
        self.find(index).unwrap_or(Object::Other)
    }

    fn find(&self, index: usize) -> Option<Object<'b>> {
        let at = number(self.offsets.chunks_exact(self.offset_size).nth(index)?);
        let marker = *self.bytes.get(at)?;
        let (mut start, mut length) = (at.checked_add(1)?, usize::from(marker & 0x0F));
        if length == 0x0F {
            // A longer length is written as a number object.
            let width = 1_usize << (self.bytes.get(start)? & 0x07).min(3);
            length = number(self.bytes.get(start + 1..start + 1 + width)?);
            start += 1 + width;
        }
        let slice = |length: usize| self.bytes.get(start..start.checked_add(length)?);
        match marker >> 4 {
            4 => Some(Object::Data(slice(length)?)),
            5 | 7 => Some(Object::Ascii(slice(length)?)),
            6 => Some(Object::Utf16(slice(length.checked_mul(2)?)?)),
            0xD => {
                let half = length.checked_mul(self.reference_size)?;
                let (keys, values) = slice(half.checked_mul(2)?)?.split_at(half);
                Some(Object::Dictionary { keys, values })
            }
            _ => None,
        }
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0_usize, |number, &byte| number.wrapping_shl(8) | usize::from(byte))
}
