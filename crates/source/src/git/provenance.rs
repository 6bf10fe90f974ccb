//! What git knows of contents that hold something: which commit brought them, where they stand, what still leads to them.
//!
//! The decision a reader would question: this is asked after detection and of found contents only. Asked while reading, it
//! would cost more than reading.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use unkeyed_model::GitState;

use super::ancestry::{Ancestry, Commit};
use super::graph::Graph;
use super::ids::Ids;
use super::pack::NONE;
use super::sets::{EMPTY, Sets, TooMany};
use super::tips::Tips;

/// All contents are followed at once where the sets allow it, half as many where they don't, and so on down to this number.
const MIN_BATCH: usize = 128;

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

impl Place {
    /// Notes the commit as the one that introduced it, unless an older one did.
    fn note(&mut self, commit: &Commit) {
        let this = (commit.seconds, commit.object);
        self.introduced = Some(self.introduced.map_or(this, |known| known.min(this)));
    }
}

/// The places of `sought`, a sorted list, in its order. Where trees were made to hold something at more paths than can be
/// followed, places have no state.
pub(super) fn places(graph: &mut Graph, ancestry: &Ancestry, ids: &Ids, tips: &Tips, sought: &[u32]) -> Vec<Place> {
    let (order, trees_first) = (ancestry.parents_first(), graph.children_first());
    let mut places = Vec::with_capacity(sought.len());
    let mut size = sought.len();
    while let rest @ [_, ..] = &sought[places.len()..] {
        let batch = &rest[..size.min(rest.len())];
        match tree_sets(graph, ids, &trees_first, batch) {
            Ok(trees) => places.extend(Batch { graph, ancestry, ids, tips, sought: batch, trees }.places(&order)),
            Err(TooMany) if batch.len() > MIN_BATCH => size = (batch.len() / 2).max(MIN_BATCH),
            Err(TooMany) => places.resize(places.len() + batch.len(), Place::default()),
        }
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
    let mut parts = Vec::new();
    for &at in order {
        let (tree, runs) = graph.tree(at);
        let runs = runs.to_vec();
        for &run in &runs {
            if of_runs[run as usize] == NONE {
                parts.clear();
                for edge in graph.run(run).collect::<Vec<_>>() {
                    parts.push(match (place[edge.child as usize], done[edge.child as usize]) {
                        (NONE, EMPTY) => continue,
                        (NONE, set) => match below.entry((set, edge.name)) {
                            Entry::Occupied(known) => *known.get(),
                            Entry::Vacant(new) => *new.insert(under(graph, &mut sets, (set, edge.name))?),
                        },
                        (found, _) => sets.number(vec![(found, edge.name)])?,
                    });
                }
                of_runs[run as usize] = sets.union(&mut parts)?;
            }
        }
        parts.clear();
        parts.extend(runs.iter().map(|&run| of_runs[run as usize]));
        done[tree as usize] = sets.union(&mut parts)?;
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
    fn places(&self, order: &[usize]) -> Vec<Place> {
        let mut places = vec![Place::default(); self.sought.len()];
        let mut commits_with = vec![0; self.trees.0.len()];
        for commit in &self.ancestry.commits {
            commits_with[self.tree(commit) as usize] += 1;
            self.introduce(commit, &mut places);
        }
        for (found, at) in self.own_commits() {
            places[found].note(&self.ancestry.commits[at]);
            places[found].commits += 1;
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
        self.reach(order, &mut places);
        places
    }

    /// What is sought that is a commit itself, and where this stands.
    fn own_commits(&self) -> impl Iterator<Item = (usize, usize)> {
        let position = |(found, &object)| Some((found, self.ancestry.position(object)?));
        self.sought.iter().enumerate().filter_map(position)
    }

    /// The set of what the commit's tree holds.
    fn tree(&self, commit: &Commit) -> u32 {
        self.trees.1.get(commit.tree as usize).map_or(EMPTY, |&set| set)
    }

    /// Notes the commit as the one that introduced what none of its parents has, unless an older one did.
    fn introduce(&self, commit: &Commit, places: &mut [Place]) {
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
                places[found as usize].note(commit);
            }
        }
    }

    /// Finds what leads to each object.
    fn reach(&self, order: &[usize], places: &mut [Place]) {
        let Tips { staged, branches, others, stash, reflog, head } = self.tips;
        let states = [GitState::Reachable, GitState::Stash, GitState::Reflog];
        let named = branches.iter().chain(others).chain(head).map(|id| (id, 0));
        let tips = named.chain(stash.iter().map(|id| (id, 1))).chain(reflog.iter().map(|id| (id, 2)));
        for (place, marks) in places.iter_mut().zip(self.led_to(order, tips)) {
            place.state = (0..).zip(states).filter(|(bit, _)| marks >> bit & 1 == 1).map(|(_, state)| state).min();
        }
        let mut alike: BTreeMap<&gix::ObjectId, u64> = BTreeMap::new();
        branches.iter().for_each(|id| *alike.entry(id).or_default() += 1);
        let alike: Vec<_> = alike.into_iter().collect();
        for group in alike.chunks(u64::BITS as usize) {
            let tips = (0..).zip(group).map(|(bit, &(id, _))| (id, bit));
            for (place, marks) in places.iter_mut().zip(self.led_to(order, tips)) {
                place.branches += (0..).zip(group).filter(|(bit, _)| marks >> bit & 1 == 1).map(|(_, (_, count))| count).sum::<u64>();
            }
        }
        for found in staged.iter().filter_map(|id| self.sought.binary_search(&self.ids.find(id)?).ok()) {
            places[found].state = Some(GitState::Staged);
        }
        for commit in head.iter().filter_map(|id| self.ancestry.position(self.ids.find(id)?)) {
            for &(found, _) in self.trees.0.get(self.tree(&self.ancestry.commits[commit])) {
                places[found as usize].state = Some(GitState::InHead);
            }
        }
        places.iter_mut().for_each(|place| place.state = place.state.or(Some(GitState::Unreachable)));
    }

    /// For each object the bits of those `tips` that lead to it.
    fn led_to<'t>(&self, order: &[usize], tips: impl Iterator<Item = (&'t gix::ObjectId, u32)>) -> Vec<u64> {
        let mut found = vec![0; self.sought.len()];
        let (mut commits, mut trees) = (vec![0; self.ancestry.commits.len()], vec![0; self.trees.0.len()]);
        for (id, bit) in tips {
            let mut at = self.ids.find(id);
            // A tag may point to a tag; none is followed further than this.
            for _ in 0..16 {
                let Some(object) = at else { break };
                if let Some(commit) = self.ancestry.position(object) {
                    commits[commit] |= 1 << bit;
                    break;
                }
                if let Ok(at) = self.sought.binary_search(&object) {
                    found[at] |= 1 << bit;
                }
                trees[self.trees.1[object as usize] as usize] |= 1 << bit;
                at = self.ancestry.target(object);
            }
        }
        for &at in order.iter().rev() {
            let (commit, marks) = (&self.ancestry.commits[at], commits[at]);
            trees[self.tree(commit) as usize] |= marks;
            self.ancestry.parents(commit).for_each(|parent| commits[parent] |= marks);
        }
        self.own_commits().for_each(|(at, commit)| found[at] |= commits[commit]);
        for (set, marks) in (0..).zip(trees) {
            self.trees.0.get(set).iter().for_each(|&(held, _)| found[held as usize] |= marks);
        }
        found
    }
}
