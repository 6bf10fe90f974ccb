//! Reads one file into a reused buffer, within the size limit, and undoes UTF-16. Containers go on to [`crate::unpack`].

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};
use std::path::Path;
use std::sync::Arc;

use unkeyed_model::{DecodeStep, Origin, Skip, SkipReason, Unit};

use crate::unpack::{self, Limits};
use crate::{Event, Flow, export, open, stream};

/// A buffer that grew beyond this is given back after the file, so that one large file doesn't cost its size forever.
const KEEP_BUFFER_BYTES: usize = 4 << 20;
/// What is read before it is decided whether a file is a container: nearly all files whole.
const FIRST_BYTES: u64 = 64 << 10;

/// Reads files, one at a time, into one buffer.
pub(crate) struct Reader {
    buffer: Vec<u8>,
    max_bytes: u64,
}

impl Reader {
    pub(crate) fn new(max_bytes: u64) -> Self {
        Self { buffer: Vec::new(), max_bytes }
    }

    /// Reads `path` and hands its Unit, those of its members, or the reason why there is none, to `push`. A text above the limit
    /// comes in parts.
    pub(crate) fn read(&mut self, path: &Path, origin: Origin, follow: bool, push: &mut dyn FnMut(Event<'_>) -> Flow) -> Flow {
        let content = self.fill(path, origin.file_name(), follow);
        self.push(content, origin, push)
    }

    /// Hands what was read last to `push`.
    pub(crate) fn push(&mut self, content: io::Result<Content>, origin: Origin, push: &mut dyn FnMut(Event<'_>) -> Flow) -> Flow {
        let flow = match content {
            Ok(Content::Whole) => emit(origin, &self.buffer, push),
            Ok(Content::Container(file)) => unpack::file(origin, &mut BufReader::new(file), &Limits { member_bytes: self.max_bytes }, push),
            Ok(Content::LongText(file)) => {
                let surface = export::surface(origin.file_name(), &self.buffer).unwrap_or(origin.surface);
                stream::push_all(file, Origin { surface, ..origin }, push)
            }
            Ok(Content::LongBinary(size)) => push(Event::Skip(self.too_large(origin.path, size))),
            Err(error) => push(Event::Skip(failure(origin.path, &error))),
        };
        if self.buffer.capacity() > KEEP_BUFFER_BYTES {
            self.buffer = Vec::new();
        }
        flow
    }

    /// The content of `path`; `None` if it can't be read within the limit.
    pub(crate) fn bytes(&mut self, path: &Path) -> Option<&[u8]> {
        self.buffer.clear();
        let file = open::regular_file(path, false).ok()?;
        let read = (&file).take(self.max_bytes.saturating_add(1)).read_to_end(&mut self.buffer).ok()?;
        (read as u64 <= self.max_bytes).then_some(self.buffer.as_slice())
    }

    /// The coverage row of a file that is neither short enough nor text.
    fn too_large(&self, path: String, size: u64) -> Skip {
        let detail = format!("{size} bytes, and no text; the limit is {} (--max-file-size)", self.max_bytes);
        Skip { path, why: SkipReason::TooLarge, detail }
    }

    /// Reads a file into the buffer, unless it is too long for that or holds other files.
    pub(crate) fn fill(&mut self, path: &Path, name: &str, follow: bool) -> io::Result<Content> {
        self.fill_from(open::regular_file(path, follow)?, name)
    }

    /// The same for a file that was opened.
    pub(crate) fn fill_from(&mut self, mut file: File, name: &str) -> io::Result<Content> {
        self.buffer.clear();
        // One byte more than allowed tells a file that is too large even if it grows while it is read.
        let allowed = self.max_bytes.saturating_add(1);
        let mut read = (&file).take(allowed.min(FIRST_BYTES)).read_to_end(&mut self.buffer)? as u64;
        if unpack::is_container(&self.buffer, name) {
            file.rewind()?;
            return Ok(Content::Container(file));
        }
        let is_begun = read == FIRST_BYTES;
        let expected = if is_begun { file.metadata()?.len() } else { read };
        if is_begun && expected <= self.max_bytes {
            read += (&file).take(allowed - FIRST_BYTES).read_to_end(&mut self.buffer)? as u64;
        }
        if read.max(expected) <= self.max_bytes {
            return Ok(Content::Whole);
        }
        let sample = &self.buffer[..self.buffer.len().min(TEXT_SAMPLE)];
        if utf16(sample).is_none() && sample.contains(&0) {
            let size = file.metadata().map_or(read, |metadata| metadata.len());
            return Ok(Content::LongBinary(size));
        }
        file.rewind()?;
        Ok(Content::LongText(file))
    }
}

/// A file above the limit is text if so many of its first bytes hold no NUL.
const TEXT_SAMPLE: usize = 8 << 10;

/// What a file turned out to be.
#[derive(Debug)]
pub(crate) enum Content {
    /// Short enough: it is in the buffer.
    Whole,
    /// It holds other files.
    Container(File),
    /// A text above the limit, at its beginning.
    LongText(File),
    /// Above the limit and not text; its size.
    LongBinary(u64),
}

/// The coverage row for an error of the system.
pub(crate) fn failure(path: String, error: &io::Error) -> Skip {
    let why = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::StaleNetworkFileHandle => SkipReason::Vanished,
        _ if is_link_loop(error) => SkipReason::NotARegularFile,
        _ => SkipReason::Unreadable,
    };
    Skip { path, why, detail: error.to_string() }
}

#[cfg(unix)]
fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_link_loop(_error: &io::Error) -> bool {
    false
}

/// Pushes content that holds no other files: the messages of an export, or all of it as one Unit.
pub(crate) fn emit(origin: Origin, bytes: &[u8], push: &mut dyn FnMut(Event<'_>) -> Flow) -> Flow {
    export::push(decode(origin, bytes), push)
}

/// A Unit over `bytes`, decoded to UTF-8 if they are UTF-16 by their byte order mark or by where their zeros stand.
pub(crate) fn decode(mut origin: Origin, bytes: &[u8]) -> Unit<'_> {
    let (step, text) = match utf16(bytes) {
        None => return Unit::new(Arc::new(origin), bytes),
        Some(found) => found,
    };
    origin.decoded_via.push(step);
    Unit::new(Arc::new(origin), from_utf16(step, text).into_bytes())
}

/// The text of UTF-16 without a mark; what is no character becomes U+FFFD.
pub(crate) fn from_utf16(step: DecodeStep, text: &[u8]) -> String {
    let read: fn([u8; 2]) -> u16 = if step == DecodeStep::Utf16le { u16::from_le_bytes } else { u16::from_be_bytes };
    let units = text.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Which UTF-16 the bytes are, and the text without its mark. Without a mark, the sample must have zeros in at least a
/// third of the high bytes and (almost) none in the low ones: Latin text, and no binary format.
pub(crate) fn utf16(bytes: &[u8]) -> Option<(DecodeStep, &[u8])> {
    if let Some(text) = bytes.strip_prefix(b"\xFF\xFE").filter(|text| !text.starts_with(b"\0\0")) {
        return Some((DecodeStep::Utf16le, text));
    }
    if let Some(text) = bytes.strip_prefix(b"\xFE\xFF") {
        return Some((DecodeStep::Utf16be, text));
    }
    let sample = &bytes[..bytes.len().min(512) & !1];
    if sample.len() < 16 || memchr::memchr(0, sample).is_none() {
        return None;
    }
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, third) = (zeros(0), zeros(1), sample.len() / 6);
    if odd >= third && even == 0 && looks_printable(sample, 0) {
        Some((DecodeStep::Utf16le, bytes))
    } else if even >= third && odd == 0 && looks_printable(sample, 1) {
        Some((DecodeStep::Utf16be, bytes))
    } else {
        None
    }
}

fn looks_printable(sample: &[u8], parity: usize) -> bool {
    sample.iter().skip(parity).step_by(2).all(|&byte| byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf16_is_decoded_with_and_without_a_mark() {
        let text = "PASSWORD=käse-brot-42\r\n";
        for (mark, to_bytes, step) in [
            ("\u{FEFF}", u16::to_le_bytes as fn(u16) -> [u8; 2], DecodeStep::Utf16le),
            ("\u{FEFF}", u16::to_be_bytes, DecodeStep::Utf16be),
            ("", u16::to_le_bytes, DecodeStep::Utf16le),
            ("", u16::to_be_bytes, DecodeStep::Utf16be),
        ] {
            let bytes = utf16_bytes(&format!("{mark}{text}"), to_bytes);
            let unit = decode(Origin::default(), &bytes);
            assert_eq!(unit.bytes(), text.as_bytes());
            assert_eq!(unit.origin().decoded_via, [step]);
        }
    }

    #[test]
    fn binary_and_utf8_stay_as_they_are() {
        for bytes in [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"[..], b"plain text, long enough", b"", b"\xFF", b"a\0"] {
            let unit = decode(Origin::default(), bytes);
            assert_eq!(unit.bytes(), bytes);
            assert!(unit.origin().decoded_via.is_empty());
        }
    }
}
