//! # What it finds
//!
//! A Vault Kubernetes login role that is open to every service account name or every namespace: both are an error, one
//! of them is a warning.
//!
//! # Why it matters
//!
//! Whoever may create a pod in an admitted namespace, or a namespace, logs in and gets the role's secrets.
//!
//! # Instead
//!
//! `bound_service_account_names` and `bound_service_account_namespaces` with one name each.

use unkeyed_model::{Level, Platform, TrustBinding, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-VLT-03",
    title: "login role is open to every service account",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("any_service_account.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Vault).filter(|trust| trust.trusted == "service-account") {
        let (names, namespaces) = (is_open(trust, "bound_service_account_names"), is_open(trust, "bound_service_account_namespaces"));
        let (level, what) = match (names, namespaces) {
            (true, true) => (CHECK.level, "every service account of every namespace"),
            (true, false) => (Level::Warning, "every service account of its namespaces"),
            (false, true) => (Level::Warning, "service accounts of that name in every namespace"),
            (false, false) => continue,
        };
        let message = format!("The login role {} ({}) admits {what}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

fn is_open(trust: &TrustBinding, claim: &str) -> bool {
    trust
        .claims
        .iter()
        .filter(|found| found.name == claim)
        .flat_map(|found| &found.values)
        .filter_map(Value::known)
        .any(|value| value == "*")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{claim, levels, vault};

    fn admitting(name: &str, namespace: &str) -> Estate {
        vault(|trust| {
            trust.trusted = "service-account".into();
            trust.claims =
                vec![claim("bound_service_account_names", "glob", name), claim("bound_service_account_namespaces", "glob", namespace)];
        })
    }

    #[test]
    fn the_level_depends_on_how_much_is_open() {
        assert_eq!(levels(&CHECK, &admitting("*", "*")), [Level::Error]);
        assert_eq!(levels(&CHECK, &admitting("*", "shop")), [Level::Warning]);
        assert_eq!(levels(&CHECK, &admitting("web", "*")), [Level::Warning]);
    }

    #[test]
    fn one_account_is_fine() {
        assert!(levels(&CHECK, &admitting("web", "shop")).is_empty());
    }

    #[test]
    fn unknown_names_say_nothing() {
        let mut unknown = admitting("*", "*");
        unknown.facts.trusts[0].claims.iter_mut().for_each(|claim| claim.values = vec![Value::unknown("var.name")]);
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
