//! One credential that several reports found: the rows of one fingerprint become one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::spelled;
use crate::json::v1;

/// Where a place stands in the order of places.
pub(super) fn position(location: &v1::Location) -> (String, Option<u32>, Option<u32>, String) {
    let place = &location.place;
    (place.uri.clone(), place.line, place.column, spelled(location))
}

/// The artifact with its lists in the one order that does not depend on where they come from.
pub(super) fn ordered(mut artifact: v1::Artifact) -> v1::Artifact {
    artifact.locations.sort_by_cached_key(position);
    artifact.locations.dedup();
    artifact.related = union(artifact.related);
    artifact.standards = union(artifact.standards);
    artifact.workloads.sort();
    artifact.workloads.dedup();
    artifact.notes.sort();
    artifact.notes.dedup();
    artifact.copies = artifact.locations.len() as u64;
    artifact
}

/// Both together: the places of both, and what the graver one says. An exception of one report does not cover the other.
pub(super) fn merged(one: v1::Artifact, other: v1::Artifact) -> v1::Artifact {
    let (mut kept, more) = if gravity(&one) >= gravity(&other) { (one, other) } else { (other, one) };
    kept.locations.extend(more.locations);
    kept.related.extend(more.related);
    kept.standards.extend(more.standards);
    kept.workloads.extend(more.workloads);
    kept.notes.extend(more.notes);
    ordered(kept)
}

/// An order of what is not united, so that it does not change by uniting.
fn gravity(artifact: &v1::Artifact) -> (bool, u8, Reverse<unkeyed_model::Class>, String) {
    let bare = v1::Artifact {
        locations: Vec::new(),
        related: Vec::new(),
        standards: Vec::new(),
        workloads: Vec::new(),
        notes: Vec::new(),
        copies: 0,
        ..artifact.clone()
    };
    (artifact.suppressed_by.is_none(), artifact.rank, Reverse(artifact.class), spelled(&bare))
}

fn union<T: serde::Serialize>(rows: Vec<T>) -> Vec<T> {
    let rows: BTreeMap<String, T> = rows.into_iter().map(|row| (spelled(&row), row)).collect();
    rows.into_values().collect()
}
