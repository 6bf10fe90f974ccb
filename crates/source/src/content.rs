//! A digest of what a source will push, made without judging or unpacking any of it.
//!
//! The decision a reader would question: files are read for it, and read again for the scan. To hash a file costs a small
//! part of what it costs to search it, and it is the only thing that tells two contents apart on any machine; times and
//! sizes don't. Git objects and image layers have digests, so that nothing of them is read.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::open;

/// A SHA-256.
pub type ContentSum = [u8; 32];

/// Bytes of a file that are read at once.
const CHUNK: usize = 64 << 10;

/// The digest of parts; where one part ends and another begins counts.
pub(crate) fn of<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> ContentSum {
    let mut sum = Sha256::new();
    for part in parts {
        sum.update((part.as_ref().len() as u64).to_be_bytes());
        sum.update(part);
    }
    sum.finalize().into()
}

/// The digest of a file's bytes.
pub(crate) fn of_file(path: &Path, follow: bool) -> io::Result<ContentSum> {
    let mut file = open::regular_file(path, follow)?;
    let (mut sum, mut buffer) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(sum.finalize().into()),
            read => sum.update(&buffer[..read]),
        }
    }
}

/// Digests that come in any order from any thread; none if a part can't be read, so that what is there can't be told.
pub(crate) struct Gathered(Mutex<Option<Vec<ContentSum>>>);

impl Gathered {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// One more; `None` if it can't be known.
    pub(crate) fn add(&self, part: Option<ContentSum>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match part {
            Some(part) => all.iter_mut().for_each(|all| all.push(part)),
            None => *all = None,
        }
    }

    /// The digest of all, whatever their order.
    pub(crate) fn finish(self) -> Option<ContentSum> {
        let mut all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner)?;
        all.sort_unstable();
        Some(of(all))
    }
}
