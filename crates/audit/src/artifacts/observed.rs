//! Credentials whose value stands in the inputs: one artifact per value, with a place for each copy.

use std::collections::BTreeMap;

use unkeyed_model::{Facts, Fingerprint, Lifetime, Location, Match, Reference, Replayable, Role, StoreKind, VendorDefault};

use super::draft::Draft;
use super::local::{self, LOCAL};
use super::pairing::Certificates;
use crate::destinations;
use crate::extents::Extents;

/// Groups occurrences by value and kind.
pub(crate) fn collect(matches: &[Match], facts: &Facts) -> Vec<Draft> {
    let certificates = Certificates::new(matches);
    let names = Extents::new(names(facts).map(|location| (location, ())));
    let is_name = |found: &&Match| found.rule.id.starts_with("generic.") && names.containing(&found.location).next().is_some();
    let mut groups: BTreeMap<(&str, Fingerprint), Vec<&Match>> = BTreeMap::new();
    for found in matches.iter().filter(|found| !is_name(found)) {
        groups.entry((&found.kind, found.fingerprint)).or_default().push(found);
    }
    groups.into_values().map(|copies| draft(copies, &certificates)).collect()
}

/// Places where a variable is bound to the name of a stored value, which may look like a password (`hub: "docker:password"`).
fn names(facts: &Facts) -> impl Iterator<Item = &Location> {
    let references = facts.workloads.iter().flat_map(|workload| &workload.references);
    let is_binding = |reference: &&Reference| {
        let key = reference.location.key_path.as_deref().and_then(|path| path.rsplit('.').next());
        reference.store == StoreKind::CloudSecretManager && key.is_some() && key == reference.used_as.as_deref()
    };
    references.filter(is_binding).map(|reference| &reference.location)
}

/// One artifact from all copies of a value. What they disagree on is decided for the worse.
fn draft(mut copies: Vec<&Match>, certificates: &Certificates) -> Draft {
    copies.sort_by(|one, other| (&one.location, &one.rule.id).cmp(&(&other.location, &other.rule.id)));
    let best = copies.iter().rev().max_by_key(|found| found.confidence).copied().unwrap_or(copies[0]);
    let custody = copies.iter().map(|found| found.custody).min().unwrap_or(best.custody);
    let mut draft = Draft::new(best.rule.clone(), &best.kind, custody, role(&copies), best.mask.clone());
    draft.fingerprint = Some(best.fingerprint);
    draft.artifact.fingerprint = Some(best.fingerprint);
    draft.typed_position = copies.iter().any(|found| found.typed_position);
    let artifact = &mut draft.artifact;
    artifact.confidence = best.confidence;
    artifact.replayable = replayable(&copies);
    artifact.lifetime = copies.iter().map(|found| found.lifetime).max_by_key(informed).unwrap_or_default();
    artifact.destination = copies.iter().find_map(|found| found.destination.clone());
    let is_local = copies.iter().all(|found| found.notes.iter().any(|note| note.starts_with(LOCAL)));
    if copies.iter().all(|found| found.public_because.is_some()) {
        artifact.public_because.clone_from(&best.public_because);
    }
    for found in copies {
        if artifact.locations.last().is_none_or(|(last, _)| *last != found.location) {
            artifact.locations.push((found.location.clone(), found.snippet.clone()));
        }
        artifact.markers.extend(found.marker.iter().map(|marker| (marker.clone(), found.location.clone())));
        artifact.related.extend(found.related.iter().cloned());
        // What one copy opens on the same machine, another may open elsewhere.
        let holds = |note: &&String| !artifact.notes.contains(note) && (is_local || !note.starts_with(LOCAL));
        artifact.notes.extend(found.notes.iter().filter(holds).cloned().collect::<Vec<_>>());
        certificates.adopt(found, artifact, &mut draft.authority);
    }
    artifact.related.sort();
    artifact.related.dedup();
    if artifact.destination.as_ref().is_some_and(destinations::is_local) {
        local::mark(artifact);
    }
    draft
}

/// A bootstrap use anywhere makes it one; it is an identifier only if it is one everywhere.
fn role(copies: &[&Match]) -> Role {
    let secret = |found: &&&Match| !matches!(found.role, Role::Identifier | Role::TrustAnchor);
    let bootstrap = copies.iter().find(|found| found.role == Role::Bootstrap);
    bootstrap.or_else(|| copies.iter().find(secret)).unwrap_or(&copies[0]).role
}

fn replayable(copies: &[&Match]) -> Replayable {
    let worst_first = [Replayable::Bearer, Replayable::Unknown, Replayable::ObjectBound, Replayable::SenderConstrained];
    worst_first.into_iter().find(|kind| copies.iter().any(|found| found.replayable == *kind)).unwrap_or(Replayable::Unknown)
}

/// How much a lifetime tells; among equals the later expiry is the worse.
fn informed(lifetime: &Lifetime) -> (usize, Option<unkeyed_model::Timestamp>, Lifetime) {
    let facts = [
        lifetime.expires.is_some(),
        lifetime.issued.is_some(),
        lifetime.declared_seconds.is_some(),
        lifetime.vendor_default != VendorDefault::Unstated,
    ];
    let score = facts.iter().filter(|known| **known).count();
    (score, lifetime.expires, *lifetime)
}
