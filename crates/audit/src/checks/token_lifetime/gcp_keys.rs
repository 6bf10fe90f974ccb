//! # What it finds
//!
//! Organisation policies of Google Cloud of which none forbids keys of service accounts
//! (`iam.disableServiceAccountKeyCreation`) or makes them expire (`iam.serviceAccountKeyExpiryHours`).
//!
//! # Why it matters
//!
//! Where keys can be made they are made, one pipeline at a time, and never end. The policies show that somebody governs
//! the organisation; this is the constraint that keeps federation from being bypassed.
//!
//! # Instead
//!
//! `constraints/iam.disableServiceAccountKeyCreation`, enforced, or its managed form
//! `iam.managed.disableServiceAccountKeyCreation`; exceptions by project.

use unkeyed_model::{Level, Platform, SessionPolicy};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-GCP-02",
    title: "no policy against keys of service accounts",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("gcp_keys.rs"),
    run,
};

/// How the names of constraints begin, as session policies carry them.
const CONSTRAINT: &str = "constraints/";

/// Constraints that keep keys from being made, or end them.
const AGAINST_KEYS: [&str; 3] = [
    "constraints/iam.disableServiceAccountKeyCreation",
    "constraints/iam.managed.disableServiceAccountKeyCreation",
    "constraints/iam.serviceAccountKeyExpiryHours",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let is_policy = |session: &&SessionPolicy| session.platform == Platform::Gcp && session.setting.starts_with(CONSTRAINT);
    let policies: Vec<&SessionPolicy> = view.facts().sessions.iter().filter(is_policy).collect();
    // A constraint whose name can't be read may be the very one.
    let governs = |session: &&SessionPolicy| AGAINST_KEYS.contains(&session.setting.as_str()) || session.setting == UNREADABLE;
    let Some(first) = policies.first().filter(|_| !policies.iter().any(governs)) else { return };
    let message = format!(
        "The organisation policies here ({} …) neither forbid keys of service accounts nor make them expire.",
        spot(&first.location)
    );
    sink.alone(Statement::new(CHECK.level, &first.location, message));
}

/// A policy whose constraint is not known.
const UNREADABLE: &str = "constraints/?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{lasting, levels, one_path};

    #[test]
    fn policies_without_a_word_on_keys_are_a_note() {
        assert_eq!(levels(&CHECK, &lasting(Platform::Gcp, "constraints/compute.requireOsLogin", None)), [Level::Note]);
    }

    #[test]
    fn a_policy_against_keys_is_fine() {
        for constraint in AGAINST_KEYS {
            assert!(levels(&CHECK, &lasting(Platform::Gcp, constraint, Some(0))).is_empty(), "{constraint}");
        }
    }

    #[test]
    fn without_policies_or_with_an_unreadable_one_nothing_is_said() {
        assert!(levels(&CHECK, &one_path(Platform::Gcp)).is_empty());
        assert!(levels(&CHECK, &lasting(Platform::Gcp, UNREADABLE, None)).is_empty());
    }
}
