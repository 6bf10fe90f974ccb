//! What some commits brought: each is compared with its parents, and what differs from all of them is read.

use std::collections::{BTreeMap, HashSet};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice as _};
use unkeyed_model::Timestamp;

use super::listed::{Listed, Read};
use super::tips::Tips;
use crate::path_text::bytes_text;

/// Nesting of folders that is followed; git itself stops at 4096 bytes of path.
const MAX_DEPTH: usize = 2048;

/// Which commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commits {
    /// Committed at that time or later.
    pub since: Option<Timestamp>,
    /// As git writes it: `A..B`, `A...B`, or one commit and all before it.
    pub range: Option<String>,
    /// Those of these branches, or of whatever else names a commit; if there is neither branch nor range, of everything that
    /// leads to a commit.
    pub branches: Vec<String>,
}

/// What the selected commits brought, and how many trees or commits were missing.
pub(super) fn list(repository: &gix::Repository, commits: &Commits) -> Result<(Vec<Listed>, usize), String> {
    let (tips, hidden) = ends(repository, commits)?;
    let mut changes = Changes { repository, seen: HashSet::new(), list: Vec::new(), missing: 0 };
    let order = gix::traverse::commit::simple::CommitTimeOrder::NewestFirst;
    let sorting = match commits.since {
        Some(since) => gix::revision::walk::Sorting::ByCommitTimeCutoff { order, seconds: since.as_second() },
        None => gix::revision::walk::Sorting::ByCommitTime(order),
    };
    let tips = tips.into_iter().filter(|tip| repository.find_header(*tip).is_ok_and(|header| header.kind().is_commit()));
    let walk = repository.rev_walk(tips).with_hidden(hidden).sorting(sorting).all().map_err(|error| error.to_string())?;
    for info in walk {
        match info {
            Ok(info) => changes.commit(info.id),
            Err(_) => changes.missing += 1,
        }
    }
    Ok((changes.list, changes.missing))
}

/// Where the walk starts, and where it ends.
fn ends(repository: &gix::Repository, commits: &Commits) -> Result<(Vec<ObjectId>, Vec<ObjectId>), String> {
    use gix::revision::plumbing::Spec;
    let parse = |text: &str| repository.rev_parse(text).map_err(|error| format!("`{text}`: {error}"));
    let peel = |id: ObjectId| {
        let peeled = repository.find_object(id).ok().and_then(|object| object.peel_to_commit().ok());
        peeled.map_or(id, |commit| commit.id)
    };
    let (mut tips, mut hidden) = (Vec::new(), Vec::new());
    for text in commits.range.iter().chain(&commits.branches) {
        match parse(text)?.detach() {
            Spec::Include(id) | Spec::IncludeOnlyParents(id) => tips.push(peel(id)),
            Spec::Exclude(id) => hidden.push(peel(id)),
            Spec::Range { from, to } => {
                hidden.push(peel(from));
                tips.push(peel(to));
            }
            Spec::Merge { theirs, ours } => {
                let bases = repository.merge_bases_many(peel(theirs), &[peel(ours)]).map_err(|error| format!("`{text}`: {error}"))?;
                hidden.extend(bases.into_iter().map(gix::Id::detach));
                tips.extend([peel(theirs), peel(ours)]);
            }
            Spec::ExcludeParents(id) => {
                let id = peel(id);
                tips.push(id);
                let commit = repository.find_commit(id).map_err(|error| format!("`{text}`: {error}"))?;
                hidden.extend(commit.parent_ids().map(gix::Id::detach));
            }
        }
    }
    if commits.range.is_none() && commits.branches.is_empty() {
        let Tips { head, branches, others, stash, reflog, .. } = Tips::read(repository);
        tips = [head, branches, others, stash, reflog].concat().into_iter().map(peel).collect();
        tips.sort_unstable();
        tips.dedup();
    }
    Ok((tips, hidden))
}

/// What was found so far.
struct Changes<'r> {
    repository: &'r gix::Repository,
    seen: HashSet<ObjectId>,
    list: Vec<Listed>,
    missing: usize,
}

/// The entries of a folder: id and whether it is a folder, by name.
type Entries = BTreeMap<BString, (ObjectId, bool)>;

impl Changes<'_> {
    fn commit(&mut self, id: ObjectId) {
        let Ok(commit) = self.repository.find_commit(id) else {
            self.missing += 1;
            return;
        };
        self.list.push(Listed { object: id, path: format!("(commit {id})"), commit: Some(id), read: Read::Past });
        let parents = commit.parent_ids().filter_map(|parent| self.repository.find_commit(parent).ok()?.tree_id().ok());
        let parents: Vec<ObjectId> = parents.map(gix::Id::detach).collect();
        match commit.tree_id() {
            Ok(tree) => self.tree(id, tree.detach(), &parents, &BString::default(), 0),
            Err(_) => self.missing += 1,
        }
    }

    fn tree(&mut self, commit: ObjectId, tree: ObjectId, parents: &[ObjectId], folder: &BString, depth: usize) {
        if parents.contains(&tree) || depth == MAX_DEPTH {
            return;
        }
        let Some(entries) = self.entries(tree) else {
            self.missing += 1;
            return;
        };
        let parents: Vec<Entries> = parents.iter().filter_map(|parent| self.entries(*parent)).collect();
        for (name, (id, is_folder)) in entries {
            let before: Vec<(ObjectId, bool)> = parents.iter().filter_map(|parent| parent.get(&name).copied()).collect();
            if before.iter().any(|(before, _)| *before == id) {
                continue;
            }
            let mut path = folder.clone();
            path.extend_from_slice(&name);
            if is_folder {
                path.push(b'/');
                let before: Vec<ObjectId> = before.into_iter().filter(|(_, is_folder)| *is_folder).map(|(id, _)| id).collect();
                self.tree(commit, id, &before, &path, depth + 1);
            } else if self.seen.insert(id) {
                self.list.push(Listed { object: id, path: bytes_text(&path), commit: Some(commit), read: Read::Past });
            }
        }
    }

    /// What the folder holds, other than submodules; `None` if it can't be read.
    fn entries(&self, tree: ObjectId) -> Option<Entries> {
        let tree = self.repository.find_tree(tree).ok()?;
        let entries = tree.iter().flatten().filter(|entry| !entry.mode().is_commit());
        Some(entries.map(|entry| (entry.filename().as_bytes().into(), (entry.object_id(), entry.mode().is_tree()))).collect())
    }
}
