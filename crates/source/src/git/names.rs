//! Where each object is named: a tree and a name in it, and so on up to a commit.
//!
//! The decision a reader would question: one name for each object is kept, not all. It costs eight bytes an object, and the
//! first path is all that reading needs; every path of the few blobs that hold something is found afterwards.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use unkeyed_model::Copied;

use super::ids::Ids;
use super::numbered::Numbered;
use super::tree_entries::{EntryKind, TreeEntries};

/// Nothing names the object.
const NOWHERE: u64 = u64::MAX;

/// A commit names the tree: its path is empty.
const ROOT: u64 = 0;

/// Deeper paths are cut at their start. Linux opens none with more than 4096 bytes.
const MAX_DEPTH: usize = 2048;

/// So many missing objects are told apart; in a clone without blobs there may be any number.
const MAX_MISSING: usize = 1 << 20;

/// The name of each object of a database.
pub(super) struct Names<'i> {
    ids: &'i Ids,
    id_width: usize,
    /// By object: place of the tree in reading order plus one, and number of the name in it.
    by_object: Vec<AtomicU64>,
    texts: Mutex<Numbered<u8>>,
    missing: Mutex<HashSet<ObjectId>>,
}

impl<'i> Names<'i> {
    pub(super) fn new(ids: &'i Ids, id_width: usize) -> Self {
        let by_object = (0..ids.len()).map(|_| AtomicU64::new(NOWHERE)).collect();
        Self { ids, id_width, by_object, texts: Mutex::default(), missing: Mutex::default() }
    }

    /// Notes what `tree` names, which is at `place` in reading order. What it copied from its base, the base named. `None` if
    /// it makes no sense to its end.
    pub(super) fn tree(&self, place: u32, tree: &[u8], copies: Option<&[Copied]>) -> Option<()> {
        let mut copies = copies.unwrap_or_default().iter().peekable();
        let mut entries = TreeEntries::new(tree, self.id_width);
        for entry in entries.by_ref() {
            while copies.next_if(|copy| copy.span.end < entry.end).is_some() {}
            let is_copied = copies.peek().is_some_and(|copy| copy.span.start <= entry.start);
            if is_copied || entry.kind == EntryKind::Submodule {
                continue;
            }
            match self.ids.find_bytes(entry.id) {
                Some(object) => self.name(object, place, entry.name),
                None => self.missing(entry.id),
            }
        }
        entries.is_done().then_some(())
    }

    /// Notes that a commit has the tree with that id.
    pub(super) fn root(&self, tree: &[u8]) {
        match self.ids.find_bytes(tree) {
            Some(object) => self.by_object[object as usize].store(ROOT, Ordering::Relaxed),
            None => self.missing(tree),
        }
    }

    /// Of several names, that in the earliest tree is kept, whichever thread comes first.
    fn name(&self, object: u32, place: u32, name: &[u8]) {
        let slot = &self.by_object[object as usize];
        let place = u64::from(place) + 1;
        let mut known = slot.load(Ordering::Relaxed);
        if known >> 32 <= place {
            return;
        }
        let new = place << 32 | u64::from(self.text(name));
        while known >> 32 > place {
            match slot.compare_exchange_weak(known, new, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(other) => known = other,
            }
        }
    }

    fn text(&self, name: &[u8]) -> u32 {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).number(name)
    }

    fn missing(&self, id: &[u8]) {
        let Ok(id) = ObjectId::try_from(id) else { return };
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.len() < MAX_MISSING && !id.is_null() {
            missing.insert(id);
        }
    }

    /// How many objects are named and not there.
    pub(super) fn missing_count(&self) -> usize {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The path of `object`, and whether it starts at a commit. `object_at` is the object at a place in reading order.
    pub(super) fn path(&self, object: u32, object_at: impl Fn(u32) -> u32) -> (Vec<u8>, Parent) {
        let mut parts = Vec::new();
        let mut at = object;
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let end = loop {
            let known = self.by_object[at as usize].load(Ordering::Relaxed);
            if known == ROOT {
                break Parent::Commit;
            }
            if known == NOWHERE || parts.len() == MAX_DEPTH {
                break Parent::None(at);
            }
            parts.push(texts.get((known & u64::from(u32::MAX)) as u32));
            at = object_at((known >> 32) as u32 - 1);
        };
        parts.reverse();
        (parts.join(&b'/'), end)
    }
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    /// At the tree of a commit.
    Commit,
    /// At an object that nothing names.
    None(u32),
}
