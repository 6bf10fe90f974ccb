//! One credential that several reports found: the rows of one fingerprint become one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::json::v1;
use crate::record::spelled;

/// Where a place stands in the order of places.
pub(super) fn position(location: &v1::Location) -> (String, Option<u32>, Option<u32>, String) {
    let place = &location.place;
    (place.uri.clone(), place.line, place.column, spelled(location))
}

/// All rows of one id together: the places of all, and what the gravest says. An exception of one report does not cover
/// another.
pub(super) struct Gathered {
    /// The gravest, without what is united.
    bare: v1::Artifact,
    lists: Lists,
}

/// What is united.
#[derive(Default)]
struct Lists {
    locations: Vec<v1::Location>,
    related: Vec<v1::Place>,
    standards: Vec<v1::Standard>,
    workloads: Vec<String>,
    notes: Vec<String>,
}

impl Gathered {
    /// One row.
    pub(super) fn new(mut artifact: v1::Artifact) -> Self {
        let mut lists = Lists::default();
        lists.take(&mut artifact);
        Self { bare: artifact, lists }
    }

    /// The id that all have.
    pub(super) fn id(&self) -> &str {
        &self.bare.id
    }

    /// One more.
    pub(super) fn add(&mut self, mut artifact: v1::Artifact) {
        self.lists.take(&mut artifact);
        if gravity(&artifact) > gravity(&self.bare) {
            self.bare = artifact;
        }
    }

    /// The whole, its lists in the one order that does not depend on where they come from.
    pub(super) fn finish(self) -> v1::Artifact {
        let Self { bare, lists: Lists { mut locations, related, standards, mut workloads, mut notes } } = self;
        locations.sort_by_cached_key(position);
        locations.dedup();
        workloads.sort();
        workloads.dedup();
        notes.sort();
        notes.dedup();
        let copies = locations.len() as u64;
        v1::Artifact { copies, locations, related: union(related), standards: union(standards), workloads, notes, ..bare }
    }
}

impl Lists {
    fn take(&mut self, artifact: &mut v1::Artifact) {
        self.locations.append(&mut artifact.locations);
        self.related.append(&mut artifact.related);
        self.standards.append(&mut artifact.standards);
        self.workloads.append(&mut artifact.workloads);
        self.notes.append(&mut artifact.notes);
        artifact.copies = 0;
    }
}

/// An order of what is not united, so that it does not change by uniting.
fn gravity(bare: &v1::Artifact) -> (bool, u8, Reverse<unkeyed_model::Class>, String) {
    (bare.suppressed_by.is_none(), bare.rank, Reverse(bare.class), spelled(bare))
}

fn union<T: serde::Serialize>(rows: Vec<T>) -> Vec<T> {
    let rows: BTreeMap<String, T> = rows.into_iter().map(|row| (spelled(&row), row)).collect();
    rows.into_values().collect()
}
