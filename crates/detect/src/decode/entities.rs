//! Character references of HTML and XML: `&quot;`, `&#61;`, `&#x3D;` (HTML Living Standard §13.2.5.72, XML 1.0 §4.1).
//!
//! One decision a reader would question: `&amp;`, `&lt;`, `&gt;` and apostrophes alone do not make a text worth decoding. They
//! fill every page, and a credential is found beside them as it stands.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use unkeyed_model::{DecodeStep, Span};

use super::{Decoded, Region};

/// Shorter texts hold no token with its context.
const MIN: usize = 20;
const NAMED: &[(&[u8], u8)] = &[(b"quot;", b'"'), (b"amp;", b'&'), (b"lt;", b'<'), (b"gt;", b'>'), (b"apos;", b'\''), (b"nbsp;", b' ')];

/// Made once: most texts are shorter than what that costs.
static NUMBERS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"&#"));
static QUOTES: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"&quot;"));

/// Texts and attribute values with a reference that may stand where a credential begins or in it.
pub(super) fn regions(text: &[u8], out: &mut Vec<Region>) {
    let is_border = |byte: &u8| matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\n');
    // A lone `&` is everywhere in source text.
    let mut numbers = NUMBERS.find_iter(text).peekable();
    let mut quotes = QUOTES.find_iter(text).peekable();
    let mut floor = 0;
    while let Some(at) = [numbers.peek(), quotes.peek()].into_iter().flatten().min().copied() {
        let _passed = numbers.next_if_eq(&at).or_else(|| quotes.next());
        if at < floor || reference(text, at).is_none_or(|(code, _)| is_common(code)) {
            continue;
        }
        let start = text[floor..at].iter().rposition(is_border).map_or(floor, |border| floor + border + 1);
        let end = text[at..].iter().position(is_border).map_or(text.len(), |length| at + length);
        if end - start >= MIN {
            out.push(Region { span: Span::new(start, end), step: DecodeStep::Entities });
        }
        floor = end;
    }
}

fn is_common(code: u32) -> bool {
    [b'&', b'<', b'>', b'\'', b' '].map(u32::from).contains(&code) || code > 0x7f
}

pub(super) fn decode(text: &[u8], span: Span, out: &mut Decoded) {
    out.replace(text, span, b'&', |out, text, at| {
        let (code, length) = reference(text, at)?;
        out.push_char(code, at, at + length);
        Some(length)
    });
}

/// The code point that the reference at `at` stands for, and the reference's length.
fn reference(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let body = text[at..].strip_prefix(b"&")?;
    let Some(number) = body.strip_prefix(b"#") else {
        let (name, byte) = NAMED.iter().find(|(name, _)| body.starts_with(name))?;
        return Some((u32::from(*byte), 1 + name.len()));
    };
    let (digits, radix, lead) = match number {
        [b'x' | b'X', digits @ ..] => (digits, 16, 3),
        digits => (digits, 10, 2),
    };
    let length = digits.iter().take(8).position(|&byte| byte == b';').filter(|&length| length > 0)?;
    let code = digits[..length].iter().try_fold(0, |code, &digit| Some(code * radix + char::from(digit).to_digit(radix)?))?;
    Some((code, lead + length + 1))
}
