//! tar (POSIX pax, ustar, GNU, V7). The `tar` crate reads the header fields; the walk is our own, because a long name or
//! a pax header of any size must not be held in memory, damage in the middle must not end it, and what stands after the
//! end mark is read too.
//!
//! A sparse file's data are read as they are stored, without its holes: those are zeros.

use std::io::{BufRead, Read};

use tar::Header;
use unkeyed_model::SkipReason;

use super::door::Door;
use super::exact::{Exact, pass};
use super::place::Place;
use super::{Halt, Outcome};

const BLOCK: usize = 512;
/// Longer names and pax headers are cut.
const EXTENSION_BYTES: u64 = 1 << 20;

/// Whether `block` begins with a header whose checksum fits.
pub(super) fn is_header(block: &[u8], _name: &str) -> bool {
    let Some(block) = block.first_chunk::<BLOCK>() else { return false };
    let sum = |range: std::ops::Range<usize>| block[range].iter().map(|&byte| u32::from(byte)).sum::<u32>();
    let expected = sum(0..148) + 8 * u32::from(b' ') + sum(156..BLOCK);
    Header::from_byte_slice(block).cksum().is_ok_and(|checksum| checksum == expected)
}

/// What the headers before an entry say of it.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Reads every entry.
pub(super) fn read(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    let (mut extension, mut links, mut damaged) = (Extension::default(), 0, false);
    let mut block = [0; BLOCK];
    while fill_block(content, &mut block)? {
        if !is_header(&block, "") {
            damaged |= block != [0; BLOCK];
            continue;
        }
        let header = Header::from_byte_slice(&block);
        let size = extension.size.take().or_else(|| header.entry_size().ok());
        let Some(size) = size else {
            damaged = true;
            continue;
        };
        let kind = header.entry_type().as_byte();
        if kind == b'S' {
            skip_sparse_map(content, &block)?;
        }
        let mut data = Exact::new(&mut *content, size);
        match kind {
            b'L' => extension.name = Some(text_of(&mut data)?),
            b'x' => pax(&text_of(&mut data)?, &mut extension),
            b'K' | b'g' => {}
            b'2'..=b'6' => {
                links += u64::from(kind != b'5');
                extension = Extension::default();
            }
            b'1' if size == 0 => {
                links += 1;
                extension = Extension::default();
            }
            _ => {
                let name = extension.name.take().unwrap_or_else(|| header.path_bytes().into_owned());
                door.member(place, &name, &mut data)?;
            }
        }
        data.drain()?;
        pass(content, size.wrapping_neg() % BLOCK as u64)?;
    }
    door.say_links(place, links)?;
    if damaged {
        Err(Halt::Here(SkipReason::Malformed, "parts of it are no tar; the entries around them were read".into()))
    } else {
        Ok(())
    }
}

/// Reads the next block; false at the end.
fn fill_block(content: &mut dyn BufRead, block: &mut [u8; BLOCK]) -> Result<bool, Halt> {
    if content.fill_buf()?.is_empty() {
        return Ok(false);
    }
    content.read_exact(block)?;
    Ok(true)
}

/// The content of a header that speaks of the next entry, without the zero that may end it.
fn text_of(data: &mut impl Read) -> Result<Vec<u8>, Halt> {
    let mut text = Vec::new();
    data.take(EXTENSION_BYTES).read_to_end(&mut text)?;
    text.truncate(text.iter().position(|&byte| byte == 0).unwrap_or(text.len()));
    Ok(text)
}

/// Records of the form `length key=value\n`. The size here overrules the header's, as every other reader has it.
fn pax(mut records: &[u8], extension: &mut Extension) {
    while let Some(space) = records.iter().position(|&byte| byte == b' ') {
        let length = std::str::from_utf8(&records[..space]).ok().and_then(|length| length.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| records.get(space + 1..length)) else { return };
        records = &records[space + 1 + record.len()..];
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(name) = record.strip_prefix(b"path=").or_else(|| record.strip_prefix(b"GNU.sparse.name=")) {
            extension.name = Some(name.to_vec());
        } else if let Some(size) = record.strip_prefix(b"size=") {
            extension.size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
        }
    }
}

/// The map of an old GNU sparse file goes on in blocks of its own, each of which says whether one more follows.
fn skip_sparse_map(content: &mut dyn BufRead, header: &[u8; BLOCK]) -> Outcome {
    let mut more = header[482] != 0;
    let mut block = [0; BLOCK];
    while more {
        content.read_exact(&mut block)?;
        more = block[504] != 0;
    }
    Ok(())
}
