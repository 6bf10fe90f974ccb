//! Identity and durable credential side by side: the migration that was begun and not finished.

mod bootstrap_write;
mod fallback;
mod fallback_file;
mod same_destination;

use unkeyed_model::{Artifact, Destination, IdentityPath, Level, Location, Reach};

use super::check::{Check, Statement, called, list, spot};
use super::view::View;
use crate::context::Linked;
use crate::destinations;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&same_destination::CHECK, &fallback::CHECK, &bootstrap_write::CHECK, &fallback_file::CHECK];

/// The identity paths that lead somewhere by themselves, not only to the job's own platform or to a signing service.
pub(super) fn paths(linked: &Linked) -> impl Iterator<Item = &IdentityPath> {
    linked.paths().filter(|(path, link)| link.counts && leads_away(path)).map(|(path, _)| path)
}

const fn leads_away(path: &IdentityPath) -> bool {
    matches!(path.reach, Reach::Destination | Reach::Vault)
}

/// Each identity path with the persistent credentials of the same workload for the same destination. A path that is
/// prepared and not used counts too: it is not used because the credential stands in its place.
pub(super) fn pairs<'a>(view: &View<'a>, linked: &'a Linked) -> Vec<(&'a IdentityPath, Vec<&'a Artifact>)> {
    let artifacts = &view.context.artifacts;
    let persistent = linked.artifacts.iter().filter_map(|&at| artifacts.get(at)).filter(|artifact| artifact.class.is_persistent());
    let paths: Vec<&IdentityPath> =
        linked.workload.identity_paths.iter().filter(|path| leads_away(path) && path.capability.is_some()).collect();
    let mut held: Vec<Vec<&Artifact>> = vec![Vec::new(); paths.len()];
    for artifact in persistent {
        let Some(destination) = artifact.destination.as_ref().filter(|destination| is_known(destination)) else { continue };
        if let Some(at) = paths.iter().position(|path| destinations::same(&path.destination, destination)) {
            held[at].push(artifact);
        }
    }
    paths.into_iter().zip(held).filter(|(_, held)| !held.is_empty()).collect()
}

/// What is said of a path and the credentials beside it: at the first of them, with the others and the use of the
/// identity attached.
pub(super) fn statement(level: Level, path: &IdentityPath, held: &[&Artifact], linked: &Linked, what: &str) -> Option<Statement> {
    let mut places = held.iter().filter_map(|artifact| Some((*artifact, place(artifact, linked)?)));
    let (first, at) = places.next()?;
    let mut names = vec![called(first)];
    for (artifact, _) in places.clone() {
        if !names.contains(&called(artifact)) {
            names.push(called(artifact));
        }
    }
    let message = format!(
        "{} {what} {} under its own identity ({}) and also holds {} for it ({}).",
        linked.workload.name,
        path.destination,
        path.mechanism,
        list(&names),
        spot(at),
    );
    let mut statement = Statement::new(level, at, message);
    for (artifact, at) in places {
        statement = statement.with(at, format!("holds {}", called(artifact)));
    }
    Some(match &path.consumer {
        Some(consumer) => statement.with(consumer, "uses the identity"),
        None => statement,
    })
}

fn is_known(destination: &Destination) -> bool {
    !destination.kind.is_empty() && destination.kind != "unknown"
}

/// The place of an artifact that lies in the workload's own files, else its first one.
pub(super) fn place<'a>(artifact: &'a Artifact, linked: &Linked) -> Option<&'a Location> {
    let own = |location: &&Location| location.origin.path == linked.workload.location.origin.path;
    let mut locations = artifact.locations.iter().map(|(location, _)| location);
    locations.clone().find(own).or_else(|| locations.next())
}
