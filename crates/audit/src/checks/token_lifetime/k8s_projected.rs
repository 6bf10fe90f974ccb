//! # What it finds
//!
//! A projected service-account token that is asked for longer than a day (an error), longer than an hour (a warning), or
//! shorter than ten minutes, which the API server refuses (a warning).
//!
//! # Why it matters
//!
//! The kubelet renews the token long before it ends, so that a long life serves nobody but whoever copied it.
//!
//! # Instead
//!
//! `expirationSeconds: 3600`, the default, or 600.

use unkeyed_model::{Level, Platform};

use super::{DAY, HOUR, length};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-K8S-01",
    title: "projected token lives too long",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("k8s_projected.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let written = linked.workload.traits.iter().filter(|(name, ..)| name == "projected-token-seconds");
        for (_, text, location) in written {
            let Some((level, seconds, why)) = text.trim().parse().ok().and_then(judged) else { continue };
            let message = format!(
                "{} asks for a service-account token of {} ({}), {why}.",
                linked.workload.name,
                length(seconds),
                spot(location),
            );
            sink.workload(&linked.workload.id, Statement::new(level, location, message));
        }
    }
    let sessions = view.facts().sessions.iter().filter(|session| session.platform == Platform::K8s && session.setting == "expirationSeconds");
    for session in sessions {
        let Some((level, seconds, why)) = session.seconds.and_then(judged) else { continue };
        let message = format!(
            "Tokens of {} are asked for {} ({}), {why}.",
            view.name(&session.principal),
            length(seconds),
            spot(&session.location),
        );
        sink.principal(&session.principal, &Statement::new(level, &session.location, message));
    }
}

fn judged(seconds: u64) -> Option<(Level, u64, &'static str)> {
    match seconds {
        0..600 => Some((Level::Warning, seconds, "which the API server refuses: ten minutes are the least")),
        600..=HOUR => None,
        seconds if seconds <= DAY => Some((CHECK.level, seconds, "longer than the hour that is the default")),
        _ => Some((Level::Error, seconds, "so that a copy is good for days")),
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, one_path, says, with_job};

    fn asking(seconds: &str) -> Estate {
        with_job(Platform::K8s, |pod| pod.traits.push(says("projected-token-seconds", seconds)))
    }

    #[test]
    fn the_level_depends_on_the_length() {
        assert_eq!(levels(&CHECK, &asking("604800")), [Level::Error]);
        assert_eq!(levels(&CHECK, &asking("86400")), [Level::Warning]);
        assert_eq!(levels(&CHECK, &asking("60")), [Level::Warning]);
    }

    #[test]
    fn an_hour_is_fine_and_a_template_unknown() {
        assert!(levels(&CHECK, &asking("3600")).is_empty());
        assert!(levels(&CHECK, &asking("{{ .Values.seconds }}")).is_empty());
        assert!(levels(&CHECK, &one_path(Platform::K8s)).is_empty());
    }
}
