//! # What it finds
//!
//! An AWS role whose subject pattern becomes wild before the tenant's name ends: `*`, `repo:*`, `repo:*/api:…`,
//! `project_path:*`, `organization:*`, and also `repo:ORG*`, which lacks the slash.
//!
//! # Why it matters
//!
//! Everybody can register an account, and with `repo:acme*` also an account called `acme-x`, whose tokens then match.
//! The condition looks like a binding and admits strangers.
//!
//! # Instead
//!
//! Write the owner and the repository in full: `repo:ORG/REPO:environment:ENV` with `StringEquals`.

use unkeyed_model::Level;

use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-02",
    title: "subject pattern admits other tenants",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("tenant_wildcard.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        if Shared::of_value(&trust.issuer).is_none() {
            continue;
        }
        let Some(widest) = subjects::widest(trust).filter(|widest| widest.breadth == Breadth::Everybody) else { continue };
        let message = format!(
            "The trust of {} ({}) admits {}, which tokens of other tenants than the one that was meant can have.",
            view.name(&trust.principal),
            spot(&trust.location),
            widest.admits,
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule, Value};

    use super::*;
    use crate::checks::testing::{exact, glob, levels, with_trust};

    fn levels_for(subject: SubjectRule) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.subject = subject))
    }

    #[test]
    fn a_pattern_that_is_wild_in_the_owner_is_an_error() {
        for pattern in ["*", "repo:*", "repo:acme*", "repo:*/api:ref:refs/heads/main"] {
            assert_eq!(levels_for(glob(pattern)), [Level::Error], "{pattern}");
        }
    }

    #[test]
    fn one_owner_is_fine_and_so_is_a_star_that_is_not_wild() {
        assert!(levels_for(glob("repo:acme/*")).is_empty());
        assert!(levels_for(exact("repo:*")).is_empty());
    }

    #[test]
    fn an_unknown_issuer_or_subject_says_nothing() {
        let issuer = with_trust(Platform::Aws, |trust| {
            trust.subject = glob("*");
            trust.issuer = Value::unknown("var.provider");
        });
        assert!(levels(&CHECK, &issuer).is_empty());
        assert!(levels_for(SubjectRule::Unknown("var.subject".into())).is_empty());
    }
}
