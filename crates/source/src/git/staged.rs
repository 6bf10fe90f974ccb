//! What the next commit will bring: entries of the index that HEAD has not, whatever the working files hold. And what these
//! entries stand for: what HEAD has and the index has not.
//!
//! Folders that the index knows to be as in HEAD (git's cache of trees) are passed over, so that a hook in a large
//! repository takes no longer than in a small one. While a merge is under way the other side counts like HEAD: what stands
//! there was committed before.

use std::collections::BTreeSet;
use std::path::Path;

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::Mode;
use gix::{ObjectId, index};
use unkeyed_model::GitState;

use super::listed::{Listed, Read};
use super::tips;
use crate::path_text::bytes_text;

/// Nesting of folders that is followed in HEAD; an index can't hold longer paths than 4096 bytes.
const MAX_DEPTH: usize = 2048;

/// The staged files of `repository`, by path. `file` is the index, if it is not the usual one.
pub(super) fn list(repository: &gix::Repository, file: Option<&Path>) -> Result<Vec<Listed>, String> {
    let index = open(repository, file)?;
    let heads = Heads::read(repository, &index);
    let is_staged = |(path, entry): &(&BStr, &index::Entry)| {
        !entry.flags.contains(index::entry::Flags::INTENT_TO_ADD)
            && !heads.unchanged.iter().any(|folder| path.starts_with(folder))
            && !heads.has.contains(&((*path).to_owned(), entry.id))
    };
    let entries = files(&index).filter(is_staged);
    Ok(entries.map(|(path, entry)| listed(path, entry.id)).collect())
}

/// What HEAD has and the index has not, at the same path: what the next commit changes, moves or removes.
pub(super) fn replaced(repository: &gix::Repository, file: Option<&Path>) -> Result<Vec<Listed>, String> {
    let index = open(repository, file)?;
    let mut heads = Heads::read(repository, &index);
    for (path, entry) in files(&index) {
        heads.has.remove(&(path.to_owned(), entry.id));
    }
    Ok(heads.has.iter().map(|(path, id)| listed(path.as_bstr(), *id)).collect())
}

fn open(repository: &gix::Repository, file: Option<&Path>) -> Result<index::File, String> {
    let opened = match file {
        Some(file) => {
            index::File::at(file, repository.object_hash(), true, index::decode::Options::default()).map_err(|error| error.to_string())
        }
        None => repository.index_or_empty().map(|index| (**index).clone()).map_err(|error| error.to_string()),
    };
    opened
}

/// The entries with a content of their own: no submodules, and no folders of a sparse index, which are as in HEAD.
fn files(index: &index::File) -> impl Iterator<Item = (&BStr, &index::Entry)> {
    let entries = index.entries().iter().filter(|entry| entry.mode != Mode::COMMIT && entry.mode != Mode::DIR);
    entries.map(|entry| (entry.path(index), entry))
}

fn listed(path: &BStr, object: ObjectId) -> Listed {
    Listed { object, path: bytes_text(path), commit: None, read: Read::File(Some(GitState::Staged)) }
}

/// What HEAD, and the other side of a merge, have where the index may differ.
struct Heads<'r> {
    repository: &'r gix::Repository,
    has: BTreeSet<(BString, ObjectId)>,
    /// Folders, with a slash at the end, that are in the index as in one of them.
    unchanged: Vec<BString>,
}

impl<'r> Heads<'r> {
    fn read(repository: &'r gix::Repository, index: &index::File) -> Self {
        let mut heads = Self { repository, has: BTreeSet::new(), unchanged: Vec::new() };
        let head = repository.head_id().ok().map(gix::Id::detach);
        for commit in head.into_iter().chain(tips::merged(repository)) {
            if let Ok(tree) = repository.find_commit(commit).and_then(|commit| Ok(commit.tree_id()?.detach())) {
                heads.tree(tree, &BString::default(), index.tree(), 0);
            }
        }
        heads
    }

    fn tree(&mut self, id: ObjectId, folder: &BString, cached: Option<&index::extension::Tree>, depth: usize) {
        if cached.is_some_and(|cached| cached.num_entries.is_some() && cached.id == id) {
            self.unchanged.push(folder.clone());
            return;
        }
        let Ok(tree) = self.repository.find_tree(id) else { return };
        for entry in tree.iter().flatten() {
            let mut path = folder.clone();
            path.extend_from_slice(entry.filename());
            if entry.mode().is_commit() {
                continue;
            }
            if !entry.mode().is_tree() {
                self.has.insert((path, entry.object_id()));
            } else if depth < MAX_DEPTH {
                path.push(b'/');
                let cached =
                    cached.and_then(|cached| cached.children.iter().find(|child| child.name.as_slice() == entry.filename().as_bytes()));
                self.tree(entry.object_id(), &path, cached, depth + 1);
            }
        }
    }
}
