//! rpm packages: a lead, two headers, and a compressed cpio archive.
//! <https://rpm-software-management.github.io/rpm/manual/format_v4.html>
//!
//! The strings of the main header are read as a text: it holds the scripts that run at installation.

use std::io::{BufRead, Read};

use super::door::Door;
use super::exact::{Exact, pass};
use super::place::Place;
use super::{Halt, Outcome};

const LEAD_BYTES: u64 = 96;
const HEADER_MARK: &[u8] = b"\x8E\xAD\xE8\x01";
/// Bytes of a header that are read as text.
const HEADER_BYTES: u64 = 16 << 20;

pub(super) fn read(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    pass(content, LEAD_BYTES)?;
    let (index, strings) = header_sizes(content)?;
    // Signatures, padded to eight bytes.
    pass(content, (index + strings).next_multiple_of(8))?;
    let (index, strings) = header_sizes(content)?;
    pass(content, index)?;
    let mut text = Vec::new();
    let mut data = Exact::new(&mut *content, strings);
    (&mut data).take(HEADER_BYTES).read_to_end(&mut text)?;
    data.drain()?;
    door.text(place, b"rpm-header", &text)?;
    drop(text);
    door.decompressed(place, content)
}

/// Sizes of the index and of the strings of the header that begins here.
fn header_sizes(content: &mut dyn BufRead) -> Result<(u64, u64), Halt> {
    let mut start = [0; 16];
    content.read_exact(&mut start)?;
    if !start.starts_with(HEADER_MARK) {
        return Err(Halt::damaged("its headers are damaged"));
    }
    let number = |at: usize| start[at..at + 4].iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    Ok((16 * number(8), number(12)))
}
