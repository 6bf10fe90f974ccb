//! # What it finds
//!
//! An Azure principal with a custom role whose actions are `*`, with a Microsoft Graph permission that leads to every other
//! (`Application.ReadWrite.All`, `AppRoleAssignment.ReadWrite.All`, `RoleManagement.ReadWrite.Directory` …), or with a
//! directory role such as Global Administrator. A wildcard role on one resource group or resource is a warning,
//! and so is such a permission that an application only asks for: it holds once an administrator consents.
//!
//! # Why it matters
//!
//! The Graph permissions and directory roles can add a secret to any application or make anybody an administrator:
//! the way from a job's token to the whole directory is one call.
//!
//! # Instead
//!
//! `Application.ReadWrite.OwnedBy` for automation that manages its own applications; custom roles that list actions.

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant};

use super::{is_wide, reach, role};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-AZ-03",
    title: "principal can take over the directory or everything in a scope",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("azure_directory.rs"),
    run,
};

/// Graph permissions and directory roles that lead to every other, with the ids that they have in every tenant (Microsoft Graph
/// permissions reference; Entra built-in roles).
const ROLES: [(&str, &str); 8] = [
    ("Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
    ("AppRoleAssignment.ReadWrite.All", "06b708a9-e830-4db3-a914-8e69da51d44f"),
    ("RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"),
    ("Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7"),
    ("Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
    ("Privileged Role Administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814"),
    ("Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
    ("Cloud Application Administrator", "158c047a-c907-4556-b7ef-446551a6b5f7"),
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Azure) {
        let Some((level, power)) = power(grant) else { continue };
        // What is only asked for holds once an administrator consents.
        let (level, verb) = if role(grant).is_some() && grant.condition.is_some() { (Level::Warning, "asks for") } else { (level, "has") };
        let message = format!("{} {verb} {power} ({}).", view.name(&grant.principal), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(level, &grant.location, message));
    }
}

fn power(grant: &RoleGrant) -> Option<(Level, String)> {
    let is = |role: &str, name: &str, id: &str| role.eq_ignore_ascii_case(name) || role.eq_ignore_ascii_case(id);
    if let Some((name, _)) = role(grant).and_then(|role| ROLES.iter().find(|(name, id)| is(role, name, id))) {
        return Some((CHECK.level, format!("{name}, from which every other permission of the directory can be had")));
    }
    if !grant.actions.iter().any(|action| action == "*") || grant.scope == ResourceScope::Unknown {
        return None;
    }
    let level = if is_wide(grant.scope) { CHECK.level } else { Level::Warning };
    Some((level, format!("a custom role with all actions on {}", reach(grant.scope))))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn named(role: Value) -> Estate {
        with_grant(Platform::Azure, |grant| {
            grant.actions.clear();
            grant.role = Some(role);
            grant.scope = ResourceScope::TenantRoot;
        })
    }

    #[test]
    fn what_is_only_asked_for_is_a_warning() {
        let mut asked = named(Value::literal("Application.ReadWrite.All"));
        asked.facts.grants[0].condition = Some("once an administrator consents".into());
        assert_eq!(levels(&CHECK, &asked), [Level::Warning]);
    }

    fn custom(action: &str, scope: ResourceScope) -> Estate {
        with_grant(Platform::Azure, |grant| {
            grant.actions = vec![action.into()];
            grant.scope = scope;
        })
    }

    #[test]
    fn the_way_to_the_directory_is_an_error() {
        assert_eq!(levels(&CHECK, &named(Value::literal("RoleManagement.ReadWrite.Directory"))), [Level::Error]);
        assert_eq!(levels(&CHECK, &named(Value::literal("Global Administrator"))), [Level::Error]);
        assert_eq!(levels(&CHECK, &named(Value::literal(ROLES[0].1))), [Level::Error]);
    }

    #[test]
    fn a_wildcard_role_depends_on_its_scope() {
        assert_eq!(levels(&CHECK, &custom("*", ResourceScope::Subscription)), [Level::Error]);
        assert_eq!(levels(&CHECK, &custom("*", ResourceScope::ResourceGroup)), [Level::Warning]);
    }

    #[test]
    fn narrower_roles_are_fine() {
        assert!(levels(&CHECK, &named(Value::literal("Application.ReadWrite.OwnedBy"))).is_empty());
        assert!(levels(&CHECK, &custom("Microsoft.Storage/*/read", ResourceScope::Subscription)).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &named(Value::unknown("var.role"))).is_empty());
        assert!(levels(&CHECK, &custom("*", ResourceScope::Unknown)).is_empty());
    }
}
