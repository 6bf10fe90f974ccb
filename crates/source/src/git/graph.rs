//! Which tree contains which, and which commit follows which: what provenance is read from.

use std::sync::{Mutex, PoisonError};

use super::commit;
use super::pack::{Kind, NONE};
use super::sweep::{Seen, Sweep, Visitor};
use super::texts::Texts;
use super::tree_entries::{EntryKind, TreeEntries};
use crate::Flow;

/// A commit, in numbers of objects.
pub(super) struct Commit {
    pub(super) object: u32,
    pub(super) tree: u32,
    /// When the author wrote it.
    pub(super) seconds: i64,
    /// [`NONE`] for one that isn't here.
    pub(super) parents: Vec<u32>,
}

/// A tree has a tree, or a content that is looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    tree: u32,
    pub(super) child: u32,
    /// Number of the name.
    pub(super) name: u32,
}

/// The commits, tags and trees of a database.
#[derive(Default)]
pub(super) struct Graph {
    /// By number.
    pub(super) commits: Vec<Commit>,
    /// Tag and what it points to, by number of the tag.
    pub(super) tags: Vec<(u32, u32)>,
    edges: Vec<Edge>,
    /// Where the edges of each object begin.
    starts: Vec<u32>,
    pub(super) texts: Texts,
}

impl Graph {
    /// Reads the graph; of files, only those that are `sought`, a sorted list.
    pub(super) fn read(sweep: &Sweep<'_>, id_width: usize, sought: &[u32]) -> Self {
        let graph = Mutex::new(Self::default());
        let visitor = || -> Visitor<'_> {
            let mut part = Part { graph: &graph, own: Self::default() };
            Box::new(move |object| {
                if object.is_wanted {
                    part.own.take(&object, sweep, id_width, sought);
                }
                Flow::Continue
            })
        };
        sweep.run(|kind| kind != Kind::Blob, &visitor);
        let mut graph = graph.into_inner().unwrap_or_else(PoisonError::into_inner);
        graph.commits.sort_unstable_by_key(|commit| commit.object);
        graph.tags.sort_unstable();
        graph.edges.sort_unstable();
        graph.starts = vec![0; sweep.store.ids.len() + 1];
        for edge in &graph.edges {
            graph.starts[edge.tree as usize + 1] += 1;
        }
        for at in 1..graph.starts.len() {
            graph.starts[at] += graph.starts[at - 1];
        }
        graph
    }

    fn take(&mut self, object: &Seen<'_>, sweep: &Sweep<'_>, id_width: usize, sought: &[u32]) {
        let ids = &sweep.store.ids;
        let number = |id: gix::ObjectId| ids.find(&id).unwrap_or(NONE);
        match object.kind {
            Kind::Commit => self.commits.push(Commit {
                object: object.object,
                tree: commit::tree(object.bytes).map_or(NONE, number),
                seconds: commit::author_seconds(object.bytes).unwrap_or(i64::MAX),
                parents: commit::parents(object.bytes).map(number).collect(),
            }),
            Kind::Tag => self.tags.push((object.object, commit::target(object.bytes).map_or(NONE, number))),
            Kind::Tree => {
                for entry in TreeEntries::new(object.bytes, id_width) {
                    let Some(child) = ids.find_bytes(entry.id) else { continue };
                    if entry.kind == EntryKind::Tree || sought.binary_search(&child).is_ok() {
                        let name = self.texts.number(entry.name);
                        self.edges.push(Edge { tree: object.object, child, name });
                    }
                }
            }
            Kind::Blob => {}
        }
    }

    /// Adds what another thread read.
    fn join(&mut self, mut other: Self) {
        self.commits.append(&mut other.commits);
        self.tags.append(&mut other.tags);
        for edge in other.edges {
            let name = self.texts.number(other.texts.text(edge.name));
            self.edges.push(Edge { name, ..edge });
        }
    }

    /// What `tree` contains.
    pub(super) fn contents(&self, tree: u32) -> &[Edge] {
        &self.edges[self.starts[tree as usize] as usize..self.starts[tree as usize + 1] as usize]
    }

    /// The commit with that number of an object.
    pub(super) fn commit(&self, object: u32) -> Option<usize> {
        self.commits.binary_search_by_key(&object, |commit| commit.object).ok()
    }

    /// What the tag with that number of an object points to.
    pub(super) fn target(&self, object: u32) -> Option<u32> {
        self.tags.binary_search_by_key(&object, |&(tag, _)| tag).ok().map(|at| self.tags[at].1)
    }
}

/// What one thread reads, joined to the whole when it is done.
struct Part<'g> {
    graph: &'g Mutex<Graph>,
    own: Graph,
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        self.graph.lock().unwrap_or_else(PoisonError::into_inner).join(std::mem::take(&mut self.own));
    }
}
