//! # What it finds
//!
//! An Azure federated identity credential for pull requests (`repo:OWNER/REPO:pull_request`). It is an error if the
//! principal may change something, a warning if it only reads or its grants are not in the inputs.
//!
//! # Why it matters
//!
//! A pull request's workflow runs the branch's code before anybody has reviewed it. Forks get no token, but everybody
//! who may push a branch does.
//!
//! # Instead
//!
//! Two principals: one that reads, for pull requests, and one that writes, bound to a protected environment.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::privilege::Privilege;
use crate::checks::view::View;
use crate::checks::{standards, subjects};

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-12",
    title: "pull requests may become the principal",
    level: Level::Error,
    standards: standards::TRUST_UNREVIEWED,
    source: include_str!("pull_request.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let Some(subject) = subjects::of(trust).into_iter().find(|subject| subject.text.ends_with(":pull_request")) else { continue };
        let (level, power) = match view.privilege(&trust.principal) {
            Privilege::Writes => (CHECK.level, "which may change things"),
            Privilege::Unknown => (Level::Warning, "whose grants are not in the inputs"),
            Privilege::Reads => (Level::Warning, "which may read"),
        };
        let message = format!(
            "The federated credential of {}, {power}, is for \"{}\" ({}): code of a pull request gets it before review.",
            view.name(&trust.principal),
            subject.text,
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule, Value};

    use super::*;
    use crate::checks::testing::{exact, levels, with_trust, without_grant};

    #[test]
    fn the_level_depends_on_the_grants() {
        let mut estate = with_trust(Platform::Azure, |trust| trust.subject = exact("repo:acme/api:pull_request"));
        assert_eq!(levels(&CHECK, &without_grant(estate.clone())), [Level::Warning]);
        estate.facts.grants[0].actions.clear();
        estate.facts.grants[0].role = Some(Value::literal("Reader"));
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.grants[0].role = Some(Value::literal("Contributor"));
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
    }

    #[test]
    fn other_and_unknown_subjects_are_left_alone() {
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |_| {})).is_empty());
        let unknown = SubjectRule::Unknown("var.subject".into());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = unknown)).is_empty());
    }
}
