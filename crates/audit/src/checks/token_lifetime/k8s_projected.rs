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

use super::{DAY, HOUR, Pods, length, sessions};
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
    let pods = Pods::new(view);
    for (session, seconds) in sessions(view, Platform::K8s, &["expirationSeconds"]) {
        let Some((level, seconds, why)) = judged(seconds) else { continue };
        let place = &session.location;
        let message = format!("A token of {} is asked for {} ({}), {why}.", view.name(&session.principal), length(seconds), spot(place));
        // The token belongs to the pod that asks for it, whatever it is then shown to.
        pods.say(sink, &session.principal, place, &Statement::new(level, place, message));
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
    use unkeyed_model::{Estate, SessionPolicy, TtlBasis};

    use super::*;
    use crate::checks::testing::{findings, levels, one_path};
    use crate::testing;

    fn asking(seconds: Option<u64>) -> Estate {
        let mut estate = one_path(Platform::Aws);
        estate.facts.sessions.push(SessionPolicy {
            platform: Platform::K8s,
            principal: "k8s:shop/ServiceAccount/web".into(),
            setting: "expirationSeconds".into(),
            seconds,
            basis: TtlBasis::Declared,
            location: testing::place(".github/workflows/deploy.yml", 60, 70),
        });
        estate
    }

    #[test]
    fn the_level_depends_on_the_length() {
        assert_eq!(levels(&CHECK, &asking(Some(604_800))), [Level::Error]);
        assert_eq!(levels(&CHECK, &asking(Some(86_400))), [Level::Warning]);
        assert_eq!(levels(&CHECK, &asking(Some(60))), [Level::Warning]);
    }

    #[test]
    fn it_concerns_the_workload_that_asks() {
        let mut estate = asking(Some(604_800));
        assert!(findings(&CHECK, &estate)[0].workload.is_some());
        estate.facts.workloads[0].extents.clear();
        assert_eq!(findings(&CHECK, &estate)[0].workload, None);
    }

    #[test]
    fn an_hour_is_fine_and_a_template_unknown() {
        assert!(levels(&CHECK, &asking(Some(3_600))).is_empty());
        assert!(levels(&CHECK, &asking(None)).is_empty());
    }
}
