//! # What it finds
//!
//! A GitHub job on a self-hosted runner that may ask for identity tokens, where a trust it uses doesn't restrict
//! `runner_environment`.
//!
//! # Why it matters
//!
//! A runner of one's own keeps files and processes between jobs: another job on the machine can wait for the token. A trust that
//! names the kind of runner says which machines may have it.
//!
//! # Instead
//!
//! Ephemeral runners, and a condition on `runner_environment` (`github-hosted` where the job needs no machine of one's own).

use unkeyed_model::{Level, TrustBinding, WorkloadKind};

use super::{may_ask, traits};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::condition::{Condition, How};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-CI-04",
    title: "self-hosted runner gets tokens that any runner may use",
    level: Level::Note,
    standards: standards::PIPELINE,
    source: include_str!("self_hosted.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in view.context.workloads.iter().filter(|linked| linked.workload.kind == WorkloadKind::GhaJob) {
        let own = traits(&linked.workload, "runs-on").find(|(label, _)| *label == "self-hosted");
        let (Some((_, place)), Some(_)) = (own, may_ask(&linked.workload)) else { continue };
        let indices = linked.paths.iter().flat_map(|path| &path.trusts);
        let mut trusts: Vec<&TrustBinding> = indices.filter_map(|&at| view.facts().trusts.get(at)).collect();
        if trusts.is_empty() {
            // A policy in a file of its own says of which repository it is, and not of which role.
            trusts.extend(view.facts().trusts.iter().filter(|trust| trust.principal.starts_with("aws:trust-policy/")));
        }
        let mut open = trusts.into_iter().filter(|trust| Shared::of_value(&trust.issuer) == Some(Shared::GitHub)).filter(|trust| {
            // A condition that could not be read may name it.
            let condition = Condition::of(trust);
            !condition.tests().iter().any(|test| test.plain_claim() == "runner_environment" || test.how == How::Opaque)
        });
        let Some(trust) = open.next() else { continue };
        let message = format!(
            "Job {} asks for identity tokens on a self-hosted runner ({}), and the trust of {} doesn't restrict runner_environment.",
            linked.workload.name,
            spot(place),
            view.name(&trust.principal),
        );
        sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message).with(&trust.location, "the trust"));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{claim, levels, says, with_job};

    fn on(label: &str) -> Estate {
        with_job(Platform::Aws, |job| job.traits = vec![says("runs-on", label), says("id-token", "write")])
    }

    #[test]
    fn a_runner_of_ones_own_is_noted() {
        assert_eq!(levels(&CHECK, &on("self-hosted")), [Level::Note]);
    }

    #[test]
    fn a_trust_of_a_file_that_names_no_role_may_be_the_one() {
        let mut estate = on("self-hosted");
        estate.facts.trusts[0].principal = "aws:trust-policy/trust.json".into();
        assert_eq!(levels(&CHECK, &estate), [Level::Note]);
        estate.facts.trusts[0].issuer = unkeyed_model::Value::literal("gitlab.com");
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn hosted_runners_restricted_trusts_and_the_unknown_are_fine() {
        assert!(levels(&CHECK, &on("ubuntu-24.04")).is_empty());
        assert!(levels(&CHECK, &on("${{ matrix.runner }}")).is_empty());
        let mut restricted = on("self-hosted");
        let key = "token.actions.githubusercontent.com:runner_environment";
        restricted.facts.trusts[0].claims = vec![claim(key, "StringEquals", "self-hosted")];
        assert!(levels(&CHECK, &restricted).is_empty());
        let mut nowhere = on("self-hosted");
        nowhere.facts.trusts.clear();
        assert!(levels(&CHECK, &nowhere).is_empty());
    }
}
