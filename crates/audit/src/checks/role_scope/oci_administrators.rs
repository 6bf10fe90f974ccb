//! # What it finds
//!
//! A service user of OCI, or a user that a trust maps workloads to, in the group `Administrators` of the tenancy or with an
//! administrator's role of its identity domain.
//!
//! # Why it matters
//!
//! The group's own policy is `manage all-resources in tenancy`, and the domain's administrator can change the very trusts
//! that admit workloads. Both can't be narrowed.
//!
//! # Instead
//!
//! A group of its own with a policy for what the workload does.

use unkeyed_model::{Level, Platform};

use super::role;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-OCI-03",
    title: "service user is an administrator",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("oci_administrators.rs"),
    run,
};

/// The group that each tenancy has, the one of a domain, and application roles of identity domains (Oracle, "Understanding
/// Administrator Roles").
const ADMINISTRATORS: [&str; 5] =
    ["Administrators", "Domain_Administrators", "Identity Domain Administrator", "Security Administrator", "User Administrator"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Oci) {
        let Some(name) = role(grant).and_then(|role| ADMINISTRATORS.iter().find(|name| role.eq_ignore_ascii_case(name))) else { continue };
        // People are administrators somewhere; what counts is who workloads become.
        let is_service = view.principal(&grant.principal).is_some_and(|principal| principal.kind == "service-user");
        if !is_service && !view.is_trusted(&grant.principal) {
            continue;
        }
        let message = format!("{} belongs to {name} ({}).", view.name(&grant.principal), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn member(group: Value) -> Estate {
        with_grant(Platform::Oci, |grant| {
            grant.actions.clear();
            grant.role = Some(group);
        })
    }

    #[test]
    fn an_administrator_that_workloads_become_is_an_error() {
        assert_eq!(levels(&CHECK, &member(Value::literal("Administrators"))), [Level::Error]);
        let mut service = member(Value::literal("Identity Domain Administrator"));
        service.facts.trusts.clear();
        assert!(levels(&CHECK, &service).is_empty());
        service.facts.principals[0].kind = "service-user".into();
        assert_eq!(levels(&CHECK, &service), [Level::Error]);
    }

    #[test]
    fn another_group_is_fine_and_an_unknown_one_unknown() {
        assert!(levels(&CHECK, &member(Value::literal("Deployers"))).is_empty());
        assert!(levels(&CHECK, &member(Value::unknown("var.group"))).is_empty());
    }
}
