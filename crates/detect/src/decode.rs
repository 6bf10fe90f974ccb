//! Finds the parts of a text that are encoded and could hide a credential, and decodes them.
//!
//! One decision a reader would question: a run of base64 or hexadecimal digits is decoded only if its beginning turns into
//! text. Binary content has no place where a token could stand, and nearly all long runs in source code are
//! identifiers, hashes and images.

mod digits;
mod entities;
mod escapes;
mod lines;
mod percent;
mod quoted;
mod runs;
mod unpack;
mod wide;

use std::fmt;

use unkeyed_model::{DecodeStep, Span};

/// So many encodings inside each other are undone.
const MAX_ENCODINGS: usize = 3;
/// Compression and the escapes of strings hide nothing by themselves but stand between encodings: with them so many steps.
const MAX_STEPS: usize = 6;
/// Of a longer encoded part only so much is decoded.
pub(crate) const MAX_REGION: usize = 4 << 20;
/// Of a compressed part at most so much is unpacked.
const MAX_UNPACKED: usize = 16 << 20;
/// All decoding of a Unit together may yield so many bytes per byte of it …
const BUDGET_PER_BYTE: usize = 8;
/// … and so many at least.
const BUDGET_MIN: usize = 1 << 20;

/// How many bytes decoding may yield for a text of that length.
pub(crate) fn budget(length: usize) -> usize {
    BUDGET_MIN.max(length.saturating_mul(BUDGET_PER_BYTE))
}

/// How many decodings lie between a text and the file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Depth {
    steps: usize,
    encodings: usize,
}

impl Depth {
    /// Whether nothing was decoded.
    pub(crate) fn is_file(self) -> bool {
        self.steps == 0
    }

    /// The depth behind one more decoding, if it is still looked at.
    pub(crate) fn behind(self, step: DecodeStep) -> Option<Self> {
        let counts = !matches!(step, DecodeStep::Gzip | DecodeStep::Escapes | DecodeStep::Entities);
        let next = Self { steps: self.steps + 1, encodings: self.encodings + usize::from(counts) };
        (next.steps <= MAX_STEPS && next.encodings <= MAX_ENCODINGS).then_some(next)
    }
}

/// A part of a text that is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    pub(crate) span: Span,
    pub(crate) step: DecodeStep,
}

/// Decoded bytes; if they were [`locate`]d, each with the place of its encoded form.
#[derive(Default)]
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    /// There would have been more.
    pub(crate) cut: bool,
    /// Where the encoded form of each byte stands, relative to the start of `region`; none if no byte has a place of its own.
    places: Vec<(u32, u32)>,
    has_places: bool,
    region: Span,
}

impl Decoded {
    fn reset(&mut self, region: Span, has_places: bool) {
        self.bytes.clear();
        self.places.clear();
        self.cut = false;
        self.has_places = has_places;
        self.region = region;
    }

    /// Adds a byte whose encoded form is `start..end` of the encoded text.
    fn push(&mut self, byte: u8, start: usize, end: usize) {
        let relative = |at: usize| u32::try_from(at - self.region.start).unwrap_or(u32::MAX);
        if self.has_places {
            self.places.push((relative(start), relative(end)));
        }
        self.bytes.push(byte);
    }

    /// Adds a character as UTF-8; `?` for what is none.
    fn push_char(&mut self, code: u32, start: usize, end: usize) {
        let mut utf8 = [0; 4];
        for byte in char::from_u32(code).unwrap_or('?').encode_utf8(&mut utf8).bytes() {
            self.push(byte, start, end);
        }
    }

    /// Where the encoded form of a span of `bytes` stands.
    pub(crate) fn place(&self, span: Span) -> Span {
        let Some(last) = self.places.len().checked_sub(1) else { return self.region };
        let start = self.places.get(span.start.min(last)).map_or(0, |place| place.0 as usize);
        let end = self.places.get(span.end.saturating_sub(1).min(last)).map_or(start, |place| place.1 as usize);
        Span::new(self.region.start + start, self.region.start + end.max(start))
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bytes may hold a secret.
        write!(f, "Decoded({} bytes)", self.bytes.len())
    }
}

/// The encoded parts of `text`. `decoded` says that `text` itself was decoded from another.
pub(crate) fn regions(text: &[u8], decoded: bool, out: &mut Vec<Region>) {
    if decoded && let Some(step) = unpack::step(text).or_else(|| wide::step(text)) {
        out.push(Region { span: Span::new(0, text.len()), step });
        return;
    }
    regions_in(text, &[Span::new(0, text.len())], is_mail(text), out);
}

/// The encoded parts that touch `parts` of `text`, which are in order, and maybe some others. A mail is quoted-printable.
pub(crate) fn regions_in(text: &[u8], parts: &[Span], is_mail: bool, out: &mut Vec<Region>) {
    let quoted: fn(&[u8], &mut Vec<Region>) = if is_mail { quoted::mail } else { quoted::regions };
    let parts = lines::whole(text, parts);
    for find in [digits::regions, percent::regions, escapes::regions, entities::regions, quoted] {
        for part in &parts {
            let first = out.len();
            find(&text[part.start..part.end], out);
            for Region { span, .. } in &mut out[first..] {
                *span = Span::new(part.start + span.start, part.start + span.end);
            }
        }
    }
}

/// Whether the beginning of `text` says that all of it is quoted-printable.
pub(crate) fn is_mail(text: &[u8]) -> bool {
    quoted::is_named(text)
}

/// Decodes a region of `text` into `out`; a compressed one up to `limit` bytes. Nothing remembers where the bytes come from.
pub(crate) fn decode(text: &[u8], region: Region, limit: usize, out: &mut Decoded) {
    out.reset(region.span, false);
    undo(text, region, limit, out);
}

/// Decodes it, and remembers where each byte comes from. That takes eight times the memory of the bytes, and nearly always
/// nothing is found in them.
pub(crate) fn locate(text: &[u8], region: Region, limit: usize, out: &mut Decoded) {
    out.reset(region.span, true);
    undo(text, region, limit, out);
}

fn undo(text: &[u8], region: Region, limit: usize, out: &mut Decoded) {
    let Region { mut span, step } = region;
    if step != DecodeStep::Gzip {
        span.end = span.end.min(span.start + MAX_REGION);
    }
    match step {
        DecodeStep::Base64 | DecodeStep::Base64url => digits::base64(text, span, step, out),
        DecodeStep::Hex => digits::hex(text, span, out),
        DecodeStep::Percent => percent::decode(text, span, out),
        DecodeStep::Escapes => escapes::decode(text, span, out),
        DecodeStep::Entities => entities::decode(text, span, out),
        DecodeStep::QuotedPrintable => quoted::decode(text, span, out),
        DecodeStep::Utf16le => wide::decode(text, span, u16::from_le_bytes, out),
        DecodeStep::Utf16be => wide::decode(text, span, u16::from_be_bytes, out),
        DecodeStep::Gzip => unpack::gzip(text, span, limit.min(MAX_UNPACKED), out),
    }
    out.cut |= span.end < region.span.end;
}

/// Whether `bytes` are compressed, or the base64 of what is: a container, and no secret itself.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    unpack::step(bytes).is_some() || bytes.starts_with(b"H4sI")
}

/// Whether three quarters of the bytes are printable ASCII, blanks, or the zeros of UTF-16.
fn looks_like_text(bytes: impl ExactSizeIterator<Item = u8>) -> bool {
    let total = bytes.len();
    let (mut printable, mut zeros) = (0, 0);
    for byte in bytes {
        zeros += usize::from(byte == 0);
        printable += usize::from(matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
    }
    total > 0 && zeros <= printable && (printable + zeros) * 4 >= total * 3
}

#[cfg(test)]
mod tests;
