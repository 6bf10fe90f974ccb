//! # What it finds
//!
//! An AWS role that a pipeline becomes, or that trusts the issuer of pipelines, that may change things on every resource, and that
//! has no permissions boundary.
//!
//! # Why it matters
//!
//! What a deployment role can create it can also become: a function or an instance with a role of its own making. A
//! boundary caps that, whatever policies are attached later. A service control policy can do the same, but nothing in the
//! role's definition shows it.
//!
//! # Instead
//!
//! `permissions_boundary` on the role, and a condition on `iam:PermissionsBoundary` where it may create roles (IAM User Guide,
//! "Permissions boundaries for IAM entities").

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant, WorkloadKind};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::privilege::{Privilege, of_all};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "RS-AWS-03",
    title: "deployment role without a permissions boundary",
    level: Level::Note,
    standards: standards::ROLE,
    source: include_str!("aws_boundary.rs"),
    run,
};

/// The setting of a role's trusts that carries its boundary; empty where the definition has none.
const BOUNDARY: &str = "permissions_boundary";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, trusts) in view.trusted() {
        let boundary = |(name, value): &(String, unkeyed_model::Value)| name == BOUNDARY && value.known() == Some("");
        let Some(trust) = trusts.iter().find(|trust| trust.platform == Platform::Aws && trust.settings.iter().any(boundary)) else {
            continue;
        };
        let open = |grant: &&&RoleGrant| grant.scope == ResourceScope::Account && of_all(&[grant]) == Privilege::Writes;
        let Some(grant) = view.grants_of(key).iter().find(open) else { continue };
        let deploys = view.users(key).into_iter().find(|user| is_pipeline(user.workload.kind));
        let who = match &deploys {
            Some(user) => user.workload.name.as_str(),
            // Pipelines of other repositories leave their issuer in the trust.
            None if trusts.iter().any(|trust| Shared::template(&trust.issuer).is_some_and(|issuer| issuer != Shared::Other)) => {
                "A pipeline"
            }
            None => continue,
        };
        let message = format!(
            "{who} becomes {} ({}), which may change things on every resource and has no permissions boundary.",
            view.name(key),
            spot(&trust.location),
        );
        let statement = Statement::new(CHECK.level, &trust.location, message).with(&grant.location, "what it may do");
        match deploys {
            Some(user) => sink.workload(&user.workload.id, statement),
            None => sink.principal(key, &statement),
        }
    }
}

const fn is_pipeline(kind: WorkloadKind) -> bool {
    use WorkloadKind as W;
    matches!(
        kind,
        W::GhaJob
            | W::GitlabJob
            | W::AzureJob
            | W::CircleciJob
            | W::BitbucketStep
            | W::BuildkiteStep
            | W::Jenkins
            | W::Drone
            | W::Woodpecker
            | W::Travis
            | W::Codebuild
            | W::CloudBuild
            | W::HcpTerraform
            | W::Spacelift
            | W::Atlantis
    )
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Value};

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn deploying(boundary: Option<Value>, scope: ResourceScope, action: &str) -> Estate {
        let mut estate = with_grant(Platform::Aws, |grant| {
            grant.actions = vec![action.into()];
            grant.scope = scope;
        });
        estate.facts.trusts[0].settings.extend(boundary.map(|value| (BOUNDARY.to_owned(), value)));
        estate
    }

    fn none() -> Option<Value> {
        Some(Value::literal(""))
    }

    #[test]
    fn wide_power_without_a_boundary_is_a_note() {
        assert_eq!(levels(&CHECK, &deploying(none(), ResourceScope::Account, "lambda:*")), [Level::Note]);
    }

    #[test]
    fn the_issuer_of_pipelines_tells_one_too() {
        let trusting = |issuer: &str| {
            let mut estate = deploying(none(), ResourceScope::Account, "lambda:*");
            estate.facts.workloads.clear();
            estate.facts.trusts[0].issuer = Value::literal(issuer);
            levels(&CHECK, &estate)
        };
        assert_eq!(trusting("https://token.actions.githubusercontent.com"), [Level::Note]);
        assert!(trusting("https://oidc.eks.eu-west-1.amazonaws.com/id/ABC").is_empty());
    }

    #[test]
    fn a_boundary_or_little_power_is_fine() {
        let boundary = Some(Value::literal("arn:aws:iam::111122223333:policy/ci"));
        assert!(levels(&CHECK, &deploying(boundary, ResourceScope::Account, "lambda:*")).is_empty());
        assert!(levels(&CHECK, &deploying(none(), ResourceScope::Resource, "s3:PutObject")).is_empty());
        assert!(levels(&CHECK, &deploying(none(), ResourceScope::Account, "ec2:DescribeInstances")).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &deploying(None, ResourceScope::Account, "lambda:*")).is_empty());
        assert!(levels(&CHECK, &deploying(Some(Value::unknown("var.boundary")), ResourceScope::Account, "lambda:*")).is_empty());
    }
}
