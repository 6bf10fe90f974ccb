//! # What it finds
//!
//! An Azure federated identity credential without a subject and without an expression.
//!
//! # Why it matters
//!
//! The subject is the only thing that tells one workload of the issuer from all others. Azure refuses such a
//! credential; where it comes from a template, the value is lost on the way and somebody will fill in the widest one
//! that works.
//!
//! # Instead
//!
//! `subject = "repo:OWNER/REPO:environment:ENV"`, or the subject of the pipeline or service account.

use unkeyed_model::{Level, SubjectRule};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-11",
    title: "federated credential without a subject",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("no_subject.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view).filter(|trust| trust.subject == SubjectRule::Any) {
        let message = format!(
            "The federated credential of {} ({}) names no subject and has no expression: nothing ties it to a workload.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    #[test]
    fn an_absent_subject_is_an_error() {
        assert_eq!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = SubjectRule::Any)), [Level::Error]);
    }

    #[test]
    fn a_subject_is_fine_and_an_unknown_one_is_not_absent() {
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |_| {})).is_empty());
        let unknown = SubjectRule::Unknown("var.subject".into());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = unknown)).is_empty());
    }
}
