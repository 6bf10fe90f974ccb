//! What git knows of contents that hold something: which commit brought them, where they stand, what still leads to them.
//!
//! The decision a reader would question: this is asked after detection and of found contents only. Asked while reading, it
//! would cost more than reading.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use unkeyed_model::GitState;

use super::ancestry::{Ancestry, Commit};
use super::graph::Graph;
use super::ids::Ids;
use super::pack::NONE;
use super::sets::{EMPTY, Sets, TooMany};
use super::tips::Tips;

/// So many contents are followed at a time, which bounds the memory for sets.
const BATCH: usize = 128;

/// What was learnt of one object.
#[derive(Debug, Default, Clone)]
pub(super) struct Place {
    /// Author date, in seconds, and number of the commit that introduced it.
    pub(super) introduced: Option<(i64, u32)>,
    pub(super) commits: u64,
    pub(super) branches: u64,
    pub(super) state: Option<GitState>,
    pub(super) paths: BTreeSet<Vec<u8>>,
}

/// The places of `sought`, a sorted list, in its order. Where trees were made to hold something at more paths than can be
/// followed, places have no state.
pub(super) fn places(graph: &mut Graph, ancestry: &Ancestry, ids: &Ids, tips: &Tips, sought: &[u32]) -> Vec<Place> {
    let (order, trees_first) = (ancestry.parents_first(), graph.children_first());
    let mut places = Vec::with_capacity(sought.len());
    for batch in sought.chunks(BATCH) {
        let known = tree_sets(graph, ids, &trees_first, batch)
            .and_then(|trees| Batch { graph, ancestry, ids, tips, sought: batch, trees }.places(&order));
        places.extend(known.unwrap_or_else(|TooMany| vec![Place::default(); batch.len()]));
    }
    places
}

/// A found object, by its number in the batch, and the number of its path.
type Held = (u32, u32);

/// For each tree, by number of the object, what of `sought` it holds at which path below it. `order` has trees after those in
/// them; a tree that comes too early is taken for empty, so that a made-up circle ends.
fn tree_sets(graph: &mut Graph, ids: &Ids, order: &[usize], sought: &[u32]) -> Result<(Sets<Held>, Vec<u32>), TooMany> {
    let mut sets = Sets::new();
    let (mut done, mut place) = (vec![EMPTY; ids.len()], vec![NONE; ids.len()]);
    for (at, &object) in (0..).zip(sought) {
        place[object as usize] = at;
    }
    let (mut below, mut of_runs) = (HashMap::new(), vec![NONE; graph.runs()]);
    for &at in order {
        let (tree, runs) = graph.tree(at);
        let (runs, mut all) = (runs.to_vec(), EMPTY);
        for run in runs {
            if of_runs[run as usize] == NONE {
                let mut held = EMPTY;
                for edge in graph.run(run).collect::<Vec<_>>() {
                    let part = match (place[edge.child as usize], done[edge.child as usize]) {
                        (NONE, EMPTY) => continue,
                        (NONE, set) => match below.entry((set, edge.name)) {
                            Entry::Occupied(known) => *known.get(),
                            Entry::Vacant(new) => *new.insert(under(graph, &mut sets, (set, edge.name))?),
                        },
                        (found, _) => sets.number(vec![(found, edge.name)])?,
                    };
                    held = sets.union(held, part)?;
                }
                of_runs[run as usize] = held;
            }
            all = sets.union(all, of_runs[run as usize])?;
        }
        done[tree as usize] = all;
    }
    Ok((sets, done))
}

/// The set with its paths put under a name.
fn under(graph: &mut Graph, sets: &mut Sets<Held>, (set, name): (u32, u32)) -> Result<u32, TooMany> {
    let held = sets.get(set).to_vec();
    let moved = held.iter().map(|&(found, path)| {
        let path = [graph.texts.get(name), b"/", graph.texts.get(path)].concat();
        (found, graph.texts.number(&path))
    });
    let moved = moved.collect();
    sets.number(moved)
}

/// What is looked for at a time.
struct Batch<'g> {
    graph: &'g Graph,
    ancestry: &'g Ancestry,
    ids: &'g Ids,
    tips: &'g Tips,
    sought: &'g [u32],
    trees: (Sets<Held>, Vec<u32>),
}

impl Batch<'_> {
    fn places(&self, order: &[usize]) -> Result<Vec<Place>, TooMany> {
        let mut places = vec![Place::default(); self.sought.len()];
        let mut commits_with = vec![0; self.trees.0.len()];
        for commit in &self.ancestry.commits {
            commits_with[self.tree(commit) as usize] += 1;
            self.introduce(commit, &mut places);
        }
        for (set, &commits) in commits_with.iter().enumerate().filter(|(_, commits)| **commits > 0) {
            let mut last = None;
            for &(found, path) in self.trees.0.get(set as u32) {
                let place = &mut places[found as usize];
                place.commits += if last == Some(found) { 0 } else { commits };
                place.paths.insert(self.graph.texts.get(path).to_vec());
                last = Some(found);
            }
        }
        self.reach(order, &mut places)?;
        Ok(places)
    }

    /// The set of what the commit's tree holds.
    fn tree(&self, commit: &Commit) -> u32 {
        self.trees.1.get(commit.tree as usize).map_or(EMPTY, |&set| set)
    }

    /// Notes the commit as the one that introduced what none of its parents has, unless an older one did.
    fn introduce(&self, commit: &Commit, places: &mut [Place]) {
        let mut note = |found: usize, commits| {
            let place = &mut places[found];
            let this = (commit.seconds, commit.object);
            place.introduced = Some(place.introduced.map_or(this, |known| known.min(this)));
            place.commits += commits;
        };
        if let Ok(found) = self.sought.binary_search(&commit.object) {
            note(found, 1);
        }
        let own = self.tree(commit);
        if own == EMPTY {
            return;
        }
        let parents = self.ancestry.parents(commit).map(|parent| self.tree(&self.ancestry.commits[parent]));
        let parents: Vec<u32> = parents.collect();
        if parents.contains(&own) {
            return;
        }
        for &(found, _) in self.trees.0.get(own) {
            let has = |set: &u32| {
                let set = self.trees.0.get(*set);
                let at = set.partition_point(|&(other, _)| other < found);
                set.get(at).is_some_and(|&(other, _)| other == found)
            };
            if !parents.iter().any(has) {
                note(found as usize, 0);
            }
        }
    }

    /// Finds what leads to each object.
    fn reach(&self, order: &[usize], places: &mut [Place]) -> Result<(), TooMany> {
        let mut sets = Sets::new();
        // What the commit and all before it hold.
        let mut history = vec![EMPTY; self.ancestry.commits.len()];
        // By set of what trees hold: the set without paths.
        let mut held = vec![None; self.trees.0.len()];
        for &at in order {
            let commit = &self.ancestry.commits[at];
            let tree = self.tree(commit);
            let mut set = match held[tree as usize] {
                Some(set) => set,
                None => *held[tree as usize].insert(sets.number(self.held(tree))?),
            };
            if let Ok(found) = self.sought.binary_search(&commit.object) {
                let own = sets.number(vec![found as u32])?;
                set = sets.union(set, own)?;
            }
            for parent in self.ancestry.parents(commit) {
                set = sets.union(set, history[parent])?;
            }
            history[at] = set;
        }
        for id in &self.tips.branches {
            for found in self.from(id, &history, &mut sets)? {
                places[found as usize].branches += 1;
            }
        }
        let Tips { staged, branches, others, stash, reflog, head } = self.tips;
        for (ids, state) in [
            (branches, GitState::Reachable),
            (others, GitState::Reachable),
            (head, GitState::Reachable),
            (stash, GitState::Stash),
            (reflog, GitState::Reflog),
        ] {
            for id in ids {
                for found in self.from(id, &history, &mut sets)? {
                    let place = &mut places[found as usize];
                    place.state = Some(place.state.map_or(state, |known| known.min(state)));
                }
            }
        }
        for found in staged.iter().filter_map(|id| self.sought.binary_search(&self.ids.find(id)?).ok()) {
            places[found].state = Some(GitState::Staged);
        }
        for commit in head.iter().filter_map(|id| self.ancestry.position(self.ids.find(id)?)) {
            for found in self.held(self.tree(&self.ancestry.commits[commit])) {
                places[found as usize].state = Some(GitState::InHead);
            }
        }
        places.iter_mut().for_each(|place| place.state = place.state.or(Some(GitState::Unreachable)));
        Ok(())
    }

    fn held(&self, tree: u32) -> Vec<u32> {
        self.trees.0.get(tree).iter().map(|&(found, _)| found).collect()
    }

    /// What the object with that id leads to, itself included.
    fn from(&self, id: &gix::ObjectId, history: &[u32], sets: &mut Sets<u32>) -> Result<Vec<u32>, TooMany> {
        let mut found = Vec::new();
        let mut at = self.ids.find(id);
        // A tag may point to a tag; none is followed further than this.
        for _ in 0..16 {
            let Some(object) = at else { break };
            if let Some(commit) = self.ancestry.position(object) {
                found.extend_from_slice(sets.get(history[commit]));
                break;
            }
            found.extend(self.sought.binary_search(&object).ok().map(|found| found as u32));
            found.extend(self.held(self.trees.1.get(object as usize).map_or(EMPTY, |&set| set)));
            at = self.ancestry.target(object);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
