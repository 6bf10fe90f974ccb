//! Where workloads authenticate to: which identity path serves which destination, and which have a secretless way in.
//!
//! One decision a reader would question: a destination without a name (`aws`) is taken to be the one of the same kind
//! that has a name. Workflows seldom name the account; treating it as a second destination would leave L1 unknown for
//! every job with a role ARN. For the same reason a registry or cluster without a name is one of the cloud that the
//! workload reaches: there is no other way in, or it would be among its credentials.

use unkeyed_model::{Destination, IdentityPath, Reach};

/// Whether both may be the same destination.
pub(crate) fn same(one: &Destination, other: &Destination) -> bool {
    one.kind == other.kind && (one.name.is_empty() || other.name.is_empty() || one.name.eq_ignore_ascii_case(&other.name))
}

/// Whether the path leads to the destination. A GitHub job token also opens GitHub's own registries.
pub(crate) fn serves(path: &IdentityPath, destination: &Destination) -> bool {
    let own_registry = path.reach == Reach::OwnPlatform
        && (destination.kind == "git"
            || destination.kind == "registry"
            || destination.kind == "github"
            || destination.kind == "saas:github")
        && matches!(
            destination.name.as_str(),
            "" | "github.com" | "api.github.com" | "ghcr.io" | "npm.pkg.github.com" | "maven.pkg.github.com"
        );
    own_registry || opens(path, destination) || same(&path.destination, destination)
}

/// Whether the path's cloud opens a registry or a cluster that isn't named: Amazon ECR, Azure Container Registry and Google
/// Artifact Registry, EKS, AKS and GKE take the identities of their cloud.
fn opens(path: &IdentityPath, destination: &Destination) -> bool {
    let is_cloud = matches!(path.destination.kind.as_str(), "aws" | "azure" | "gcp" | "oci") && path.reach == Reach::Destination;
    is_cloud && destination.name.is_empty() && matches!(destination.kind.as_str(), "registry" | "k8s-api")
}

/// Destinations that accept workload identity, by kind; for registries by host.
pub(crate) fn accepts_identity(destination: &Destination) -> bool {
    match destination.kind.as_str() {
        "aws" | "azure" | "gcp" | "oci" | "k8s-api" | "vault" | "sigstore" | "saas:anthropic" | "saas:openai" | "saas:openrouter" => true,
        "registry" => {
            ["registry.npmjs.org", "pypi.org", "upload.pypi.org", "test.pypi.org", "crates.io", "rubygems.org", "nuget.org", "ghcr.io"]
                .iter()
                .any(|host| destination.name.contains(host))
                || destination.name.ends_with(".amazonaws.com")
                || destination.name.ends_with(".azurecr.io")
                || destination.name.ends_with("gcr.io")
                || destination.name.ends_with(".pkg.dev")
        }
        _ => false,
    }
}

/// Whether the destination is this very machine: a development server or an emulator (DOMAIN §9.8).
pub(crate) fn is_local(destination: &Destination) -> bool {
    let name = destination.name.rsplit_once("://").map_or(destination.name.as_str(), |(_, rest)| rest);
    let name = name.rsplit_once('@').map_or(name, |(_, rest)| rest);
    let name = name.split('/').next().unwrap_or_default();
    let host = match name.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None if name.matches(':').count() == 1 => name.split(':').next().unwrap_or_default(),
        None => name,
    };
    let host = host.to_ascii_lowercase();
    matches!(host.as_str(), "localhost" | "::1" | "0.0.0.0" | "host.docker.internal")
        || host.ends_with(".localhost")
        || (host.starts_with("127.") && host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn this_machine_in_every_spelling() {
        for name in
            ["localhost", "localhost:5432", "http://127.0.0.1:8200/v1", "[::1]:80", "::1", "redis://x@localhost:1/0", "db.localhost"]
        {
            assert!(is_local(&Destination::new("db", name)), "{name}");
        }
        for name in ["", "db.example.com", "localhost.example.com", "127.example.com", "10.0.0.1"] {
            assert!(!is_local(&Destination::new("db", name)), "{name}");
        }
    }

    #[test]
    fn a_nameless_destination_is_any_of_its_kind() {
        assert!(same(&Destination::new("aws", ""), &Destination::new("aws", "111122223333")));
        assert!(!same(&Destination::new("aws", "1"), &Destination::new("aws", "2")));
        assert!(!same(&Destination::new("aws", ""), &Destination::new("gcp", "")));
    }

    #[test]
    fn a_cloud_opens_its_own_clusters_and_registries() {
        let path = testing::federated(unkeyed_model::Platform::Aws, "aws", "deploy");
        assert!(serves(&path, &Destination::new("registry", "")) && serves(&path, &Destination::new("k8s-api", "")));
        assert!(!serves(&path, &Destination::new("registry", "quay.io")) && !serves(&path, &Destination::new("db", "")));
    }

    #[test]
    fn a_job_token_opens_its_own_registry_only() {
        let path = testing::job_token(true);
        assert!(serves(&path, &Destination::new("registry", "ghcr.io")));
        assert!(!serves(&path, &Destination::new("registry", "docker.io")));
    }
}
