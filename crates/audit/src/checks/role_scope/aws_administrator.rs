//! # What it finds
//!
//! An AWS principal with the power of an administrator: `AdministratorAccess`, `PowerUserAccess`, `IAMFullAccess` and the
//! full access to Organizations, KMS or STS; `*` on `*`; `Allow` with `NotAction`; on every resource `sts:AssumeRole`, `iam:PassRole`,
//! an action that attaches or rewrites policies, trusts or keys (`iam:AttachRolePolicy`, `iam:CreateAccessKey` …), `kms:*` or
//! `organizations:*`. A condition on such a statement makes it a warning, and so does every role of an account
//! (`arn:aws:iam::ACCOUNT:role/*`) in place of every resource.
//!
//! # Why it matters
//!
//! Without a stored secret there is still a token for an hour, and whoever runs code in the workload has it. With these
//! permissions the token can make itself a durable key or a role without a binding.
//!
//! # Instead
//!
//! A policy with the actions the workload uses on the resources it uses. `iam:PassRole` names the roles it may pass.
//! IAM Access Analyzer can generate such a policy from CloudTrail.

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant, Value};

use super::role;
use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::globs::Glob;

pub(super) const CHECK: Check = Check {
    id: "RS-AWS-01",
    title: "principal has an administrator's power",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("aws_administrator.rs"),
    run,
};

/// Managed policies that lead to every other permission.
const MANAGED: [&str; 6] = [
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AWSOrganizationsFullAccess",
    "AWSKeyManagementServicePowerUser",
    "AWSSSOMasterAccountAdministrator",
];

/// Whole services that lead to every other permission when they are allowed on every resource.
const SERVICES: [&str; 2] = ["kms:*", "organizations:*"];

/// Actions that do: who may give itself a policy, a role or a key has what the account has (IAM User Guide, "Permissions
/// management" access level).
const ACTIONS: [&str; 14] = [
    "iam:passrole",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:attachgrouppolicy",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:putgrouppolicy",
    "iam:createpolicyversion",
    "iam:setdefaultpolicyversion",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:updateassumerolepolicy",
    "iam:addusertogroup",
    "sts:assumerole",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::Aws) {
        let Some(power) = power(grant) else { continue };
        // `iam:PassedToService` says to which service any role may go: less than every way to use it, more than a role that is named.
        let is_narrowed = grant.condition.is_some() || role(grant).is_none() && grant.scope != ResourceScope::Account;
        let level = if is_narrowed { Level::Warning } else { CHECK.level };
        let message = format!(
            "{} has {power} ({}): whoever runs code with its token can take everything else.",
            view.name(&grant.principal),
            spot(&grant.location),
        );
        sink.principal(&grant.principal, &Statement::new(level, &grant.location, message));
    }
}

/// What the grant allows too much of, in words.
fn power(grant: &RoleGrant) -> Option<String> {
    if let Some(role) = role(grant) {
        return MANAGED.contains(&role).then(|| format!("the managed policy {role}"));
    }
    let of_everything = grant.scope == ResourceScope::Account;
    if of_everything && grant.actions_inverted {
        return Some("every action but a few (NotAction) on every resource".into());
    }
    if grant.actions_inverted || !(of_everything || grant.resources.iter().filter_map(Value::known).any(is_every_role)) {
        return None;
    }
    let actions: Vec<&str> = grant.actions.iter().map(String::as_str).filter(|action| leads(action)).collect();
    (!actions.is_empty()).then(|| format!("{} on every {}", list(&actions), if of_everything { "resource" } else { "role" }))
}

/// Whether an ARN stands for all roles of an account, which is as much as `*` to an action that is about roles.
fn is_every_role(arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    parts.next() == Some("arn") && parts.nth(1) == Some("iam") && matches!(parts.nth(2), Some("role/*" | "role/**"))
}

/// Whether an action as written, in which `*` and `?` are wild, stands for one of those that lead on.
fn leads(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    if SERVICES.contains(&action.as_str()) {
        return true;
    }
    if !action.contains(['*', '?']) {
        return ACTIONS.contains(&action.as_str());
    }
    let glob = Glob::name(&action);
    ACTIONS.iter().any(|name| glob.matches(name))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, one_path, with_grant};

    fn managed(role: Value) -> Estate {
        with_grant(Platform::Aws, |grant| {
            grant.actions.clear();
            grant.role = Some(role);
        })
    }

    fn inline(actions: &[&str], scope: ResourceScope) -> Estate {
        with_grant(Platform::Aws, |grant| {
            grant.actions = actions.iter().map(|action| (*action).to_owned()).collect();
            grant.scope = scope;
        })
    }

    #[test]
    fn an_administrators_power_is_an_error() {
        assert_eq!(levels(&CHECK, &managed(Value::literal("AdministratorAccess"))), [Level::Error]);
        for action in ["*", "iam:PassRole", "sts:AssumeRole", "kms:*", "iam:Attach*", "iam:*Policy*", "iam:UpdateAssumeRolePolicy", "sts:*"]
        {
            assert_eq!(levels(&CHECK, &inline(&["s3:GetObject", action], ResourceScope::Account)), [Level::Error], "{action}");
        }
        let mut inverted = inline(&["iam:*"], ResourceScope::Account);
        inverted.facts.grants[0].actions_inverted = true;
        assert_eq!(levels(&CHECK, &inverted), [Level::Error]);
    }

    #[test]
    fn a_condition_makes_it_a_warning() {
        let mut estate = inline(&["iam:PassRole"], ResourceScope::Account);
        estate.facts.grants[0].condition = Some("iam:PassedToService".into());
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn every_role_is_a_warning_and_some_are_fine() {
        let on = |arn: &str| {
            let mut estate = inline(&["iam:PassRole"], ResourceScope::Resource);
            estate.facts.grants[0].resources = vec![Value::literal(arn)];
            levels(&CHECK, &estate)
        };
        assert_eq!(on("arn:aws:iam::111122223333:role/*"), [Level::Warning]);
        assert!(on("arn:aws:iam::111122223333:role/app/*").is_empty());
        assert!(on("arn:aws:s3:::role/*").is_empty());
    }

    #[test]
    fn named_resources_and_other_policies_are_fine() {
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
        assert!(levels(&CHECK, &inline(&["iam:PassRole"], ResourceScope::Resource)).is_empty());
        assert!(
            levels(&CHECK, &inline(&["iam:Get*", "iam:ListRoles", "sts:GetCallerIdentity", "kms:Decrypt"], ResourceScope::Account))
                .is_empty()
        );
        assert!(levels(&CHECK, &managed(Value::literal("ReadOnlyAccess"))).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &managed(Value::unknown("var.policy"))).is_empty());
        assert!(levels(&CHECK, &inline(&["*"], ResourceScope::Unknown)).is_empty());
    }
}
