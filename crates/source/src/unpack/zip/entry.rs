//! One member of a zip: its header, and its content decompressed.

use std::io::BufRead;

use unkeyed_model::SkipReason;

use crate::unpack::compressed;
use crate::unpack::door::Door;
use crate::unpack::exact::Exact;
use crate::unpack::numbers::{u16_at, u32_at, u64_at};
use crate::unpack::place::Place;
use crate::unpack::{Halt, Outcome};

/// Length of a local header, its mark included.
pub(super) const LOCAL_HEADER: usize = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const LZMA: u16 = 14;
/// Extra field with sizes of 64 bits.
const ZIP64: u16 = 1;
const WIDE: u32 = u32::MAX;

/// A member.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    /// Compressed size; 0 if it stands behind the data.
    pub(super) packed_size: u64,
    full_size: u64,
    flags: u16,
    method: u16,
}

impl Entry {
    /// From the fields that both headers share, from the flags on.
    pub(super) fn new(fields: &[u8], name: Vec<u8>) -> Self {
        let [packed_size, full_size] = [12, 16].map(|at| u64::from(u32_at(fields, at)));
        Self { name, packed_size, full_size, flags: u16_at(fields, 0), method: u16_at(fields, 2) }
    }

    /// From a local header whose mark was read.
    pub(super) fn after_mark(content: &mut dyn BufRead) -> Result<Self, Halt> {
        let mut header = [0; LOCAL_HEADER - 4];
        content.read_exact(&mut header)?;
        let mut name = vec![0; usize::from(u16_at(&header, 22))];
        content.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(u16_at(&header, 24))];
        content.read_exact(&mut extra)?;
        let mut entry = Self::new(&header[2..], name);
        entry.widen(&extra, u32_at(&header, 18), None);
        Ok(entry)
    }

    /// Takes the sizes of 64 bits out of the extra field, where the fields of 32 bits say that they are there.
    pub(super) fn widen(&mut self, mut extra: &[u8], full_size: u32, offset: Option<&mut u64>) {
        while extra.len() >= 4 {
            let (kind, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
            let mut field = extra.get(4..4 + length).unwrap_or(&extra[4..]);
            extra = &extra[4 + field.len()..];
            if kind != ZIP64 {
                continue;
            }
            if full_size == WIDE {
                self.full_size = u64_at(field, 0);
                field = field.get(8..).unwrap_or(&[]);
            }
            if self.packed_size == u64::from(WIDE) {
                self.packed_size = u64_at(field, 0);
                field = field.get(8..).unwrap_or(&[]);
            }
            if let Some(offset) = offset.filter(|offset| **offset == u64::from(WIDE)) {
                *offset = u64_at(field, 0);
            }
            return;
        }
    }

    /// Reads it where the size may not be known before.
    pub(super) fn read(&self, door: &mut Door<'_>, place: &Place, content: &mut dyn BufRead) -> Outcome {
        let unsized_before = self.flags & 8 != 0 && self.packed_size == 0;
        if unsized_before && self.method == DEFLATED && self.flags & 1 == 0 {
            return self.deflated(door, place, content);
        }
        if unsized_before && self.flags & 1 == 0 && self.method == STORED {
            return door.skip(place, &self.name, SkipReason::Malformed, "its size stands only in the directory, which was not read");
        }
        let mut data = Exact::new(&mut *content, self.packed_size);
        if self.packed_size > 0 || !self.name.ends_with(b"/") {
            self.read_sized(door, place, &mut std::io::BufReader::new(&mut data))?;
        }
        Ok(data.drain()?)
    }

    /// Reads it from `data`, which ends where it ends.
    pub(super) fn read_sized(&self, door: &mut Door<'_>, place: &Place, data: &mut dyn BufRead) -> Outcome {
        if self.flags & 1 != 0 {
            return door.skip(place, &self.name, SkipReason::Encrypted, "a member encrypted with a password");
        }
        match self.method {
            STORED => {
                let budget = door.budget;
                door.member(place, &self.name, &mut budget.metered(data, 1))
            }
            DEFLATED => self.deflated(door, place, data),
            method => {
                let (budget, held) = (door.budget, door.budget.held());
                let opened = match compressed::of_zip(method) {
                    Some(open) => open(budget, data),
                    // The size is told, or the stream has an end mark (flag 1).
                    None if method == LZMA => {
                        compressed::lzma_of_zip(budget, data, if self.flags & 2 == 0 { self.full_size } else { u64::MAX })
                    }
                    None => {
                        let detail = format!("compression method {method}{} is not read", name_of(method));
                        return door.skip(place, &self.name, SkipReason::Unreadable, detail);
                    }
                };
                let outcome = opened.and_then(|mut decoder| door.member(place, &self.name, &mut decoder));
                budget.hold_only(held);
                outcome
            }
        }
    }

    fn deflated(&self, door: &mut Door<'_>, place: &Place, data: &mut dyn BufRead) -> Outcome {
        let budget = door.budget;
        let mut decoder = budget.metered(flate2::bufread::DeflateDecoder::new(data), 1);
        door.member(place, &self.name, &mut decoder)?;
        // The next member is found behind what was not asked for.
        std::io::copy(&mut decoder, &mut std::io::sink()).ok();
        Ok(())
    }
}

/// What methods are called (APPNOTE 4.4.5).
fn name_of(method: u16) -> &'static str {
    match method {
        1 => " (shrink)",
        2..=5 => " (reduce)",
        6 => " (implode)",
        9 => " (Deflate64)",
        10 => " (PKWARE DCL implode)",
        16 => " (IBM z/OS CMPSC)",
        18 => " (IBM TERSE)",
        19 => " (IBM LZ77)",
        94 => " (MP3)",
        96 => " (JPEG)",
        97 => " (WavPack)",
        98 => " (PPMd)",
        99 => " (AE-x, encrypted)",
        _ => "",
    }
}
