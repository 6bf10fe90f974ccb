//! Git objects of which an earlier run knows that nothing is in them.
//!
//! The decision a reader would question: only silence is remembered. What had a finding, a note or a limit is read again each
//! time, so that a report is complete whatever the cache holds; and a key stands for content and path together, for a path
//! decides how a text is read.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use unkeyed_model::Origin;

/// The start of the SHA-256 of an object's id and path.
pub type Key = [u8; 16];

/// What need not be read.
#[derive(Debug, Default)]
pub struct Known {
    /// Sorted.
    keys: Vec<Key>,
    left: AtomicU64,
}

impl Known {
    /// From keys in any order.
    #[must_use]
    pub fn new(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self { keys, left: AtomicU64::new(0) }
    }

    /// All keys, sorted.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key of a git object as it was read; `None` for what is none.
    #[must_use]
    pub fn key_of(origin: &Origin) -> Option<Key> {
        Some(Self::key(&origin.git.as_ref()?.object, &origin.path))
    }

    /// How many objects were not read because of this.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Whether the object is known; if so, it counts as left.
    pub(crate) fn leaves(&self, object: &str, path: &str) -> bool {
        let is_known = self.keys.binary_search(&Self::key(object, path)).is_ok();
        self.left.fetch_add(u64::from(is_known), Ordering::Relaxed);
        is_known
    }

    fn key(object: &str, path: &str) -> Key {
        let digest = Sha256::new().chain_update(object).chain_update([0]).chain_update(path).finalize();
        std::array::from_fn(|at| digest[at])
    }
}
