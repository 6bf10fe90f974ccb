//! Brokered paths (DOMAIN §4.1): a lease that a secret manager issues per request is an identity path to the final
//! destination, if the login at the secret manager is itself one.

use std::collections::BTreeSet;

use unkeyed_model::{Custody, Destination, Facts, IdentityPath, Reach, StoredSecret, Ttl, TtlBasis, Workload};

/// What is leased: what it is, where it leads, for how long, where it is asked for.
struct Lease {
    what: String,
    destination: Option<Destination>,
    seconds: Option<u64>,
    used_at: unkeyed_model::Location,
}

/// Adds a path to each destination that leases open.
pub(crate) fn add_paths(workload: &mut Workload, facts: &Facts, stored: &BTreeSet<usize>) {
    let complete = |path: &&IdentityPath| path.reach == Reach::Vault && path.capability.is_some() && path.consumer.is_some();
    let Some(login) = workload.identity_paths.iter().find(complete).cloned() else { return };
    let leases = leases(workload, stored.iter().map(|&at| &facts.stored[at]), facts);
    for lease in leases {
        workload.identity_paths.push(IdentityPath {
            mechanism: format!("{} through {}", lease.what, login.mechanism),
            reach: Reach::Destination,
            destination: lease.destination.unwrap_or_else(|| Destination::new("unknown", lease.what)),
            // The lease is what reaches the destination, so its length is what can be replayed there.
            ttl: lease.seconds.map(|seconds| Ttl { seconds, basis: TtlBasis::Declared }).or(login.ttl),
            consumer: Some(lease.used_at),
            ..login.clone()
        });
    }
}

fn leases<'a>(workload: &Workload, stored: impl Iterator<Item = &'a StoredSecret>, facts: &Facts) -> Vec<Lease> {
    let dynamic = workload.references.iter().filter(|reference| reference.custody == Custody::VaultDynamic);
    let mut leases: Vec<Lease> = dynamic
        .map(|reference| Lease {
            what: format!("lease {}", reference.name),
            destination: reference.destination.clone().or_else(|| engine_destination(&reference.name)),
            seconds: reference.lease_seconds.or_else(|| declared_seconds(&reference.name, facts)),
            used_at: reference.location.clone(),
        })
        .collect();
    leases.extend(stored.filter(|secret| secret.custody == Custody::VaultDynamic).map(|secret| Lease {
        what: format!("lease {}", secret.name),
        destination: None,
        seconds: None,
        used_at: secret.extent.clone(),
    }));
    leases
}

/// The longest lease that the configuration of the secrets engine's role allows.
fn declared_seconds(path: &str, facts: &Facts) -> Option<u64> {
    let roles = facts.principals.iter().filter(|principal| principal.kind == "lease" && principal.names.iter().any(|name| name == path));
    let sessions = roles.flat_map(|role| facts.sessions.iter().filter(|session| session.principal == role.key));
    sessions.filter_map(|session| session.seconds).max().filter(|seconds| *seconds > 0)
}

/// Where the secrets engines with a fixed purpose lead, by the mount's usual name.
fn engine_destination(path: &str) -> Option<Destination> {
    let kind = match path.split('/').next()? {
        "database" | "db" => "db",
        "aws" => "aws",
        "azure" => "azure",
        "gcp" => "gcp",
        "kubernetes" => "k8s-api",
        "ssh" => "ssh",
        _ => return None,
    };
    Some(Destination::new(kind, ""))
}
