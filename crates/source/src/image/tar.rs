//! Reads tar streams whose author may be hostile.
//!
//! Headers are parsed by the `tar` crate, but not walked by it: it reads long names and PAX records into memory without
//! a bound, and can't be told to seek. What an entry's header means follows Go's `archive/tar`, which the container
//! runtimes use, so that nothing is in a container that is not seen here: links and folders carry no data.

use std::io::{self, BufRead, Read};

use tar::{EntryType, Header, PaxExtensions};

const BLOCK: usize = 512;
/// Longest name, link target or set of PAX records.
pub(crate) const MAX_METADATA_BYTES: u64 = 1 << 20;

/// A stream that can leave out a stretch.
pub(crate) trait Forward: BufRead {
    /// Moves on by `count` bytes, or to the end if that comes first.
    fn forward(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            let ready = self.fill_buf()?.len();
            if ready == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = usize::try_from(count).map_or(ready, |count| count.min(ready));
            self.consume(step);
            count -= step as u64;
        }
        Ok(())
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    HardLink,
    SymbolicLink,
    Folder,
    /// A device or FIFO.
    Special,
}

/// One entry.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) name: Vec<u8>,
    pub(crate) link: Vec<u8>,
    /// Bytes that are stored for it.
    pub(crate) size: u64,
}

/// Yields entries; between two calls of [`TarReader::next`] the content of the first may be read.
pub(crate) struct TarReader<R> {
    input: R,
    position: u64,
    left: u64,
    padding: u64,
}

/// Records that come before an entry and change what its header says.
#[derive(Default)]
struct Overrides {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl<R: Forward> TarReader<R> {
    pub(crate) const fn new(input: R) -> Self {
        Self { input, position: 0, left: 0, padding: 0 }
    }

    /// Offset of the next byte of the stream.
    pub(crate) const fn position(&self) -> u64 {
        self.position
    }

    /// The next entry; `None` at the end of the stream. Blocks of zeros are passed over wherever they stand.
    pub(crate) fn next(&mut self) -> io::Result<Option<Entry>> {
        let mut overrides = Overrides::default();
        loop {
            let rest = self.left.saturating_add(self.padding);
            self.input.forward(rest)?;
            self.position = self.position.saturating_add(rest);
            (self.left, self.padding) = (0, 0);
            let Some(block) = self.block()? else { return Ok(None) };
            if block.iter().all(|&byte| byte == 0) {
                continue;
            }
            let header = header(&block)?;
            self.expect(header.entry_size()?);
            match header.entry_type() {
                EntryType::GNULongName => overrides.name = Some(self.metadata()?),
                EntryType::GNULongLink => overrides.link = Some(self.metadata()?),
                EntryType::XHeader => self.pax(&mut overrides)?,
                EntryType::XGlobalHeader => {}
                kind => return self.entry(header, kind, overrides).map(Some),
            }
        }
    }

    /// Appends up to `most` bytes of the current entry to `buffer`, also if the stream breaks off among them.
    pub(crate) fn read(&mut self, most: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let before = buffer.len();
        let wanted = most.min(self.left);
        let outcome = (&mut self.input).take(wanted).read_to_end(buffer);
        let read = (buffer.len() - before) as u64;
        self.left -= read;
        self.position += read;
        match outcome {
            Ok(_) if read < wanted => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn entry(&mut self, header: &Header, kind: EntryType, overrides: Overrides) -> io::Result<Entry> {
        let name = overrides.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let kind = match kind {
            EntryType::Regular if header.as_bytes()[156] == 0 && name.ends_with(b"/") => Kind::Folder,
            EntryType::Link => Kind::HardLink,
            EntryType::Symlink => Kind::SymbolicLink,
            EntryType::Directory => Kind::Folder,
            EntryType::Char | EntryType::Block | EntryType::Fifo => Kind::Special,
            _ => Kind::File,
        };
        match (kind, overrides.size) {
            (Kind::File, Some(size)) => self.expect(size),
            (Kind::File, None) => {}
            _ => self.expect(0),
        }
        if header.as_gnu().is_some_and(|gnu| header.entry_type().is_gnu_sparse() && gnu.is_extended()) {
            // The map of further holes; the stored stretches follow it, and are read without the holes between them.
            while self.block()?.ok_or(io::ErrorKind::UnexpectedEof)?[504] != 0 {}
        }
        let link = overrides.link.or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned)).unwrap_or_default();
        Ok(Entry { kind, name, link, size: self.left })
    }

    fn expect(&mut self, size: u64) {
        self.left = size;
        self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    }

    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        if self.input.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.input.read_exact(&mut block)?;
        self.position += BLOCK as u64;
        Ok(Some(block))
    }

    /// The data of a metadata entry, without the zeros that end a GNU name.
    fn metadata(&mut self) -> io::Result<Vec<u8>> {
        if self.left > MAX_METADATA_BYTES {
            return Err(io::Error::other(format!(
                "an entry's name or attributes are {} bytes; the limit is {MAX_METADATA_BYTES}",
                self.left
            )));
        }
        let mut data = Vec::new();
        self.read(self.left, &mut data)?;
        let end = data.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        data.truncate(end);
        Ok(data)
    }

    fn pax(&mut self, overrides: &mut Overrides) -> io::Result<()> {
        let data = self.metadata()?;
        for record in PaxExtensions::new(&data) {
            let record = record?;
            match record.key_bytes() {
                b"path" | b"GNU.sparse.name" => overrides.name = Some(record.value_bytes().to_vec()),
                b"linkpath" => overrides.link = Some(record.value_bytes().to_vec()),
                b"size" => overrides.size = record.value().ok().and_then(|size| size.parse().ok()).or(overrides.size),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether `start`, the first bytes of a stream, begin a tar archive.
pub(crate) fn is_tar(start: &[u8]) -> bool {
    start.get(..BLOCK).is_some_and(|block| {
        <&[u8; BLOCK]>::try_from(block).is_ok_and(|block| block.iter().all(|&byte| byte == 0) || header(block).is_ok())
    })
}

/// The header in `block`, if its checksum fits. Old writers summed signed bytes.
fn header(block: &[u8; BLOCK]) -> io::Result<&Header> {
    let header = Header::from_byte_slice(block);
    let sum =
        |of: fn(u8) -> i64| block.iter().enumerate().map(|(at, &byte)| of(if (148..156).contains(&at) { b' ' } else { byte })).sum::<i64>();
    let stated = i64::from(header.cksum()?);
    if stated != sum(i64::from) && stated != sum(|byte| i64::from(byte.cast_signed())) {
        return Err(io::Error::other("a tar header's checksum is wrong"));
    }
    Ok(header)
}
