//! # What it finds
//!
//! A role on blob data (`Storage Blob Data Owner`, `Contributor`, `Reader`) for a whole storage account or more, without a
//! condition.
//!
//! # Why it matters
//!
//! The account is where exports, logs, backups and Terraform states lie side by side. The role opens every container in
//! it, those of tomorrow included.
//!
//! # Instead
//!
//! The role on one container, or with a condition on container name or blob path (Azure Storage, "Authorize access to blobs using
//! role assignment conditions").

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant, Value};

use super::{is_wide, reach, role};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-AZ-04",
    title: "blob data of a whole storage account",
    level: Level::Note,
    standards: standards::ROLE,
    source: include_str!("azure_blob_data.rs"),
    run,
};

/// Roles by name and by the id that Azure gives them everywhere (Azure built-in roles, Storage).
const ROLES: [(&str, &str); 3] = [
    ("Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    ("Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    ("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Azure).filter(|grant| grant.condition.is_none()) {
        let Some(role) = role(grant) else { continue };
        let named = ROLES.iter().find(|(name, id)| role.eq_ignore_ascii_case(name) || role.eq_ignore_ascii_case(id));
        let (Some((name, _)), Some(what)) = (named, covered(grant)) else { continue };
        let message =
            format!("{} is {name} of {what} ({}), every container in it included.", view.name(&grant.principal), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

/// What the grant covers, if that is a storage account or more.
fn covered(grant: &RoleGrant) -> Option<&'static str> {
    if is_wide(grant.scope) || grant.scope == ResourceScope::ResourceGroup {
        return Some(reach(grant.scope));
    }
    let is_account = |resource: &str| {
        let resource = resource.to_ascii_lowercase();
        let below = resource.split_once("/storageaccounts/").map(|(_, below)| below.trim_end_matches('/'));
        below.is_some_and(|name| !name.contains('/')) || resource.starts_with("azurerm_storage_account.")
    };
    grant.resources.iter().filter_map(Value::known).any(is_account).then_some("a storage account")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    const ACCOUNT: &str = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs";

    fn assigned(role: &str, resource: Value, scope: ResourceScope) -> Estate {
        with_grant(Platform::Azure, |grant| {
            grant.actions.clear();
            grant.role = Some(Value::literal(role));
            grant.resources = vec![resource];
            grant.scope = scope;
        })
    }

    #[test]
    fn a_whole_account_is_a_note() {
        assert_eq!(levels(&CHECK, &assigned("Storage Blob Data Reader", Value::literal(ACCOUNT), ResourceScope::Resource)), [Level::Note]);
        let by_id = assigned(ROLES[1].1, Value::literal("azurerm_storage_account.logs"), ResourceScope::Resource);
        assert_eq!(levels(&CHECK, &by_id), [Level::Note]);
        assert_eq!(levels(&CHECK, &assigned(ROLES[0].0, Value::unknown("x"), ResourceScope::ResourceGroup)), [Level::Note]);
    }

    #[test]
    fn a_container_a_condition_or_another_role_is_fine() {
        let container = Value::literal(format!("{ACCOUNT}/blobServices/default/containers/app"));
        assert!(levels(&CHECK, &assigned(ROLES[2].0, container, ResourceScope::Resource)).is_empty());
        assert!(levels(&CHECK, &assigned("Reader", Value::literal(ACCOUNT), ResourceScope::Resource)).is_empty());
        let mut conditioned = assigned(ROLES[2].0, Value::literal(ACCOUNT), ResourceScope::Resource);
        conditioned.facts.grants[0].condition = Some("@Resource[…]".into());
        assert!(levels(&CHECK, &conditioned).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &assigned(ROLES[2].0, Value::unknown("var.scope"), ResourceScope::Unknown)).is_empty());
    }
}
