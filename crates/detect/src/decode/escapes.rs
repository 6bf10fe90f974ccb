//! Backslash escapes of JSON (RFC 8259 §7) and of most languages' strings: `\n`, `\"`, `\/`, `\u0041`, `\u{41}`, `\x41`, `\101`.

use memchr::{memchr, memchr_iter, memchr3};
use unkeyed_model::{DecodeStep, Span};

use super::{Decoded, Region};

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
    while let Some(next) = memchr3(b'\\', b'\n', quote.unwrap_or(b'\n'), &text[at..]).map(|offset| at + offset) {
        if text[next] != b'\\' {
            return (next, last);
        }
        // A backslash at the end of a line, or of all, is none that escapes.
        let escapes = text.get(next + 1).is_some_and(|&byte| byte != b'\n');
        last = if escapes { next } else { last };
        at = next + 1 + usize::from(escapes);
    }
    (text.len(), last)
}

fn has_escape(text: &[u8]) -> bool {
    memchr_iter(b'\\', text).any(|at| escape(text, at).is_some())
}

pub(super) fn decode(text: &[u8], span: Span, out: &mut Decoded) {
    out.replace(text, span, b'\\', |out, text, at| {
        let (meaning, length) = escape(text, at)?;
        match meaning {
            Meaning::Byte(byte) => out.push(byte, at, at + length),
            Meaning::Character(code) => out.push_char(code, at, at + length),
        }
        Some(length)
    });
}

/// What an escape stands for.
enum Meaning {
    Byte(u8),
    Character(u32),
}

/// What an escape at `at` stands for, and its length.
fn escape(text: &[u8], at: usize) -> Option<(Meaning, usize)> {
    let body = text[at..].strip_prefix(b"\\")?;
    let byte = match *body.first()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        same @ (b'"' | b'\'' | b'/' | b'\\' | b'`') => same,
        b'u' if body.get(1) == Some(&b'{') => {
            let length = body.iter().take(10).position(|&byte| byte == b'}').filter(|&length| length > 2)?;
            return Some((Meaning::Character(number(&body[2..length], 16)?), length + 2));
        }
        b'u' => return Some((Meaning::Character(number(body.get(1..5)?, 16)?), 6)),
        b'U' => return Some((Meaning::Character(number(body.get(1..9)?, 16)?), 10)),
        b'x' => return Some((Meaning::Byte(number(body.get(1..3)?, 16)? as u8), 4)),
        b'0'..=b'3' => return Some((Meaning::Byte(number(body.get(..3)?, 8)? as u8), 4)),
        _ => return None,
    };
    Some((Meaning::Byte(byte), 2))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    // Eight hexadecimal digits fit.
    digits.iter().try_fold(0, |value: u32, &digit| Some(value.wrapping_mul(radix) | char::from(digit).to_digit(radix)?))
}
