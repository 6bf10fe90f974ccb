//! # What it finds
//!
//! An Azure principal that is `Contributor` of a subscription, a management group or the tenant.
//!
//! # Why it matters
//!
//! A contributor can change and delete every resource, read the keys of storage accounts and databases, and run code
//! under the managed identities of others, which are often more powerful than it is.
//!
//! # Instead
//!
//! The same role on the workload's own resource group, or a role for the one kind of resource it manages.

use unkeyed_model::{Level, Platform};

use super::{is_wide, reach, role};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-AZ-02",
    title: "principal may change everything in a subscription",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("azure_contributor.rs"),
    run,
};

const CONTRIBUTOR: [&str; 2] = ["Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Azure).filter(|grant| is_wide(grant.scope)) {
        if !role(grant).is_some_and(|role| CONTRIBUTOR.iter().any(|name| role.eq_ignore_ascii_case(name))) {
            continue;
        }
        let message = format!(
            "{} is Contributor of {} ({}), which reaches far beyond one workload's resources.",
            view.name(&grant.principal),
            reach(grant.scope),
            spot(&grant.location),
        );
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, ResourceScope, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn assigned(role: Value, scope: ResourceScope) -> Estate {
        with_grant(Platform::Azure, |grant| {
            grant.actions.clear();
            grant.role = Some(role);
            grant.scope = scope;
        })
    }

    #[test]
    fn a_contributor_of_a_subscription_is_an_error() {
        assert_eq!(levels(&CHECK, &assigned(Value::literal("Contributor"), ResourceScope::Subscription)), [Level::Error]);
    }

    #[test]
    fn a_resource_group_or_another_role_is_fine() {
        assert!(levels(&CHECK, &assigned(Value::literal("Contributor"), ResourceScope::ResourceGroup)).is_empty());
        let narrow = Value::literal("Storage Blob Data Contributor");
        assert!(levels(&CHECK, &assigned(narrow, ResourceScope::Subscription)).is_empty());
    }

    #[test]
    fn an_unknown_role_says_nothing() {
        assert!(levels(&CHECK, &assigned(Value::unknown("var.role"), ResourceScope::Subscription)).is_empty());
    }
}
