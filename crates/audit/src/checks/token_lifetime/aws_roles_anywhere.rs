//! # What it finds
//!
//! A profile of AWS IAM Roles Anywhere whose sessions last longer than an hour (`duration_seconds`).
//!
//! # Why it matters
//!
//! The workload holds a certificate and can ask again whenever it needs to. A long session serves only whoever copied its
//! keys: it goes on after the certificate was revoked.
//!
//! # Instead
//!
//! `duration_seconds = 3600`, the default, or 900, the least.

use unkeyed_model::{Level, Platform};

use super::{HOUR, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-AWS-02",
    title: "Roles Anywhere session longer than an hour",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("aws_roles_anywhere.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (session, seconds) in sessions(view, Platform::Aws, &["duration_seconds"]).filter(|(_, seconds)| *seconds > HOUR) {
        let message = format!(
            "Roles Anywhere gives sessions of {} as {} ({}).",
            length(seconds),
            view.name(&session.principal),
            spot(&session.location),
        );
        sink.principal(&session.principal, &Statement::new(CHECK.level, &session.location, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{lasting, levels};

    fn profile(seconds: Option<u64>) -> Vec<Level> {
        levels(&CHECK, &lasting(Platform::Aws, "duration_seconds", seconds))
    }

    #[test]
    fn more_than_an_hour_is_a_warning() {
        assert_eq!(profile(Some(43_200)), [Level::Warning]);
    }

    #[test]
    fn an_hour_is_fine_and_an_unknown_length_unknown() {
        assert!(profile(Some(3_600)).is_empty());
        assert!(profile(None).is_empty());
    }
}
