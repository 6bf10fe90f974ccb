//! SARIF level and rank of an artifact (DOMAIN §2.3, severity defaults).
//!
//! One decision a reader would question: a detection of low confidence is never an error and has half the rank. The
//! class says what it would mean if it is real; the level says how urgently a person should look.

use unkeyed_model::{Artifact, Class, Confidence, Level, Reachability, Replayable, Surface, Thresholds, VendorDefault};

use crate::destinations;

/// Decides level and rank from class, place and destination.
pub(crate) fn assign(artifact: &mut Artifact, profile: &str, thresholds: &Thresholds) {
    let (level, rank) = by_class(artifact, profile, thresholds);
    let shipped = artifact.locations.iter().any(|(location, _)| location.origin.surface == Surface::AppPackage);
    let rank = if shipped && rank > 0 { (rank + 5).min(100) } else { rank };
    (artifact.level, artifact.rank) =
        if artifact.confidence == Confidence::Low { (level.min(Level::Warning), rank / 2) } else { (level, rank) };
    if artifact.class == Class::Unknown && artifact.confidence == Confidence::Low {
        (artifact.level, artifact.rank) = (Level::Note, 10);
    }
}

fn by_class(artifact: &Artifact, profile: &str, thresholds: &Thresholds) -> (Level, u8) {
    match artifact.class {
        Class::Durable if is_root_of_a_vault(artifact) => (Level::Error, 98),
        Class::Durable => match artifact.reachability {
            Reachability::Runtime => (Level::Error, 95),
            Reachability::Build => (Level::Error, 90),
            Reachability::Archive => (Level::Error, 85),
        },
        Class::LongLived => (Level::Error, if rotated(artifact, thresholds) { 70 } else { 85 }),
        Class::Bootstrap if is_root_of_a_vault(artifact) => (Level::Error, 98),
        Class::Bootstrap => (Level::Error, 80),
        Class::ReferenceStored => reference(artifact, profile),
        Class::EncryptedStored => (Level::Warning, 45),
        Class::VaultFetchedStatic => (Level::Warning, 50),
        // Useless away from its workload, or live and replayable by whoever finds it.
        Class::ShortLived if matches!(artifact.replayable, Replayable::ObjectBound | Replayable::SenderConstrained) => (Level::Note, 20),
        Class::ShortLived => (Level::Warning, 40),
        Class::Expired => (Level::Note, 15),
        Class::Unknown => (Level::Warning, 30),
        Class::VaultFetchedDynamic | Class::RuntimeIdentity | Class::Public => (Level::None, 0),
    }
}

/// An error only where the destination would accept an identity instead, so that somebody can act on it.
fn reference(artifact: &Artifact, profile: &str) -> (Level, u8) {
    let replaceable = artifact.destination.as_ref().is_some_and(destinations::accepts_identity);
    let lone_key_id = artifact.kind.ends_with("-key-id");
    if replaceable && !lone_key_id && matches!(profile, "audit" | "ci") { (Level::Error, 60) } else { (Level::Warning, 50) }
}

fn rotated(artifact: &Artifact, thresholds: &Thresholds) -> bool {
    let bound = match artifact.lifetime.vendor_default {
        VendorDefault::AtMost(seconds) => Some(seconds),
        _ => None,
    };
    artifact.lifetime.seconds().or(bound).is_some_and(|seconds| seconds <= thresholds.rotated)
}

/// Root tokens and recovery keys open everything that a vault holds.
pub(crate) fn is_root_of_a_vault(artifact: &Artifact) -> bool {
    matches!(artifact.kind.as_str(), "vault.root-token" | "vault.recovery-token" | "vault.unseal-key")
}
