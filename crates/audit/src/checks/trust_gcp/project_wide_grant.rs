//! # What it finds
//!
//! `roles/iam.workloadIdentityUser` or `roles/iam.serviceAccountTokenCreator` granted on a project, a folder or the
//! organisation to identities of a workload identity pool.
//!
//! # Why it matters
//!
//! On the project the role covers every service account in it, so that the external workload can choose the most
//! powerful one.
//!
//! # Instead
//!
//! Grant the role on the one service account: `google_service_account_iam_member`.

use unkeyed_model::{Level, Platform, ResourceScope};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-07",
    title: "pool may act as every service account of a project",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("project_wide_grant.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let pools = super::Pools::new(view);
    for grant in view.grants(Platform::Gcp) {
        let wide = matches!(grant.scope, ResourceScope::Project | ResourceScope::Folder | ResourceScope::Organization);
        let role = grant.role.as_ref().and_then(|role| role.known());
        let Some(role @ ("roles/iam.workloadIdentityUser" | "roles/iam.serviceAccountTokenCreator")) = role else { continue };
        if !wide || !is_pool(view, &grant.principal) {
            continue;
        }
        let message = format!(
            "Identities of {} have {role} on the whole project ({}), so that they can act as every service account in it.",
            view.name(&grant.principal),
            spot(&grant.location),
        );
        sink.principals(&pools.with_members(&grant.principal), &Statement::new(CHECK.level, &grant.location, message));
    }
}

fn is_pool(view: &View<'_>, key: &str) -> bool {
    let defined = view.principal(key).is_some_and(|principal| principal.kind == "workload-identity-pool");
    defined || key.contains("principal://") || key.contains("principalSet://")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    const MEMBER: &str = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/attribute.repository/a/b";

    fn granted(principal: &str, role: Value, scope: ResourceScope) -> Estate {
        with_grant(Platform::Gcp, |grant| {
            grant.principal = principal.into();
            grant.actions.clear();
            grant.role = Some(role);
            grant.scope = scope;
        })
    }

    fn user() -> Value {
        Value::literal("roles/iam.workloadIdentityUser")
    }

    #[test]
    fn a_whole_project_is_an_error() {
        assert_eq!(levels(&CHECK, &granted(MEMBER, user(), ResourceScope::Project)), [Level::Error]);
        let mut estate = granted("tf:infra#pool", user(), ResourceScope::Folder);
        assert!(levels(&CHECK, &estate).is_empty());
        estate.facts.principals[0].key = "tf:infra#pool".into();
        estate.facts.principals[0].kind = "workload-identity-pool".into();
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
    }

    #[test]
    fn one_service_account_is_fine() {
        assert!(levels(&CHECK, &granted(MEMBER, user(), ResourceScope::Resource)).is_empty());
    }

    #[test]
    fn an_unknown_role_says_nothing() {
        assert!(levels(&CHECK, &granted(MEMBER, Value::unknown("each.value"), ResourceScope::Project)).is_empty());
    }
}
