//! The bytes of a pack: all of a small one, windows of others.
//!
//! The decision a reader would question: packs are not mapped. Each page of a map counts as memory of the process until the
//! system takes it back, so that a repository would seem to need as much as its packs are long. Windows cost a fifth more time.

use std::fs::File;
use std::io;
use std::path::Path;

use gix::hash::Kind as HashKind;
use gix::odb::pack::data::header;

/// Windows begin at multiples of this, and are as long unless an entry is longer: the entries of a delta tree mostly stand
/// together, and a walk along it goes to and fro.
const WINDOW_BYTES: u64 = 16 << 10;
/// So many bytes of packs are held whole.
pub(super) const HELD_BYTES: u64 = 128 << 20;
/// A window that grew beyond this is given back when another is read.
const KEEP_BYTES: usize = 1 << 20;

/// A pack that was opened.
pub(super) struct PackFile {
    content: Content,
    /// Where the checksum begins that ends it.
    pub(super) end: u64,
    pub(super) hash: HashKind,
}

enum Content {
    Held(Vec<u8>),
    File(File),
}

impl PackFile {
    /// Opens the pack at `path`, and holds it if it has no more than so many bytes.
    pub(super) fn open(path: &Path, hash: HashKind, room: u64) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let size = file.metadata().map_err(|error| error.to_string())?.len();
        let mut start = [0; header::SIZE];
        read_at(&file, &mut start, 0).map_err(|_| "it is too short for a pack".to_owned())?;
        header::decode(&start).map_err(|error| error.to_string())?;
        let end = size.checked_sub(hash.len_in_bytes() as u64).filter(|end| *end >= header::SIZE as u64);
        let end = end.ok_or("it is too short for a pack")?;
        let content = if end <= room { Content::Held(held(&file, end).map_err(|error| error.to_string())?) } else { Content::File(file) };
        Ok(Self { content, end, hash })
    }

    /// How many bytes of it are held.
    pub(super) fn held(&self) -> u64 {
        if let Content::Held(bytes) = &self.content { bytes.len() as u64 } else { 0 }
    }
}

fn held(file: &File, end: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(end).map_err(|_| io::ErrorKind::OutOfMemory)?];
    read_at(file, &mut bytes, 0)?;
    Ok(bytes)
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
    pub(super) fn get<'w>(&'w mut self, number: u32, pack: &'w PackFile, start: u64, end: u64) -> Option<&'w [u8]> {
        if start > end || end > pack.end {
            return None;
        }
        let file = match &pack.content {
            Content::Held(bytes) => return bytes.get(start as usize..end as usize),
            Content::File(file) => file,
        };
        if self.pack != Some(number) || start < self.start || end > self.start + self.bytes.len() as u64 {
            self.pack = None;
            self.load(file, pack.end, start, end).ok()?;
            self.pack = Some(number);
        }
        let from = (start - self.start) as usize;
        self.bytes.get(from..from + (end - start) as usize)
    }

    fn load(&mut self, file: &File, last: u64, start: u64, end: u64) -> io::Result<()> {
        if self.bytes.capacity() > KEEP_BYTES {
            self.bytes = Vec::new();
        }
        self.start = start - start % WINDOW_BYTES;
        let length = (end - self.start).max(WINDOW_BYTES).min(last - self.start);
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.bytes.resize(length, 0);
        read_at(file, &mut self.bytes, self.start)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_show_what_a_held_pack_shows() {
        let mut bytes: Vec<u8> = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
        bytes.extend((0..5 * WINDOW_BYTES).map(|at| (at * at % 251) as u8));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let open = |room| PackFile::open(file.path(), HashKind::Sha1, room).unwrap();
        let (whole, other) = (open(HELD_BYTES), open(0));
        let end = bytes.len() as u64 - 20;
        assert_eq!((whole.held(), other.held()), (end, 0));
        let (mut one, mut two) = (Window::default(), Window::default());
        for (start, stop) in [(0, 9), (12, 12), (WINDOW_BYTES - 3, WINDOW_BYTES + 5), (40, 4 * WINDOW_BYTES), (end - 7, end), (3, 70)] {
            let expected = Some(&bytes[start as usize..stop as usize]);
            assert_eq!(one.get(0, &whole, start, stop), expected);
            assert_eq!(two.get(1, &other, start, stop), expected);
        }
        for (start, stop) in [(5, 4), (end, end + 1)] {
            assert_eq!((one.get(0, &whole, start, stop), two.get(1, &other, start, stop)), (None, None));
        }
    }
}
