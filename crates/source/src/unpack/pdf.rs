//! Text of PDF documents (ISO 32000-1): what pages show, what stands between streams, and embedded files.
//!
//! Streams are found by their keyword, not by the table of references: what an update replaced is still in the file,
//! and a damaged table hides nothing. Codes of fonts are taken for characters unless the font says what they stand for; where
//! they are none, that is said.

mod content;
mod filters;
mod fonts;
mod objects;
mod to_unicode;

use unkeyed_model::SkipReason;

use super::Outcome;
use super::door::Door;
use super::parts::Parts;
use super::place::Place;
use filters::Decoded;
use fonts::Fonts;
use objects::{Stream, Streams};

/// Longest stream that is decoded; what is longer is a picture or a font.
const STREAM_BYTES: u64 = 16 << 20;
const STREAM: &[u8] = b"stream";
const END: &[u8] = b"endstream";

/// Reads a document.
pub(super) fn read(door: &mut Door<'_>, place: &Place, bytes: &[u8]) -> Outcome {
    if find(bytes, b"/Encrypt", 0).is_some() {
        door.say(place, SkipReason::Encrypted, "an encrypted document; only what stands outside its encryption was read")?;
        return Ok(());
    }
    let (packed, is_cut) = fonts::packed(door, bytes)?;
    let mut fonts = Fonts::of(door, bytes, &packed)?;
    let mut text = Text { pages: Parts::bounded("text", bytes.len()), objects: Parts::bounded("objects", bytes.len()), streams: 0 };
    let (mut streams, mut left) = (Streams::of(bytes), Left { fonts: is_cut || fonts.is_cut, ..Left::default() });
    for stream in streams.by_ref() {
        text.outside(stream.outside, door, place)?;
        text.stream(&stream, &mut fonts, &mut left, door, place)?;
    }
    text.outside(streams.rest(), door, place)?;
    text.objects.finish(door, place)?;
    text.pages.finish(door, place)?;
    left.say(door, place)
}

/// What is taken out of a document.
struct Text {
    /// What pages show.
    pages: Parts,
    /// Everything else.
    objects: Parts,
    /// Streams so far.
    streams: u64,
}

impl Text {
    fn outside(&mut self, outside: &[u8], door: &mut Door<'_>, place: &Place) -> Outcome {
        self.objects.text().extend_from_slice(outside);
        content::wide_strings(outside, self.objects.text());
        self.objects.flush(door, place)
    }

    fn stream<'b>(&mut self, stream: &Stream<'b>, fonts: &mut Fonts<'b>, left: &mut Left, door: &mut Door<'_>, place: &Place) -> Outcome {
        self.streams += 1;
        let dictionary = stream.dictionary;
        let decoded =
            if is_other(dictionary) || fonts.is_map(stream) { Decoded::Picture } else { filters::decode(door, dictionary, stream.data)? };
        left.note(&decoded);
        match decoded {
            Decoded::Picture | Decoded::Not => Ok(()),
            Decoded::Bytes(file) if has(dictionary, b"/EmbeddedFile") => {
                door.member(place, format!("embedded-file-{}", self.streams).as_bytes(), &mut &file[..])
            }
            Decoded::Bytes(text) if has(dictionary, b"/ObjStm") || has(dictionary, b"/Metadata") => self.outside(&text, door, place),
            Decoded::Bytes(page) => {
                let names = fonts.names_in(stream);
                left.unmapped += content::shown_text(&page, |name| fonts.map(&names, name), self.pages.text());
                self.pages.flush(door, place)
            }
        }
    }
}

/// What could not be taken out of a document.
#[derive(Default)]
struct Left {
    /// Streams that were too long.
    cut: u64,
    /// Streams behind filters that are not known.
    coded: u64,
    /// Strings whose codes stand for no characters that can be told.
    unmapped: u64,
    /// Whether not all fonts are known.
    fonts: bool,
}

impl Left {
    fn note(&mut self, stream: &Decoded) {
        match stream {
            Decoded::Bytes(bytes) => self.cut += u64::from(bytes.len() as u64 == STREAM_BYTES),
            Decoded::Not => self.coded += 1,
            Decoded::Picture => {}
        }
    }

    fn say(&self, door: &mut Door<'_>, place: &Place) -> Outcome {
        let Self { cut, coded, unmapped, fonts } = self;
        if *fonts {
            door.say(place, SkipReason::Limit, fonts::limit())?;
        }
        if *cut > 0 {
            let detail = format!("{cut} streams longer than {STREAM_BYTES} bytes, of which the first were read");
            door.say(place, SkipReason::Limit, detail)?;
        }
        if *coded > 0 {
            door.say(place, SkipReason::Unreadable, format!("{coded} streams that are damaged or go through filters that are not known"))?;
        }
        if *unmapped > 0 {
            let detail =
                format!("{unmapped} pieces of text are written in codes of a font of which it doesn't say what characters they are");
            door.say(place, SkipReason::NotUnderstood, detail)?;
        }
        Ok(())
    }
}

/// What no text is taken out of: fonts, and tables of references.
fn is_other(dictionary: &[u8]) -> bool {
    const OTHERS: &[&[u8]] = &[b"/XRef", b"/Image", b"/FontFile", b"/Length1", b"/Type1C", b"/CIDFontType0C", b"/OpenType"];
    OTHERS.iter().any(|name| has(dictionary, name))
}

fn has(text: &[u8], name: &[u8]) -> bool {
    find(text, name, 0).is_some()
}

fn find(text: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(&text[from..], wanted).map(|at| from + at)
}

fn memchr_rfind(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(text, wanted)
}
