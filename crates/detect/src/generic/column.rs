//! Tables whose first row names what stands below: cells separated by commas, semicolons or tabs, and tables of Markdown.
//!
//! One decision a reader would question: only rows near the header are read, since what is said of a place depends on what is near
//! it. A table of a thousand passwords shows in its first rows what it is.

use unkeyed_model::Span;

use super::cursor;
use super::dialect::Dialect;
use super::name::Name;
use super::place::{How, Place};
use super::value::Literal;

/// Longest row.
const MAX_ROW: usize = 700;

/// The cell below the name, if that is one of a header.
pub(super) fn first(text: &[u8], name: &Name, dialect: Dialect) -> Option<Place> {
    let header = cursor::line(text, name.span.start, MAX_ROW);
    let separator = separator(&text[header.start..header.end], dialect)?;
    let is_header = match dialect {
        Dialect::Table => header.start == 0 && cells(text, header, separator).all(|cell| is_name(&text[cell.start..cell.end])),
        _ => is_delimiter(line_below(text, header).map_or(&[], |line| &text[line.start..line.end])),
    };
    let own = cells(text, header, separator).find(|cell| cell.start <= name.span.start && name.span.end <= cell.end)?;
    // `password policy` is no password.
    (is_header && own.end == name.span.end).then(|| next(text, name, name.span, dialect)).flatten()
}

/// The cell below a cell that was found so.
pub(super) fn below(text: &[u8], name: &Name, place: &Place, dialect: Dialect) -> Option<Place> {
    let is_below = matches!(dialect, Dialect::Table | Dialect::Prose)
        && text.get(name.span.end..place.value.span.start).is_some_and(|between| memchr::memchr(b'\n', between).is_some());
    is_below.then(|| next(text, name, place.value.span, dialect)).flatten()
}

/// The first cell below `above` that holds something.
fn next(text: &[u8], name: &Name, above: Span, dialect: Dialect) -> Option<Place> {
    let header = cursor::line(text, name.span.start, MAX_ROW);
    let separator = separator(&text[header.start..header.end], dialect)?;
    let number = cells(text, header, separator).position(|cell| cell.start <= name.span.start && name.span.end <= cell.end)?;
    let count = cells(text, header, separator).count();
    let mut row = cursor::line(text, above.start, MAX_ROW);
    loop {
        row = line_below(text, row)?;
        if is_delimiter(&text[row.start..row.end]) {
            continue;
        }
        if cells(text, row, separator).count() != count {
            return None;
        }
        let span = cells(text, row, separator).nth(number)?;
        if !span.is_empty() {
            let how = if dialect == Dialect::Table { How::Assigned } else { How::Told };
            return Some(Place { how, value: Literal { span, quoted: dialect == Dialect::Table, goes_on: false, end: span.end } });
        }
    }
}

fn line_below(text: &[u8], line: Span) -> Option<Span> {
    let start = line.end + 1;
    (start < text.len() && text[line.end] == b'\n').then(|| cursor::line(text, start, MAX_ROW)).filter(|line| !line.is_empty())
}

/// What separates the cells of a header, if it has more than one.
fn separator(header: &[u8], dialect: Dialect) -> Option<u8> {
    let marks: &[u8] = if dialect == Dialect::Table { b",;\t|" } else { b"|" };
    let count = |mark: u8| memchr::memchr_iter(mark, header).count();
    marks.iter().copied().max_by_key(|&mark| count(mark)).filter(|&mark| count(mark) > 0)
}

/// The cells of a row without what stands around their texts: blanks, quotation marks, Markdown's marks.
fn cells(text: &[u8], row: Span, separator: u8) -> impl Iterator<Item = Span> {
    let mut at = row.start;
    let mut is_over = false;
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        let rest = &text[at..row.end];
        let quoted = rest.first() == Some(&b'"');
        let from = if quoted { memchr::memchr(b'"', &rest[1..]).map_or(0, |end| end + 2) } else { 0 };
        let end = memchr::memchr(separator, &rest[from..]).map_or(row.end, |end| at + from + end);
        let cell = trimmed(text, Span::new(at, end));
        is_over = end == row.end;
        at = end + 1;
        Some(cell)
    })
}

fn trimmed(text: &[u8], cell: Span) -> Span {
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'`' | b'*');
    let bytes = &text[cell.start..cell.end];
    let start = cell.start + bytes.iter().take_while(|byte| is_around(byte)).count();
    let end = cell.end - bytes.iter().rev().take_while(|byte| is_around(byte)).count();
    Span::new(start.min(end.max(cell.start)), end.max(start.min(cell.end)))
}

/// A column's name: letters first of all.
fn is_name(cell: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-. /()#".contains(byte) || *byte >= 0x80;
    cell.iter().all(is_part) && cell.first().is_none_or(|byte| !byte.is_ascii_digit())
}

/// `|---|:-:|`
fn is_delimiter(row: &[u8]) -> bool {
    row.len() > 2 && row.contains(&b'-') && row.trim_ascii().iter().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' '))
}
