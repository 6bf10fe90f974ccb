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

use std::collections::BTreeSet;

use unkeyed_model::{Level, TrustBinding};

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
        let Some((kind, names)) = unrelated(trusts) else { continue };
        let Some(first) = trusts.first() else { continue };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message =
            format!("{} ({}) can be assumed from {} {kind}: {}.", view.name(key), spot(&first.location), names.len(), list(&names));
        let mut statement = Statement::new(CHECK.level, &first.location, message);
        for trust in trusts.iter().skip(1) {
            statement = statement.with(&trust.location, "admits more");
        }
        sink.principal(key, &statement);
    }
}

/// What tells the admitted workloads apart, if they are unrelated.
fn unrelated(trusts: &[&TrustBinding]) -> Option<(&'static str, BTreeSet<String>)> {
    let (mut repositories, mut namespaces, mut environments) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for subject in trusts.iter().flat_map(|trust| subjects::of(trust)) {
        repositories.extend(named_repository(&subject.text));
        let rest = subject.text.strip_prefix("system:serviceaccount:");
        namespaces.extend(rest.and_then(|rest| rest.split(':').next()).filter(|name| !name.contains(['*', '?', '$'])).map(str::to_owned));
        let environment = subject.text.split_once(":environment:").map(|(_, name)| name);
        environments.extend(environment.filter(|name| !name.contains('$')).map(str::to_owned));
    }
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
    fn an_unknown_subject_says_nothing() {
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
