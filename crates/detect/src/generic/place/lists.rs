//! Values that stand in a list or a block.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::value::{self, Literal};
use super::declared;

/// A longer item is none that is read.
const MAX_ITEM: usize = 512;

/// `["x"]`
pub(super) fn listed(mut cursor: Cursor<'_>) -> Option<Literal> {
    if !cursor.eat(b"[") {
        return None;
    }
    cursor.space();
    value::quoted(cursor).filter(|value| cursor.peek() != Some(b'[') && !declared::opens_new_key(cursor, *value))
}

/// The first line of a YAML block.
pub(super) fn block(mut cursor: Cursor<'_>) -> Option<Literal> {
    cursor.run(4, |byte| matches!(byte, b'|' | b'>' | b'-' | b'+'));
    cursor.blanks();
    if !matches!(cursor.peek(), Some(b'\n' | b'\r')) {
        return None;
    }
    let indent = cursor.space();
    let span = cursor.run(MAX_ITEM, |byte| byte.is_ascii_graphic());
    let ends = cursor.peek().is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
    (indent > 1 && ends && span.len() > 3).then_some(Literal { span, quoted: true, goes_on: false, end: span.end })
}

/// The first item of a YAML list below the name, as recordings of requests write headers.
pub(super) fn item(mut cursor: Cursor<'_>) -> Option<Literal> {
    cursor.space();
    if !cursor.eat(b"- ") {
        return None;
    }
    if let Some(value) = value::quoted(cursor) {
        return Some(value);
    }
    let line = cursor.run(MAX_ITEM, |byte| byte.is_ascii_graphic() || byte == b' ');
    let end = line.start + cursor.text[line.start..line.end].trim_ascii_end().len();
    let span = Span::new(line.start, end);
    (!span.is_empty()).then_some(Literal { span, quoted: true, goes_on: false, end })
}
