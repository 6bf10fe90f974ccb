//! # What it finds
//!
//! A trust that names this repository while no job in it becomes the principal.
//!
//! # Why it matters
//!
//! A trust nobody needs is a door nobody watches: the job it was made for is gone, the power stays.
//!
//! # Instead
//!
//! Remove the trust, and the principal with it if nothing else uses it. If the job lives elsewhere, trust that
//! repository instead.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::trust_aws::named_repository;
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-06",
    title: "trust that nobody uses",
    level: Level::Note,
    standards: standards::DRIFT,
    source: include_str!("orphan.rs"),
    run,
};

/// Principals of documents and programs that name no role: who becomes it can't be told.
const UNNAMED: [&str; 2] = ["aws:trust-policy/", "aws:program/"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let Some(here) = view.context.estate.repository.as_ref().and_then(|repository| repository.slug_on("github.com")) else { return };
    for (key, trusts) in view.trusted() {
        if !view.users(key).is_empty() || UNNAMED.iter().any(|beginning| key.starts_with(beginning)) {
            continue;
        }
        for trust in trusts.iter().filter(|trust| Shared::of_value(&trust.issuer) == Some(Shared::GitHub)) {
            let subjects = subjects::of(trust);
            let ours = |text: &str| named_repository(text).is_some_and(|name| name.eq_ignore_ascii_case(here));
            let Some(subject) = subjects.iter().find(|subject| ours(&subject.text)) else { continue };
            let message = format!(
                "The trust of {} ({}) admits \"{}\", but no job of {here} becomes it.",
                view.name(key),
                spot(&trust.location),
                subject.text,
            );
            sink.alone(Statement::new(CHECK.level, &trust.location, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{levels, one_path, with_trust};

    #[test]
    fn a_trust_without_a_user_is_a_note() {
        let mut estate = one_path(Platform::Aws);
        estate.facts.workloads.clear();
        assert_eq!(levels(&CHECK, &estate), [Level::Note]);
    }

    #[test]
    fn a_used_trust_is_fine() {
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
    }

    #[test]
    fn a_document_that_names_no_role_may_be_anybodys() {
        let mut estate = with_trust(Platform::Aws, |trust| trust.principal = "aws:trust-policy/iam/deploy.json".into());
        estate.facts.workloads.clear();
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn other_repositories_and_unknown_subjects_can_not_be_told() {
        for subject in [crate::checks::testing::exact("repo:acme/web:pull_request"), SubjectRule::Unknown("var.subject".into())] {
            let mut estate = with_trust(Platform::Aws, |trust| trust.subject = subject);
            estate.facts.workloads.clear();
            assert!(levels(&CHECK, &estate).is_empty());
        }
    }
}
