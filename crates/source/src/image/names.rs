//! What each layer puts in place, deletes and links, and from that what became of a file.
//!
//! A layer is read once, and whoever reads it can't know the later layers. So only the hashes of its names are kept, and
//! fates are looked up at the end, for the few files in which something was found. A collision of hashes would show a
//! wrong fate, never hide a credential.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use unkeyed_model::Fate;

/// Most names that are kept for one target; layers beyond have no say in what became of a file.
pub(crate) const MAX_NAMES: usize = 2_000_000;
/// A hard link counts as this many names, since its name is kept in full.
const LINK_COST: usize = 16;
/// Longer names of links are not kept.
const MAX_LINK_BYTES: usize = 4096;

/// What a layer does at a name, in the order in which it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// A file, link or device.
    File,
    Folder,
    /// `.wh.NAME`: the name is gone.
    Whiteout,
    /// `.wh..wh..opq`: what lower layers have in this folder is gone.
    Opaque,
}

/// The names of one layer.
#[derive(Debug, Default)]
pub(crate) struct Names {
    marks: Vec<(u64, Mark)>,
    /// Hash of the target, path of the link.
    links: Vec<(u64, String)>,
}

impl Names {
    pub(crate) fn add(&mut self, path: &str, mark: Mark) {
        self.marks.push((hash(path), mark));
    }

    pub(crate) fn link(&mut self, target: &str, path: &str) {
        self.add(path, Mark::File);
        if path.len() <= MAX_LINK_BYTES {
            self.links.push((hash(target), path.to_owned()));
        }
    }

    /// What it counts against [`MAX_NAMES`].
    pub(crate) fn cost(&self) -> usize {
        self.marks.len() + self.links.len() * LINK_COST
    }

    /// To be called once all are added.
    pub(crate) fn seal(mut self) -> Self {
        self.marks.sort_unstable();
        self.marks.dedup();
        self.marks.shrink_to_fit();
        self.links.sort_unstable();
        self
    }

    fn marks(&self, path: u64) -> impl Iterator<Item = Mark> + '_ {
        let start = self.marks.partition_point(|&(at, _)| at < path);
        self.marks[start..].iter().take_while(move |(at, _)| *at == path).map(|(_, mark)| *mark)
    }

    /// The links to `target`.
    fn links(&self, target: u64) -> impl Iterator<Item = &str> {
        let start = self.links.partition_point(|(at, _)| *at < target);
        self.links[start..].iter().take_while(move |(at, _)| *at == target).map(|(_, link)| link.as_str())
    }

    /// Whether a file of a lower layer at `path` is still there above this layer.
    fn does_to(&self, path: &str) -> Deed {
        let mut deed = Deed::Nothing;
        for mark in self.marks(hash(path)) {
            match mark {
                Mark::File | Mark::Folder => return Deed::Overwrites,
                Mark::Whiteout => deed = Deed::Deletes,
                Mark::Opaque => {}
            }
        }
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]).chain([""]);
        for folder in folders {
            if self.marks(hash(folder)).any(|mark| matches!(mark, Mark::Whiteout | Mark::Opaque | Mark::File)) {
                deed = Deed::Deletes;
            }
        }
        deed
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Nothing,
    Overwrites,
    Deletes,
}

/// The layers of one image from the bottom: digest, and names if they are known to the last one.
pub(crate) struct Stack<'n>(pub(crate) Vec<(&'n str, Option<&'n Names>)>);

impl Stack<'_> {
    /// What became of `path` of layer `at`.
    pub(crate) fn fate(&self, at: usize, path: &str) -> Fate {
        let (own, gone_at) = self.own_fate(at, path);
        if !own.is_gone() {
            return own;
        }
        // While the name still led to this content, a link to it may have been made.
        let target = hash(path);
        for (layer, (_, names)) in self.0.iter().enumerate().take(gone_at).skip(at) {
            let mut links = names.iter().flat_map(|names| names.links(target));
            if let Some(link) = links.find(|link| self.own_fate(layer, link).0 == Fate::Present) {
                return Fate::Linked(format!("/{link}"));
            }
        }
        own
    }

    /// The fate of the name by itself, and the layer that decided it.
    fn own_fate(&self, at: usize, path: &str) -> (Fate, usize) {
        for (later, (digest, names)) in self.0.iter().enumerate().skip(at + 1) {
            let Some(names) = names else { return (Fate::Unknown, later) };
            match names.does_to(path) {
                Deed::Nothing => {}
                Deed::Overwrites => return (Fate::Overwritten((*digest).to_owned()), later),
                Deed::Deletes => return (Fate::Deleted((*digest).to_owned()), later),
            }
        }
        (Fate::Present, self.0.len())
    }
}

/// Fixed keys: the same names have the same hashes in each run.
fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
