//! Text of PDF documents (ISO 32000-1): what pages show, what stands between streams, and embedded files.
//!
//! Streams are found by their keyword, not by the table of references: what an update replaced is still in the file,
//! and a damaged table hides nothing. Codes of fonts are taken for characters, which fonts that a document embeds in
//! part need not follow.

mod content;

use std::io::Read;

use unkeyed_model::SkipReason;

use super::door::Door;
use super::parts::Parts;
use super::place::Place;
use super::{Halt, Outcome};

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
    let (mut at, mut number, mut cut) = (0, 0, 0_u64);
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
        let stream = decode(door, dictionary, &bytes[data..end])?;
        cut += u64::from(stream.as_ref().is_some_and(|stream| stream.len() as u64 == STREAM_BYTES));
        match stream {
            None => {}
            Some(file) if has(dictionary, b"/EmbeddedFile") => {
                door.member(place, format!("embedded-file-{number}").as_bytes(), &mut &file[..])?;
            }
            Some(text) if has(dictionary, b"/ObjStm") || has(dictionary, b"/Metadata") => {
                objects.text().extend_from_slice(&text);
                content::wide_strings(&text, objects.text());
                objects.flush(door, place)?;
            }
            Some(page) => {
                content::shown_text(&page, pages.text());
                pages.flush(door, place)?;
            }
        }
        at = (end + END.len()).min(bytes.len());
    }
    objects.text().extend_from_slice(&bytes[at..]);
    content::wide_strings(&bytes[at..], objects.text());
    objects.finish(door, place)?;
    pages.finish(door, place)?;
    if cut > 0 {
        return Err(Halt::Here(SkipReason::Limit, format!("{cut} streams longer than {STREAM_BYTES} bytes, of which the first were read")));
    }
    Ok(())
}

/// What a stream holds; `None` for pictures, fonts and tables of references.
fn decode(door: &Door<'_>, dictionary: &[u8], data: &[u8]) -> Result<Option<Vec<u8>>, Halt> {
    const OTHERS: &[&[u8]] = &[b"/XRef", b"/Image", b"/FontFile", b"/Length1", b"/Type1C", b"/CIDFontType0C", b"/OpenType"];
    const FILTERS: &[&[u8]] = &[b"DCT", b"JPX", b"CCITT", b"JBIG2", b"LZW", b"ASCII85", b"RunLength"];
    if OTHERS.iter().chain(FILTERS).any(|name| has(dictionary, name)) {
        return Ok(None);
    }
    let mut decoded = Vec::new();
    if has(dictionary, b"/FlateDecode") || has(dictionary, b"/Fl ") {
        // What a damaged stream gave before its damage is kept.
        let decoder = flate2::read::ZlibDecoder::new(data).take(STREAM_BYTES);
        let result = door.budget.metered(decoder, 1).read_to_end(&mut decoded);
        door.budget.within()?;
        if result.is_err() && decoded.is_empty() {
            return Ok(None);
        }
    } else {
        decoded.extend_from_slice(data);
    }
    Ok(Some(decoded))
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
