//! # What it finds
//!
//! A workload identity pool provider whose attribute condition only tests claims that others can choose or take over:
//! `actor`, `ref`, `workflow`, a beginning of the repository's name (`startsWith('acme')`). The owner's name alone is a
//! warning.
//!
//! # Why it matters
//!
//! Every repository can have a branch `main` or a workflow `deploy`; a name that begins with `acme` can be registered
//! by anybody; a name that was given up can be taken.
//!
//! # Instead
//!
//! Test `repository_owner_id` and `repository_id` (GitHub), `namespace_id` and `project_id` (GitLab),
//! `terraform_organization_id`.

use unkeyed_model::{Level, TrustBinding};

use super::{attribute_condition, providers, tested_claims};
use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::condition::{Condition, How, Test};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-02",
    title: "condition tests only what others can choose",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("mutable_claim.rs"),
    run,
};

/// Claims that name a repository, a tenant or a workload by something others can't choose; names count where they are whole.
const BINDING: [&str; 15] = [
    "repository",
    "repository_id",
    "repository_owner_id",
    "enterprise_id",
    "enterprise",
    "job_workflow_ref",
    "project_path",
    "project_id",
    "namespace_id",
    "root_group_id",
    "terraform_organization_id",
    "terraform_workspace_id",
    "organization_id",
    "pipeline_id",
    "sub",
];

/// Names of tenants, which can be given up.
const OWNERS: [&str; 4] = ["repository_owner", "namespace_path", "terraform_organization_name", "organization_slug"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for provider in providers(view) {
        let trust = provider.trust;
        if Shared::of_value(&trust.issuer).is_none() || attribute_condition(trust).is_none() {
            continue;
        }
        let Some(level) = weakness(trust) else { continue };
        let claims = tested_claims(trust);
        let message = format!(
            "The provider of {} ({}) decides by {} alone, which others can choose or take over.",
            view.name(&trust.principal),
            spot(&trust.location),
            list(&claims),
        );
        sink.principals(&provider.principals(), &Statement::new(level, &trust.location, message));
    }
}

fn weakness(trust: &TrustBinding) -> Option<Level> {
    let condition = Condition::of(trust);
    let tests: Vec<&Test> = condition.tests().into_iter().filter(|test| test.plain_claim() != "aud").collect();
    // What could not be read may hold the claim that is missed.
    if tests.is_empty() || tests.iter().any(|test| test.how == How::Opaque || !test.values.iter().all(|value| value.known().is_some())) {
        return None;
    }
    if binds(&condition) {
        return None;
    }
    let owner = tests.iter().any(|test| OWNERS.contains(&test.plain_claim()) && !test.negated && test.how == How::Is);
    Some(if owner { Level::Warning } else { CHECK.level })
}

/// Whether every way through the condition tests a claim that binds.
fn binds(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(binds),
        Condition::Either(options) => options.iter().all(binds),
        Condition::Test(test) => !test.negated && BINDING.contains(&test.plain_claim()) && is_whole(test),
    }
}

/// Whether the owner's name, at least, is whole: `acme/` and `organization:acme:` are, `acme` is not.
fn is_whole(test: &Test) -> bool {
    let ends_owner = |text: &str| match text.strip_prefix("organization:") {
        Some(rest) => rest.split_once(':').is_some_and(|(owner, _)| !owner.is_empty()),
        None => text.split_once('/').is_some_and(|(owner, _)| !owner.is_empty() && !owner.ends_with(':')),
    };
    match test.how {
        How::Is | How::Folded => true,
        How::StartsWith => test.values.iter().filter_map(|value| value.known()).all(ends_owner),
        How::Like => {
            let beginnings = test.values.iter().filter_map(|value| value.known()?.split_once(['*', '?']));
            beginnings.map(|(beginning, _)| beginning).all(ends_owner)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, SubjectRule, Value};

    use super::*;
    use crate::checks::testing::{claim, gcp, levels};

    fn conditioned(condition: &str) -> Estate {
        let mut estate = gcp("principal://x/subject/y", None);
        estate.facts.trusts[0].subject = SubjectRule::Expression(condition.into());
        estate.facts.trusts[0].claims = vec![claim("attribute_condition", "cel", condition)];
        estate
    }

    #[test]
    fn claims_that_others_choose_are_an_error() {
        for condition in [
            "assertion.ref == 'refs/heads/main'",
            "assertion.actor == 'bob' && assertion.workflow == 'deploy'",
            "assertion.repository.startsWith('acme')",
            "assertion.repository_id == '1' || assertion.actor == 'bob'",
            "assertion.repository != 'evil/x'",
            "assertion.repository.matches('acme/.*')",
            "assertion.repository.endsWith('/api')",
        ] {
            assert_eq!(levels(&CHECK, &conditioned(condition)), [Level::Error], "{condition}");
        }
        assert_eq!(levels(&CHECK, &conditioned("assertion.repository_owner == 'acme'")), [Level::Warning]);
    }

    #[test]
    fn claims_that_bind_are_fine() {
        for condition in [
            "assertion.repository_owner_id == '1' && assertion.ref == 'refs/heads/main'",
            "assertion.repository == 'acme/api'",
            "assertion.repository.startsWith('acme/')",
            "assertion.sub.startsWith('repo:acme/')",
            "assertion.repository.matches('^acme/(api|web-.*)$')",
        ] {
            assert!(levels(&CHECK, &conditioned(condition)).is_empty(), "{condition}");
        }
    }

    #[test]
    fn what_can_not_be_read_says_nothing() {
        assert!(levels(&CHECK, &conditioned("size(assertion.repository) > 3 && assertion.ref == 'x'")).is_empty());
        let mut unknown = conditioned("assertion.ref == 'x'");
        unknown.facts.trusts[0].subject = SubjectRule::Unknown("var.condition".into());
        unknown.facts.trusts[0].claims[0].values = vec![Value::unknown("var.condition")];
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
