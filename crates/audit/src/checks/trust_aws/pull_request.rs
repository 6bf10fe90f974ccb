//! # What it finds
//!
//! An AWS role that trusts the subject of pull requests (`repo:ORG/REPO:pull_request`) and may change something.
//!
//! # Why it matters
//!
//! A pull request's workflow runs the code of the branch before anybody has reviewed it. Forks get no token, but
//! everybody who may push a branch does. A role that only reads is fine; one whose grants are not in the inputs is a
//! warning.
//!
//! # Instead
//!
//! Two roles: one that reads, for pull requests, and one that writes, bound to a protected environment or branch.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::privilege::Privilege;
use crate::checks::view::View;
use crate::checks::{standards, subjects};

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-05",
    title: "pull requests may become a role that writes",
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
            Privilege::Reads => continue,
        };
        let message = format!(
            "The trust of {}, {power}, admits \"{}\" ({}): code of a pull request gets it before review.",
            view.name(&trust.principal),
            subject.text,
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{exact, levels, with_trust, without_grant, writing};

    #[test]
    fn it_depends_on_what_the_role_may_do() {
        let estate = with_trust(Platform::Aws, |trust| trust.subject = exact("repo:acme/api:pull_request"));
        assert_eq!(levels(&CHECK, &writing(estate.clone())), [Level::Error]);
        assert_eq!(levels(&CHECK, &without_grant(estate.clone())), [Level::Warning]);
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn other_and_unknown_subjects_are_left_alone() {
        assert!(levels(&CHECK, &writing(with_trust(Platform::Aws, |_| {}))).is_empty());
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &writing(unknown)).is_empty());
    }
}
