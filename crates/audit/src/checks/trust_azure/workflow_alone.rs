//! # What it finds
//!
//! A flexible federated credential whose expression restricts `job_workflow_ref` and not the subject.
//!
//! # Why it matters
//!
//! A reusable workflow may be called by every repository that can read it: the whole organisation, or everybody if it is
//! public. Its inputs, and the environment it deploys to, are the caller's choice.
//!
//! # Instead
//!
//! Restrict both: `claims['sub'] matches 'repo:ORG/REPO:…' and claims['job_workflow_ref'] eq '…'` (Microsoft, "Flexible
//! federated identity credentials").

use unkeyed_model::{Level, SubjectRule};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::condition::{Condition, How};

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-04",
    title: "expression names a workflow and not who calls it",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("workflow_alone.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view).filter(|trust| matches!(trust.subject, SubjectRule::Expression(_))) {
        let condition = Condition::of(trust);
        let tests = condition.tests();
        let names = |claim: &str| tests.iter().any(|test| test.plain_claim() == claim && !test.negated);
        if names("sub") || !names("job_workflow_ref") || tests.iter().any(|test| test.how == How::Opaque) {
            continue;
        }
        let message = format!(
            "The federated credential of {} ({}) names the workflow that must run, and admits every repository that may call it.",
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

    fn levels_for(expression: &str) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = SubjectRule::Expression(expression.into())))
    }

    #[test]
    fn a_workflow_alone_is_a_warning() {
        assert_eq!(levels_for("claims['job_workflow_ref'] matches 'acme/ci/.github/workflows/d.yml@*'"), [Level::Warning]);
    }

    #[test]
    fn with_a_subject_or_unread_it_is_not() {
        assert!(levels_for("claims['sub'] eq 'repo:acme/api:pull_request' and claims['job_workflow_ref'] eq 'x'").is_empty());
        assert!(levels_for("claims['job_workflow_ref'] eq 'x' and size(claims) > 2").is_empty());
        assert!(levels_for("claims['sub'] matches 'repo:acme/*'").is_empty());
    }
}
