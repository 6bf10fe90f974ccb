//! # What it finds
//!
//! An Azure principal that is `Owner`, `User Access Administrator` or `Role Based Access Control Administrator` of a
//! subscription, a management group or the tenant.
//!
//! # Why it matters
//!
//! These roles can hand out every other role, to anybody. Whoever runs code in the workload can make the access
//! permanent.
//!
//! # Instead
//!
//! A role for what the workload does, on a resource group or a single resource. If it must assign roles, constrain it
//! with a `condition` to the roles it may assign.

use unkeyed_model::{Level, Platform};

use super::{is_wide, reach, role};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-AZ-01",
    title: "principal may hand out every role",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("azure_owner.rs"),
    run,
};

/// Roles by name and by the id that Azure gives them everywhere (Azure built-in roles).
const ROLES: [(&str, &str); 3] = [
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"),
    ("Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"),
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Azure).filter(|grant| is_wide(grant.scope)) {
        let Some(role) = role(grant) else { continue };
        let Some((name, _)) = ROLES.iter().find(|(name, id)| role.eq_ignore_ascii_case(name) || role.eq_ignore_ascii_case(id)) else {
            continue;
        };
        // Conditions constrain which roles may be assigned, not what an owner may do.
        let level = if grant.condition.is_some() && *name != "Owner" { Level::Warning } else { CHECK.level };
        let message = format!(
            "{} is {name} of {} ({}) and can give itself and others every role there.",
            view.name(&grant.principal),
            reach(grant.scope),
            spot(&grant.location),
        );
        sink.principal(&grant.principal, &Statement::new(level, &grant.location, message));
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
    fn an_owner_of_a_subscription_is_an_error() {
        assert_eq!(levels(&CHECK, &assigned(Value::literal("Owner"), ResourceScope::Subscription)), [Level::Error]);
        let by_id = Value::literal("/providers/Microsoft.Authorization/roleDefinitions/18d7d88d-d35e-4fb5-a5c3-7773c20a72d9");
        let mut estate = assigned(by_id, ResourceScope::ManagementGroup);
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
        estate.facts.grants[0].condition = Some("@Request[…]".into());
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn a_narrower_scope_or_role_is_fine() {
        assert!(levels(&CHECK, &assigned(Value::literal("Owner"), ResourceScope::ResourceGroup)).is_empty());
        assert!(levels(&CHECK, &assigned(Value::literal("Reader"), ResourceScope::Subscription)).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &assigned(Value::unknown("var.role"), ResourceScope::Subscription)).is_empty());
        assert!(levels(&CHECK, &assigned(Value::literal("Owner"), ResourceScope::Unknown)).is_empty());
    }
}
