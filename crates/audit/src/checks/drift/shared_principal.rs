//! # What it finds
//!
//! One role, identity or service account that admits unrelated workloads: several repositories, service accounts of
//! several namespaces, or a production and another environment.
//!
//! # Why it matters
//!
//! The weakest of them decides: what can be made to run in the test environment or in the other repository has
//! production's power, and logs can't tell who acted.
//!
//! # Instead
//!
//! One principal for each repository, namespace and environment.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Claim, Level, TrustBinding, Value};

use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::subjects::is_production;
use crate::checks::trust_aws::named_repository;
use crate::checks::view::View;
use crate::checks::{standards, subjects};

pub(super) const CHECK: Check = Check {
    id: "TB-SHARED-01",
    title: "one principal for unrelated workloads",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("shared_principal.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, trusts) in view.trusted() {
        for trusts in instances(trusts) {
            judge(view, key, &trusts, sink);
        }
    }
}

/// The trusts of each principal that stands behind one name: roles under `for_each` are several.
fn instances<'t>(trusts: &[&'t TrustBinding]) -> Vec<Vec<&'t TrustBinding>> {
    let mut by_instance: BTreeMap<Option<&str>, Vec<&TrustBinding>> = BTreeMap::new();
    for trust in trusts {
        let instance = trust.settings.iter().find(|(name, _)| name == "instance").and_then(|(_, value)| value.known());
        by_instance.entry(instance).or_default().push(trust);
    }
    by_instance.into_values().collect()
}

fn judge(view: &View<'_>, key: &str, trusts: &[&TrustBinding], sink: &mut Sink<'_>) {
    let Some((kind, names)) = unrelated(trusts) else { return };
    let Some(first) = trusts.first() else { return };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let message = format!("{} ({}) can be assumed from {} {kind}: {}.", view.name(key), spot(&first.location), names.len(), list(&names));
    let mut statement = Statement::new(CHECK.level, &first.location, message);
    for trust in trusts.iter().skip(1) {
        statement = statement.with(&trust.location, "admits more");
    }
    sink.principal(key, &statement);
}

/// What tells the admitted workloads apart, if they are unrelated.
fn unrelated(trusts: &[&TrustBinding]) -> Option<(&'static str, BTreeSet<String>)> {
    let (mut repositories, mut namespaces, mut environments) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for subject in trusts.iter().flat_map(|trust| subjects::of(trust)) {
        repositories.extend(named_repository(&subject.text));
        let rest = subject.text.strip_prefix("system:serviceaccount:");
        namespaces.extend(rest.and_then(|rest| rest.split(':').next()).filter(|name| !name.contains(['*', '?', '$'])).map(str::to_owned));
        // GitHub's environments and the deployments of HCP Terraform's stacks.
        let deployment = || Some(subject.text.split_once(":deployment:")?.1.split(':').next().unwrap_or_default());
        let environment = subject.text.split_once(":environment:").map(|(_, name)| name).or_else(deployment);
        environments.extend(environment.filter(|name| !name.contains('$')).map(str::to_owned));
    }
    // Google Cloud and Vault name the repository in a claim of its own.
    let is_exact = |claim: &&Claim| matches!(claim.operator.as_str(), "==" | "eq");
    let is_repository = |claim: &&Claim| matches!(claim.name.rsplit(['.', '/']).next(), Some("repository" | "project_path"));
    let claims = trusts.iter().flat_map(|trust| &trust.claims).filter(is_exact).filter(is_repository);
    let named = claims.flat_map(|claim| &claim.values).filter_map(Value::known).filter(|name| !name.contains(['*', '$']));
    repositories.extend(named.map(str::to_owned));
    let mixed = environments.iter().any(|name| is_production(name)) && environments.iter().any(|name| !is_production(name));
    match () {
        () if repositories.len() > 1 => Some(("repositories", repositories)),
        () if namespaces.len() > 1 => Some(("namespaces", namespaces)),
        () if mixed => Some(("environments, production among them", environments)),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn admitting(subjects: &[&str]) -> Estate {
        with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Exact(subjects.iter().map(|text| (*text).to_owned()).collect()))
    }

    #[test]
    fn unrelated_workloads_are_a_warning() {
        for subjects in [
            ["repo:acme/api:pull_request", "repo:acme/web:pull_request"],
            ["system:serviceaccount:shop:web", "system:serviceaccount:pay:web"],
            ["repo:acme/api:environment:prod", "repo:acme/api:environment:dev"],
        ] {
            assert_eq!(levels(&CHECK, &admitting(&subjects)), [Level::Warning], "{subjects:?}");
        }
    }

    #[test]
    fn related_ones_are_fine() {
        for subjects in [
            ["repo:acme/api:ref:refs/heads/main", "repo:acme/api:environment:prod"],
            ["repo:acme/api:environment:dev", "repo:acme/api:environment:test"],
            ["repo:acme/api:environment:prod-eu", "repo:acme/api:environment:prod-us"],
            ["repo:acme@1/api@2:pull_request", "repo:acme/api:pull_request"],
        ] {
            assert!(levels(&CHECK, &admitting(&subjects)).is_empty(), "{subjects:?}");
        }
    }

    #[test]
    fn instances_of_one_role_are_judged_each_for_itself() {
        let mut estate = admitting(&["repo:acme/api:environment:prod"]);
        let mut trust = estate.facts.trusts[0].clone();
        estate.facts.trusts[0].settings.push(("instance".into(), Value::literal("prod")));
        trust.subject = SubjectRule::Exact(vec!["repo:acme/api:environment:dev".into()]);
        trust.settings.push(("instance".into(), Value::literal("dev")));
        estate.facts.trusts.push(trust);
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn repositories_may_be_named_in_claims() {
        let claim = |name: &str, value: &str| Claim {
            name: name.into(),
            operator: "==".into(),
            values: vec![Value::literal(value)],
            set_qualifier: None,
            if_exists: false,
        };
        let of = |second: &str| {
            let mut estate = with_trust(Platform::Gcp, |trust| {
                trust.subject = SubjectRule::Any;
                trust.claims = vec![claim("assertion.repository", "acme/api")];
            });
            let mut other = estate.facts.trusts[0].clone();
            other.claims = vec![claim("assertion.repository", second)];
            estate.facts.trusts.push(other);
            levels(&CHECK, &estate)
        };
        assert_eq!((of("acme/web"), of("acme/api")), (vec![Level::Warning], Vec::new()));
    }

    #[test]
    fn an_unknown_subject_says_nothing() {
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
