//! # What it finds
//!
//! A Google Cloud principal that may act as every service account of a project or above
//! (`roles/iam.serviceAccountTokenCreator`, `iam.serviceAccountUser`, `iam.serviceAccountKeyAdmin`) or change who may do
//! what there (`iam.securityAdmin`, `resourcemanager.projectIamAdmin` …). `iam.serviceAccountAdmin`, `container.admin` and
//! `compute.admin` are warnings. A custom role counts by its permissions (`iam.serviceAccounts.getAccessToken`,
//! `iam.serviceAccounts.actAs`, `iam.serviceAccountKeys.create` …).
//!
//! # Why it matters
//!
//! Granted on the project, the role covers all service accounts in it, those of tomorrow included: the workload is as
//! powerful as the most powerful of them.
//!
//! # Instead
//!
//! Grant the role on the one service account that is to be used.

use unkeyed_model::{Level, Platform, RoleGrant};

use super::{is_wide, reach};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, trust_gcp};

pub(super) const CHECK: Check = Check {
    id: "RS-GCP-02",
    title: "principal may act as every service account or change policies",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("gcp_impersonation.rs"),
    run,
};

/// Roles that lead to every other, with their level.
const ROLES: [(&str, Level); 12] = [
    ("roles/iam.serviceAccountTokenCreator", Level::Error),
    ("roles/iam.serviceAccountUser", Level::Error),
    ("roles/iam.serviceAccountKeyAdmin", Level::Error),
    ("roles/iam.securityAdmin", Level::Error),
    ("roles/resourcemanager.projectIamAdmin", Level::Error),
    ("roles/resourcemanager.folderIamAdmin", Level::Error),
    ("roles/resourcemanager.folderAdmin", Level::Error),
    ("roles/resourcemanager.organizationAdmin", Level::Error),
    ("roles/iam.organizationRoleAdmin", Level::Error),
    ("roles/iam.serviceAccountAdmin", Level::Warning),
    ("roles/container.admin", Level::Warning),
    ("roles/compute.admin", Level::Warning),
];

/// Permissions of custom roles that do (IAM documentation, "Roles for service account authentication").
const PERMISSIONS: [&str; 8] = [
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.actAs",
    "iam.serviceAccounts.implicitDelegation",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt",
    "iam.serviceAccounts.setIamPolicy",
    "iam.serviceAccountKeys.create",
    "resourcemanager.projects.setIamPolicy",
];

/// What leads on, in words, with its level.
fn power(grant: &RoleGrant) -> Option<(String, Level)> {
    let role = grant.role.as_ref().and_then(|role| role.known());
    if let Some((name, level)) = role.and_then(|role| ROLES.iter().find(|(name, _)| *name == role)) {
        return Some(((*name).to_owned(), *level));
    }
    let permission = grant.actions.iter().find(|action| PERMISSIONS.contains(&action.as_str()))?;
    Some((format!("a custom role with {permission}"), CHECK.level))
}

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pools = trust_gcp::Pools::new(view);
    for grant in view.grants(Platform::Gcp).filter(|grant| is_wide(grant.scope)) {
        let Some((role, level)) = power(grant) else { continue };
        let level = if grant.condition.is_some() { Level::Warning } else { level };
        let message = format!(
            "{} has {role} on {} ({}), which covers every service account and resource there.",
            view.name(&grant.principal),
            reach(grant.scope),
            spot(&grant.location),
        );
        sink.principals(&pools.with_members(&grant.principal), &Statement::new(level, &grant.location, message));
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
    fn power_over_all_service_accounts_is_an_error() {
        let role = Value::literal("roles/iam.serviceAccountTokenCreator");
        assert_eq!(levels(&CHECK, &bound(role, ResourceScope::Project)), [Level::Error]);
        assert_eq!(levels(&CHECK, &bound(Value::literal("roles/compute.admin"), ResourceScope::Project)), [Level::Warning]);
    }

    #[test]
    fn a_custom_role_counts_by_its_permissions() {
        let mut custom = bound(Value::literal("projects/p/roles/ci"), ResourceScope::Project);
        custom.facts.grants[0].actions = vec!["run.services.get".into()];
        assert!(levels(&CHECK, &custom).is_empty());
        custom.facts.grants[0].actions.push("iam.serviceAccounts.getAccessToken".into());
        assert_eq!(levels(&CHECK, &custom), [Level::Error]);
    }

    #[test]
    fn one_service_account_is_fine() {
        let role = Value::literal("roles/iam.serviceAccountTokenCreator");
        assert!(levels(&CHECK, &bound(role, ResourceScope::Resource)).is_empty());
        assert!(levels(&CHECK, &bound(Value::literal("roles/run.developer"), ResourceScope::Project)).is_empty());
    }

    #[test]
    fn an_unknown_role_or_scope_says_nothing() {
        assert!(levels(&CHECK, &bound(Value::unknown("each.value"), ResourceScope::Project)).is_empty());
        assert!(levels(&CHECK, &bound(Value::literal("roles/iam.securityAdmin"), ResourceScope::Unknown)).is_empty());
    }
}
