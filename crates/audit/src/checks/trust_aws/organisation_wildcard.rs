//! # What it finds
//!
//! An AWS role whose subject pattern names the tenant and leaves the repository, project or workspace open:
//! `repo:ORG/*`, `repo:ORG/prefix-*`, `project_path:GROUP/*`, or a condition on `repository_owner` alone.
//!
//! # Why it matters
//!
//! Every repository of the organisation, including forks kept there, abandoned experiments and those created tomorrow,
//! can become the role; whoever may create a repository gains its power. If the role only reads, the level is a
//! warning.
//!
//! # Instead
//!
//! Name the repositories that need the role, one role for each. If many repositories deploy through one reusable
//! workflow, add `StringEquals` on `:job_workflow_ref`.

use unkeyed_model::Level;

use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::privilege::Privilege;
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-03",
    title: "subject pattern admits every repository of an organisation",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("organisation_wildcard.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        if Shared::template(&trust.issuer).is_none() {
            continue;
        }
        let Some(widest) = subjects::widest(trust).filter(|widest| widest.breadth == Breadth::Tenant) else { continue };
        let level = if view.privilege(&trust.principal) == Privilege::Reads { Level::Warning } else { CHECK.level };
        let message = format!(
            "The trust of {} ({}) admits {}: any repository of that owner which fits can become it.",
            view.name(&trust.principal),
            spot(&trust.location),
            widest.admits,
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, SubjectRule};

    use super::*;
    use crate::checks::testing::{claim, glob, levels, with_trust, without_grant, writing};

    #[test]
    fn every_repository_of_an_owner_is_too_much_unless_the_role_only_reads() {
        let bad = with_trust(Platform::Aws, |trust| trust.subject = glob("repo:acme/*"));
        assert_eq!(levels(&CHECK, &bad), [Level::Warning]);
        assert_eq!(levels(&CHECK, &writing(bad.clone())), [Level::Error]);
        assert_eq!(levels(&CHECK, &without_grant(bad)), [Level::Error]);
    }

    #[test]
    fn one_repository_or_one_reusable_workflow_is_fine() {
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.subject = glob("repo:acme/api:*"))).is_empty());
        let pinned = with_trust(Platform::Aws, |trust| {
            trust.subject = glob("repo:acme/*");
            let workflow = "acme/ci/.github/workflows/deploy.yml@refs/heads/main";
            trust.claims = vec![claim("token.actions.githubusercontent.com:job_workflow_ref", "StringEquals", workflow)];
        });
        assert!(levels(&CHECK, &pinned).is_empty());
    }

    #[test]
    fn an_unknown_subject_says_nothing() {
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
