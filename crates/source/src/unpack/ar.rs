//! ar, as static libraries and Debian packages have it: headers of 60 bytes, names in the dialects of GNU and BSD.

use std::io::{BufRead, Read};

use super::door::Door;
use super::exact::Exact;
use super::place::Place;
use super::{Halt, Outcome};

const MARK_BYTES: usize = 8;
const HEADER: usize = 60;
/// Bytes that are kept of the table of long names, and of one long name.
const NAMES_BYTES: u64 = 1 << 20;

pub(super) fn read(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    content.read_exact(&mut [0; MARK_BYTES])?;
    let mut long_names = Vec::new();
    let mut header = [0; HEADER];
    while !content.fill_buf()?.is_empty() {
        content.read_exact(&mut header)?;
        let size = number(&header[48..58]).filter(|_| header.ends_with(b"`\n"));
        let Some(size) = size else { return Err(Halt::damaged("it is damaged; what came before was read")) };
        let mut data = Exact::new(&mut *content, size);
        match header[..16].trim_ascii_end() {
            b"//" => {
                (&mut data).take(NAMES_BYTES).read_to_end(&mut long_names)?;
            }
            // Tables of symbols.
            b"/" | b"/SYM64/" | b"__.SYMDEF" | b"__.SYMDEF SORTED" => {}
            name => {
                let name = member_name(name, &long_names, &mut data)?;
                door.member(place, &name, &mut data)?;
            }
        }
        data.drain()?;
        if size % 2 == 1 && !content.fill_buf()?.is_empty() {
            content.consume(1);
        }
    }
    Ok(())
}

/// GNU puts long names in a table (`/123`) and ends short ones with `/`; BSD puts them before the data (`#1/20`).
fn member_name(field: &[u8], long_names: &[u8], data: &mut impl Read) -> Result<Vec<u8>, Halt> {
    if let Some(length) = field.strip_prefix(b"#1/").and_then(number) {
        let mut name = Vec::new();
        data.take(length.min(NAMES_BYTES)).read_to_end(&mut name)?;
        name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
        return Ok(name);
    }
    let long = field.strip_prefix(b"/").and_then(number).and_then(|offset| long_names.get(usize::try_from(offset).ok()?..));
    let name = long.map_or(field, |rest| rest.split(|&byte| byte == b'\n').next().unwrap_or_default());
    Ok(name.strip_suffix(b"/").unwrap_or(name).to_vec())
}

fn number(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field).ok()?.trim_end().parse().ok()
}
