//! # What it finds
//!
//! A Google Cloud service account or pool with a basic role, `roles/owner` or `roles/editor`, on a project, a folder or
//! the organisation.
//!
//! # Why it matters
//!
//! Basic roles carry thousands of permissions of every service, those to act as other service accounts among them.
//! Google advises against them outside of trials.
//!
//! # Instead
//!
//! Predefined or custom roles for the services the workload uses, on their resources. The IAM recommender proposes
//! them from use.

use unkeyed_model::{Level, Platform};

use super::{is_wide, reach};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, trust_gcp};

pub(super) const CHECK: Check = Check {
    id: "RS-GCP-01",
    title: "basic role on a project or above",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("gcp_basic_role.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pools = trust_gcp::Pools::new(view);
    for grant in view.grants(Platform::Gcp).filter(|grant| is_wide(grant.scope)) {
        let Some(role @ ("roles/owner" | "roles/editor")) = grant.role.as_ref().and_then(|role| role.known()) else { continue };
        let message = format!(
            "{} has the basic role {role} on {} ({}), thousands of permissions instead of those it uses.",
            view.name(&grant.principal),
            reach(grant.scope),
            spot(&grant.location),
        );
        sink.principals(&pools.with_members(&grant.principal), &Statement::new(CHECK.level, &grant.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, ResourceScope, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn bound(role: Value, scope: ResourceScope) -> Estate {
        with_grant(Platform::Gcp, |grant| {
            grant.actions.clear();
            grant.role = Some(role);
            grant.scope = scope;
        })
    }

    #[test]
    fn a_basic_role_is_an_error() {
        assert_eq!(levels(&CHECK, &bound(Value::literal("roles/editor"), ResourceScope::Project)), [Level::Error]);
        assert_eq!(levels(&CHECK, &bound(Value::literal("roles/owner"), ResourceScope::Folder)), [Level::Error]);
    }

    #[test]
    fn a_predefined_role_is_fine() {
        assert!(levels(&CHECK, &bound(Value::literal("roles/storage.objectViewer"), ResourceScope::Project)).is_empty());
    }

    #[test]
    fn an_unknown_role_says_nothing() {
        assert!(levels(&CHECK, &bound(Value::unknown("each.value"), ResourceScope::Project)).is_empty());
    }
}
