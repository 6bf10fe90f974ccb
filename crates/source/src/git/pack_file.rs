//! The bytes of a pack, read in windows.
//!
//! The decision a reader would question: packs are not mapped. Each page of a map counts as memory of the process until the
//! system takes it back, so that a repository would seem to need as much as its packs are long.

use std::fs::File;
use std::io;
use std::path::Path;

use gix::hash::Kind as HashKind;
use gix::odb::pack::data::header;

/// Windows begin at multiples of this, and are as long unless an entry is longer: the entries of a delta tree mostly stand
/// together, and a walk along it goes to and fro.
const WINDOW_BYTES: u64 = 16 << 10;
/// A window that grew beyond this is given back when another is read.
const KEEP_BYTES: usize = 1 << 20;

/// A pack that was opened.
pub(super) struct PackFile {
    file: File,
    /// Where the checksum begins that ends it.
    pub(super) end: u64,
    pub(super) hash: HashKind,
}

impl PackFile {
    /// Opens the pack at `path`.
    pub(super) fn open(path: &Path, hash: HashKind) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let size = file.metadata().map_err(|error| error.to_string())?.len();
        let mut start = [0; header::SIZE];
        read_at(&file, &mut start, 0).map_err(|_| "it is too short for a pack".to_owned())?;
        header::decode(&start).map_err(|error| error.to_string())?;
        let end = size.checked_sub(hash.len_in_bytes() as u64).filter(|end| *end >= header::SIZE as u64);
        Ok(Self { file, end: end.ok_or("it is too short for a pack")?, hash })
    }
}

/// The part of a pack that was read last.
#[derive(Default)]
pub(super) struct Window {
    /// Number of the pack.
    pack: Option<u32>,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// The bytes from `start` to `end` of a pack with that number; `None` if they aren't there.
    pub(super) fn get(&mut self, number: u32, pack: &PackFile, start: u64, end: u64) -> Option<&[u8]> {
        if start > end || end > pack.end {
            return None;
        }
        if self.pack != Some(number) || start < self.start || end > self.start + self.bytes.len() as u64 {
            self.pack = None;
            self.load(pack, start, end).ok()?;
            self.pack = Some(number);
        }
        let from = (start - self.start) as usize;
        self.bytes.get(from..from + (end - start) as usize)
    }

    fn load(&mut self, pack: &PackFile, start: u64, end: u64) -> io::Result<()> {
        if self.bytes.capacity() > KEEP_BYTES {
            self.bytes = Vec::new();
        }
        self.start = start - start % WINDOW_BYTES;
        let length = (end - self.start).max(WINDOW_BYTES).min(pack.end - self.start);
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.bytes.resize(length, 0);
        read_at(&pack.file, &mut self.bytes, self.start)
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, start)
}

/// The place in the file is not used by anybody else.
#[cfg(windows)]
fn read_at(file: &File, mut into: &mut [u8], mut start: u64) -> io::Result<()> {
    while !into.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, into, start)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (into, start) = (&mut into[read..], start + read as u64),
        }
    }
    Ok(())
}
