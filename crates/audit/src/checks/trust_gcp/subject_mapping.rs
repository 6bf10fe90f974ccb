//! # What it finds
//!
//! A pool provider whose `google.subject` is the same for unrelated identities: mapped from a constant, or from nothing but
//! claims like `actor`, `ref` or `environment`; and two providers of one pool whose issuers give out the same subjects (two
//! clusters, two GitLab servers).
//!
//! # Why it matters
//!
//! `principal://…/subject/…` and the audit log know an identity by `google.subject` alone, in the whole pool (Google Cloud,
//! "Workload Identity Federation", attribute mappings). Who gets the same subject gets the same access.
//!
//! # Instead
//!
//! `"google.subject" = "assertion.sub"`, and a pool for each provider.

use std::collections::BTreeMap;

use unkeyed_model::{Level, TrustBinding, Value};

use super::providers;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer::{self, Shared};

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-05",
    title: "subjects of a pool are not unique",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("subject_mapping.rs"),
    run,
};

/// Claims that tokens of unrelated workloads have in common.
const SHARED_CLAIMS: [&str; 18] = [
    "actor",
    "actor_id",
    "aud",
    "environment",
    "event_name",
    "iss",
    "namespace_id",
    "namespace_path",
    "ref",
    "ref_type",
    "repository_owner",
    "repository_owner_id",
    "runner_environment",
    "terraform_organization_name",
    "terraform_run_phase",
    "user_login",
    "workflow",
    "workflow_ref",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut pools: BTreeMap<(&str, &'static str), &TrustBinding> = BTreeMap::new();
    for provider in providers(view) {
        let trust = provider.trust;
        let Some(mapping) = mapping(trust) else { continue };
        let mut say = |why: String, other: Option<&TrustBinding>| {
            let message = format!("The provider of {} ({}) {why}.", view.name(&trust.principal), spot(&trust.location));
            let mut statement = Statement::new(CHECK.level, &trust.location, message);
            if let Some(other) = other {
                statement = statement.with(&other.location, "the other provider");
            }
            sink.principals(&provider.principals(), &statement);
        };
        if is_shared(mapping) {
            say(format!("takes google.subject from {mapping}, which unrelated workloads have in common"), None);
        }
        let Some(template) = trust.issuer.known().and_then(template).filter(|_| mapping == "assertion.sub") else { continue };
        match pools.get(&(trust.principal.as_str(), template)) {
            Some(other) if other.issuer != trust.issuer => {
                say(format!("gives out the same subjects as {}, for another issuer", spot(&other.location)), Some(other));
            }
            Some(_) => {}
            None => {
                pools.insert((&trust.principal, template), trust);
            }
        }
    }
}

fn mapping(trust: &TrustBinding) -> Option<&str> {
    trust.settings.iter().find(|(name, _)| name == "attribute_mapping.google.subject").and_then(|(_, value)| Value::known(value))
}

/// Whether an expression holds no claim that tells workloads apart. `assertion['sub']` and `assertion.sub` are one.
fn is_shared(mapping: &str) -> bool {
    let claims: Vec<&str> = mapping
        .split("assertion")
        .skip(1)
        .map(|rest| rest.trim_start_matches(['.', '[', '\'', '"']))
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .collect();
    let quoted = |quote| mapping.starts_with(quote) && mapping.ends_with(quote);
    match claims.is_empty() {
        true => quoted('\'') || quoted('"'),
        false => claims.iter().all(|claim| SHARED_CLAIMS.contains(claim)),
    }
}

/// What an issuer's subjects look like, where others' look the same.
fn template(issuer: &str) -> Option<&'static str> {
    let host = issuer::normal(issuer).split('/').next().unwrap_or_default();
    match Shared::of(issuer) {
        Some(Shared::GitHub) => Some("repo:"),
        Some(Shared::GitLab) => Some("project_path:"),
        _ if host.contains("gitlab") => Some("project_path:"),
        _ if issuer::is_cluster(issuer) => Some("system:serviceaccount:"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{gcp, levels};

    fn mapped(mapping: &str) -> Vec<Level> {
        let mut estate = gcp("principal://x/subject/y", Some("assertion.repository_owner_id == '7'"));
        estate.facts.trusts[0].settings.push(("attribute_mapping.google.subject".into(), Value::literal(mapping)));
        levels(&CHECK, &estate)
    }

    #[test]
    fn what_others_have_too_is_an_error() {
        for mapping in ["assertion.actor", "'ci'", "assertion['ref']", "assertion.ref + assertion.environment"] {
            assert_eq!(mapped(mapping), [Level::Error], "{mapping}");
        }
    }

    #[test]
    fn what_tells_workloads_apart_is_fine() {
        for mapping in ["assertion.sub", "assertion['sub']", "assertion.repository + ':' + assertion.ref", "assertion.repository_id", "x"] {
            assert!(mapped(mapping).is_empty(), "{mapping}");
        }
    }

    #[test]
    fn two_clusters_in_one_pool_collide() {
        let with = |issuer: &str| {
            let mut estate = gcp("principal://x/subject/y", None);
            let mapping = ("attribute_mapping.google.subject".to_owned(), Value::literal("assertion.sub"));
            estate.facts.trusts[0].settings.push(mapping);
            estate.facts.trusts[0].issuer = Value::literal("https://oidc.eks.eu-west-1.amazonaws.com/id/A");
            let mut second = estate.facts.trusts[0].clone();
            second.issuer = Value::literal(issuer);
            estate.facts.trusts.push(second);
            levels(&CHECK, &estate)
        };
        assert_eq!(with("https://oidc.eks.eu-west-1.amazonaws.com/id/B"), [Level::Error]);
        assert!(with("https://oidc.eks.eu-west-1.amazonaws.com/id/A").is_empty());
        assert!(with("https://token.actions.githubusercontent.com").is_empty());
    }
}
