//! Passwords among the words of a line: those of Windows' shares, and of a telephone's registration.

use unkeyed_model::Span;

use super::super::cursor;
use super::super::place::{How, Place};
use super::super::value::Literal;
use super::REACH;

/// `net use Z: \\\\server\\share x /user:name`: the word that is no drive, no share and no option.
pub(super) fn password(text: &[u8], start: usize) -> Option<Place> {
    let line = cursor::line(text, start, REACH);
    let words = || text[start..line.end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if !words().any(|word| word.len() > 6 && word[..6].eq_ignore_ascii_case(b"/user:")) {
        return None;
    }
    let is_other = |word: &[u8]| matches!(word, [b'/' | b'\\' | b'*' | b'%', ..] | [b'"', b'\\', ..] | [_, b':']);
    let word = words().find(|word| !is_other(word))?;
    placed(text, word)
}

/// `register => 4412:x@provider`
pub(super) fn registration(text: &[u8], start: usize) -> Option<Place> {
    let line = cursor::line(text, start, REACH);
    let word = text[start..line.end].split(u8::is_ascii_whitespace).find(|word| !word.is_empty())?;
    let user = &word[..memchr::memchr(b'@', word)?];
    placed(text, user.split(|&byte| byte == b':').nth(1)?)
}

fn placed(text: &[u8], word: &[u8]) -> Option<Place> {
    let bare = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(word);
    let at = bare.as_ptr() as usize - text.as_ptr() as usize;
    let span = Span::new(at, at + bare.len());
    (!bare.is_empty())
        .then_some(Place { how: How::Option, value: Literal { span, quoted: bare.len() < word.len(), goes_on: false, end: span.end } })
}
