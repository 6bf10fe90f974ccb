//! zip (PKWARE APPNOTE 6.3.10) and what is built on it: jar, war, apk, ipa, whl, nupkg, vsix, docx, xlsx.
//!
//! The reader is our own because an auditor needs what libraries leave out: members that the directory no longer names,
//! files cut off before their directory, bytes before, between and behind members, and constant memory however many
//! members there are. It goes by the directory; what lies outside everything that the directory names is read as a
//! member of its own, and without a directory the members are read one after another.

mod directory;
mod entry;

use std::io::{BufRead, Read, SeekFrom};

use super::door::Door;
use super::place::Place;
use super::{Halt, Outcome, ReadSeek};
use directory::Directory;
use entry::{Entry, LOCAL_HEADER};

/// Shorter gaps between members are data descriptors and alignment.
const GAP: u64 = LOCAL_HEADER as u64;
/// What a gap is called.
const GAP_NAME: &str = "outside-its-directory";
/// What every header begins with.
const MARK: &[u8] = b"PK";

/// Reads every member that the directory names, and then what lies between them.
pub(super) fn read(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek) -> Outcome {
    let Some(directory) = Directory::find(file)? else {
        file.rewind()?;
        let mut whole = std::io::BufReader::new(file);
        return read_piecewise(door, place, &mut whole);
    };
    read_by(&directory, door, place, file)
}

/// Reads a zip that stands behind something else, if there is one.
pub(super) fn read_behind(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek) -> Outcome {
    Directory::find(file)?.map_or(Ok(()), |directory| read_by(&directory, door, place, file))
}

fn read_by(directory: &Directory, door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek) -> Outcome {
    let mut covered = Vec::new();
    let rest = directory.read(door, place, file, &mut covered);
    read_gaps(door, place, file, covered, directory.start)?;
    rest
}

fn read_gaps(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek, mut covered: Vec<(u64, u64)>, end: u64) -> Outcome {
    covered.push((end, end));
    covered.sort_unstable();
    let mut at = 0;
    for (start, stop) in covered {
        if start.saturating_sub(at) >= GAP {
            file.seek(SeekFrom::Start(at))?;
            read_gap(door, place, at, &mut std::io::BufReader::new(file.take(start - at)))?;
        }
        at = at.max(stop);
    }
    Ok(())
}

/// Members that were deleted from the directory only, a whole zip before this one, or what a program put in front.
fn read_gap(door: &mut Door<'_>, place: &Place, at: u64, content: &mut dyn BufRead) -> Outcome {
    if content.fill_buf()?.starts_with(b"PK\x03\x04") {
        return read_members(door, place, content).map(|_| ());
    }
    let name = format!("{GAP_NAME}-{at}");
    door.member(place, name.as_bytes(), content)
}

/// Reads the members by their own headers, one after another.
pub(super) fn read_piecewise(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
    if read_members(door, place, content)? {
        return Ok(());
    }
    Err(Halt::damaged("its directory is missing, so it ends too early; the members before that were read"))
}

/// True if a directory was met too.
fn read_members(door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Result<bool, Halt> {
    let mut directory = false;
    while next_mark(content)? {
        match content.fill_buf()?.first() {
            Some(3) => {
                content.consume(1);
                if content.fill_buf()?.first() == Some(&4) {
                    content.consume(1);
                    Entry::after_mark(content)?.read(door, place, content)?;
                }
            }
            // The end record, with 32 or 64 bits.
            Some(5 | 6) => directory = true,
            _ => {}
        }
    }
    Ok(directory)
}

/// Reads past the next `PK`; false if there is none.
fn next_mark(content: &mut dyn BufRead) -> Result<bool, Halt> {
    let mut half = false;
    loop {
        let ahead = content.fill_buf()?;
        if ahead.is_empty() {
            return Ok(false);
        }
        if half && ahead[0] == MARK[1] {
            content.consume(1);
            return Ok(true);
        }
        let (length, found) = (ahead.len(), ahead.windows(2).position(|pair| pair == MARK));
        half = ahead.last() == Some(&MARK[0]);
        match found {
            Some(at) => {
                content.consume(at + 2);
                return Ok(true);
            }
            None => content.consume(length),
        }
    }
}
