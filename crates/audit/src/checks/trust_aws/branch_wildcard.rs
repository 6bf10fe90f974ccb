//! # What it finds
//!
//! An AWS role whose subject pattern names one repository and leaves open from which branch, tag or environment:
//! `repo:ORG/REPO:*`, `…:ref:refs/heads/*`, `…:environment:*`. A pattern with a beginning (`refs/heads/release/*`) is a
//! note.
//!
//! # Why it matters
//!
//! Anybody who may push a branch gets the role before any review; `:*` also admits pull requests from branches. It is
//! an error where a workflow of this repository runs somebody else's code with such a token at hand
//! (`pull_request_target`, `workflow_run`, `issue_comment` … that check out the head of a pull request).
//!
//! # Instead
//!
//! `repo:ORG/REPO:environment:ENV` with a protected environment, or `repo:ORG/REPO:ref:refs/heads/main` with a
//! protected branch.

use unkeyed_model::Level;

use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{pipeline, standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-04",
    title: "subject pattern admits every branch or environment",
    level: Level::Warning,
    standards: standards::TRUST_UNREVIEWED,
    source: include_str!("branch_wildcard.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let exposed = pipeline::runs_foreign_code_with_token(view);
    for trust in super::federated(view) {
        if Shared::template(&trust.issuer).is_none() {
            continue;
        }
        let Some(widest) = subjects::widest(trust) else { continue };
        let level = match widest.breadth {
            Breadth::Project if exposed.is_some() => Level::Error,
            Breadth::Project => CHECK.level,
            Breadth::Prefix => Level::Note,
            _ => continue,
        };
        let message = format!(
            "The trust of {} ({}) admits {}: whoever may push a branch or tag that fits gets it before review.",
            view.name(&trust.principal),
            spot(&trust.location),
            widest.admits,
        );
        let mut statement = Statement::new(level, &trust.location, message);
        if let (Level::Error, Some((_, location))) = (level, &exposed) {
            statement = statement.with(location, "runs code of a pull request and may ask for a token");
        }
        sink.principal(&trust.principal, &statement);
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{glob, levels, says, with_trust};

    fn with(pattern: &str) -> Estate {
        with_trust(Platform::Aws, |trust| trust.subject = glob(pattern))
    }

    #[test]
    fn an_open_branch_is_a_warning_and_a_beginning_a_note() {
        assert_eq!(levels(&CHECK, &with("repo:acme/api:*")), [Level::Warning]);
        assert_eq!(levels(&CHECK, &with("repo:acme/api:ref:refs/tags/v*")), [Level::Note]);
    }

    #[test]
    fn a_server_of_ones_own_is_judged_by_its_vendors_template() {
        let estate = with_trust(Platform::Aws, |trust| {
            trust.issuer = unkeyed_model::Value::literal("gitlab.acme.example");
            trust.subject = glob("project_path:acme/api:*");
        });
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn it_is_an_error_where_foreign_code_runs() {
        let mut estate = with("repo:acme/api:*");
        let traits = &mut estate.facts.workloads[0].traits;
        traits.push(says("id-token", "write"));
        traits.push(says("trigger", "pull_request_target"));
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.workloads[0].traits.push(says("checks-out", "pull-request-head"));
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
    }

    #[test]
    fn one_environment_is_fine() {
        assert!(levels(&CHECK, &with("repo:acme/api:environment:prod")).is_empty());
    }

    #[test]
    fn an_unknown_subject_says_nothing() {
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
