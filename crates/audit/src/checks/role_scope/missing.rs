//! # What it finds
//!
//! A workload that becomes an identity for which the inputs hold no grant.
//!
//! # Why it matters
//!
//! Binding and power are judged apart: an exact trust says nothing about what the identity may do. Without its grants
//! the workload can't be called secretless; and if there really are none, access fails.
//!
//! # Instead
//!
//! Add the configuration, or the export, that grants the role to the audited inputs: the Terraform of the account, `aws iam
//! get-account-authorization-details`, `az role assignment list --all`, `gcloud projects get-iam-policy`.

use unkeyed_model::{Level, Platform, Reach};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-MISSING",
    title: "no grant for the identity in the inputs",
    level: Level::Note,
    standards: standards::ROLE,
    source: include_str!("missing.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        for (path, link) in linked.paths() {
            let judged =
                matches!(path.platform, Platform::Aws | Platform::Azure | Platform::Gcp | Platform::Oci | Platform::K8s | Platform::Vault);
            let leads_on = matches!(path.reach, Reach::Destination | Reach::Vault) && path.platform_bound.is_none();
            let Some(consumer) = path.consumer.as_ref().filter(|_| judged && leads_on && link.counts && link.grants.is_empty()) else {
                continue;
            };
            let who = link.principal.as_deref().map(|key| view.name(key)).or(path.principal.known()).unwrap_or("an identity");
            let message = format!(
                "{} becomes {who} on {} ({}), and nothing in the inputs says what that identity may do.",
                linked.workload.name,
                path.destination,
                spot(consumer),
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, consumer, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, one_path, without_grant};

    #[test]
    fn an_identity_without_a_grant_is_a_note() {
        assert_eq!(levels(&CHECK, &without_grant(one_path(Platform::Aws))), [Level::Note]);
    }

    #[test]
    fn a_granted_one_is_fine() {
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
    }

    #[test]
    fn an_identity_that_is_not_used_or_not_judged_says_nothing() {
        let mut unused = without_grant(one_path(Platform::Aws));
        unused.facts.workloads[0].identity_paths[0].consumer = None;
        assert!(levels(&CHECK, &unused).is_empty());
        assert!(levels(&CHECK, &without_grant(one_path(Platform::Registry))).is_empty());
    }
}
