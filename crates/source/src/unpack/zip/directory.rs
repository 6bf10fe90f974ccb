//! The central directory at the end of a zip.

use std::io::{Read, SeekFrom};

use unkeyed_model::SkipReason;

use super::entry::Entry;
use crate::unpack::door::Door;
use crate::unpack::exact::Exact;
use crate::unpack::numbers::{u16_at, u32_at, u64_at};
use crate::unpack::place::Place;
use crate::unpack::{Halt, Outcome, ReadSeek};

/// Bytes of a directory that are read; the members that the rest names are read as gaps.
const DIRECTORY_BYTES: u64 = 32 << 20;
const END: usize = 22;
const LOCATOR: usize = 20;
const HEADER: usize = 46;

/// Where the directory is.
pub(super) struct Directory {
    /// Offset of its first byte.
    pub(super) start: u64,
    size: u64,
    /// What has to be added to the offsets in it: the length of what was put before the zip.
    shift: u64,
}

impl Directory {
    /// Looks for the end record in the last bytes of the file, where a comment of up to 65,535 bytes may follow it.
    pub(super) fn find(file: &mut dyn ReadSeek) -> Result<Option<Self>, Halt> {
        let length = file.seek(SeekFrom::End(0))?;
        let tail_start = length.saturating_sub((END + usize::from(u16::MAX)) as u64);
        file.seek(SeekFrom::Start(tail_start))?;
        let mut tail = Vec::new();
        file.take(length - tail_start).read_to_end(&mut tail)?;
        let is_end = |at: &usize| tail[*at..].starts_with(b"PK\x05\x06") && at + END + usize::from(u16_at(&tail, at + 20)) <= tail.len();
        let Some(at) = (0..(tail.len() + 1).saturating_sub(END)).rev().find(is_end) else { return Ok(None) };
        let mut end = tail_start + at as u64;
        let (mut size, mut offset) = (u64::from(u32_at(&tail, at + 12)), u64::from(u32_at(&tail, at + 16)));
        if at >= LOCATOR && tail[at - LOCATOR..].starts_with(b"PK\x06\x07") {
            let mut record = [0; 56];
            file.seek(SeekFrom::Start(u64_at(&tail, at - LOCATOR + 8)))?;
            if file.read_exact(&mut record).is_ok() && record.starts_with(b"PK\x06\x06") {
                (size, offset) = (u64_at(&record, 40), u64_at(&record, 48));
                end = u64_at(&tail, at - LOCATOR + 8);
            }
        }
        let Some(start) = end.checked_sub(size) else { return Ok(None) };
        let Some(shift) = start.checked_sub(offset) else { return Ok(None) };
        Ok(Some(Self { start, size, shift }))
    }

    /// Reads every member it names, and notes the bytes that each takes.
    pub(super) fn read(&self, door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek, covered: &mut Vec<(u64, u64)>) -> Outcome {
        let kept = self.size.min(DIRECTORY_BYTES);
        door.budget.claim(usize::try_from(kept).unwrap_or(usize::MAX))?;
        let mut records = Vec::new();
        file.seek(SeekFrom::Start(self.start))?;
        file.take(kept).read_to_end(&mut records)?;
        let mut rest: &[u8] = &records;
        while rest.starts_with(b"PK\x01\x02") && rest.len() >= HEADER {
            let lengths = [28, 30, 32].map(|at| usize::from(u16_at(rest, at)));
            let Some(record) = rest.get(..HEADER + lengths.iter().sum::<usize>()) else { break };
            rest = &rest[record.len()..];
            let name = &record[HEADER..HEADER + lengths[0]];
            let extra = &record[HEADER + lengths[0]..HEADER + lengths[0] + lengths[1]];
            let mut entry = Entry::new(&record[8..], name.to_vec());
            let mut offset = u64::from(u32_at(record, 42));
            entry.widen(extra, u32_at(record, 24), Some(&mut offset));
            if !name.ends_with(b"/") || entry.packed_size > 0 {
                self.member(door, place, file, &entry, offset.saturating_add(self.shift), covered)?;
            }
        }
        match (rest.is_empty(), self.size > kept) {
            (true, false) => Ok(()),
            (_, true) => Err(Halt::Here(SkipReason::Limit, format!("its directory is larger than {DIRECTORY_BYTES} bytes"))),
            (false, false) => Err(Halt::damaged("its directory is damaged; what it does not name was read as one piece")),
        }
    }

    fn member(
        &self,
        door: &mut Door<'_>,
        place: &Place,
        file: &mut dyn ReadSeek,
        entry: &Entry,
        offset: u64,
        covered: &mut Vec<(u64, u64)>,
    ) -> Outcome {
        file.seek(SeekFrom::Start(offset))?;
        let mut header = [0; super::LOCAL_HEADER];
        if file.read_exact(&mut header).is_err() || !header.starts_with(b"PK\x03\x04") {
            return door.skip(place, &entry.name, SkipReason::Malformed, "the directory names it, but it is not where it should be");
        }
        let data = offset + header.len() as u64 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        covered.push((offset, data.saturating_add(entry.packed_size)));
        file.seek(SeekFrom::Start(data))?;
        entry.read_sized(door, place, &mut std::io::BufReader::new(Exact::new(file, entry.packed_size)))
    }
}
