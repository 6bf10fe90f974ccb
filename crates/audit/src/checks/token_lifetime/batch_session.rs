//! # What it finds
//!
//! A batch job that fetches a session once (`aws sts get-session-token`, `assume-role`) and may run longer than the session lasts, or
//! asks for a session of many hours to last through its run.
//!
//! # Why it matters
//!
//! A session that is kept in a file or in the environment isn't renewed. So people make it as long as the longest run, or
//! put a durable key beside it for the hour when it ends.
//!
//! # Instead
//!
//! Let the SDK assume the role itself: with a web identity token file or the platform's endpoint it asks again, with a fresh
//! assertion, whenever the session is about to end.

use unkeyed_model::{Level, Workload};

use super::{HOUR, is_batch, length, stated};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-BJ-01",
    title: "batch job lives on one session",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("batch_session.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let deadline = deadline(&linked.workload);
        if deadline.is_none() && !is_batch(&linked.workload) {
            continue;
        }
        for (seconds, place) in stated(&linked.workload, "session-seconds") {
            let why = match deadline {
                Some(deadline) if deadline > seconds.max(HOUR) => format!("and may run {}", length(deadline)),
                _ if seconds > HOUR && is_batch(&linked.workload) => "instead of asking again when it needs to".to_owned(),
                _ => continue,
            };
            let message = format!("{} fetches one session of {} ({}) {why}.", linked.workload.name, length(seconds), spot(place));
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

/// After how many seconds the run is ended.
fn deadline(workload: &Workload) -> Option<u64> {
    let minutes = stated(workload, "timeout-minutes").filter_map(|(minutes, _)| minutes.checked_mul(60));
    let seconds = ["active-deadline-seconds", "timeout-seconds"].into_iter().flat_map(|name| stated(workload, name));
    seconds.map(|(seconds, _)| seconds).chain(minutes).max()
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{levels, says, with_job};

    fn job(id: &str, traits: &[(&str, &str)]) -> Estate {
        with_job(Platform::Aws, |job| {
            job.id = id.into();
            job.traits.extend(traits.iter().map(|(name, value)| says(name, value)));
        })
    }

    const NIGHTLY: &str = "k8s:data/CronJob/nightly";

    #[test]
    fn one_session_for_a_longer_run_is_a_warning() {
        assert_eq!(levels(&CHECK, &job(NIGHTLY, &[("session-seconds", "3600"), ("active-deadline-seconds", "21600")])), [Level::Warning]);
        assert_eq!(
            levels(&CHECK, &job("gitlab:.gitlab-ci.yml#etl", &[("session-seconds", "3600"), ("timeout-minutes", "360")])),
            [Level::Warning]
        );
        assert_eq!(levels(&CHECK, &job(NIGHTLY, &[("session-seconds", "43200")])), [Level::Warning]);
    }

    #[test]
    fn a_run_within_the_session_is_fine() {
        assert!(levels(&CHECK, &job(NIGHTLY, &[("session-seconds", "3600"), ("active-deadline-seconds", "1800")])).is_empty());
        assert!(levels(&CHECK, &job(NIGHTLY, &[("active-deadline-seconds", "21600")])).is_empty());
        // Neither is a job of less than an hour that asked for less than it may take.
        assert!(levels(&CHECK, &job("gitlab:.gitlab-ci.yml#deploy", &[("session-seconds", "900"), ("timeout-minutes", "30")])).is_empty());
    }

    #[test]
    fn what_is_no_batch_or_not_known_says_nothing() {
        assert!(levels(&CHECK, &job("k8s:shop/Deployment/web", &[("session-seconds", "43200")])).is_empty());
        assert!(levels(&CHECK, &job(NIGHTLY, &[("session-seconds", "$SECONDS")])).is_empty());
    }
}
