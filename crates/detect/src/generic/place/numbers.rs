//! Keys that are written byte by byte: `key[] = {0x3a, 0x91, …}`.

use unkeyed_model::Span;

use super::super::cursor::Cursor;
use super::super::value::Literal;

/// Usual lengths of keys; the last is that of a key pair of Ed25519.
const LENGTHS: [usize; 7] = [16, 20, 24, 32, 40, 48, 64];
/// So near the operator the list opens.
const OPENING: usize = 48;

/// The numbers of a text that is a list of 64 bytes and nothing else, as a key pair of Ed25519 is kept.
pub(in crate::generic) fn key_pair(text: &[u8]) -> Option<Span> {
    let span = list(Cursor::new(text, 0))?.span;
    let rest = text[span.end..].trim_ascii();
    let count = memchr::memchr_iter(b',', &text[span.start..span.end]).count() + 1;
    (rest == b"]" && count == 64).then_some(span)
}

/// The bytes that a list holds, if a key has so many and nobody would count like that.
pub(super) fn list(cursor: Cursor<'_>) -> Option<Literal> {
    let start = opening(cursor)?;
    let mut cursor = Cursor::new(cursor.text, start);
    let (mut bytes, mut count, mut end) = ([0; 64], 0, start);
    while let Some(byte) = number(&mut cursor) {
        *bytes.get_mut(count)? = byte;
        count += 1;
        end = cursor.at;
        cursor.space();
        if !cursor.eat(b",") {
            break;
        }
    }
    cursor.space();
    let closes = matches!(cursor.peek(), Some(b'}' | b']' | b')'));
    let span = Span::new(start, end);
    (closes && LENGTHS.contains(&count) && is_random(&bytes[..count])).then_some(Literal { span, quoted: true, goes_on: false, end })
}

/// Where the first number stands: behind `{`, `[`, `new byte[] {`, `[]byte{`, `[u8; 16] = [`, `bytes([`.
fn opening(cursor: Cursor<'_>) -> Option<usize> {
    let window = cursor.window(OPENING);
    for (at, &byte) in window.iter().enumerate() {
        if matches!(byte, b'{' | b'[' | b'(') {
            let mut inside = Cursor::new(cursor.text, cursor.at + at + 1);
            inside.space();
            let start = inside.at;
            // `byte[16]` is no list.
            if number(&mut inside).is_some() && inside.peek() != Some(b']') {
                return Some(start);
            }
        } else if !byte.is_ascii_alphanumeric() && !b" _.:&!;=<>])}".contains(&byte) {
            return None;
        }
    }
    None
}

/// `0x3a`, `58`, `-12`, `(byte) 0x91`, `0x3au8`.
fn number(cursor: &mut Cursor<'_>) -> Option<u8> {
    cursor.space();
    if cursor.eat(b"(byte)") {
        cursor.blanks();
    }
    let is_negative = cursor.eat(b"-");
    let word = cursor.run(6, |byte| byte.is_ascii_alphanumeric());
    let word = std::str::from_utf8(&cursor.text[word.start..word.end]).ok()?;
    let word = word.strip_suffix("u8").unwrap_or(word).trim_end_matches(['u', 'U']);
    let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    let number = hex.map_or_else(|| word.parse::<u8>(), |digits| u8::from_str_radix(digits, 16)).ok()?;
    Some(if is_negative { number.wrapping_neg() } else { number })
}

/// Hardly a byte twice, and no steps of equal width.
fn is_random(bytes: &[u8]) -> bool {
    let distinct = |bytes: &mut dyn Iterator<Item = u8>| {
        let mut seen = [false; 256];
        bytes.filter(|&byte| !std::mem::replace(&mut seen[usize::from(byte)], true)).count()
    };
    let steps = distinct(&mut bytes.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])));
    distinct(&mut bytes.iter().copied()) * 4 >= bytes.len() * 3 && steps * 2 >= bytes.len()
}
