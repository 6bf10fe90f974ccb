//! # What it finds
//!
//! A workload that exchanges its token for an OCI session and holds the OAuth client secret with which it asks for the
//! exchange; or one that holds such a secret of an identity domain, whatever it exchanges.
//!
//! # Why it matters
//!
//! Oracle's procedure wants a confidential application, whose client id and secret authenticate the request. The secret
//! doesn't expire: the federation still rests on something that can be copied.
//!
//! # Instead
//!
//! Let a component outside the workload (broker, sidecar of the platform) own the client secret, or authenticate the
//! exchange with an OCI request signature.

use unkeyed_model::{Artifact, Class, IdentityKind, Level, Platform};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{mixed_mode, standards};

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-07",
    title: "token exchange rests on a stored client secret",
    level: Level::Warning,
    standards: standards::MIXED,
    source: include_str!("stored_client_secret.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let path = mixed_mode::paths(linked).find(|path| path.platform == Platform::Oci && path.kind != IdentityKind::Managed);
        let held = linked.artifacts.iter().filter_map(|&at| view.context.artifacts.get(at));
        for secret in held.filter(|artifact| begins_session(artifact)) {
            let leads_to_oci = secret.destination.as_ref().is_none_or(|destination| destination.kind == "oci");
            let is_told = path.is_some() || is_client_secret(secret);
            let Some(place) = mixed_mode::place(secret, linked).filter(|_| leads_to_oci && is_told && secret.class.is_persistent()) else {
                continue;
            };
            let does = if path.is_some() { "exchanges its token for an OCI session" } else { "gets its OCI sessions" };
            let message = format!("{} {does} with a stored client secret ({}), which doesn't expire.", linked.workload.name, spot(place));
            let mut statement = Statement::new(CHECK.level, place, message);
            if let Some(consumer) = path.and_then(|path| path.consumer.as_ref()) {
                statement = statement.with(consumer, "exchanges the token");
            }
            sink.workload(&linked.workload.id, statement);
        }
    }
}

/// Whether an artifact only asks for a session, so that this check speaks of it and not MX-01.
pub(crate) fn begins_session(artifact: &Artifact) -> bool {
    artifact.class == Class::Bootstrap || artifact.kind == "oci.oauth-client-secret"
}

/// A client secret of an identity domain: what leads to OCI and only begins a session there is nothing else.
fn is_client_secret(secret: &Artifact) -> bool {
    secret.destination.as_ref().is_some_and(|to| to.kind == "oci")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Destination;

    use super::*;
    use crate::checks::testing::{artifact, findings_with, one_path};

    fn levels(platform: Platform, change: impl FnOnce(&mut Artifact)) -> Vec<Level> {
        let estate = one_path(platform);
        let mut secret = artifact("oci.oauth-client-secret", Class::Bootstrap, &estate);
        secret.destination = Some(Destination::new("oci", ""));
        change(&mut secret);
        findings_with(&CHECK, &estate, vec![secret]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_stored_client_secret_is_a_warning() {
        assert_eq!(levels(Platform::Oci, |_| {}), [Level::Warning]);
    }

    #[test]
    fn other_workloads_and_other_credentials_are_left_alone() {
        assert!(levels(Platform::Aws, |secret| secret.destination = None).is_empty());
        assert!(levels(Platform::Oci, |secret| secret.destination = Some(Destination::new("vault", ""))).is_empty());
    }

    #[test]
    fn one_is_a_warning_whatever_else_the_workload_does() {
        assert_eq!(levels(Platform::Aws, |_| {}), [Level::Warning]);
    }

    #[test]
    fn a_secret_of_unknown_nature_says_nothing() {
        assert!(levels(Platform::Oci, |secret| (secret.kind, secret.class) = ("generic.secret".into(), Class::Unknown)).is_empty());
    }
}
