//! Finds the parts of a text that are encoded and could hide a credential, and decodes them.
//!
//! One decision a reader would question: a run of base64 or hexadecimal digits is decoded only if its beginning turns into
//! text. Binary content has no place where a token could stand, and nearly all long runs in source code are
//! identifiers, hashes and images.

mod digits;
mod escapes;
mod percent;
mod runs;

use unkeyed_model::{DecodeStep, Span};

/// Nothing is decoded more often than so.
pub(crate) const MAX_DEPTH: usize = 3;
/// Of a longer encoded part only so much is decoded.
pub(crate) const MAX_REGION: usize = 4 << 20;
/// All decoding of a Unit together may yield so many bytes per byte of it …
pub(crate) const BUDGET_PER_BYTE: usize = 4;
/// … and so many at least.
pub(crate) const BUDGET_MIN: usize = 1 << 20;

/// A part of a text that is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    pub(crate) span: Span,
    pub(crate) step: DecodeStep,
}

/// Decoded bytes, each with the place of its encoded form.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    /// Where the encoded form of each byte stands, relative to `base`.
    places: Vec<(u32, u32)>,
    base: usize,
}

impl Decoded {
    fn reset(&mut self, base: usize) {
        self.bytes.clear();
        self.places.clear();
        self.base = base;
    }

    /// Adds a byte whose encoded form is `start..end` of the encoded text.
    fn push(&mut self, byte: u8, start: usize, end: usize) {
        let relative = |at: usize| u32::try_from(at - self.base).unwrap_or(u32::MAX);
        self.places.push((relative(start), relative(end)));
        self.bytes.push(byte);
    }

    /// Where the encoded form of a span of `bytes` stands.
    pub(crate) fn place(&self, span: Span) -> Span {
        let last = self.places.len().saturating_sub(1);
        let start = self.places.get(span.start.min(last)).map_or(0, |place| place.0 as usize);
        let end = self.places.get(span.end.saturating_sub(1).min(last)).map_or(start, |place| place.1 as usize);
        Span::new(self.base + start, self.base + end.max(start))
    }
}

/// The encoded parts of `text`, in the order of their kinds. `decoded` says that `text` itself was decoded from another.
pub(crate) fn regions(text: &[u8], decoded: bool, out: &mut Vec<Region>) {
    if decoded && is_utf16le(text) {
        out.push(Region { span: Span::new(0, text.len()), step: DecodeStep::Utf16le });
        return;
    }
    digits::regions(text, out);
    percent::regions(text, out);
    escapes::regions(text, out);
    for region in out {
        region.span.end = region.span.end.min(region.span.start + MAX_REGION);
    }
}

/// Decodes a region of `text` into `out`.
pub(crate) fn decode(text: &[u8], region: Region, out: &mut Decoded) {
    let Region { span, step } = region;
    out.reset(span.start);
    match step {
        DecodeStep::Base64 => digits::base64(text, span, b'+', b'/', out),
        DecodeStep::Base64url => digits::base64(text, span, b'-', b'_', out),
        DecodeStep::Hex => digits::hex(text, span, out),
        DecodeStep::Percent => percent::decode(text, span, out),
        DecodeStep::Escapes => escapes::decode(text, span, out),
        DecodeStep::Utf16le => utf16le(text, span, out),
        DecodeStep::Utf16be | DecodeStep::Gzip => {}
    }
}

/// Whether nearly every second byte is zero, as in ASCII text that a Windows shell encoded.
fn is_utf16le(text: &[u8]) -> bool {
    let zeros = text.iter().skip(1).step_by(2).filter(|&&byte| byte == 0).count();
    text.len() >= 16 && zeros * 16 >= text.len() / 2 * 15
}

/// Code units below 256 as bytes, others as `?`: tokens are ASCII.
fn utf16le(text: &[u8], span: Span, out: &mut Decoded) {
    for at in (span.start..span.end.saturating_sub(1)).step_by(2) {
        out.push(if text[at + 1] == 0 { text[at] } else { b'?' }, at, at + 2);
    }
}

/// Whether three quarters of the bytes are printable ASCII, blanks, or the zeros of UTF-16.
fn looks_like_text(bytes: impl ExactSizeIterator<Item = u8>) -> bool {
    let total = bytes.len();
    let printable =
        bytes.filter(|&byte| byte == 0 || byte == b'\t' || byte == b'\n' || byte == b'\r' || (b' '..=b'~').contains(&byte)).count();
    total > 0 && printable * 4 >= total * 3
}

#[cfg(test)]
mod tests;
