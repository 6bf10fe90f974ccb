//! Who can reach a credential, best case for an attacker: the most exposed of its places counts.

use unkeyed_model::{Artifact, Location, Reachability, StoreKind, Surface};

/// Decides from the places.
pub(crate) fn assign(artifact: &mut Artifact) {
    let worst = artifact.locations.iter().map(|(location, _)| of_place(location)).min();
    artifact.reachability = worst.unwrap_or(Reachability::Runtime);
    if artifact.kind == format!("ref.{}", StoreKind::BuildSecret) {
        artifact.reachability = Reachability::Build;
    }
}

fn of_place(location: &Location) -> Reachability {
    let origin = &location.origin;
    match origin.surface {
        Surface::GitHistory | Surface::Log | Surface::Chat | Surface::Ticket | Surface::CliExport => Reachability::Archive,
        _ if origin.image.as_ref().is_some_and(|image| image.fate.is_gone()) => Reachability::Archive,
        _ if is_build_argument(location) => Reachability::Build,
        _ => Reachability::Runtime,
    }
}

/// `ARG` of a Dockerfile: there while the image is built, and in its history, but not in the container's environment.
fn is_build_argument(location: &Location) -> bool {
    location.key_path.as_deref().is_some_and(|path| path.starts_with("ARG ") || path.starts_with("ARG."))
}
