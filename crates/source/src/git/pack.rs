//! One pack: its entries in the order of the file, and which is a delta of which.
//!
//! The decision a reader would question: the pack is walked along its delta trees and not object by object, so that each
//! entry is inflated once and each delta applied once, whatever the depth of the chains.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use gix::hash::Kind as HashKind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::{data, index};

use super::ids::Ids;
use super::pack_file::{PackFile, Window};

/// No header of an entry is longer: a size, and the id or distance of a base.
const HEADER_BYTES: u64 = 64;

/// What an entry may be longer than its data, whatever they are.
const SLACK_BYTES: u64 = 4 << 10;

/// What is wrong with an entry.
pub(super) const BAD_ENTRY: &str = "its entry in the pack doesn't make sense";

/// No entry.
pub(super) const NONE: u32 = u32::MAX;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blob,
    Tree,
    Commit,
    Tag,
}

/// One entry, named by its position in the order of offsets.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    offset: u64,
    /// Number of its object.
    pub(super) object: u32,
    /// Whether the object is read from this entry, and not from an earlier pack.
    pub(super) is_wanted: bool,
    /// The first entry that is a delta of this one.
    pub(super) first_child: u32,
    /// The next entry that is a delta of the same base.
    pub(super) sibling: u32,
    /// The child with the most wanted entries under it: visited last, when its base is no longer needed by others.
    pub(super) heavy: u32,
    /// Number of wanted entries from here down.
    pub(super) wanted: u32,
}

/// A pack and its index.
pub(super) struct Pack {
    file: PackFile,
    pub(super) index: index::File,
}

/// A pack that is ready to be walked.
pub(super) struct Forest {
    /// Number of the pack.
    number: u32,
    file: Arc<PackFile>,
    pub(super) entries: Vec<Entry>,
    /// Entries that are no deltas, in order.
    pub(super) roots: Vec<(Kind, u32)>,
    /// Wanted entries that no root leads to: their base is missing, damaged or (in a made-up pack) themselves.
    pub(super) lost: u32,
}

/// An entry's data as they stand in the pack.
pub(super) struct Packed {
    /// Bytes of the data when inflated: of the object, or of the delta.
    pub(super) size: u64,
    start: u64,
    end: u64,
}

impl Pack {
    /// Opens the pack that `index` belongs to, and holds it if it has no more than so many bytes.
    pub(super) fn open(index: &Path, kind: HashKind, room: u64) -> Result<Self, String> {
        let file = PackFile::open(&index.with_extension("pack"), kind, room)?;
        let index = index::File::at(index, kind).map_err(|error| error.to_string())?;
        Ok(Self { file, index })
    }

    /// How many bytes of it are held.
    pub(super) fn held(&self) -> u64 {
        self.file.held()
    }
}

impl Forest {
    /// Puts the entries of `pack`, which has that number, in order. What `claimed` already has is not wanted again.
    pub(super) fn new(number: u32, pack: Pack, ids: &Ids, claimed: &mut [bool]) -> Self {
        let Pack { file, index } = pack;
        let mut entries: Vec<Entry> = Vec::with_capacity(index.num_objects() as usize);
        entries.extend(index.iter().filter_map(|entry| {
            let object = ids.find(&entry.oid)?;
            Some(Entry { offset: entry.pack_offset, object, is_wanted: false, first_child: NONE, sibling: NONE, heavy: NONE, wanted: 0 })
        }));
        entries.sort_unstable_by_key(|entry| entry.offset);
        entries.dedup_by_key(|entry| entry.offset);
        for entry in &mut entries {
            entry.is_wanted = !std::mem::replace(&mut claimed[entry.object as usize], true);
        }
        let mut forest = Self { number, file: Arc::new(file), entries, roots: Vec::new(), lost: 0 };
        // What was mapped of the index counts as memory, and hardly a pack needs it again.
        let path = index.path().to_path_buf();
        drop(index);
        forest.link(&path, ids);
        forest.weigh();
        forest
    }

    /// The same pack, of which only those objects are wanted that pass.
    pub(super) fn narrowed(&self, passes: impl Fn(u32) -> bool) -> Self {
        let mut entries = self.entries.clone();
        for entry in &mut entries {
            entry.is_wanted &= passes(entry.object);
            (entry.heavy, entry.wanted) = (NONE, 0);
        }
        let mut forest = Self { number: self.number, file: Arc::clone(&self.file), entries, roots: self.roots.clone(), lost: 0 };
        forest.weigh();
        forest
    }

    /// Puts each delta under its base. Going backwards leaves the children of a base in order.
    fn link(&mut self, index: &Path, ids: &Ids) {
        let mut window = Window::default();
        let reopened = OnceCell::new();
        let index = || reopened.get_or_init(|| index::File::at(index, self.file.hash).ok()).as_ref();
        for at in (0..self.entries.len()).rev() {
            let Some(entry) = self.header(at, &mut window) else { continue };
            let base = match entry.header {
                Header::Blob => Err(Kind::Blob),
                Header::Tree => Err(Kind::Tree),
                Header::Commit => Err(Kind::Commit),
                Header::Tag => Err(Kind::Tag),
                Header::OfsDelta { base_distance } => Ok(self.entries[at].offset.checked_sub(base_distance)),
                Header::RefDelta { base_id } => {
                    Ok(index().and_then(|index| index.lookup(base_id).map(|entry| index.pack_offset_at_index(entry))))
                }
            };
            match base {
                Err(kind) => self.roots.push((kind, at as u32)),
                Ok(offset) => {
                    let base = offset.and_then(|offset| self.entries.binary_search_by_key(&offset, |entry| entry.offset).ok());
                    if let Some(base) = base {
                        self.entries[at].sibling = std::mem::replace(&mut self.entries[base].first_child, at as u32);
                    }
                }
            }
        }
        self.roots.reverse();
        debug_assert!(self.entries.iter().all(|entry| (entry.object as usize) < ids.len()));
    }

    /// Counts what is wanted under each entry, and finds the heaviest child of each.
    fn weigh(&mut self) {
        let mut order: Vec<u32> = self.roots.iter().map(|&(_, at)| at).collect();
        let mut base = vec![NONE; self.entries.len()];
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            next += 1;
            let mut child = self.entries[at as usize].first_child;
            while child != NONE {
                base[child as usize] = at;
                order.push(child);
                child = self.entries[child as usize].sibling;
            }
        }
        for &at in order.iter().rev() {
            let entry = &mut self.entries[at as usize];
            entry.wanted += u32::from(entry.is_wanted);
            let (wanted, base) = (entry.wanted, base[at as usize]);
            if base == NONE || wanted == 0 {
                continue;
            }
            let heavy = self.entries[base as usize].heavy;
            let is_heavier = heavy == NONE || self.entries[heavy as usize].wanted <= wanted;
            let base = &mut self.entries[base as usize];
            base.wanted += wanted;
            if is_heavier {
                base.heavy = at;
            }
        }
        let all = self.entries.iter().filter(|entry| entry.is_wanted).count() as u32;
        self.lost = all - self.roots.iter().map(|&(_, at)| self.entries[at as usize].wanted).sum::<u32>();
    }

    /// Where the data of the entry at that position are.
    pub(super) fn packed(&self, at: u32, window: &mut Window) -> Option<Packed> {
        let entry = self.header(at as usize, window)?;
        let (_, end) = self.range(at as usize);
        // What doesn't get smaller is stored, with a few bytes for each block; an index may claim any length.
        let size = entry.decompressed_size;
        let longest = size.saturating_add(size / 64).saturating_add(SLACK_BYTES);
        Some(Packed { size, start: entry.data_offset, end: end.min(entry.data_offset.saturating_add(longest)) })
    }

    /// The data themselves.
    pub(super) fn data<'w>(&'w self, packed: &Packed, window: &'w mut Window) -> Option<&'w [u8]> {
        window.get(self.number, &self.file, packed.start, packed.end)
    }

    fn header(&self, at: usize, window: &mut Window) -> Option<data::Entry> {
        let (start, end) = self.range(at);
        let bytes = window.get(self.number, &self.file, start, end.min(start.saturating_add(HEADER_BYTES)))?;
        data::Entry::from_bytes(bytes, start, self.file.hash).ok()
    }

    fn range(&self, at: usize) -> (u64, u64) {
        (self.entries[at].offset, self.entries.get(at + 1).map_or(self.file.end, |next| next.offset))
    }
}
