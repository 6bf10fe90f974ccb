//! # What it finds
//!
//! Signed URLs that are made to live longer than a day: commands, resources and calls that presign a request or make a
//! shared access signature. More than seven days is an error.
//!
//! # Why it matters
//!
//! A signed URL is a bearer credential that travels in logs, mails and browser histories. Nothing calls one back but the
//! key that signed it.
//!
//! # Instead
//!
//! Minutes, made when they are asked for. For Azure a user-delegation SAS, signed by an identity instead of the account key.

use unkeyed_model::{Level, Timestamp};

use super::{DAY, length, sessions, stated};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-URL-01",
    title: "signed URL lives longer than a day",
    level: Level::Warning,
    standards: &[nhi("NHI7:2025"), cwe("CWE-613"), cwe("CWE-598"), csf("PR.AA-01")],
    source: include_str!("signed_url.rs"),
    run,
};

/// The longest life of a SigV4 URL and of a user-delegation SAS (AWS S3 and Azure Storage documentation).
const LONGEST: u64 = 7 * DAY;

/// What session policies and traits call it.
const SETTING: &str = "signed-url-seconds";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        for (seconds, place) in stated(&linked.workload, SETTING).filter(|(seconds, _)| *seconds > DAY) {
            let message = format!("{} makes signed URLs that live {} ({}).", linked.workload.name, length(seconds), spot(place));
            sink.workload(&linked.workload.id, Statement::new(level(seconds), place, message));
        }
    }
    for linked in &view.context.workloads {
        for (_, until, place) in linked.workload.traits.iter().filter(|(name, ..)| name == "signed-url-until") {
            let left = instant(until).and_then(|end| u64::try_from(end.as_second() - view.context.now.as_second()).ok());
            let Some(seconds) = left.filter(|seconds| *seconds > DAY) else { continue };
            let message = format!("{} makes signed URLs that live until {until} ({}).", linked.workload.name, spot(place));
            sink.workload(&linked.workload.id, Statement::new(level(seconds), place, message));
        }
    }
    let ends = view.facts().sessions.iter().filter_map(|session| Some((session, session.setting.strip_prefix("signed-url-until ")?)));
    for (session, until) in ends {
        let left = instant(until).and_then(|end| u64::try_from(end.as_second() - view.context.now.as_second()).ok());
        let Some(seconds) = left.filter(|seconds| *seconds > DAY) else { continue };
        let message = format!("{} makes signed URLs that live until {until} ({}).", view.name(&session.principal), spot(&session.location));
        sink.principal(&session.principal, &Statement::new(level(seconds), &session.location, message));
    }
    let platforms = [unkeyed_model::Platform::Aws, unkeyed_model::Platform::Azure, unkeyed_model::Platform::Gcp];
    for (session, seconds) in platforms.into_iter().flat_map(|platform| sessions(view, platform, &[SETTING])) {
        if seconds > DAY {
            let message = format!(
                "{} makes a signed URL that lives {} ({}).",
                view.name(&session.principal),
                length(seconds),
                spot(&session.location)
            );
            sink.principal(&session.principal, &Statement::new(level(seconds), &session.location, message));
        }
    }
}

/// RFC 3339, as `az` takes it also without seconds or as a date.
fn instant(text: &str) -> Option<Timestamp> {
    let forms = [text.to_owned(), text.replace('Z', ":00Z"), format!("{text}T00:00:00Z")];
    forms.iter().find_map(|form| form.parse().ok())
}

const fn level(seconds: u64) -> Level {
    if seconds > LONGEST { Level::Error } else { CHECK.level }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{lasting, levels, says, with_job};

    fn until(end: &str) -> Vec<Level> {
        levels(&CHECK, &with_job(Platform::Azure, |job| job.traits.push(says("signed-url-until", end))))
    }

    fn made(seconds: &str) -> Vec<Level> {
        levels(&CHECK, &with_job(Platform::Aws, |job| job.traits.push(says(SETTING, seconds))))
    }

    #[test]
    fn days_are_a_warning_and_weeks_an_error() {
        assert_eq!(made("604800"), [Level::Warning]);
        assert_eq!(made("31536000"), [Level::Error]);
        assert_eq!(levels(&CHECK, &lasting(Platform::Azure, SETTING, Some(31_536_000))), [Level::Error]);
        assert_eq!(until("2030-01-01T00:00Z"), [Level::Error]);
        assert_eq!(until("2026-06-05"), [Level::Warning]);
    }

    #[test]
    fn hours_are_fine_and_an_unknown_length_unknown() {
        assert!(made("3600").is_empty());
        assert!(made("$EXPIRES").is_empty());
        assert!(until("$EXPIRES").is_empty());
        assert!(until("2020-01-01T00:00:00Z").is_empty());
        assert!(levels(&CHECK, &lasting(Platform::Gcp, SETTING, None)).is_empty());
    }
}
