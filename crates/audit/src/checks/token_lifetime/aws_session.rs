//! # What it finds
//!
//! An AWS role whose sessions may last longer than an hour (`max_session_duration`); a note where a job that becomes the
//! role may not even run half as long.
//!
//! # Why it matters
//!
//! A session's keys can't be called back one by one: whoever copies them has them until they end. The setting is a
//! maximum that any caller may ask for.
//!
//! # Instead
//!
//! `max_session_duration = 3600`, the default, and a fresh session for each task. A job that runs longer asks again with a
//! fresh token of its own.

use unkeyed_model::{Level, Platform};

use super::{HOUR, length};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::context::Linked;

pub(super) const CHECK: Check = Check {
    id: "TL-AWS-01",
    title: "role sessions may last longer than an hour",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("aws_session.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let sessions =
        view.facts().sessions.iter().filter(|session| session.platform == Platform::Aws && session.setting == "max_session_duration");
    for session in sessions {
        let Some(seconds) = session.seconds else { continue };
        if seconds > HOUR {
            let message = format!(
                "Sessions of {} may last {} ({}), longer than any one task needs.",
                view.name(&session.principal),
                length(seconds),
                spot(&session.location),
            );
            sink.principal(&session.principal, &Statement::new(CHECK.level, &session.location, message));
            continue;
        }
        for linked in view.users(&session.principal) {
            let Some(timeout) = timeout(linked).filter(|timeout| seconds > timeout * 2) else { continue };
            let message = format!(
                "Sessions of {} may last {} ({}), but {} ends after {}.",
                view.name(&session.principal),
                length(seconds),
                spot(&session.location),
                linked.workload.name,
                length(timeout),
            );
            sink.workload(&linked.workload.id, Statement::new(Level::Note, &session.location, message));
        }
    }
}

/// After how many seconds the workload is ended.
pub(super) fn timeout(linked: &Linked) -> Option<u64> {
    let minutes = linked.workload.traits.iter().find(|(name, ..)| name == "timeout-minutes")?.1.trim().parse::<u64>().ok()?;
    minutes.checked_mul(60)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, SessionPolicy, TtlBasis};

    use super::*;
    use crate::checks::testing::{KEY, levels, one_path, says};
    use crate::testing;

    fn lasting(seconds: Option<u64>) -> Estate {
        let mut estate = one_path(Platform::Aws);
        estate.facts.sessions.push(SessionPolicy {
            platform: Platform::Aws,
            principal: KEY.into(),
            setting: "max_session_duration".into(),
            seconds,
            basis: TtlBasis::Declared,
            location: testing::place("iam.tf", 30, 40),
        });
        estate
    }

    #[test]
    fn more_than_an_hour_is_a_warning() {
        assert_eq!(levels(&CHECK, &lasting(Some(43_200))), [Level::Warning]);
    }

    #[test]
    fn more_than_twice_the_job_is_a_note() {
        let mut estate = lasting(Some(3_600));
        estate.facts.workloads[0].traits.push(says("timeout-minutes", "10"));
        assert_eq!(levels(&CHECK, &estate), [Level::Note]);
        estate.facts.workloads[0].traits[0].1 = "45".into();
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn an_hour_is_fine_and_an_unknown_length_unknown() {
        assert!(levels(&CHECK, &lasting(Some(3_600))).is_empty());
        assert!(levels(&CHECK, &lasting(None)).is_empty());
        let mut template = lasting(Some(3_600));
        template.facts.workloads[0].traits.push(says("timeout-minutes", "${{ inputs.minutes }}"));
        assert!(levels(&CHECK, &template).is_empty());
    }
}
