//! Rows as text.

use std::io::Cursor;

use super::page::{Kind, Page, varint};
use crate::unpack::door::Door;
use crate::unpack::parts::Parts;
use crate::unpack::place::Place;
use crate::unpack::{Outcome, is_container};

/// How the database writes text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoding {
    Utf8,
    Utf16le,
    Utf16be,
}

impl Encoding {
    pub(super) fn from_header(number: u64) -> Self {
        match number {
            2 => Self::Utf16le,
            3 => Self::Utf16be,
            _ => Self::Utf8,
        }
    }

    /// `text` in UTF-8.
    pub(super) fn decode(self, text: &[u8], into: &mut Vec<u8>) {
        let read = match self {
            Self::Utf8 => return into.extend_from_slice(text),
            Self::Utf16le => u16::from_le_bytes,
            Self::Utf16be => u16::from_be_bytes,
        };
        let units = text.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            into.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// A value of a row.
pub(super) enum Value<'r> {
    Number(i64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
    /// Null, or a fraction.
    Other,
}

/// The values of the record `payload`, as far as it goes.
pub(super) fn values(payload: &[u8]) -> impl Iterator<Item = Value<'_>> {
    let mut at = 0;
    let header_end = varint(payload, &mut at).map_or(0, |size| usize::try_from(size).unwrap_or(usize::MAX)).min(payload.len());
    let mut data = header_end;
    std::iter::from_fn(move || {
        let kind = (at < header_end).then(|| varint(payload, &mut at)).flatten()?;
        let size = match kind {
            0 | 8.. if kind < 12 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            _ => (kind - 12) / 2,
        };
        let end = data.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)).min(payload.len());
        let bytes = &payload[data.min(end)..end];
        data = end;
        Some(match kind {
            1..=6 => Value::Number(bytes.iter().fold(if bytes.first() >= Some(&0x80) { -1 } else { 0 }, |n, &b| n << 8 | i64::from(b))),
            8 | 9 => Value::Number(kind as i64 - 8),
            12.. if kind % 2 == 1 => Value::Text(bytes),
            12.. => Value::Blob(bytes),
            _ => Value::Other,
        })
    })
}

/// The rows of one table on their way out.
pub(super) struct Rows<'t> {
    table: &'t str,
    /// Names of the values, as far as they are known.
    pub(super) columns: &'t [String],
    encoding: Encoding,
    rows: Parts,
    deleted: Parts,
}

impl<'t> Rows<'t> {
    pub(super) fn new(table: &'t str, columns: &'t [String], encoding: Encoding) -> Self {
        Self { table, columns, encoding, rows: Parts::new(table), deleted: Parts::new(format!("{table}-deleted")) }
    }

    /// Adds a row. A blob that is a container is read as a member of its own.
    pub(super) fn row(&mut self, door: &mut Door<'_>, place: &Place, row: u64, payload: &[u8]) -> Outcome {
        for (index, value) in values(payload).enumerate() {
            match value {
                Value::Blob(blob) if is_container(blob, "") => {
                    let name = format!("{}-{row}.{}", self.table, index + 1);
                    door.member(place, name.as_bytes(), &mut Cursor::new(blob))?;
                }
                Value::Other => {}
                value => self.value(self.columns.get(index), value),
            }
        }
        self.rows.text().push(b'\n');
        self.rows.flush(door, place)
    }

    fn value(&mut self, column: Option<&String>, value: Value<'_>) {
        let text = self.rows.text();
        if let Some(column) = column {
            text.extend_from_slice(column.as_bytes());
            text.push(b'=');
        }
        match value {
            Value::Number(number) => text.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(value) => self.encoding.decode(value, text),
            Value::Blob(blob) => text.extend_from_slice(blob),
            Value::Other => {}
        }
        text.push(b'\n');
    }

    /// Adds bytes that are no row.
    pub(super) fn raw(&mut self, door: &mut Door<'_>, place: &Place, bytes: &[u8]) -> Outcome {
        self.rows.text().extend_from_slice(bytes);
        self.rows.text().push(b'\n');
        self.rows.flush(door, place)
    }

    /// Adds what is left of deleted rows on `page`.
    pub(super) fn deleted(&mut self, door: &mut Door<'_>, place: &Place, page: &Page) -> Outcome {
        if page.kind != Kind::Other {
            for part in page.unused() {
                self.deleted.text().extend_from_slice(part);
                self.deleted.text().push(b'\n');
            }
        }
        self.deleted.flush(door, place)
    }

    /// Pushes what is left.
    pub(super) fn finish(self, door: &mut Door<'_>, place: &Place) -> Outcome {
        self.rows.finish(door, place)?;
        self.deleted.finish(door, place)
    }
}
