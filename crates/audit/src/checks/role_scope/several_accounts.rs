//! # What it finds
//!
//! One identity that may change things in several accounts, projects or subscriptions, manage several compartments, or both
//! production and another stage, without a condition that tells the occasions apart.
//!
//! # Why it matters
//!
//! Tooling for many tenants becomes the way from one to all others: whoever runs code in it for one of them has the power
//! over each.
//!
//! # Instead
//!
//! One identity for each account and stage; where one tool must serve all, grants with attribute conditions on the tenant
//! (session tags and `aws:PrincipalTag`, IAM conditions, `where` clauses).

use std::collections::BTreeSet;

use unkeyed_model::{Level, Platform, RoleGrant, Value};

use super::container;
use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::privilege::{Privilege, of_all};
use crate::checks::standards::{csf, cwe, nhi, tenet};
use crate::checks::subjects::is_production;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-MT-01",
    title: "one identity changes several accounts or stages",
    level: Level::Warning,
    standards: &[nhi("NHI8:2025"), nhi("NHI5:2025"), cwe("CWE-250"), csf("PR.AA-05"), tenet("tenet-4")],
    source: include_str!("several_accounts.rs"),
    run,
};

/// Words by which names tell a stage that isn't production.
const OTHER_STAGES: [&str; 13] =
    ["dev", "develop", "development", "test", "testing", "stage", "staging", "stg", "qa", "uat", "sandbox", "preprod", "nonprod"];

/// Kinds of principals that people don't have.
const MACHINES: [&str; 3] = ["service-account", "managed-identity", "application"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, grants) in view.granted() {
        // What people are granted is their own affair; a workload's identity has a trust or a user, or is nothing else.
        let is_machine = key.starts_with("k8s:sa/")
            || view.principal(key).is_some_and(|principal| MACHINES.contains(&principal.kind.as_str()) && key.contains('#'));
        let is_workloads = is_machine || view.is_trusted(key) || !view.users(key).is_empty();
        let changing: Vec<&RoleGrant> = grants.iter().copied().filter(|grant| is_judged(grant)).collect();
        let Some((first, what)) = changing.first().copied().zip(several(&changing)).filter(|_| is_workloads) else { continue };
        let message = format!("{} may change {what} ({}), without a condition.", view.name(key), spot(&first.location));
        let mut statement = Statement::new(CHECK.level, &first.location, message);
        for grant in &changing[1..] {
            statement = statement.with(&grant.location, "grants more");
        }
        sink.principal(key, &statement);
    }
}

/// Whether the grant changes something and no condition narrows it. Of compartments only managing counts: networks and keys
/// of one are used from others by design.
fn is_judged(grant: &RoleGrant) -> bool {
    // Of clusters the stages of namespaces count, which are in several of them by design.
    let cloud = matches!(grant.platform, Platform::Aws | Platform::Azure | Platform::Gcp | Platform::K8s);
    let manages = grant.platform == Platform::Oci && grant.actions.iter().any(|action| action.starts_with("manage "));
    grant.condition.is_none() && (manages || (cloud && of_all(&[grant]) == Privilege::Writes))
}

/// The several things, in words.
fn several(grants: &[&RoleGrant]) -> Option<String> {
    let resources = || grants.iter().flat_map(|grant| grant.resources.iter().filter_map(Value::known).map(move |text| (*grant, text)));
    let containers: BTreeSet<String> = resources().filter_map(|(grant, text)| container(grant, text)).collect();
    let names: Vec<&String> = containers.iter().collect();
    if names.len() > 1 {
        return Some(list(&names));
    }
    let production = resources().find(|(_, text)| is_production(text))?.1;
    let other = resources().find(|(_, text)| !is_production(text) && is_other_stage(text))?.1;
    Some(format!("production and another stage: {production} and {other}"))
}

fn is_other_stage(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| OTHER_STAGES.contains(&word.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn on(platform: Platform, action: &str, resources: &[&str]) -> Estate {
        with_grant(platform, |grant| {
            grant.actions = vec![action.into()];
            grant.resources = resources.iter().map(|text| Value::literal(*text)).collect();
        })
    }

    #[test]
    fn several_accounts_or_stages_are_a_warning() {
        let accounts = ["arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::444455556666:role/deploy"];
        assert_eq!(levels(&CHECK, &on(Platform::Aws, "sts:AssumeRole", &accounts)), [Level::Warning]);
        assert_eq!(
            levels(&CHECK, &on(Platform::Aws, "s3:PutObject", &["arn:aws:s3:::acme-prod", "arn:aws:s3:::acme-dev"])),
            [Level::Warning]
        );
        assert_eq!(levels(&CHECK, &on(Platform::Oci, "manage objects", &["compartment App", "compartment Web"])), [Level::Warning]);
        assert_eq!(levels(&CHECK, &on(Platform::K8s, "create", &["namespace/shop-dev", "namespace/shop-prod"])), [Level::Warning]);
        assert!(levels(&CHECK, &on(Platform::K8s, "create", &["namespace/shop-dev", "namespace/cart-dev"])).is_empty());
        assert_eq!(levels(&CHECK, &on(Platform::Gcp, "storage.objects.create", &["projects/a", "projects/b"])), [Level::Warning]);
        assert_eq!(
            levels(&CHECK, &on(Platform::Azure, "Microsoft.Web/sites/write", &["/subscriptions/1", "/subscriptions/2/x"])),
            [Level::Warning]
        );
    }

    #[test]
    fn one_account_reading_or_a_condition_is_fine() {
        let accounts = ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::444455556666:role/b"];
        assert!(
            levels(&CHECK, &on(Platform::Aws, "s3:PutObject", &["arn:aws:s3:::acme-prod", "arn:aws:s3:::product-dev-tools-prod"]))
                .is_empty()
        );
        assert!(levels(&CHECK, &on(Platform::Aws, "ecr:GetAuthorizationToken", &accounts)).is_empty());
        assert!(levels(&CHECK, &on(Platform::Oci, "use virtual-network-family", &["compartment App", "compartment Web"])).is_empty());
        let mut conditioned = on(Platform::Aws, "sts:AssumeRole", &accounts);
        conditioned.facts.grants[0].condition = Some("aws:PrincipalTag/tenant".into());
        assert!(levels(&CHECK, &conditioned).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        let mut estate = on(Platform::Aws, "sts:AssumeRole", &["arn:aws:iam::111122223333:role/a"]);
        estate.facts.grants[0].resources.push(Value::unknown("var.role"));
        assert!(levels(&CHECK, &estate).is_empty());
    }
}
