//! # What it finds
//!
//! A job that asks AWS for a session which outlasts the job: `role-duration-seconds` above `timeout-minutes`.
//!
//! # Why it matters
//!
//! The keys stay valid after the job is gone, and nothing needs them then but whoever copied them.
//!
//! # Instead
//!
//! Ask for no more than the job's own limit; 900 seconds is the least AWS gives.

use unkeyed_model::{Level, Platform, TtlBasis};

use super::aws_session::timeout;
use super::length;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-AWS-03",
    title: "session outlasts the job",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("aws_job.rs"),
    run,
};

/// The shortest session AWS gives (STS, AssumeRoleWithWebIdentity).
const SHORTEST: u64 = 900;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let Some(timeout) = timeout(linked) else { continue };
        for path in linked.workload.identity_paths.iter().filter(|path| path.platform == Platform::Aws) {
            let asked = path.ttl.filter(|ttl| ttl.basis == TtlBasis::Declared && ttl.seconds > timeout.max(SHORTEST));
            let (Some(ttl), Some(place)) = (asked, path.consumer.as_ref()) else { continue };
            let message = format!(
                "{} asks for a session of {} ({}) and ends after {} at the latest.",
                linked.workload.name,
                length(ttl.seconds),
                spot(place),
                length(timeout),
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Ttl};

    use super::*;
    use crate::checks::testing::{levels, says, with_job};

    fn job(seconds: u64, basis: TtlBasis, timeout: Option<&str>) -> Estate {
        with_job(Platform::Aws, |job| {
            job.identity_paths[0].ttl = Some(Ttl { seconds, basis });
            job.traits.extend(timeout.map(|minutes| says("timeout-minutes", minutes)));
        })
    }

    #[test]
    fn a_session_that_outlasts_the_job_is_a_note() {
        assert_eq!(levels(&CHECK, &job(7_200, TtlBasis::Declared, Some("30"))), [Level::Note]);
    }

    #[test]
    fn a_session_within_the_job_is_fine_and_so_is_the_shortest() {
        assert!(levels(&CHECK, &job(1_800, TtlBasis::Declared, Some("30"))).is_empty());
        assert!(levels(&CHECK, &job(900, TtlBasis::Declared, Some("5"))).is_empty());
    }

    #[test]
    fn without_a_limit_or_a_request_nothing_is_said() {
        assert!(levels(&CHECK, &job(7_200, TtlBasis::Declared, None)).is_empty());
        assert!(levels(&CHECK, &job(7_200, TtlBasis::VendorDefault, Some("30"))).is_empty());
    }
}
