//! Which tree contains which, and which commit follows which: what provenance is read from.
//!
//! The decision a reader would question: what trees contain is a list of numbers of edges. A tree mostly contains what the
//! one before it did, so that there are far fewer edges than entries, and lists are what takes the memory.

use std::ops::Range;
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

/// Something is called so in a tree: a tree, or a content that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Edge {
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
    /// By object: the edge that was last met for it, which is nearly always the next one, too.
    last: Vec<u32>,
    /// What trees contain, by number of the edge, tree after tree.
    lists: Vec<u32>,
    /// Trees, and their parts of the lists.
    trees: Vec<(u32, Range<usize>)>,
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
        graph.trees.sort_unstable_by_key(|(tree, _)| *tree);
        graph.last = Vec::new();
        graph.prune(sweep.store.ids.len(), sought);
        graph
    }

    /// Forgets what leads to nothing that is sought: nearly all of it, and every question asks again.
    fn prune(&mut self, objects: usize, sought: &[u32]) {
        let (mut leads, mut is_met) = (vec![false; objects], vec![false; objects]);
        sought.iter().for_each(|&object| leads[object as usize] = true);
        let mut stack = Vec::new();
        for at in 0..self.trees.len() {
            stack.push((self.trees[at].0, false));
            while let Some((tree, is_ready)) = stack.pop() {
                let mut children = self.contents(tree).map(|place| self.edge(place).child);
                if is_ready {
                    leads[tree as usize] |= children.any(|child| leads[child as usize]);
                } else if !std::mem::replace(&mut is_met[tree as usize], true) {
                    stack.push((tree, true));
                    stack.extend(children.filter(|&child| !is_met[child as usize]).map(|child| (child, false)));
                }
            }
        }
        let mut lists = Vec::new();
        for (_, part) in &mut self.trees {
            let start = lists.len();
            let kept = self.lists[part.clone()].iter().filter(|&&edge| leads[self.edges[edge as usize].child as usize]);
            lists.extend(kept.copied());
            *part = start..lists.len();
        }
        self.lists = lists;
        self.trees.retain(|(_, part)| !part.is_empty());
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
                let start = self.lists.len();
                for entry in TreeEntries::new(object.bytes, id_width) {
                    let Some(child) = ids.find_bytes(entry.id) else { continue };
                    if entry.kind == EntryKind::Tree || sought.binary_search(&child).is_ok() {
                        let edge = self.edge_to(child, entry.name, ids.len());
                        self.lists.push(edge);
                    }
                }
                self.trees.push((object.object, start..self.lists.len()));
            }
            Kind::Blob => {}
        }
    }

    /// Adds what another thread read.
    fn join(&mut self, mut other: Self) {
        if self.lists.len() < other.lists.len() {
            std::mem::swap(self, &mut other);
        }
        self.commits.append(&mut other.commits);
        self.tags.append(&mut other.tags);
        let objects = other.last.len();
        let edges: Vec<u32> = other.edges.iter().map(|edge| self.edge_to(edge.child, other.texts.text(edge.name), objects)).collect();
        let start = self.lists.len();
        self.lists.extend(other.lists.iter().map(|&edge| edges[edge as usize]));
        self.trees.extend(other.trees.into_iter().map(|(tree, part)| (tree, start + part.start..start + part.end)));
    }

    /// The number of the edge to `child`, one of `objects`, under that name.
    fn edge_to(&mut self, child: u32, name: &[u8], objects: usize) -> u32 {
        self.last.resize(objects, NONE);
        let last = self.last[child as usize];
        if last != NONE && **self.texts.text(self.edges[last as usize].name) == *name {
            return last;
        }
        let number = self.edges.len() as u32;
        self.edges.push(Edge { child, name: self.texts.number(name) });
        self.last[child as usize] = number;
        number
    }

    /// The trees that hold something that is sought.
    pub(super) fn trees(&self) -> impl Iterator<Item = u32> {
        self.trees.iter().map(|&(tree, _)| tree)
    }

    /// Where what `tree` contains is listed.
    pub(super) fn contents(&self, tree: u32) -> Range<usize> {
        self.trees.binary_search_by_key(&tree, |&(tree, _)| tree).map_or(0..0, |at| self.trees[at].1.clone())
    }

    /// What is listed there.
    pub(super) fn edge(&self, place: usize) -> Edge {
        self.edges[self.lists[place] as usize]
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
