//! The table of formats: how each is known, and what reads it.

use std::io::BufRead;

use unkeyed_model::has_extension;

use super::door::Door;
use super::place::Place;
use super::{Outcome, ReadSeek, android, ar, asar, compressed, cpio, mail, pdf, plist, rpm, sevenz, sqlite, strings, tar, zip};

type ReadStream = fn(&mut Door<'_>, &Place, &mut dyn BufRead) -> Outcome;
type ReadFile = fn(&mut Door<'_>, &Place, &mut dyn ReadSeek) -> Outcome;
type ReadSlice = fn(&mut Door<'_>, &Place, &[u8]) -> Outcome;

/// What reads a format.
#[derive(Clone, Copy)]
pub(super) enum Reader {
    /// Reads it front to back.
    Stream(ReadStream),
    /// Has to jump in it.
    Seek {
        /// Reads it.
        read: ReadFile,
        /// Reads it front to back, with less certainty, if it is too large to jump in.
        piecewise: Option<ReadStream>,
    },
    /// Wants it whole.
    Slice(ReadSlice),
}

/// A format, as its first bytes show it.
struct Format {
    /// Where the mark stands, and the mark.
    mark: (usize, &'static [u8]),
    /// What must be true beyond the mark.
    check: fn(&[u8], &str) -> bool,
    reader: Reader,
}

const fn seek(read: ReadFile) -> Reader {
    Reader::Seek { read, piecewise: None }
}

const ZIP: Reader = Reader::Seek { read: zip::read, piecewise: Some(zip::read_piecewise) };
const TAR: Reader = Reader::Stream(tar::read);

/// Sources of the marks: RFC 1952 (gzip), RFC 8878 (zstd), the xz, bzip2, lz4 and lzip file format descriptions,
/// PKWARE's APPNOTE (zip), POSIX pax (tar, cpio), and the documentation of the other formats named in their modules.
const FORMATS: &[Format] = &[
    Format { mark: (0, b"PK\x03\x04"), check: always, reader: ZIP },
    Format { mark: (0, b"PK\x05\x06"), check: always, reader: ZIP },
    Format { mark: (0, b"PK\x07\x08PK"), check: always, reader: ZIP },
    Format { mark: (0, b"\x1F\x8B\x08"), check: always, reader: Reader::Stream(compressed::gzip) },
    Format { mark: (0, b"BZh"), check: is_bzip2, reader: Reader::Stream(compressed::bzip2) },
    Format { mark: (0, b"\xFD7zXZ\0"), check: always, reader: Reader::Stream(compressed::xz) },
    Format { mark: (0, b"\x28\xB5\x2F\xFD"), check: always, reader: Reader::Stream(compressed::zstd) },
    Format { mark: (1, b"\x2A\x4D\x18"), check: is_skippable_frame, reader: Reader::Stream(compressed::zstd) },
    Format { mark: (0, b"\x04\x22\x4D\x18"), check: always, reader: Reader::Stream(compressed::lz4) },
    Format { mark: (0, b"\x02\x21\x4C\x18"), check: always, reader: Reader::Stream(compressed::lz4) },
    Format { mark: (0, b"LZIP\x01"), check: always, reader: Reader::Stream(compressed::lzip) },
    Format { mark: (0, b"\x5D\0\0"), check: is_lzma, reader: Reader::Stream(compressed::lzma) },
    Format { mark: (0, b"7z\xBC\xAF\x27\x1C"), check: always, reader: seek(sevenz::read) },
    Format { mark: (0, b"!<arch>\n"), check: always, reader: Reader::Stream(ar::read) },
    Format { mark: (0, b"07070"), check: cpio::is_header, reader: Reader::Stream(cpio::read) },
    Format { mark: (0, b"\xED\xAB\xEE\xDB"), check: always, reader: Reader::Stream(rpm::read) },
    Format { mark: (0, b"\x04\0\0\0"), check: asar::is_asar, reader: seek(asar::read) },
    Format { mark: (0, b"SQLite format 3\0"), check: always, reader: seek(sqlite::read) },
    Format { mark: (0, b"\x37\x7F\x06\x82"), check: always, reader: Reader::Stream(sqlite::read_log) },
    Format { mark: (0, b"\x37\x7F\x06\x83"), check: always, reader: Reader::Stream(sqlite::read_log) },
    Format { mark: (0, b"%PDF-"), check: always, reader: Reader::Slice(pdf::read) },
    Format { mark: (0, b"bplist0"), check: always, reader: Reader::Slice(plist::read) },
    Format { mark: (0, b"\x02\0\x0C\0"), check: android::is_resources, reader: Reader::Slice(android::read) },
    Format { mark: (0, b"\x03\0\x08\0"), check: android::is_resources, reader: Reader::Slice(android::read) },
    Format { mark: (0, b"dex\n0"), check: always, reader: Reader::Slice(strings::dex) },
    Format { mark: (0, b""), check: strings::is_pyc, reader: Reader::Slice(strings::pyc) },
    Format { mark: (257, b"ustar"), check: tar::is_header, reader: TAR },
    Format { mark: (0, b""), check: is_old_tar, reader: TAR },
    Format { mark: (0, b"From "), check: mail::is_mailbox, reader: Reader::Stream(mail::mailbox) },
    Format { mark: (0, b""), check: mail::is_message, reader: Reader::Stream(mail::message) },
    Format { mark: (0, b""), check: compressed::is_brotli, reader: Reader::Stream(compressed::brotli) },
    Format { mark: (0, b""), check: may_end_in_zip, reader: seek(zip::read_behind) },
];

/// What reads content that begins with `head` and bears `name`; `None` if it is no container.
pub(super) fn format(head: &[u8], name: &str) -> Option<Reader> {
    // The first byte alone settles nearly all.
    let marked =
        |&&Format { mark: (at, mark), .. }: &&Format| mark.is_empty() || head.get(at) == mark.first() && head[at..].starts_with(mark);
    FORMATS.iter().filter(marked).find(|format| (format.check)(head, name)).map(|format| format.reader)
}

fn always(_head: &[u8], _name: &str) -> bool {
    true
}

/// Level, then the mark of the first block or of the end.
fn is_bzip2(head: &[u8], _name: &str) -> bool {
    matches!(head.get(3), Some(b'1'..=b'9'))
        && head.get(4..10).is_some_and(|mark| mark == b"\x31\x41\x59\x26\x53\x59" || mark == b"\x17\x72\x45\x38\x50\x90")
}

fn is_skippable_frame(head: &[u8], _name: &str) -> bool {
    head[0] & 0xF0 == 0x50
}

/// A dictionary size that is a power of two, and a size that is unknown or below 2^38: lzma has no mark of its own.
fn is_lzma(head: &[u8], _name: &str) -> bool {
    let Some(&[b1, b2, b3, b4, ref size @ ..]) = head.get(1..13) else { return false };
    let size = size.iter().rev().fold(0, |size, &byte| size << 8 | u64::from(byte));
    u32::from_le_bytes([b1, b2, b3, b4]).is_power_of_two() && (size == u64::MAX || size < 1 << 38)
}

/// Tars from before POSIX have no mark but a checksum.
fn is_old_tar(head: &[u8], name: &str) -> bool {
    name.ends_with(".tar") && tar::is_header(head, name)
}

/// Programs may carry a zip behind them; whether they do, their end tells.
fn may_end_in_zip(_head: &[u8], name: &str) -> bool {
    has_extension(name, &["zip", "jar", "war", "ear", "whl", "pyz", "pex", "par", "exe"])
}

/// Whether content holds a control character that no text has.
pub(super) fn has_control(content: &[u8]) -> bool {
    content.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
}
