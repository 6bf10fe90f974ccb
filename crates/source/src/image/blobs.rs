//! Where the blobs of an image are kept: the folder of an OCI layout, or a tar file that holds one.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::index::TarIndex;
use crate::open;

/// Gives the bytes of a file of an image, by the name that it has there (`blobs/sha256/…`, `index.json`).
pub(crate) trait Blobs: Send + Sync + std::fmt::Debug {
    /// Opens `name`.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send + '_>>;

    /// Opens a manifest, which registries keep apart from other blobs.
    fn manifest(&self, digest: &Digest) -> io::Result<Box<dyn Read + Send + '_>> {
        self.open(&file_of(digest))
    }
}

/// An OCI layout as a folder.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Blobs for Folder {
    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(open::regular_file(&self.0.join(name), false)?))
    }
}

/// A tar file, of which any member can be read by itself.
#[derive(Debug)]
pub(crate) struct Archive {
    path: PathBuf,
    index: TarIndex,
}

impl Archive {
    /// Reads the headers of the tar file at `path`.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        let index = TarIndex::new(BufReader::new(open::regular_file(path, true)?))?;
        Ok(Self { path: path.to_owned(), index })
    }

    /// Whether it holds a file of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.index.find(name).is_some()
    }
}

impl Blobs for Archive {
    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send + '_>> {
        let (offset, size) = self.index.find(name).ok_or(io::ErrorKind::NotFound)?;
        let mut file: File = open::regular_file(&self.path, true)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(file.take(size)))
    }
}

/// The file of a blob in an OCI layout.
pub(crate) fn file_of(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm(), digest.hex())
}

/// Reads a small file whole.
pub(crate) fn read_all(file: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("larger than {most} bytes, the limit for an image's documents")));
    }
    Ok(bytes)
}
