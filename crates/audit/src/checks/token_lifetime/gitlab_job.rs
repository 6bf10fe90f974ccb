//! # What it finds
//!
//! A GitLab job that asks for ID tokens and may run longer than an hour, by its own `timeout` or by that of its project
//! (`build_timeout`).
//!
//! # Why it matters
//!
//! An ID token lives as long as the job's timeout (GitLab docs, "OpenID Connect authentication using ID tokens"). Until then
//! whoever copied it can exchange it, even if the job itself was done within a minute.
//!
//! # Instead
//!
//! `timeout: 15m` on jobs that ask for tokens.

use unkeyed_model::{Level, Location, Platform, WorkloadKind};

use super::{HOUR, length, sessions, stated};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::context::Linked;

pub(super) const CHECK: Check = Check {
    id: "TL-GL-01",
    title: "ID token lives as long as the job may: over an hour",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("gitlab_job.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let of_project =
        sessions(view, Platform::Saas, &["build_timeout"]).map(|(session, seconds)| (seconds, &session.location)).max_by_key(|p| p.0);
    let jobs = view.context.workloads.iter().filter(|linked| linked.workload.kind == WorkloadKind::GitlabJob);
    for linked in jobs {
        let Some(token) = token(linked) else { continue };
        let has_own = linked.workload.traits.iter().any(|(name, ..)| name == "timeout-seconds");
        let own = stated(&linked.workload, "timeout-seconds").next();
        let Some((seconds, place)) = own.or(of_project.filter(|_| !has_own)).filter(|(seconds, _)| *seconds > HOUR) else { continue };
        let message =
            format!("ID tokens of {} ({}) live as long as the job may run: {}.", linked.workload.name, spot(token), length(seconds));
        sink.workload(&linked.workload.id, Statement::new(CHECK.level, token, message).with(place, "the timeout"));
    }
}

/// Where the job asks for a token that it presents to others.
fn token(linked: &Linked) -> Option<&Location> {
    let presents = linked.workload.identity_paths.iter().filter(|path| path.platform_bound.is_none());
    presents.filter(|path| !path.tokens.is_empty()).find_map(|path| path.capability.as_ref())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, SessionPolicy};

    use super::*;
    use crate::checks::testing::{lasting, levels, says, with_job};

    fn job(timeout: Option<&str>) -> Estate {
        with_job(Platform::Aws, |job| {
            job.kind = WorkloadKind::GitlabJob;
            job.traits.extend(timeout.map(|seconds| says("timeout-seconds", seconds)));
        })
    }

    fn in_project(mut estate: Estate, seconds: u64) -> Estate {
        let session = lasting(Platform::Saas, "build_timeout", Some(seconds)).facts.sessions.remove(0);
        estate.facts.sessions.push(SessionPolicy { principal: "tf:infra#gitlab_project.api".into(), ..session });
        estate
    }

    #[test]
    fn hours_of_timeout_are_a_note() {
        assert_eq!(levels(&CHECK, &job(Some("10800"))), [Level::Note]);
        assert_eq!(levels(&CHECK, &in_project(job(None), 7_200)), [Level::Note]);
    }

    #[test]
    fn a_short_timeout_of_its_own_is_fine() {
        assert!(levels(&CHECK, &job(Some("900"))).is_empty());
        assert!(levels(&CHECK, &in_project(job(Some("900")), 7_200)).is_empty());
    }

    #[test]
    fn jobs_without_a_token_or_a_known_timeout_say_nothing() {
        assert!(levels(&CHECK, &job(None)).is_empty());
        assert!(levels(&CHECK, &in_project(job(Some("$TIMEOUT")), 7_200)).is_empty());
        let mut tokenless = job(Some("10800"));
        tokenless.facts.workloads[0].identity_paths.clear();
        assert!(levels(&CHECK, &tokenless).is_empty());
    }
}
