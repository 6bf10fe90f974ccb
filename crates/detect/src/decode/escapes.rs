//! Backslash escapes of JSON (RFC 8259 §7) and of most languages' strings: `\n`, `\"`, `\/`, `\u0041`, `\x41`.

use memchr::{memchr, memchr_iter};
use unkeyed_model::{DecodeStep, Span};

use super::{Decoded, Region, digits::nibble};

/// Shorter strings hold no token with its context.
const MIN: usize = 20;

/// Strings, or lines, with an escape that is not just their end.
pub(super) fn regions(text: &[u8], out: &mut Vec<Region>) {
    let mut floor = 0;
    while let Some(at) = memchr(b'\\', &text[floor..]).map(|offset| floor + offset) {
        let is_border = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'\n');
        let start = text[floor..at].iter().rposition(is_border).map_or(floor, |border| floor + border + 1);
        let quote = start.checked_sub(1).map(|before| text[before]).filter(|byte| is_border(byte) && *byte != b'\n');
        let (end, last) = string_end(text, at, quote);
        let span = Span::new(start, end);
        // The `\n` at the end of a message changes nothing inside it.
        let only_at_end = last == at && at + 2 >= end;
        if span.len() >= MIN && !only_at_end && has_escape(&text[at..end]) {
            out.push(Region { span, step: DecodeStep::Escapes });
        }
        floor = end.max(at + 1);
    }
}

/// Where the string or line ends, and where its last backslash stands.
fn string_end(text: &[u8], first: usize, quote: Option<u8>) -> (usize, usize) {
    let (mut at, mut last) = (first, first);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' if text.get(at + 1).is_some_and(|&next| next != b'\n') => {
                last = at;
                at += 2;
            }
            b'\n' => break,
            _ if Some(byte) == quote => break,
            _ => at += 1,
        }
    }
    (at.min(text.len()), last)
}

fn has_escape(text: &[u8]) -> bool {
    memchr_iter(b'\\', text).any(|at| escape(text, at).is_some())
}

pub(super) fn decode(text: &[u8], span: Span, out: &mut Decoded) {
    let text = &text[..span.end];
    let mut at = span.start;
    while at < span.end {
        let (byte, length) = escape(text, at).unwrap_or((text[at], 1));
        out.push(byte, at, at + length);
        at += length;
    }
}

/// The byte that an escape at `at` stands for, and the escape's length. A code point beyond ASCII becomes `?`.
fn escape(text: &[u8], at: usize) -> Option<(u8, usize)> {
    if text[at] != b'\\' {
        return None;
    }
    let byte = match *text.get(at + 1)? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        same @ (b'"' | b'\'' | b'/' | b'\\' | b'`') => same,
        b'u' => return number(text.get(at + 2..at + 6)?).map(|byte| (byte, 6)),
        b'x' => return number(text.get(at + 2..at + 4)?).map(|byte| (byte, 4)),
        _ => return None,
    };
    Some((byte, 2))
}

fn number(digits: &[u8]) -> Option<u8> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let value = digits.iter().fold(0u32, |value, &digit| value << 4 | u32::from(nibble(digit)));
    Some(u8::try_from(value).ok().filter(u8::is_ascii).unwrap_or(b'?'))
}
