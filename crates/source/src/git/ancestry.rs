//! Which commit follows which, what is the tree of each, and what tags point to.
//!
//! The decision a reader would question: these are kept while contents are read, though they are asked for only if something
//! is found. They take some forty bytes a commit; else all commits would have to be read a second time.

use std::ops::Range;

use super::commit;
use super::ids::Ids;
use super::pack::{Kind, NONE};
use super::sweep::Seen;

/// A commit, in numbers of objects.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) object: u32,
    pub(super) tree: u32,
    /// When the author wrote it.
    pub(super) seconds: i64,
    parents: Range<usize>,
}

/// The commits and tags of a database.
#[derive(Debug, Default)]
pub(super) struct Ancestry {
    /// By number, once all are here.
    pub(super) commits: Vec<Commit>,
    /// Of one commit after the other: numbers of objects at first, then positions.
    parents: Vec<u32>,
    /// Tag and what it points to, by number of the tag.
    tags: Vec<(u32, u32)>,
}

impl Ancestry {
    /// Adds an object, if it is a commit or a tag.
    pub(super) fn take(&mut self, object: &Seen<'_>, ids: &Ids) {
        let number = |id: gix::ObjectId| ids.find(&id).unwrap_or(NONE);
        match object.kind {
            Kind::Commit => {
                let start = self.parents.len();
                self.parents.extend(commit::parents(object.bytes).map(number));
                self.commits.push(Commit {
                    object: object.object,
                    tree: commit::tree(object.bytes).map_or(NONE, number),
                    seconds: commit::author_seconds(object.bytes).unwrap_or(i64::MAX),
                    parents: start..self.parents.len(),
                });
            }
            Kind::Tag => self.tags.push((object.object, commit::target(object.bytes).map_or(NONE, number))),
            Kind::Tree | Kind::Blob => {}
        }
    }

    /// Puts all in order, once all were taken.
    pub(super) fn complete(mut self) -> Self {
        self.tags.sort_unstable();
        self.commits.sort_unstable_by_key(|commit| commit.object);
        let mut parents = Vec::with_capacity(self.parents.len());
        for at in 0..self.commits.len() {
            let start = parents.len();
            let objects = &self.parents[self.commits[at].parents.clone()];
            parents.extend(objects.iter().filter_map(|&object| self.position(object)).map(|parent| parent as u32));
            self.commits[at].parents = start..parents.len();
        }
        Self { parents, ..self }
    }

    /// Where the commit with that number of an object stands.
    pub(super) fn position(&self, object: u32) -> Option<usize> {
        self.commits.binary_search_by_key(&object, |commit| commit.object).ok()
    }

    /// Where the parents of a commit stand, as far as they are here.
    pub(super) fn parents<'a>(&'a self, commit: &Commit) -> impl DoubleEndedIterator<Item = usize> + use<'a> {
        self.parents[commit.parents.clone()].iter().map(|&at| at as usize)
    }

    /// Where the commits stand, each after its parents.
    pub(super) fn parents_first(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.commits.len());
        let mut is_met = vec![false; self.commits.len()];
        for start in 0..self.commits.len() {
            let mut stack = vec![(start, false)];
            while let Some((at, is_ready)) = stack.pop() {
                if is_ready {
                    order.push(at);
                } else if !std::mem::replace(&mut is_met[at], true) {
                    stack.push((at, true));
                    stack.extend(self.parents(&self.commits[at]).map(|parent| (parent, false)));
                }
            }
        }
        order
    }

    /// What the tag with that number of an object points to.
    pub(super) fn target(&self, object: u32) -> Option<u32> {
        let target = self.tags.binary_search_by_key(&object, |&(tag, _)| tag).ok().map(|at| self.tags[at].1);
        target.filter(|&target| target != NONE)
    }
}
