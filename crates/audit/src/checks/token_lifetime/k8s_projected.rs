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

use std::collections::BTreeMap;

use unkeyed_model::{Level, Location, Platform};

use super::{DAY, HOUR, length};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::context::Linked;

pub(super) const CHECK: Check = Check {
    id: "TL-K8S-01",
    title: "projected token lives too long",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("k8s_projected.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut pods: BTreeMap<&str, Vec<(&Location, &Linked)>> = BTreeMap::new();
    for linked in &view.context.workloads {
        for extent in &linked.workload.extents {
            pods.entry(&extent.origin.path).or_default().push((extent, linked));
        }
    }
    let sessions =
        view.facts().sessions.iter().filter(|session| session.platform == Platform::K8s && session.setting == "expirationSeconds");
    for session in sessions {
        let Some((level, seconds, why)) = session.seconds.and_then(judged) else { continue };
        let place = &session.location;
        let message = format!("A token of {} is asked for {} ({}), {why}.", view.name(&session.principal), length(seconds), spot(place));
        let statement = Statement::new(level, place, message);
        // The token belongs to the pod that asks for it, whatever it is then shown to.
        let own = pods.get(place.origin.path.as_str()).into_iter().flatten();
        match own.clone().find(|(extent, _)| extent.region.span.contains(place.region.span)) {
            Some((_, linked)) => sink.workload(&linked.workload.id, statement),
            None => sink.principal(&session.principal, &statement),
        }
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
