//! Reads one file into a reused buffer, within the size limit, and undoes UTF-16.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use unkeyed_model::{DecodeStep, Origin, Skip, SkipReason, Unit};

use crate::Event;
use crate::open;

/// A buffer that grew beyond this is given back after the file, so that one large file doesn't cost its size forever.
const KEEP_BUFFER_BYTES: usize = 4 << 20;

/// Reads files, one at a time, into one buffer.
#[derive(Debug)]
pub(crate) struct Reader {
    buffer: Vec<u8>,
    max_bytes: u64,
}

impl Reader {
    pub(crate) fn new(max_bytes: u64) -> Self {
        Self { buffer: Vec::new(), max_bytes }
    }

    /// Reads `path` and hands the Unit, or the reason why there is none, to `push`.
    pub(crate) fn read<R>(&mut self, path: &Path, origin: Origin, follow: bool, push: impl FnOnce(Event<'_>) -> R) -> R {
        let outcome = self.fill(path, follow);
        let result = match outcome {
            Ok(None) => push(Event::Unit(decode(origin, &self.buffer))),
            Ok(Some((why, detail))) => push(Event::Skip(Skip { path: origin.path, why, detail })),
            Err(error) => push(Event::Skip(failure(origin.path, &error))),
        };
        if self.buffer.capacity() > KEEP_BUFFER_BYTES {
            self.buffer = Vec::new();
        }
        result
    }

    /// The content of `path`; `None` if it can't be read within the limit.
    pub(crate) fn bytes(&mut self, path: &Path) -> Option<&[u8]> {
        self.fill(path, false).ok().filter(Option::is_none).map(|_| self.buffer.as_slice())
    }

    fn fill(&mut self, path: &Path, follow: bool) -> io::Result<Option<(SkipReason, String)>> {
        self.buffer.clear();
        let file = open::regular_file(path, follow)?;
        // One byte more than allowed tells a file that is too large even if it grows while it is read.
        let read = (&file).take(self.max_bytes.saturating_add(1)).read_to_end(&mut self.buffer)?;
        if read as u64 > self.max_bytes {
            let size = file.metadata().map_or(read as u64, |metadata| metadata.len());
            return Ok(Some((SkipReason::TooLarge, format!("{size} bytes; the limit is {} (--max-file-size)", self.max_bytes))));
        }
        Ok(None)
    }
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

/// A Unit over `bytes`, decoded to UTF-8 if they are UTF-16 by their byte order mark or by where their zeros stand.
pub(crate) fn decode(mut origin: Origin, bytes: &[u8]) -> Unit<'_> {
    let (step, text) = match utf16(bytes) {
        None => return Unit::new(Arc::new(origin), bytes),
        Some(found) => found,
    };
    origin.decoded_via.push(step);
    let read: fn([u8; 2]) -> u16 = if step == DecodeStep::Utf16le { u16::from_le_bytes } else { u16::from_be_bytes };
    let units = text.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    let decoded: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Unit::new(Arc::new(origin), decoded.into_bytes())
}

/// Which UTF-16 the bytes are, and the text without its mark. Without a mark, the sample must have zeros in at least a
/// third of the high bytes and (almost) none in the low ones: Latin text, and no binary format.
fn utf16(bytes: &[u8]) -> Option<(DecodeStep, &[u8])> {
    if let Some(text) = bytes.strip_prefix(b"\xFF\xFE").filter(|text| !text.starts_with(b"\0\0")) {
        return Some((DecodeStep::Utf16le, text));
    }
    if let Some(text) = bytes.strip_prefix(b"\xFE\xFF") {
        return Some((DecodeStep::Utf16be, text));
    }
    let sample = &bytes[..bytes.len().min(512) & !1];
    if sample.len() < 16 {
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
