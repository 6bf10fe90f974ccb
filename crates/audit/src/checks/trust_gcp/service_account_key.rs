//! # What it finds
//!
//! A Google Cloud service account that workloads reach through federation and that has a user-managed key in the same
//! inputs.
//!
//! # Why it matters
//!
//! The migration is cosmetic: the key never expires, and whoever finds it needs no federation.
//!
//! # Instead
//!
//! Delete the key, and forbid new ones with the organisation policy `iam.disableServiceAccountKeyCreation`.

use unkeyed_model::{Level, Platform, TrustBinding};

use super::member;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-08",
    title: "federated service account also has a key",
    level: Level::Error,
    standards: standards::MIXED,
    source: include_str!("service_account_key.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut said = std::collections::BTreeSet::new();
    // A cluster's accounts come through a pool as well, the cluster's own.
    let of_cluster = |trust: &TrustBinding| trust.issuer.known().is_some_and(|issuer| issuer.ends_with(".svc.id.goog"));
    for trust in view.trusts(Platform::Gcp).filter(|trust| member(trust).is_some() && (trust.trusted == "oidc" || of_cluster(trust))) {
        if !said.insert(trust.principal.as_str()) {
            continue;
        }
        for declared in view.declared_for(&trust.principal) {
            let message = format!(
                "{} is reached through federation ({}) and also has {} ({}), which works without it.",
                view.name(&trust.principal),
                spot(&trust.location),
                declared.name,
                spot(&declared.location),
            );
            let statement = Statement::new(CHECK.level, &declared.location, message).with(&trust.location, "the federation");
            sink.principal(&trust.principal, &statement);
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Declaration, Estate};

    use super::*;
    use crate::checks::testing::{KEY, gcp, levels};
    use crate::testing;

    fn with(principal: Option<&str>) -> Estate {
        let mut estate = gcp("principal://x/subject/y", None);
        let key = testing::declaration("gcp.sa-key", "google_service_account_key.ci", testing::place("sa.tf", 0, 9));
        estate.facts.declarations.push(Declaration { principal: principal.map(str::to_owned), ..key });
        estate
    }

    #[test]
    fn a_key_beside_the_federation_is_an_error() {
        assert_eq!(levels(&CHECK, &with(Some(KEY))), [Level::Error]);
    }

    #[test]
    fn federation_alone_is_fine() {
        assert!(levels(&CHECK, &gcp("principal://x/subject/y", None)).is_empty());
        assert!(levels(&CHECK, &with(Some("tf:infra#google_service_account.other"))).is_empty());
    }

    #[test]
    fn a_key_of_nobody_known_says_nothing() {
        assert!(levels(&CHECK, &with(None)).is_empty());
    }
}
