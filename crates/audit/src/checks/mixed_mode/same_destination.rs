//! # What it finds
//!
//! A workload that reaches a destination under an identity and holds a durable credential for the same destination:
//! `role-to-assume` beside `aws-access-key-id`, `ARM_USE_OIDC` beside `ARM_CLIENT_SECRET`, a federation rule beside an API
//! key. Package registries are TB-REG-01, the client secret of an exchange for an OCI session TB-OCI-07.
//!
//! # Why it matters
//!
//! The credential works whether or not the identity does. Whoever extracts it needs no workload, no branch and no
//! approval, and nobody notices when the federated path breaks.
//!
//! # Instead
//!
//! Remove the credential from the workload and from its store, and revoke it. If both are needed for a while, record an
//! exception with an end date and an exit plan.

use unkeyed_model::{IdentityKind, Level, Platform};

use super::{pairs, statement};
use crate::checks::check::{Check, Sink};
use crate::checks::standards;
use crate::checks::trust_oci::begins_session;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "MX-01",
    title: "identity and durable credential for one destination",
    level: Level::Error,
    standards: standards::MIXED,
    source: include_str!("same_destination.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        for (path, mut held) in pairs(view, linked).into_iter().filter(|(path, _)| path.platform != Platform::Registry) {
            // TB-OCI-07 has said that the exchange itself rests on these.
            held.retain(|artifact| path.platform != Platform::Oci || path.kind == IdentityKind::Managed || !begins_session(artifact));
            if let Some(statement) = statement(CHECK.level, path, &held, linked, "can reach") {
                sink.workload(&linked.workload.id, statement);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Class, Destination};

    use super::*;
    use crate::checks::testing::{artifact, findings_with, with_job};

    fn levels(class: Class, destination: Option<Destination>, capable: bool) -> Vec<Level> {
        let estate = with_job(Platform::Aws, |job| {
            job.identity_paths[0].consumer = None;
            if !capable {
                job.identity_paths[0].capability = None;
            }
        });
        let mut key = artifact("aws.access-key", class, &estate);
        key.destination = destination;
        findings_with(&CHECK, &estate, vec![key]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_durable_credential_for_the_same_cloud_is_an_error() {
        assert_eq!(levels(Class::ReferenceStored, Some(Destination::new("aws", "")), true), [Level::Error]);
        assert_eq!(levels(Class::Durable, Some(Destination::new("aws", "111122223333")), true), [Level::Error]);
    }

    #[test]
    fn another_destination_or_an_identity_without_permission_is_no_mixture() {
        assert!(levels(Class::ReferenceStored, Some(Destination::new("registry", "docker.io")), true).is_empty());
        assert!(levels(Class::ReferenceStored, Some(Destination::new("aws", "")), false).is_empty());
        assert!(levels(Class::Expired, Some(Destination::new("aws", "")), true).is_empty());
    }

    #[test]
    fn the_client_secret_of_an_exchange_is_told_once() {
        let estate = with_job(Platform::Oci, |job| job.identity_paths[0].consumer = None);
        let found = |kind: &str, class| {
            let mut secret = artifact(kind, class, &estate);
            secret.destination = Some(estate.facts.workloads[0].identity_paths[0].destination.clone());
            findings_with(&CHECK, &estate, vec![secret]).len()
        };
        assert_eq!(found("oci.oauth-client-secret", Class::ReferenceStored), 0);
        assert_eq!(found("oci.api-key", Class::ReferenceStored), 1);
    }

    #[test]
    fn an_unknown_destination_says_nothing() {
        assert!(levels(Class::Durable, None, true).is_empty());
        assert!(levels(Class::Durable, Some(Destination::new("unknown", "")), true).is_empty());
    }
}
