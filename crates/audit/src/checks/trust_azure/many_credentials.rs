//! # What it finds
//!
//! A managed identity or application whose federated credentials are for unrelated workloads (several repositories, or
//! several namespaces), or that has nearly as many credentials as Azure allows.
//!
//! # Why it matters
//!
//! Whoever breaks into one of the workloads has the power of all, and no log tells them apart. An identity holds 20 federated
//! credentials at most (Microsoft, "Important considerations and restrictions for federated identity credentials"): near
//! the limit the next workload gets a wildcard or a secret.
//!
//! # Instead
//!
//! One managed identity for each workload, with only its roles.

use std::collections::BTreeSet;

use unkeyed_model::{Level, Platform, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::trust_aws::named_repository;
use crate::checks::view::View;
use crate::checks::{standards, subjects};

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-08",
    title: "one identity for many federated workloads",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("many_credentials.rs"),
    run,
};

/// From how many credentials on an identity is nearly full; 20 is the limit.
const NEARLY_FULL: usize = 18;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, trusts) in view.trusted() {
        let credentials: Vec<&TrustBinding> =
            trusts.iter().copied().filter(|trust| trust.platform == Platform::Azure && trust.trusted == "oidc").collect();
        let Some(first) = credentials.first() else { continue };
        let workloads = workloads(&credentials);
        let what = if workloads.len() > 1 {
            format!("is one identity for {}", list(&workloads.into_iter().collect::<Vec<_>>()))
        } else if credentials.len() >= NEARLY_FULL {
            format!("has {} federated credentials of 20", credentials.len())
        } else {
            continue;
        };
        let message = format!("{} ({}) {what}.", view.name(key), spot(&first.location));
        let mut statement = Statement::new(CHECK.level, &first.location, message);
        for credential in &credentials[1..] {
            statement = statement.with(&credential.location, "another credential");
        }
        sink.principal(key, &statement);
    }
}

/// The repositories and namespaces that the credentials name.
fn workloads(credentials: &[&TrustBinding]) -> BTreeSet<String> {
    let subjects = credentials.iter().flat_map(|trust| subjects::of(trust));
    subjects.filter_map(|subject| named_repository(&subject.text).or_else(|| namespace(&subject.text))).collect()
}

fn namespace(subject: &str) -> Option<String> {
    let (namespace, _) = subject.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    (!namespace.contains(['*', '?', '$'])).then(|| format!("namespace {namespace}"))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, SubjectRule};

    use super::*;
    use crate::checks::testing::{exact, levels, one_path};

    fn with(subjects: &[String]) -> Estate {
        let mut estate = one_path(Platform::Azure);
        for subject in subjects {
            let mut more = estate.facts.trusts[0].clone();
            more.subject = exact(subject);
            estate.facts.trusts.push(more);
        }
        estate
    }

    #[test]
    fn unrelated_workloads_are_a_warning() {
        assert_eq!(levels(&CHECK, &with(&["repo:acme/web:pull_request".into()])), [Level::Warning]);
        assert_eq!(levels(&CHECK, &with(&["system:serviceaccount:shop:web".into()])), [Level::Warning]);
    }

    #[test]
    fn a_nearly_full_identity_is_a_warning() {
        let of_one: Vec<String> = (0..17).map(|at| format!("repo:acme/api:environment:e{at}")).collect();
        assert_eq!(levels(&CHECK, &with(&of_one)), [Level::Warning]);
        assert!(levels(&CHECK, &with(&of_one[1..])).is_empty());
    }

    #[test]
    fn an_unknown_subject_is_nobody_else() {
        let mut estate = with(&["repo:acme/api:pull_request".into()]);
        estate.facts.trusts[1].subject = SubjectRule::Unknown("var.subject".into());
        assert!(levels(&CHECK, &estate).is_empty());
    }
}
