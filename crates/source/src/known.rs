//! Git objects, image layers and files of layers of which an earlier run knows that nothing is in them.
//!
//! The decision a reader would question: only silence is remembered. What had a finding, a note or a limit is read again each
//! time, so that a report is complete whatever the cache holds; and a key stands for content and path together, for a path
//! decides how a text is read.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use unkeyed_model::Origin;

/// The start of the SHA-256 of the id of an object or layer, and a path.
pub type Key = [u8; 16];

/// What need not be read.
#[derive(Debug, Default)]
pub struct Known {
    /// Sorted.
    keys: Vec<Key>,
    /// Whether what this run learns will be kept.
    grows: bool,
    left: AtomicU64,
}

impl Known {
    /// From keys in any order; what this run learns is to be kept, too.
    #[must_use]
    pub fn new(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self { keys, grows: true, left: AtomicU64::new(0) }
    }

    /// All keys, sorted.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key of the git object, or of the file of a layer, that a content is or lies in; `None` for what is neither.
    #[must_use]
    pub fn key_of(origin: &Origin) -> Option<Key> {
        let object = origin.git.as_ref().map(|git| &git.object).or(origin.layer.as_ref())?;
        Some(Self::key(object, origin.path.split_once("!/").map_or(origin.path.as_str(), |(file, _)| file)))
    }

    /// How many objects, layers and files of layers were not read because of this.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Whether what this run learns will be kept.
    pub(crate) const fn grows(&self) -> bool {
        self.grows
    }

    /// Whether the object is known; if so, it counts as left.
    pub(crate) fn leaves(&self, object: &str, path: &str) -> bool {
        let is_known = self.has(object, path);
        self.leave(u64::from(is_known));
        is_known
    }

    /// Whether the object is known.
    pub(crate) fn has(&self, object: &str, path: &str) -> bool {
        !self.keys.is_empty() && self.keys.binary_search(&Self::key(object, path)).is_ok()
    }

    /// Counts what was left.
    pub(crate) fn leave(&self, number: u64) {
        self.left.fetch_add(number, Ordering::Relaxed);
    }

    /// The key of a layer is that of its digest and of what stands in front of all its paths.
    pub(crate) fn key(object: &str, path: &str) -> Key {
        let digest = Sha256::new().chain_update(object).chain_update([0]).chain_update(path).finalize();
        std::array::from_fn(|at| digest[at])
    }
}
