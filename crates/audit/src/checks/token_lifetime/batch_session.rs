//! # What it finds
//!
//! A batch job that fetches a session once (`aws sts get-session-token`, `assume-role`) and may run longer than the session lasts, or
//! asks for a session of many hours to last through its run. So does a job of a pipeline that signs in with an action or a command
//! whose session nobody renews; there it is a note unless the job runs on a schedule, because an ordinary job's limit says little.
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

use unkeyed_model::{IdentityPath, Level, Workload};

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

/// Logins whose session is good until it ends: what they leave behind can't ask for another one. Not so `google-github-actions/auth`
/// and Terraform's providers, which ask the runner for a fresh token.
const ONCE: [&str; 5] = [
    "aws-actions/configure-aws-credentials",
    "azure/login",
    "az login --federated-token",
    "hashicorp/vault-action",
    "jfrog/setup-jfrog-cli",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let deadline = deadline(&linked.workload);
        if let Some(deadline) = deadline {
            logins(&linked.workload, deadline, sink);
        }
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

/// Sessions of logins that end before the job need.
fn logins(workload: &Workload, deadline: u64, sink: &mut Sink<'_>) {
    let once = |path: &&IdentityPath| ONCE.iter().any(|login| path.mechanism.starts_with(login));
    let signs_in = || workload.identity_paths.iter().filter(once);
    let is_scheduled = workload.traits.iter().any(|(name, text, _)| name == "trigger" && text == "schedule");
    for path in signs_in() {
        let again = signs_in().filter(|other| other.platform == path.platform && other.principal == path.principal).count() > 1;
        let (Some(ttl), Some(place)) = (path.ttl.filter(|ttl| deadline > ttl.seconds.max(HOUR) && !again), path.consumer.as_ref()) else {
            continue;
        };
        let message = format!(
            "{} signs in to {} once, for {} ({}), and may run {}.",
            workload.name,
            path.destination,
            length(ttl.seconds),
            spot(place),
            length(deadline)
        );
        let level = if is_scheduled { CHECK.level } else { Level::Note };
        sink.workload(&workload.id, Statement::new(level, place, message));
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
    use unkeyed_model::{Estate, Platform, Ttl, TtlBasis};

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
    fn a_login_that_nobody_repeats_is_a_warning_on_a_schedule_and_else_a_note() {
        let login = |mechanism: &str, traits: &[(&str, &str)]| {
            let mut estate = job("gha:.github/workflows/batch.yml#batch", traits);
            let path = &mut estate.facts.workloads[0].identity_paths[0];
            path.mechanism = mechanism.into();
            path.ttl = Some(Ttl { seconds: 5_400, basis: TtlBasis::VendorDefault });
            estate
        };
        let nightly = [("timeout-minutes", "330"), ("trigger", "schedule")];
        assert_eq!(levels(&CHECK, &login("azure/login client-id", &nightly)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &login("azure/login client-id", &nightly[..1])), [Level::Note]);
        assert!(levels(&CHECK, &login("azure/login client-id", &[("timeout-minutes", "80"), nightly[1]])).is_empty());
        assert!(levels(&CHECK, &login("google-github-actions/auth", &nightly)).is_empty());
        let mut twice = login("azure/login client-id", &nightly);
        let again = twice.facts.workloads[0].identity_paths[0].clone();
        twice.facts.workloads[0].identity_paths.push(again);
        assert!(levels(&CHECK, &twice).is_empty());
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
