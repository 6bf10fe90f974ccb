//! # What it finds
//!
//! A trust in this repository's tokens for an environment that no job uses, or for a branch that doesn't exist.
//!
//! # Why it matters
//!
//! The branch was renamed or the environment moved, and the trust stayed behind. Whoever may create a branch or an
//! environment can bring the name back and has the access, without the rules that protected the old one.
//!
//! # Instead
//!
//! Trust the environment or branch that the job runs in now, and delete the old trust.

use std::collections::BTreeSet;

use unkeyed_model::{Level, Value, WorkloadKind};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::trust_aws::named_repository;
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::condition::How;
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-DRIFT-02",
    title: "trust for an environment or branch that is gone",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("gone_context.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let Some(repository) = view.context.estate.repository.as_ref() else { return };
    let Some(here) = repository.slug_on("github.com") else { return };
    let environments = environments(view);
    let branches: Option<BTreeSet<&str>> =
        repository.knows_all_branches.then(|| repository.branches.iter().chain(&repository.default_branch).map(String::as_str).collect());
    for (key, trusts) in view.trusted() {
        for trust in trusts.iter().filter(|trust| Shared::of_value(&trust.issuer) == Some(Shared::GitHub)) {
            let exact = subjects::of(trust).into_iter().filter(|subject| matches!(subject.how, How::Is | How::Folded));
            let ours = exact.filter(|subject| named_repository(&subject.text).is_some_and(|name| name.eq_ignore_ascii_case(here)));
            for subject in ours {
                let Some(what) = gone(&subject.text, environments.as_ref(), branches.as_ref()) else { continue };
                let message =
                    format!("The trust of {} ({}) admits \"{}\", but {what}.", view.name(key), spot(&trust.location), subject.text);
                sink.principal(key, &Statement::new(CHECK.level, &trust.location, message));
            }
        }
    }
}

/// What the subject names that isn't there.
fn gone(subject: &str, environments: Option<&BTreeSet<String>>, branches: Option<&BTreeSet<&str>>) -> Option<String> {
    if let Some((_, name)) = subject.split_once(":environment:") {
        let known = environments?.contains(&name.replace("%3A", ":").to_ascii_lowercase());
        return (!known).then(|| format!("no job here runs in the environment {name}"));
    }
    let (_, branch) = subject.split_once(":ref:refs/heads/")?;
    (!branches?.contains(branch)).then(|| format!("there is no branch {branch}"))
}

/// The environments of all jobs, in lower case as GitHub compares them; `None` if there are no jobs to be seen, or some job's environment
/// can't be told.
fn environments(view: &View<'_>) -> Option<BTreeSet<String>> {
    let jobs: Vec<_> =
        view.facts().workloads.iter().filter(|workload| workload.kind == WorkloadKind::GhaJob && !workload.component).collect();
    let calls_out = jobs.iter().any(|job| job.traits.iter().any(|(name, ..)| name == "calls-foreign-workflow"));
    if jobs.is_empty() || calls_out {
        return None;
    }
    let named = jobs.iter().filter_map(|job| job.environment.as_ref());
    named.map(|environment| Some(Value::known(environment)?.trim().to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{exact, levels, says, with_trust};

    fn trusting(subject: &str) -> Estate {
        with_trust(Platform::Aws, |trust| trust.subject = exact(subject))
    }

    fn in_environment(subject: &str, environment: Value) -> Estate {
        let mut estate = trusting(subject);
        estate.facts.workloads[0].environment = Some(environment);
        estate
    }

    #[test]
    fn what_is_gone_is_a_warning() {
        assert_eq!(levels(&CHECK, &trusting("repo:acme/api:ref:refs/heads/master")), [Level::Warning]);
        assert_eq!(levels(&CHECK, &in_environment("repo:acme/api:environment:prod", Value::literal("production"))), [Level::Warning]);
    }

    #[test]
    fn what_is_there_is_fine() {
        assert!(levels(&CHECK, &trusting("repo:acme/api:ref:refs/heads/main")).is_empty());
        assert!(levels(&CHECK, &in_environment("repo:acme/api:environment:prod", Value::literal("Prod"))).is_empty());
        assert!(levels(&CHECK, &trusting("repo:acme/web:ref:refs/heads/master")).is_empty());
    }

    #[test]
    fn what_can_not_be_told_says_nothing() {
        let mut shallow = trusting("repo:acme/api:ref:refs/heads/master");
        shallow.repository.as_mut().unwrap().knows_all_branches = false;
        assert!(levels(&CHECK, &shallow).is_empty());
        assert!(levels(&CHECK, &in_environment("repo:acme/api:environment:prod", Value::unknown("inputs.stage"))).is_empty());
        let mut elsewhere = trusting("repo:acme/api:environment:prod");
        elsewhere.facts.workloads[0].traits.push(says("calls-foreign-workflow", "acme/ci/.github/workflows/deploy.yml@v1"));
        assert!(levels(&CHECK, &elsewhere).is_empty());
        let mut none = trusting("repo:acme/api:environment:prod");
        none.facts.workloads.clear();
        assert!(levels(&CHECK, &none).is_empty());
    }
}
