//! Text of PDF documents (ISO 32000-1): what pages show, what stands between streams, and embedded files.
//!
//! Streams are found by their keyword, not by the table of references: what an update replaced is still in the file,
//! and a damaged table hides nothing. Codes of fonts are taken for characters; where fonts that a document embeds in part
//! don't follow them, that is said.

mod content;
mod filters;

use unkeyed_model::SkipReason;

use super::Outcome;
use super::door::Door;
use super::parts::Parts;
use super::place::Place;
use filters::Decoded;

/// How far before a stream its dictionary is looked for.
const DICTIONARY_BYTES: usize = 4096;
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
    let (mut pages, mut objects) = (Parts::bounded("text", bytes.len()), Parts::bounded("objects", bytes.len()));
    let (mut at, mut number, mut left) = (0, 0, Left::default());
    while let Some(start) = find(bytes, STREAM, at) {
        let outside = &bytes[at..start];
        objects.text().extend_from_slice(outside);
        content::wide_strings(outside, objects.text());
        objects.flush(door, place)?;
        let data = start + STREAM.len();
        let data = data + [&b"\r\n"[..], b"\n", b"\r"].iter().find(|end| bytes[data..].starts_with(end)).map_or(0, |end| end.len());
        let end = find(bytes, END, data).unwrap_or(bytes.len());
        let dictionary = &outside[outside.len().saturating_sub(DICTIONARY_BYTES)..];
        let dictionary = memchr_rfind(dictionary, b" obj").map_or(dictionary, |at| &dictionary[at..]);
        number += 1;
        let stream = if is_other(dictionary) { Decoded::Picture } else { filters::decode(door, dictionary, &bytes[data..end])? };
        left.note(&stream);
        match stream {
            Decoded::Picture | Decoded::Not => {}
            Decoded::Bytes(file) if has(dictionary, b"/EmbeddedFile") => {
                door.member(place, format!("embedded-file-{number}").as_bytes(), &mut &file[..])?;
            }
            Decoded::Bytes(text) if has(dictionary, b"/ObjStm") || has(dictionary, b"/Metadata") => {
                objects.text().extend_from_slice(&text);
                content::wide_strings(&text, objects.text());
                objects.flush(door, place)?;
            }
            Decoded::Bytes(page) => {
                left.unmapped += content::shown_text(&page, pages.text());
                pages.flush(door, place)?;
            }
        }
        at = (end + END.len()).min(bytes.len());
    }
    objects.text().extend_from_slice(&bytes[at..]);
    content::wide_strings(&bytes[at..], objects.text());
    objects.finish(door, place)?;
    pages.finish(door, place)?;
    left.say(door, place)
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
        let Self { cut, coded, unmapped } = self;
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
