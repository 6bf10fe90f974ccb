//! # What it finds
//!
//! Google Cloud access tokens of more than the usual hour: an organisation policy that allows it
//! (`iam.allowServiceAccountCredentialLifetimeExtension`), or a request for it (`token_lifetime_seconds` of an
//! `external_account` configuration, `lifetime` of `google_service_account_access_token`, `access_token_lifetime` of
//! `google-github-actions/auth`). More than twelve hours, which Google
//! refuses, is an error.
//!
//! # Why it matters
//!
//! An access token can't be revoked. The constraint names the service accounts for which somebody wanted one for half a
//! day.
//!
//! # Instead
//!
//! The default of an hour; client libraries fetch the next token by themselves.

use unkeyed_model::{Level, Platform, TtlBasis, WorkloadKind};

use super::{HOUR, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-GCP-01",
    title: "access tokens may live longer than an hour",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("gcp_extended.rs"),
    run,
};

/// The longest life of an access token (Google Cloud IAM, "Create short-lived credentials").
const LONGEST: u64 = 12 * HOUR;

const SETTINGS: &[&str] = &["constraints/iam.allowServiceAccountCredentialLifetimeExtension", "token_lifetime_seconds", "lifetime"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (session, seconds) in sessions(view, Platform::Gcp, SETTINGS).filter(|(_, seconds)| *seconds > HOUR) {
        let (who, place) = (view.name(&session.principal), spot(&session.location));
        let message = if session.setting.starts_with("constraints/") {
            format!("The organisation policy {who} ({place}) allows access tokens of up to {}.", length(seconds))
        } else {
            format!("An access token of {who} is asked for {} ({place}).", length(seconds))
        };
        sink.principal(&session.principal, &Statement::new(level(seconds), &session.location, message));
    }
    // Elsewhere what a path's lifetime says is how long the token lives that is exchanged.
    for linked in view.context.workloads.iter().filter(|linked| linked.workload.kind == WorkloadKind::GhaJob) {
        for path in linked.workload.identity_paths.iter().filter(|path| path.platform == Platform::Gcp) {
            let asked = path.ttl.filter(|ttl| ttl.basis == TtlBasis::Declared).map(|ttl| ttl.seconds);
            let (Some(seconds), Some(place)) = (asked.filter(|seconds| *seconds > HOUR), &path.consumer) else { continue };
            let message = format!("{} asks for an access token of {} ({}).", linked.workload.name, length(seconds), spot(place));
            sink.workload(&linked.workload.id, Statement::new(level(seconds), place, message));
        }
    }
}

const fn level(seconds: u64) -> Level {
    if seconds > LONGEST { Level::Error } else { CHECK.level }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{findings, lasting, levels};

    #[test]
    fn more_than_an_hour_is_a_warning_and_more_than_twelve_an_error() {
        assert_eq!(levels(&CHECK, &lasting(Platform::Gcp, "token_lifetime_seconds", Some(43_200))), [Level::Warning]);
        assert_eq!(levels(&CHECK, &lasting(Platform::Gcp, "lifetime", Some(86_400))), [Level::Error]);
        let policy = findings(&CHECK, &lasting(Platform::Gcp, SETTINGS[0], Some(43_200)));
        assert!(policy[0].message.contains("organisation policy"));
    }

    #[test]
    fn an_hour_is_fine_and_an_unknown_length_unknown() {
        assert!(levels(&CHECK, &lasting(Platform::Gcp, "lifetime", Some(3_600))).is_empty());
        assert!(levels(&CHECK, &lasting(Platform::Gcp, SETTINGS[0], None)).is_empty());
    }
}
