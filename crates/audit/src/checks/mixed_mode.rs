//! Identity and durable credential side by side: the migration that was begun and not finished.

mod bootstrap_write;
mod fallback;
mod same_destination;

use unkeyed_model::{Artifact, Destination, IdentityPath, Location, Reach};

use super::check::Check;
use super::view::View;
use crate::context::Linked;
use crate::destinations;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&same_destination::CHECK, &fallback::CHECK, &bootstrap_write::CHECK];

/// The identity paths that lead somewhere by themselves, not only to the job's own platform or to a signing service.
pub(super) fn paths(linked: &Linked) -> impl Iterator<Item = &IdentityPath> {
    linked.paths().filter(|(path, link)| link.counts && leads_away(path)).map(|(path, _)| path)
}

const fn leads_away(path: &IdentityPath) -> bool {
    matches!(path.reach, Reach::Destination | Reach::Vault)
}

/// Each identity path with a persistent credential of the same workload for the same destination. A path that is
/// prepared and not used counts too: it is not used because the credential stands in its place.
pub(super) fn pairs<'a>(view: &View<'a>, linked: &'a Linked) -> impl Iterator<Item = (&'a IdentityPath, &'a Artifact)> {
    let artifacts = &view.context.artifacts;
    let persistent = linked.artifacts.iter().filter_map(|&at| artifacts.get(at)).filter(|artifact| artifact.class.is_persistent());
    persistent.filter_map(|artifact| {
        let destination = artifact.destination.as_ref().filter(|destination| is_known(destination))?;
        let leads_there = |path: &&IdentityPath| path.capability.is_some() && destinations::same(&path.destination, destination);
        let path = linked.workload.identity_paths.iter().filter(|path| leads_away(path)).find(leads_there)?;
        Some((path, artifact))
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
