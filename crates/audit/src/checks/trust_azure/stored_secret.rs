//! # What it finds
//!
//! An Azure application that has a federated identity credential and, in the same inputs, a client secret or certificate.
//! (A managed identity can't have one.)
//!
//! # Why it matters
//!
//! The migration is cosmetic: whoever finds the secret needs no federation.
//!
//! # Instead
//!
//! Delete the secret or certificate; better, move the federated credential to a user-assigned managed identity, which can
//! hold none.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-06",
    title: "federated application also has a stored credential",
    level: Level::Error,
    standards: standards::MIXED,
    source: include_str!("stored_secret.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        for declared in view.declared_for(&trust.principal) {
            let message = format!(
                "{} has a federated credential ({}) and also {} ({}), which works without it.",
                view.name(&trust.principal),
                spot(&trust.location),
                declared.name,
                spot(&declared.location),
            );
            let statement = Statement::new(CHECK.level, &declared.location, message).with(&trust.location, "the federated credential");
            sink.principal(&trust.principal, &statement);
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Declaration, Estate, Platform};

    use super::*;
    use crate::checks::testing::{KEY, levels, one_path};
    use crate::testing;

    fn with(principal: Option<&str>) -> Estate {
        let mut estate = one_path(Platform::Azure);
        let secret = testing::declaration("azure.client-secret", "azuread_application_password.ci", testing::place("app.tf", 0, 9));
        estate.facts.declarations.push(Declaration { principal: principal.map(str::to_owned), ..secret });
        estate
    }

    #[test]
    fn a_secret_beside_the_federation_is_an_error() {
        assert_eq!(levels(&CHECK, &with(Some(KEY))), [Level::Error]);
    }

    #[test]
    fn two_credentials_that_one_line_makes_are_one_error() {
        let mut estate = with(Some(KEY));
        let mut other = estate.facts.trusts[0].clone();
        other.id = "other".into();
        other.subject = unkeyed_model::SubjectRule::Exact(vec!["repo:acme/api:pull_request".into()]);
        estate.facts.trusts.push(other);
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
    }

    #[test]
    fn federation_alone_is_fine() {
        assert!(levels(&CHECK, &one_path(Platform::Azure)).is_empty());
        assert!(levels(&CHECK, &with(Some("tf:infra#azuread_application.other"))).is_empty());
    }

    #[test]
    fn a_secret_of_nobody_known_says_nothing() {
        assert!(levels(&CHECK, &with(None)).is_empty());
    }
}
