//! # What it finds
//!
//! A flexible federated identity credential of an Azure application whose expression admits other tenants or every
//! repository of one (an error), every branch and environment of one repository (a warning), or a beginning (a note). Every
//! repository of one tenant is a warning where `claims['job_workflow_ref']` names the workflow: all of them may call it.
//!
//! # Why it matters
//!
//! `matches` knows the wildcards `*` and `?`, which cross `/` and `:`. What an ordinary credential can't do by accident, one
//! character does here.
//!
//! # Instead
//!
//! `claims['sub'] eq 'repo:OWNER/REPO:environment:ENV'`, or a wildcard in the branch of one repository together with
//! `claims['job_workflow_ref']`.

use unkeyed_model::{Level, SubjectRule, TrustBinding};

use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::condition::Condition;
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-03",
    title: "expression admits more than one workload",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("wide_expression.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view).filter(|trust| matches!(trust.subject, SubjectRule::Expression(_))) {
        let Some(widest) = subjects::widest(trust) else { continue };
        let level = match widest.breadth {
            Breadth::Everybody | Breadth::Tenant => CHECK.level,
            Breadth::Project => Level::Warning,
            Breadth::Prefix => Level::Note,
            Breadth::Exact if is_any_caller(trust) => Level::Warning,
            Breadth::Exact => continue,
        };
        let message = format!(
            "The federated credential of {} ({}) admits {}: more than one workload fits.",
            view.name(&trust.principal),
            spot(&trust.location),
            widest.admits,
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

/// Whether only the workflow is fixed, and the subject leaves open which repository of a tenant, or of all, calls it.
fn is_any_caller(trust: &TrustBinding) -> bool {
    let issuer = Shared::template(&trust.issuer);
    let is_wide = |subject: &subjects::Subject| matches!(subject.breadth(issuer), Breadth::Everybody | Breadth::Tenant);
    let condition = Condition::of(trust);
    let names_workflow = condition.tests().iter().any(|test| test.plain_claim() == "job_workflow_ref");
    names_workflow && subjects::of(trust).iter().any(is_wide)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn levels_for(expression: &str) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = SubjectRule::Expression(expression.into())))
    }

    #[test]
    fn the_level_depends_on_the_breadth() {
        assert_eq!(levels_for("claims['sub'] matches 'repo:acme/*'"), [Level::Error]);
        assert_eq!(levels_for("claims['sub'] matches 'repo:acme/api:*'"), [Level::Warning]);
        assert_eq!(levels_for("claims['sub'] matches 'repo:acme/api:ref:refs/heads/release/*'"), [Level::Note]);
    }

    #[test]
    fn one_workflow_that_every_repository_may_call_is_a_warning() {
        let workflow = "claims['job_workflow_ref'] eq 'acme/ci/.github/workflows/d.yml@refs/heads/main'";
        assert_eq!(levels_for(&format!("claims['sub'] matches 'repo:acme/*' and {workflow}")), [Level::Warning]);
        assert!(levels_for(&format!("claims['sub'] matches 'repo:acme/api:ref:refs/heads/*' and {workflow}")).is_empty());
    }

    #[test]
    fn one_subject_is_fine() {
        assert!(levels_for("claims['sub'] eq 'repo:acme/api:environment:prod'").is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |_| {})).is_empty());
    }

    #[test]
    fn what_can_not_be_read_says_nothing() {
        assert!(levels_for("something else").is_empty());
        let unknown = SubjectRule::Unknown("var.expression".into());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = unknown)).is_empty());
    }
}
