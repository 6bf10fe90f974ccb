//! What the next commit will bring: entries of the index that HEAD has not, whatever the working files hold.
//!
//! Folders that the index knows to be as in HEAD (git's cache of trees) are passed over, so that a hook in a large
//! repository takes no longer than in a small one.

use std::collections::BTreeSet;

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::Mode;
use gix::{ObjectId, index};
use unkeyed_model::GitState;

use super::listed::Listed;
use crate::path_text::bytes_text;

/// Nesting of folders that is followed in HEAD; an index can't hold longer paths than 4096 bytes.
const MAX_DEPTH: usize = 2048;

/// The staged files of `repository`, by path.
pub(super) fn list(repository: &gix::Repository) -> Result<Vec<Listed>, String> {
    let index = repository.index_or_empty().map_err(|error| error.to_string())?;
    let mut head = Head { repository, has: BTreeSet::new(), unchanged: Vec::new() };
    if let Ok(tree) = repository.head_tree_id() {
        head.read(tree.detach(), &BString::default(), index.tree(), 0);
    }
    let is_staged = |(path, entry): &(&BStr, &index::Entry)| {
        entry.mode != Mode::COMMIT
            && entry.mode != Mode::DIR
            && !entry.flags.contains(index::entry::Flags::INTENT_TO_ADD)
            && !head.unchanged.iter().any(|folder| path.starts_with(folder))
            && !head.has.contains(&((*path).to_owned(), entry.id))
    };
    let entries = index.entries().iter().map(|entry| (entry.path(&index), entry)).filter(is_staged);
    let listed = |(path, entry): (&BStr, &index::Entry)| Listed {
        object: entry.id,
        path: bytes_text(path),
        commit: None,
        state: Some(GitState::Staged),
    };
    Ok(entries.map(listed).collect())
}

/// What HEAD has, where the index may differ.
struct Head<'r> {
    repository: &'r gix::Repository,
    has: BTreeSet<(BString, ObjectId)>,
    /// Folders, with a slash at the end, that are in the index as in HEAD.
    unchanged: Vec<BString>,
}

impl Head<'_> {
    fn read(&mut self, id: ObjectId, folder: &BString, cached: Option<&index::extension::Tree>, depth: usize) {
        if cached.is_some_and(|cached| cached.num_entries.is_some() && cached.id == id) {
            self.unchanged.push(folder.clone());
            return;
        }
        let Ok(tree) = self.repository.find_tree(id) else { return };
        for entry in tree.iter().flatten() {
            let mut path = folder.clone();
            path.extend_from_slice(entry.filename());
            if !entry.mode().is_tree() {
                self.has.insert((path, entry.object_id()));
            } else if depth < MAX_DEPTH {
                path.push(b'/');
                let cached =
                    cached.and_then(|cached| cached.children.iter().find(|child| child.name.as_slice() == entry.filename().as_bytes()));
                self.read(entry.object_id(), &path, cached, depth + 1);
            }
        }
    }
}
