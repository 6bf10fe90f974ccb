//! # What it finds
//!
//! A live token that was issued for more than an hour (`thresholds.target` of the policy) and less than a day: short-lived
//! still, and longer than most tasks need.
//!
//! # Why it matters
//!
//! Whoever copies it has the rest of the day. An hour is what AWS, Google Cloud, SPIRE and Kubernetes give unless they are
//! asked for more.
//!
//! # Instead
//!
//! Ask for an hour or less and let the client fetch the next one by itself.

use unkeyed_model::{Class, Level};

use super::length;
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::residue::say;
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-LONGISH",
    title: "token lives longer than an hour",
    level: Level::Note,
    standards: standards::LIFETIME,
    source: include_str!("longer_than_target.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let target = view.context.policy.thresholds.target;
    for token in view.context.artifacts.iter().filter(|artifact| artifact.class == Class::ShortLived) {
        let Some(seconds) = token.lifetime.seconds().filter(|seconds| *seconds > target) else { continue };
        let Some((place, _)) = token.locations.first() else { continue };
        let message = format!("{} ({}) lives {}; the target is {}.", called(token), spot(place), length(seconds), length(target));
        say(sink, token, &Statement::new(CHECK.level, place, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{artifact, findings_with, one_path};

    fn levels(class: Class, seconds: Option<u64>) -> Vec<Level> {
        let estate = one_path(Platform::Aws);
        let mut token = artifact("aws.temp-key", class, &estate);
        token.lifetime.declared_seconds = seconds;
        findings_with(&CHECK, &estate, vec![token]).into_iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn half_a_day_is_a_note() {
        assert_eq!(levels(Class::ShortLived, Some(43_200)), [Level::Note]);
    }

    #[test]
    fn an_hour_an_unknown_length_and_other_classes_are_left_alone() {
        assert!(levels(Class::ShortLived, Some(3_600)).is_empty());
        assert!(levels(Class::ShortLived, None).is_empty());
        assert!(levels(Class::LongLived, Some(604_800)).is_empty());
    }
}
