//! # What it finds
//!
//! An AWS principal that may do everything with a service on every resource (`s3:*` on `*`), or has an AWS-managed
//! `…FullAccess` policy.
//!
//! # Why it matters
//!
//! The workload's token reaches every bucket, table or instance of the account, not only its own.
//!
//! # Instead
//!
//! The actions it uses, on the ARNs it uses.

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant};

use super::role;
use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-AWS-02",
    title: "principal may do everything with a service",
    level: Level::Warning,
    standards: standards::ROLE,
    source: include_str!("aws_service_wildcard.rs"),
    run,
};

/// Services whose wildcard RS-AWS-01 reports.
const ELSEWHERE: [&str; 4] = ["iam", "sts", "kms", "organizations"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Aws).filter(|grant| grant.scope == ResourceScope::Account && !grant.actions_inverted) {
        let Some(power) = power(grant) else { continue };
        let message =
            format!("{} has {power} ({}), far beyond what one workload uses.", view.name(&grant.principal), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

fn power(grant: &RoleGrant) -> Option<String> {
    if let Some(role) = role(grant) {
        let elsewhere = ["IAMFullAccess", "AWSOrganizationsFullAccess"].contains(&role);
        return (role.ends_with("FullAccess") && !elsewhere).then(|| format!("the managed policy {role}"));
    }
    let wild = |action: &&str| {
        let service = action.strip_suffix(":*");
        service.is_some_and(|service| service != "*" && !ELSEWHERE.contains(&service.to_ascii_lowercase().as_str()))
    };
    let actions: Vec<&str> = grant.actions.iter().map(String::as_str).filter(wild).collect();
    (!actions.is_empty()).then(|| format!("{} on every resource", list(&actions)))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn inline(action: &str, scope: ResourceScope) -> Estate {
        with_grant(Platform::Aws, |grant| {
            grant.actions = vec![action.into()];
            grant.scope = scope;
        })
    }

    fn managed(role: Value) -> Estate {
        with_grant(Platform::Aws, |grant| {
            grant.actions.clear();
            grant.scope = ResourceScope::Account;
            grant.role = Some(role);
        })
    }

    #[test]
    fn a_whole_service_is_a_warning() {
        assert_eq!(levels(&CHECK, &inline("s3:*", ResourceScope::Account)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &managed(Value::literal("AmazonS3FullAccess"))), [Level::Warning]);
    }

    #[test]
    fn some_actions_or_some_resources_are_fine() {
        assert!(levels(&CHECK, &inline("s3:*", ResourceScope::Resource)).is_empty());
        assert!(levels(&CHECK, &inline("s3:Get*", ResourceScope::Account)).is_empty());
        assert!(levels(&CHECK, &inline("iam:*", ResourceScope::Account)).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &inline("s3:*", ResourceScope::Unknown)).is_empty());
        assert!(levels(&CHECK, &managed(Value::unknown("var.policy"))).is_empty());
    }
}
