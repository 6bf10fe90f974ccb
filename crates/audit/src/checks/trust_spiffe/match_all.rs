//! # What it finds
//!
//! A `ClusterSPIFFEID` without `podSelector` and without `namespaceSelector` that is not a `fallback`; an empty selector (`{}`)
//! selects everything, too.
//!
//! # Why it matters
//!
//! Every pod of the cluster gets an SVID, also one that somebody smuggles in, and relying parties that trust the trust domain as
//! such let it in.
//!
//! # Instead
//!
//! A `namespaceSelector` and a `podSelector` for the workloads that need an id; `fallback: true` for what shall only get one
//! where no other resource fits.

use unkeyed_model::{Level, SubjectRule};

use super::{entries, is_on, settings};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-01",
    title: "every pod of the cluster gets a SPIFFE id",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("match_all.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in entries(view).filter(|trust| trust.subject == SubjectRule::Any && !is_on(trust, "fallback")) {
        // A switch that a template fills in may be on.
        let open = settings(trust, "fallback").any(|value| value.known().is_none_or(|text| text.contains("{{")));
        if open || settings(trust, "spiffeIDTemplate").next().is_none() {
            continue;
        }
        let message =
            format!("{} ({}) selects no pods, so that all of the cluster get an id.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, spiffe};

    const TEMPLATE: &str = "spiffe://acme.internal/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}";

    fn with(settings: &[(&str, &str)], subject: SubjectRule) -> Vec<Level> {
        levels(&CHECK, &spiffe(settings, &[], |trust| trust.subject = subject))
    }

    #[test]
    fn no_selector_is_an_error() {
        assert_eq!(with(&[("spiffeIDTemplate", TEMPLATE)], SubjectRule::Any), [Level::Error]);
        assert_eq!(with(&[("spiffeIDTemplate", TEMPLATE), ("fallback", "false")], SubjectRule::Any), [Level::Error]);
    }

    #[test]
    fn a_selector_a_fallback_and_the_unknown_are_fine() {
        assert!(with(&[("spiffeIDTemplate", TEMPLATE)], SubjectRule::Expression("podSelector".into())).is_empty());
        assert!(with(&[("spiffeIDTemplate", TEMPLATE), ("fallback", "true")], SubjectRule::Any).is_empty());
        assert!(with(&[("spiffeIDTemplate", TEMPLATE), ("fallback", "{{ .Values.fallback }}")], SubjectRule::Any).is_empty());
        assert!(with(&[("spiffeID", "spiffe://acme.internal/a")], SubjectRule::Any).is_empty());
    }
}
