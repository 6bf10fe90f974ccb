//! Quoted-printable (RFC 2045 §6.7), as mail and vCards carry it.
//!
//! One decision a reader would question: it is recognised by `=3D`, the equals sign that such text can't write otherwise. A
//! line that merely ends with `=` counts only where the beginning of the text names the encoding.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use unkeyed_model::{DecodeStep, Span};

use super::{Decoded, Region, digits::nibble};
use crate::conditions::contains_ignoring_case;

/// Shorter lines hold no token with its context.
const MIN: usize = 16;
/// So far into a text its header is looked for.
const HEADER: usize = 8 << 10;

/// Lines with an encoded equals sign, each with the lines that it is joined to.
pub(super) fn regions(text: &[u8], out: &mut Vec<Region>) {
    static EQUALS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"=3D"));
    lines(text, &EQUALS, out);
}

/// The same for a text that says that it is quoted-printable.
pub(super) fn mail(text: &[u8], out: &mut Vec<Region>) {
    lines(text, &Finder::new(b"="), out);
}

/// Whether a text says so of itself.
pub(super) fn is_named(text: &[u8]) -> bool {
    text.len() > MIN && contains_ignoring_case(&text[..text.len().min(HEADER)], b"quoted-printable")
}

fn lines(text: &[u8], trigger: &Finder<'_>, out: &mut Vec<Region>) {
    let (mut floor, mut from) = (0, 0);
    while let Some(at) = trigger.find(&text[from..]).map(|offset| from + offset) {
        from = at + 1;
        if escape(text, at).is_none() {
            continue;
        }
        let span = Span::new(first_line(text, floor, at), last_line(text, at));
        if span.len() >= MIN {
            out.push(Region { span, step: DecodeStep::QuotedPrintable });
        }
        floor = span.end.max(from);
        from = floor;
    }
}

/// Where the lines start that are joined to the one at `at`, not before `floor`.
fn first_line(text: &[u8], floor: usize, at: usize) -> usize {
    let mut start = at;
    while let Some(feed) = text[floor..start].iter().rposition(|&byte| byte == b'\n').map(|offset| floor + offset) {
        let line = text[floor..feed].strip_suffix(b"\r").unwrap_or(&text[floor..feed]);
        if !line.ends_with(b"=") {
            return feed + 1;
        }
        start = feed;
    }
    floor
}

/// Where the lines end that the one at `at` is joined to.
fn last_line(text: &[u8], at: usize) -> usize {
    let mut from = at;
    while let Some(feed) = memchr::memchr(b'\n', &text[from..]).map(|offset| from + offset) {
        let line = text[at..feed].strip_suffix(b"\r").unwrap_or(&text[at..feed]);
        if !line.ends_with(b"=") {
            return at + line.len();
        }
        from = feed + 1;
    }
    text.len()
}

pub(super) fn decode(text: &[u8], span: Span, out: &mut Decoded) {
    out.replace(text, span, b'=', |out, text, at| {
        let (byte, length) = escape(text, at)?;
        byte.into_iter().for_each(|byte| out.push(byte, at, at + length));
        Some(length)
    });
}

/// The byte that the escape at `at` stands for, none for a soft line break, and the escape's length.
fn escape(text: &[u8], at: usize) -> Option<(Option<u8>, usize)> {
    match text[at..].strip_prefix(b"=")? {
        [b'\n', ..] => Some((None, 2)),
        [b'\r', b'\n', ..] => Some((None, 3)),
        [high, low, ..] if [high, low].iter().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')) => {
            Some((Some(nibble(*high) << 4 | nibble(*low)), 3))
        }
        _ => None,
    }
}
