//! # What it finds
//!
//! A propagation trust whose `clock_skew_seconds` is above 300.
//!
//! # Why it matters
//!
//! So long after its end a token is still accepted: what was copied from a log or a memory dump stays good for longer than
//! its issuer meant.
//!
//! # Instead
//!
//! Leave it out, or 60; set the clocks by NTP.

use unkeyed_model::{Level, Value};

use super::{propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-08",
    title: "expired tokens are accepted for long",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("clock_skew.rs"),
    run,
};

/// Seconds that clocks may differ by; the most that NTP leaves unset machines with is far below.
const MOST: u64 = 300;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view) {
        let seconds = setting(trust, "clock_skew_seconds").and_then(Value::known).and_then(|text| text.parse::<u64>().ok());
        let Some(seconds) = seconds.filter(|seconds| *seconds > MOST) else { continue };
        let message = format!(
            "The propagation trust of {} ({}) accepts tokens for {seconds} seconds after their end.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn skewed(value: Value) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Oci, |trust| trust.settings = vec![("clock_skew_seconds".into(), value)]))
    }

    #[test]
    fn only_more_than_five_minutes_is_noted() {
        assert_eq!(skewed(Value::literal("301")), [Level::Note]);
        assert!(skewed(Value::literal("300")).is_empty());
        assert!(skewed(Value::unknown("var.skew")).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Oci, |_| {})).is_empty());
    }
}
