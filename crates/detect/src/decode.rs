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

use memchr::memchr;
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
    /// Where the encoded forms of the bytes stand; none if no byte has a place of its own.
    runs: Vec<Run>,
    has_places: bool,
    region: Span,
}

/// Bytes whose encoded forms are equally long and equally far apart. All places relative to the start of the region.
struct Run {
    /// Where the first byte stands among the decoded ones.
    at: u32,
    /// Where its encoded form starts.
    start: u32,
    /// From the start of one to that of the next.
    stride: u32,
    length: u32,
}

impl Run {
    fn place(&self, at: u32) -> (usize, usize) {
        let start = self.start + (at - self.at) * self.stride;
        (start as usize, (start + self.length) as usize)
    }
}

impl Decoded {
    fn reset(&mut self, region: Span, has_places: bool) {
        self.bytes.clear();
        self.runs.clear();
        self.cut = false;
        self.has_places = has_places;
        self.region = region;
    }

    /// Adds a byte whose encoded form is `start..end` of the encoded text.
    fn push(&mut self, byte: u8, start: usize, end: usize) {
        if self.has_places {
            let (at, start, length) = (self.bytes.len() as u32, (start - self.region.start) as u32, (end - start) as u32);
            match self.runs.last_mut().filter(|run| run.length == length && run.start <= start) {
                Some(run) if at == run.at + 1 => run.stride = start - run.start,
                Some(run) if run.place(at).0 == start as usize => {}
                _ => self.runs.push(Run { at, start, stride: 0, length }),
            }
        }
        self.bytes.push(byte);
    }

    /// Adds `span` of the encoded `text` as it stands there.
    fn copy(&mut self, text: &[u8], span: Span) {
        if self.has_places && span.start < span.end {
            let (at, start) = (self.bytes.len() as u32, (span.start - self.region.start) as u32);
            self.runs.push(Run { at, start, stride: 1, length: 1 });
        }
        self.bytes.extend_from_slice(&text[span.start..span.end]);
    }

    /// Adds a character as UTF-8; `?` for what is none.
    fn push_char(&mut self, code: u32, start: usize, end: usize) {
        let mut utf8 = [0; 4];
        for byte in char::from_u32(code).unwrap_or('?').encode_utf8(&mut utf8).bytes() {
            self.push(byte, start, end);
        }
    }

    /// Adds `span` of `text`, in which everything stands for itself but what follows a `mark`: `escape` adds what stands at a
    /// place for something else, and gives its length.
    fn replace(&mut self, text: &[u8], span: Span, mark: u8, escape: impl Fn(&mut Self, &[u8], usize) -> Option<usize>) {
        let text = &text[..span.end];
        let mut at = span.start;
        while at < span.end {
            let next = memchr(mark, &text[at..]).map_or(span.end, |offset| at + offset);
            self.copy(text, Span::new(at, next));
            at = next;
            if at < span.end {
                at += escape(self, text, at).unwrap_or_else(|| {
                    self.push(mark, at, at + 1);
                    1
                });
            }
        }
    }

    /// Where the encoded form of a span of `bytes` stands.
    pub(crate) fn place(&self, span: Span) -> Span {
        let Some(last) = self.bytes.len().checked_sub(1).filter(|_| !self.runs.is_empty()) else { return self.region };
        let place = |at: usize| {
            let at = at.min(last) as u32;
            self.runs[self.runs.partition_point(|run| run.at <= at) - 1].place(at)
        };
        let (start, end) = (place(span.start).0, place(span.end.saturating_sub(1)).1);
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

/// Decodes it, and remembers where each byte comes from. That may take several times the memory of the bytes, and nearly
/// always nothing is found in them.
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
