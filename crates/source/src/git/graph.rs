//! Which tree contains which.
//!
//! The decision a reader would question: what a tree contains is a list of runs of edges. A tree mostly contains what the
//! one before it did, so that there are far fewer runs than trees have parts, and a question is asked of each run once.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::ids::Ids;
use super::numbered::Numbered;
use super::pack::{Kind, NONE};
use super::sweep::{Seen, Sweep, Visitor};
use super::tree_entries::{EntryKind, TreeEntries};
use crate::Flow;

/// A run of edges ends behind one in so many names, and at so many edges. That the names decide keeps the runs of a tree the
/// same behind what was added.
const RUN_LENGTH: usize = 16;
const MAX_RUN: usize = 64;

/// Something is called so in a tree: a tree, or a content that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) child: u32,
    /// Number of the name.
    pub(super) name: u32,
}

/// The trees of a database.
#[derive(Default)]
pub(super) struct Graph {
    edges: Vec<Edge>,
    /// By object: the edge that was last met for it, which is nearly always the next one, too.
    last: Vec<u32>,
    /// By number: numbers of edges.
    runs: Numbered<u32>,
    /// What trees contain, by number of the run, tree after tree.
    lists: Vec<u32>,
    /// Trees, and their parts of the lists.
    trees: Vec<(u32, Range<u32>)>,
    /// By object: where it stands among the trees.
    places: Vec<u32>,
    pub(super) texts: Numbered<u8>,
}

impl Graph {
    /// Reads the graph; of files, only those that are `sought`, a sorted list.
    pub(super) fn read(sweep: &Sweep<'_>, id_width: usize, sought: &[u32]) -> Self {
        let graph = Mutex::new(Self::default());
        let files = &Sought::new(&sweep.store.ids, sought);
        let visitor = || -> Visitor<'_> {
            let mut part = Part { graph: &graph, own: Self::default() };
            Box::new(move |object| {
                if object.is_wanted {
                    part.own.take(&object, sweep, id_width, files);
                }
                Flow::Continue
            })
        };
        sweep.run(|kind| kind == Kind::Tree, &visitor);
        let mut graph = graph.into_inner().unwrap_or_else(PoisonError::into_inner);
        graph.trees.sort_unstable_by_key(|(tree, _)| *tree);
        graph.last = Vec::new();
        graph.places = vec![NONE; sweep.store.ids.len()];
        graph.put_trees();
        graph.prune(sweep.store.ids.len(), sought);
        graph
    }

    /// Forgets what leads to nothing that is sought: nearly all of it, and every question asks again.
    fn prune(&mut self, objects: usize, sought: &[u32]) {
        let mut leads = vec![false; objects];
        sought.iter().for_each(|&object| leads[object as usize] = true);
        // By run: what is left of it, once that is known.
        let mut kept: Vec<Option<u32>> = vec![None; self.runs.len()];
        let mut short = Numbered::default();
        let nothing = short.number(&[]);
        for at in self.children_first() {
            let (tree, runs) = self.tree(at);
            for &run in runs {
                kept[run as usize].get_or_insert_with(|| {
                    let edges = self.runs.get(run).iter().copied();
                    short.number(&edges.filter(|&edge| leads[self.edges[edge as usize].child as usize]).collect::<Vec<_>>())
                });
            }
            leads[tree as usize] |= runs.iter().any(|&run| kept[run as usize] != Some(nothing));
        }
        let mut lists = Vec::new();
        for (_, part) in &mut self.trees {
            let start = lists.len() as u32;
            let runs = self.lists[part.start as usize..part.end as usize].iter().filter_map(|&run| kept[run as usize]);
            lists.extend(runs.filter(|&run| run != nothing));
            *part = start..lists.len() as u32;
        }
        (self.lists, self.runs) = (lists, short);
        self.trees.retain(|(_, part)| !part.is_empty());
        self.places.fill(NONE);
        self.put_trees();
    }

    fn put_trees(&mut self) {
        for (at, (tree, _)) in (0..).zip(&self.trees) {
            self.places[*tree as usize] = at;
        }
    }

    /// The places of the trees, each after those in it; of trees that were made to contain each other, one comes too early.
    pub(super) fn children_first(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.trees.len());
        let mut is_met = vec![false; self.trees.len()];
        // All that is in a run of a finished tree is finished.
        let mut is_done = vec![false; self.runs.len()];
        let mut stack = Vec::new();
        for root in 0..self.trees.len() {
            stack.push((root, false));
            while let Some((at, is_ready)) = stack.pop() {
                let (_, runs) = self.tree(at);
                if is_ready {
                    order.push(at);
                    runs.iter().for_each(|&run| is_done[run as usize] = true);
                } else if !std::mem::replace(&mut is_met[at], true) {
                    stack.push((at, true));
                    let open = runs.iter().filter(|&&run| !is_done[run as usize]);
                    let inside = open.flat_map(|&run| self.run(run)).filter_map(|edge| self.place(edge.child));
                    stack.extend(inside.filter(|&child| !is_met[child]).map(|child| (child, false)));
                }
            }
        }
        order
    }

    /// The number of the tree at a place, and its runs.
    pub(super) fn tree(&self, at: usize) -> (u32, &[u32]) {
        let (tree, part) = &self.trees[at];
        (*tree, &self.lists[part.start as usize..part.end as usize])
    }

    fn take(&mut self, object: &Seen<'_>, sweep: &Sweep<'_>, id_width: usize, sought: &Sought<'_>) {
        let ids = &sweep.store.ids;
        let start = self.lists.len() as u32;
        let mut run = Vec::with_capacity(MAX_RUN);
        for entry in TreeEntries::new(object.bytes, id_width) {
            let is_tree = entry.kind == EntryKind::Tree;
            if !is_tree && !sought.may_hold(entry.id) {
                continue;
            }
            let Some(child) = ids.find_bytes(entry.id) else { continue };
            if is_tree || sought.all.binary_search(&child).is_ok() {
                run.push(self.edge_to(child, entry.name, ids.len()));
                if run.len() == MAX_RUN || ends_run(entry.name) {
                    self.lists.push(self.runs.number(&run));
                    run.clear();
                }
            }
        }
        if !run.is_empty() {
            self.lists.push(self.runs.number(&run));
        }
        self.trees.push((object.object, start..self.lists.len() as u32));
    }

    /// Adds what another thread read.
    fn join(&mut self, mut other: Self) {
        if self.lists.len() < other.lists.len() {
            std::mem::swap(self, &mut other);
        }
        let objects = other.last.len();
        let edges: Vec<u32> = other.edges.iter().map(|edge| self.edge_to(edge.child, other.texts.get(edge.name), objects)).collect();
        let renumber = |run| other.runs.get(run).iter().map(|&edge| edges[edge as usize]).collect::<Vec<_>>();
        let runs: Vec<u32> = (0..other.runs.len() as u32).map(|run| self.runs.number(&renumber(run))).collect();
        let start = self.lists.len() as u32;
        self.lists.extend(other.lists.iter().map(|&run| runs[run as usize]));
        self.trees.extend(other.trees.into_iter().map(|(tree, part)| (tree, start + part.start..start + part.end)));
    }

    /// The number of the edge to `child`, one of `objects`, under that name.
    fn edge_to(&mut self, child: u32, name: &[u8], objects: usize) -> u32 {
        self.last.resize(objects, NONE);
        let last = self.last[child as usize];
        if last != NONE && self.texts.get(self.edges[last as usize].name) == name {
            return last;
        }
        let number = self.edges.len() as u32;
        self.edges.push(Edge { child, name: self.texts.number(name) });
        self.last[child as usize] = number;
        number
    }

    /// How many runs there are.
    pub(super) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// What a run lists.
    pub(super) fn run(&self, run: u32) -> impl Iterator<Item = Edge> {
        self.runs.get(run).iter().map(|&edge| self.edges[edge as usize])
    }

    /// Where the tree with that number of an object stands among the trees.
    fn place(&self, object: u32) -> Option<usize> {
        self.places.get(object as usize).filter(|at| **at != NONE).map(|&at| at as usize)
    }
}

/// The objects that are looked for, sorted.
struct Sought<'s> {
    all: &'s [u32],
    /// One bit for each beginning of an id, of [`Sought::head`]: whether one of theirs is it. That of nearly every file isn't.
    heads: Vec<u64>,
    /// How many bits a beginning has.
    bits: u32,
}

impl<'s> Sought<'s> {
    fn new(ids: &Ids, all: &'s [u32]) -> Self {
        // One beginning in 64 is met, up to 2 MB.
        let bits = (all.len() * 64).next_power_of_two().ilog2().clamp(6, 24);
        let mut this = Self { all, heads: vec![0; 1 << (bits - 6)], bits };
        for &object in all {
            let head = this.head(ids.raw(object));
            this.heads[head / 64] |= 1 << (head % 64);
        }
        this
    }

    fn may_hold(&self, id: &[u8]) -> bool {
        let head = self.head(id);
        self.heads[head / 64] >> (head % 64) & 1 == 1
    }

    fn head(&self, id: &[u8]) -> usize {
        id.first_chunk().map_or(0, |&four| (u32::from_be_bytes(four) >> (u32::BITS - self.bits)) as usize)
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

/// Whether a run ends behind something of this name.
fn ends_run(name: &[u8]) -> bool {
    let mixed = name.iter().fold(0, |mixed: usize, &byte| mixed.wrapping_mul(31) + usize::from(byte));
    mixed.is_multiple_of(RUN_LENGTH)
}
