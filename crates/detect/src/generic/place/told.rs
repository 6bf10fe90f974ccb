//! Values that texts for people set apart: by a mark, in a cell of a table, as a pair of user and password.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::name::Class;
use super::super::value::{self, Literal};
use super::header::placed;
use super::{Around, How, Place};

/// Longest value that a text tells.
const MAX_TOLD: usize = 256;
/// So many tags may stand between a label and its value.
const MAX_TAGS: usize = 3;
/// What stands before a user's name in a text.
const USERS: [&[u8]; 6] = [b"user", b"username", b"login", b"account", b"benutzer", b"usuario"];
/// Marks around a value, and what ends them.
const MARKS: [&[u8]; 3] = [b"``", b"`", b"**"];

/// "the password `x`", "password **x**". The cursor stands at the mark.
pub(super) fn marked(around: &Around<'_>, cursor: Cursor<'_>) -> Option<Place> {
    if around.name.weak && around.name.class != Class::Auth || is_verb(around) {
        return None;
    }
    placed(around, How::Told, literal(cursor)?)
}

/// "user alice, password alice", "(user 'alice', password 'x')": behind the user, up to the end of the sentence or of the quotation.
pub(super) fn beside_user(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    let head = &around.text[around.name.span.start.saturating_sub(MAX_TOLD)..around.name.span.start];
    let line = &head[memchr::memrchr(b'\n', head).map_or(0, |at| at + 1)..];
    let words = line.rsplit(|byte| matches!(byte, b' ' | b',' | b'/' | b'(' | b'"' | b'\'')).filter(|word| !word.is_empty());
    let mut before = words.filter(|word| !matches!(*word, b"and" | b"with" | b"is"));
    let user = before.next()?;
    let is_user = before.next().is_some_and(|word| USERS.iter().any(|known| known.eq_ignore_ascii_case(word)));
    if !is_user || around.name.class != Class::Password {
        return None;
    }
    if matches!(cursor.peek(), Some(b'"' | b'\'')) {
        return value::quoted(cursor).map(|value| Place { how: How::Argument, value });
    }
    let word = cursor.run(MAX_TOLD, |byte| byte.is_ascii_graphic());
    let bytes = &around.text[word.start..word.end];
    let span = Span::new(word.start, word.end - bytes.iter().rev().take_while(|byte| matches!(byte, b'.' | b',' | b')')).count());
    let ends = span.end < word.end || cursor.peek().is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
    let value = &around.text[span.start..span.end];
    // Any other word can be one of the sentence.
    let is_password = value == user || value.iter().any(u8::is_ascii_digit);
    let literal = Literal { span, quoted: true, goes_on: false, end: span.end };
    (ends && is_password).then_some(Place { how: How::Argument, value: literal })
}

/// "- Password `sunflower`": a line with nothing else, as a list of settings has it.
pub(super) fn is_entry(around: &Around<'_>, value: Literal) -> bool {
    let head = &around.text[..around.name.span.start];
    let head = &head[memchr::memrchr(b'\n', head).map_or(0, |at| at + 1)..];
    let ends = around.text.get(value.end).is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
    value.quoted && ends && around.name.class == Class::Password && !head.iter().any(u8::is_ascii_alphanumeric)
}

/// "you pass `--release`", unlike "user `x`, pass `y`".
fn is_verb(around: &Around<'_>) -> bool {
    let Span { start, end } = around.name.span;
    let before = around.text[..start].trim_ascii_end().last();
    around.text[start..end].eq_ignore_ascii_case(b"pass") && !matches!(before, Some(b'`' | b',' | b'/' | b'*'))
}

/// `| password | x |`. The cursor stands at the bar behind the name.
pub(super) fn cell(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.eat(b"|");
    cursor.blanks();
    let value = literal(cursor).or_else(|| {
        let span = cursor.run(MAX_TOLD, |byte| byte.is_ascii_graphic() && byte != b'|');
        (!span.is_empty()).then_some(Literal { span, quoted: false, goes_on: false, end: span.end })
    })?;
    let mut after = Cursor::new(around.text, value.end);
    after.blanks();
    let ends = after.eat(b"|");
    after.blanks();
    // The last cell of a row of parameters is the default.
    let is_last = value.quoted && matches!(after.peek(), None | Some(b'\n' | b'\r'));
    (ends && !around.name.weak).then(|| placed(around, if is_last { How::Assigned } else { How::Told }, value)).flatten()
}

/// `| password | string | "x" |`, `| password | What it is for | x |`: a chart's parameter with its default in the cell after the next.
/// The cursor stands at the bar behind the name.
pub(super) fn cell_of_default(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    cursor.eat(b"|");
    let cell = cursor.run(MAX_TOLD, |byte| byte != b'|' && byte != b'\n');
    let cell = around.text[cell.start..cell.end].trim_ascii();
    let describes = cell.contains(&b' ') || cell == b"string" || cell == b"`string`";
    if !describes || !cursor.eat(b"|") {
        return None;
    }
    cursor.blanks();
    let value = literal(cursor)?;
    let mut after = Cursor::new(around.text, value.end);
    after.blanks();
    (after.eat(b"|") && !around.name.weak).then(|| placed(around, How::Assigned, unquoted(around.text, value))).flatten()
}

/// Without the quotation marks inside the mark: `` `"x"` ``.
fn unquoted(text: &[u8], value: Literal) -> Literal {
    let bytes = &text[value.span.start..value.span.end];
    let is_quoted = bytes.len() > 2 && matches!((bytes[0], bytes[bytes.len() - 1]), (b'"', b'"') | (b'\'', b'\''));
    if is_quoted { Literal { span: Span::new(value.span.start + 1, value.span.end - 1), ..value } } else { value }
}

/// `password,x` as the first two cells of a row. The cursor stands at the comma.
pub(super) fn next_cell(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    let before = &around.text[..around.name.span.start];
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    cursor.eat(b",");
    let value = value::quoted(cursor).or_else(|| {
        let span = cursor.run(MAX_TOLD, |byte| byte.is_ascii_graphic() && byte != b',');
        (!span.is_empty()).then_some(Literal { span, quoted: true, goes_on: false, end: span.end })
    })?;
    let opens_row = before.last().is_none_or(|&byte| byte == b'\n');
    // The names of columns hardly have digits: `password,created_at`.
    let is_name = !around.text[value.span.start..value.span.end].iter().any(u8::is_ascii_digit);
    let ends = around.text.get(value.end).is_none_or(|byte| matches!(byte, b',' | b'\r' | b'\n'));
    (opens_row && ends && !is_name).then(|| placed(around, How::Assigned, value)).flatten()
}

fn literal(mut cursor: Cursor<'_>) -> Option<Literal> {
    let mark = MARKS.iter().find(|mark| cursor.eat(mark))?;
    let window = cursor.window(MAX_TOLD);
    let length = memchr::memmem::find(window, mark)?;
    let is_plain = window[..length].iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\n');
    let span = Span::new(cursor.at, cursor.at + length);
    (is_plain && length > 0).then_some(Literal { span, quoted: true, goes_on: false, end: span.end + mark.len() })
}

/// `Password: <code>x</code>`, `<b>Token:</b> x`. The cursor stands at the first tag.
pub(super) fn behind_tags(around: &Around<'_>, mut cursor: Cursor<'_>) -> Option<Place> {
    for _ in 0..MAX_TAGS {
        if !cursor.eat(b"<") {
            break;
        }
        let _ = cursor.eat(b"/");
        cursor.run(10, |byte| byte.is_ascii_alphanumeric());
        if !cursor.eat(b">") {
            return None;
        }
        cursor.blanks();
    }
    let span = cursor.run(MAX_TOLD, |byte| byte.is_ascii_graphic() && byte != b'<');
    let is_text = cursor.peek() == Some(b'<') && !span.is_empty() && !around.name.weak;
    let value = Literal { span, quoted: false, goes_on: false, end: span.end };
    is_text.then(|| placed(around, How::Told, value)).flatten()
}

/// `admin / x`: the word behind the user that was read.
pub(super) fn after_user(text: &[u8], user: Literal) -> Option<Literal> {
    let mut cursor = Cursor::new(text, user.span.end);
    let is_name = text[user.span.start..user.span.end].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._@+-".contains(byte));
    if !is_name || !cursor.eat(b" / ") {
        return None;
    }
    let word = cursor.run(MAX_TOLD, |byte| byte.is_ascii_graphic());
    let end = word.end - text[word.start..word.end].iter().rev().take_while(|byte| matches!(byte, b'.' | b',' | b')')).count();
    let ends = cursor.peek().is_none_or(|byte| matches!(byte, b'\n' | b'\r')) || end < word.end;
    (ends && end > word.start).then_some(Literal { span: Span::new(word.start, end), quoted: false, goes_on: false, end })
}

/// The second part of `admin:x` and `admin / x`.
pub(super) fn of_pair(text: &[u8], value: Literal) -> Option<Literal> {
    let bytes = &text[value.span.start..value.span.end.min(value.span.start + MAX_TOLD)];
    let (at, separator) =
        memchr::memmem::find(bytes, b" / ").map(|at| (at, 3)).or_else(|| memchr::memchr(b':', bytes).map(|at| (at, 1)))?;
    let (user, password) = (&bytes[..at], &bytes[at + separator..]);
    let is_user = (2..=64).contains(&user.len()) && user.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._@+-".contains(byte));
    let is_password = !password.is_empty() && password.iter().all(|byte| byte.is_ascii_graphic() && *byte != b':') && password[0] != b'/';
    let span = Span::new(value.span.start + at + separator, value.span.end);
    (is_user && is_password).then_some(Literal { span, ..value })
}
