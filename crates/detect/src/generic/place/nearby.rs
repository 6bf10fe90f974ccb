//! A literal near a name, in a way of writing that no other reader here knows.
//!
//! One decision a reader would question: nothing says that the literal belongs to the name, so it has to look like nothing else
//! than a credential. Whoever writes `{ password } answers "kW3x!qz9Vt"` means that; the next library will say it otherwise.

use super::super::cursor::Cursor;
use super::super::dialect::Dialect;
use super::super::name::Class;
use super::super::value;
use super::super::{judge, measure, rarity};
use super::{Around, How, Place};

/// So far behind the name the literal begins.
const REACH: usize = 64;
/// What looks like a password by its kinds of characters may be the name of a thing; with such sequences it isn't.
const RARE: f32 = 5.0;

/// The first literal behind the name on its line, if it stands apart as the next item or behind a word.
pub(super) fn literal(around: &Around<'_>) -> Option<Place> {
    let is_program = matches!(around.dialect, Dialect::Code | Dialect::Sql);
    if around.name.weak || around.name.class == Class::Auth || !is_program {
        return None;
    }
    let mut cursor = Cursor::new(around.text, around.name.span.end);
    cursor.run(6, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')'));
    let window = cursor.window(REACH);
    let window = &window[..memchr::memchr3(b'\n', b';', b'=', window).unwrap_or(window.len())];
    let quote = memchr::memchr3(b'"', b'\'', b'`', window)?;
    let before = window[..quote].trim_ascii_end();
    let before = before.strip_suffix(b"<<").or_else(|| before.strip_suffix(b"@")).unwrap_or(before).trim_ascii_end();
    if !before.last().is_some_and(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b',' | b'}' | b')')) {
        return None;
    }
    cursor.at += quote;
    let value = value::quoted(cursor)?;
    stands_out(&around.text[value.span.start..value.span.end]).then_some(Place { how: How::Argument, value })
}

/// Whether it is neither a word, a name, an identifier nor a text.
fn stands_out(value: &[u8]) -> bool {
    let is_plain = value.iter().all(|&byte| byte.is_ascii_graphic() && !b"{}<>%()[]/\\$:|,".contains(&byte));
    // Half a JSON Web Token is none.
    let is_json = value.starts_with(b"eyJ") && !value.contains(&b'.');
    is_plain && !is_json && !measure::is_uuid(value) && (judge::is_random(value) || judge::is_mixed(value) && rarity::rarity(value) > RARE)
}
