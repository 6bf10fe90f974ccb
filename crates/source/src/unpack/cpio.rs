//! cpio in the "new" form, as rpm packages and initramfs images have it: hexadecimal headers of 110 bytes.

use std::io::{BufRead, Read};

use super::door::Door;
use super::exact::{Exact, pass};
use super::place::Place;
use super::{Halt, Outcome};

const HEADER: usize = 110;
/// Longer names are damage.
const NAME_BYTES: u64 = 64 << 10;
const TRAILER: &[u8] = b"TRAILER!!!";
/// The bits of a mode that say what kind of file it is, and their value for a plain file and a folder.
const KIND: u64 = 0o170_000;
const PLAIN: u64 = 0o100_000;
const FOLDER: u64 = 0o040_000;

/// Whether `head` begins with a header.
pub(super) fn is_header(head: &[u8], _name: &str) -> bool {
    head.get(..HEADER).is_some_and(|header| matches!(header[5], b'1' | b'2') && header.iter().all(u8::is_ascii_hexdigit))
}

pub(super) fn read(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    let (mut links, mut header) = (0, [0; HEADER]);
    loop {
        content.read_exact(&mut header)?;
        let [mode, size, name_size] = [1, 6, 11].map(|index| field(&header, index));
        if !is_header(&header, "") || name_size > NAME_BYTES {
            return Err(Halt::damaged("it is damaged; what came before was read"));
        }
        let mut name = Vec::new();
        let mut name_data = Exact::new(&mut *content, name_size);
        name_data.read_to_end(&mut name)?;
        pass(content, (HEADER as u64 + name_size).wrapping_neg() % 4)?;
        name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
        if name == TRAILER {
            break;
        }
        let mut data = Exact::new(&mut *content, size);
        match mode & KIND {
            PLAIN => door.member(place, &name, &mut data)?,
            FOLDER => {}
            _ => links += 1,
        }
        data.drain()?;
        pass(content, size.wrapping_neg() % 4)?;
    }
    door.say_links(place, links)?;
    what_follows(door, place, content)
}

/// An initramfs has further archives, compressed or not, behind the first one and zeros.
fn what_follows(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    loop {
        let ahead = content.fill_buf()?;
        let (length, zeros) = (ahead.len(), ahead.iter().take_while(|&&byte| byte == 0).count());
        content.consume(zeros);
        match (length, zeros < length) {
            (0, _) => return Ok(()),
            (_, true) => return door.decompressed(place, content),
            (_, false) => {}
        }
    }
}

fn field(header: &[u8; HEADER], index: usize) -> u64 {
    let digits = &header[6 + 8 * index..14 + 8 * index];
    std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}
