//! Reads objects that have a file of their own (git's `gitformat-loose`): zlib over `type SP size NUL content`.

use std::io::Read as _;
use std::path::Path;

use super::inflate::{BAD_STREAM, Inflater};
use super::pack::Kind;
use super::walk::Fault;
use crate::open;

/// No header is longer: a type name, twenty digits and two separators.
const HEADER_BYTES: usize = 32;

/// The header is at the start of so much of a file: the description of a code that a block may begin with takes up to 320 bytes.
const HEAD_BYTES: u64 = 1024;

/// Reads loose objects, one at a time, into reused buffers.
pub(super) struct LooseReader {
    inflater: Inflater,
    file: Vec<u8>,
    object: Vec<u8>,
    max_bytes: u64,
}

impl LooseReader {
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { inflater: Inflater::default(), file: Vec::new(), object: Vec::new(), max_bytes }
    }

    /// What the object at `path` is.
    pub(super) fn kind(&mut self, path: &Path) -> Result<Kind, Fault> {
        self.load(path, HEAD_BYTES)?;
        self.header().map(|(kind, ..)| kind)
    }

    /// The content of the object at `path`.
    pub(super) fn read(&mut self, path: &Path) -> Result<(Kind, &[u8]), Fault> {
        // Deflate makes a stream longer by five bytes in 16 KiB at worst.
        let most = self.max_bytes + self.max_bytes / 1024 + 4096;
        self.load(path, most)?;
        let (kind, start, size) = self.header()?;
        if size > self.max_bytes {
            return Err(Fault::TooLarge(size));
        }
        let all = usize::try_from(size).map_err(|_| Fault::TooLarge(size))? + start;
        self.inflater.all(&self.file, all, &mut self.object).ok_or(Fault::Damaged(BAD_STREAM))?;
        Ok((kind, &self.object[start..]))
    }

    fn load(&mut self, path: &Path, most: u64) -> Result<(), Fault> {
        self.file.clear();
        let file = open::regular_file(path, false).map_err(|_| Fault::Damaged("its file can't be read"))?;
        file.take(most).read_to_end(&mut self.file).map_err(|_| Fault::Damaged("its file can't be read"))?;
        Ok(())
    }

    /// Kind, where the content starts, and its size.
    fn header(&mut self) -> Result<(Kind, usize, u64), Fault> {
        const BAD: Fault = Fault::Damaged("its header doesn't make sense");
        let mut buffer = [0; HEADER_BYTES];
        let start = self.inflater.start(&self.file, &mut buffer).ok_or(Fault::Damaged(BAD_STREAM))?;
        let end = start.iter().position(|&byte| byte == 0).ok_or(BAD)?;
        let text = std::str::from_utf8(&start[..end]).map_err(|_| BAD)?;
        let (kind, size) = text.split_once(' ').ok_or(BAD)?;
        let kind = match kind {
            "blob" => Kind::Blob,
            "tree" => Kind::Tree,
            "commit" => Kind::Commit,
            "tag" => Kind::Tag,
            _ => return Err(BAD),
        };
        Ok((kind, end + 1, size.parse().map_err(|_| BAD)?))
    }
}
