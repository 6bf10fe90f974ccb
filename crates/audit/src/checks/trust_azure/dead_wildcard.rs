//! # What it finds
//!
//! A `*` or `?` in the subject of an ordinary Azure federated identity credential.
//!
//! # Why it matters
//!
//! Azure compares the subject character by character; only flexible credentials, which have an expression, know
//! wildcards. This one can never be met: access happens another way, usually with a client secret.
//!
//! # Instead
//!
//! One credential for each subject, or a flexible federated identity credential on the application (not on a managed
//! identity) whose expression is as narrow as it can be.

use unkeyed_model::{Level, SubjectRule};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::pattern::certain;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-02",
    title: "wildcard where none is known: the trust is dead",
    level: Level::Error,
    standards: standards::DRIFT,
    source: include_str!("dead_wildcard.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let (SubjectRule::Exact(subjects) | SubjectRule::Glob(subjects)) = &trust.subject else { continue };
        let Some(subject) = subjects.iter().find(|subject| is_dead(subject)) else { continue };
        let message = format!(
            "The federated credential of {} ({}) demands the subject \"{subject}\" literally, wildcard included: no token has it.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

pub(super) fn is_dead(subject: &str) -> bool {
    certain(subject).contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{exact, levels, with_trust};

    #[test]
    fn a_wildcard_is_dead() {
        assert_eq!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = exact("repo:acme/api:*"))), [Level::Error]);
    }

    #[test]
    fn an_exact_subject_or_an_expression_lives() {
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |_| {})).is_empty());
        let flexible = SubjectRule::Expression("claims['sub'] matches 'repo:acme/api:*'".into());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = flexible)).is_empty());
    }

    #[test]
    fn an_unknown_subject_says_nothing() {
        let unknown = SubjectRule::Unknown("var.subject".into());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = unknown)).is_empty());
    }
}
