//! # What it finds
//!
//! A federation whose bundle endpoint is authenticated by a web certificate (`https_web`); and an entry that federates with a
//! trust domain for which its folder, where it defines relationships, defines none.
//!
//! # Why it matters
//!
//! Under `https_web` any of the public certificate authorities, and whoever controls the name for an hour, can replace the other
//! domain's keys: every id of it is then theirs. Under `https_spiffe` the endpoint proves itself by the bundle that is known
//! already (SPIFFE Federation, section 5). A workload that takes bundles of an undeclared domain trusts somebody nobody
//! has agreed on.
//!
//! # Instead
//!
//! `bundleEndpointProfile: {type: https_spiffe, endpointSPIFFEID: …}` with a first `trustDomainBundle` that was exchanged by hand,
//! and one relationship for every domain in `federatesWith`.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Level, Platform, TrustBinding, Value};

use super::{entries, settings};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi, tenet};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-06",
    title: "federation rests on a web certificate or on nothing",
    level: Level::Warning,
    standards: &[nhi("NHI3:2025"), nhi("NHI4:2025"), cwe("CWE-346"), csf("PR.AA-04"), tenet("tenet-6")],
    source: include_str!("federation.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let relationships: Vec<&TrustBinding> = view.trusts(Platform::Spiffe).filter(|trust| trust.trusted == "trust-domain").collect();
    for trust in &relationships {
        if settings(trust, "bundleEndpointProfile").any(|profile| profile.known() == Some("https_web")) {
            let message = format!(
                "The federation with {} ({}) knows the other side by a web certificate alone.",
                trust.issuer.known().unwrap_or("another trust domain"),
                spot(&trust.location),
            );
            sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
        }
    }
    // Where none is defined, or one can't be told, relationships may be made elsewhere; other folders are other clusters.
    let mut defined: BTreeMap<&str, Option<BTreeSet<&str>>> = BTreeMap::new();
    for trust in &relationships {
        let known = defined.entry(trust.location.origin.folder()).or_insert_with(|| Some(BTreeSet::new()));
        match trust.issuer.known() {
            Some(domain) => known.iter_mut().for_each(|known| _ = known.insert(bare(domain))),
            None => *known = None,
        }
    }
    for trust in entries(view) {
        let Some(Some(known)) = defined.get(trust.location.origin.folder()) else { continue };
        let federated = settings(trust, "federatesWith").filter_map(Value::known).map(bare);
        let Some(other) = federated.into_iter().find(|other| !known.contains(other) && !other.contains(['{', '$'])) else { continue };
        let message = format!(
            "{} ({}) federates with {other}, for which no relationship is defined.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

/// A trust domain without scheme.
fn bare(text: &str) -> &str {
    text.trim().trim_start_matches("spiffe://").trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, spiffe};

    fn federated(profile: &str, entry: &str) -> Estate {
        let mut estate = spiffe(&[("spiffeID", "spiffe://acme.internal/web"), ("federatesWith", entry)], &[], |_| {});
        let mut relationship = estate.facts.trusts[0].clone();
        relationship.trusted = "trust-domain".into();
        relationship.issuer = Value::literal("partner.example");
        relationship.settings = vec![("bundleEndpointProfile".into(), Value::literal(profile))];
        estate.facts.trusts.push(relationship);
        estate
    }

    #[test]
    fn a_web_certificate_is_a_warning() {
        assert_eq!(levels(&CHECK, &federated("https_web", "spiffe://partner.example")), [Level::Warning]);
        assert!(levels(&CHECK, &federated("https_spiffe", "partner.example")).is_empty());
        assert!(levels(&CHECK, &federated("{{ .Values.profile }}", "partner.example")).is_empty());
    }

    #[test]
    fn an_undeclared_domain_is_a_warning_where_others_are_declared() {
        assert_eq!(levels(&CHECK, &federated("https_spiffe", "stranger.example")), [Level::Warning]);
        let mut none = federated("https_spiffe", "stranger.example");
        none.facts.trusts.pop();
        assert!(levels(&CHECK, &none).is_empty());
        let mut elsewhere = federated("https_spiffe", "stranger.example");
        elsewhere.facts.trusts[1].location = crate::testing::place("other/cluster.yaml", 0, 10);
        assert!(levels(&CHECK, &elsewhere).is_empty());
    }
}
