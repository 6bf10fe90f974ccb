//! Percent-encoding (RFC 3986 §2.1).

use memchr::memchr;
use unkeyed_model::{DecodeStep, Span};

use super::{Decoded, Region, digits::nibble};
use crate::byte_set::ByteSet;

/// What stands unencoded in addresses and form bodies, and `%` itself.
const PLAIN: ByteSet = ByteSet::of(b"%ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+&=/:?#@!$'()*,;[]");
/// Shorter runs hold no token with its context.
const MIN: usize = 16;

/// Runs of address characters with at least one escape.
pub(super) fn regions(text: &[u8], out: &mut Vec<Region>) {
    let mut floor = 0;
    while let Some(at) = memchr(b'%', &text[floor..]).map(|offset| floor + offset) {
        if !is_escape(text, at) {
            floor = at + 1;
            continue;
        }
        let before = text[floor..at].iter().rev().take_while(|&&byte| PLAIN.contains(byte)).count();
        let after = text[at..].iter().take_while(|&&byte| PLAIN.contains(byte)).count();
        let span = Span::new(at - before, at + after);
        if span.len() >= MIN {
            out.push(Region { span, step: DecodeStep::Percent });
        }
        floor = span.end;
    }
}

pub(super) fn decode(text: &[u8], span: Span, out: &mut Decoded) {
    out.replace(text, span, b'%', |out, text, at| {
        let byte = is_escape(text, at).then(|| nibble(text[at + 1]) << 4 | nibble(text[at + 2]))?;
        out.push(byte, at, at + 3);
        Some(3)
    });
}

fn is_escape(text: &[u8], at: usize) -> bool {
    text[at] == b'%' && text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}
