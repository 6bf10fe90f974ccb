//! SPIFFE: who is given which id, by which server, and whom it federates with.

mod admin_entry;
mod attestation;
mod constant_id;
mod federation;
mod malformed_id;
mod match_all;
mod weak_selector;

use unkeyed_model::{Facts, Location, Platform, TrustBinding, Value, Workload, WorkloadKind};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &match_all::CHECK,
    &constant_id::CHECK,
    &admin_entry::CHECK,
    &weak_selector::CHECK,
    &attestation::CHECK,
    &federation::CHECK,
    &malformed_id::CHECK,
];

/// Registration entries, and the templates that make them.
fn entries<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Spiffe).filter(|trust| trust.trusted == "selector")
}

/// The values of a setting.
fn settings<'a>(trust: &'a TrustBinding, name: &'a str) -> impl Iterator<Item = &'a Value> {
    trust.settings.iter().filter(move |(setting, _)| setting == name).map(|(_, value)| value)
}

/// Whether a switch is on.
fn is_on(trust: &TrustBinding, name: &str) -> bool {
    settings(trust, name).any(|value| value.known().is_some_and(|text| text.trim().eq_ignore_ascii_case("true")))
}

/// The id that an entry gives, or its template, where known.
fn id(trust: &TrustBinding) -> Option<&str> {
    settings(trust, "spiffeIDTemplate").chain(settings(trust, "spiffeID")).find_map(Value::known)
}

/// Servers and agents; one that stands in a ConfigMap is a component.
fn configurations(facts: &Facts) -> impl Iterator<Item = &Workload> {
    facts.workloads.iter().filter(|workload| workload.kind == WorkloadKind::Spire)
}

/// Values of a trait, with their places.
fn traits<'w>(workload: &'w Workload, name: &'w str) -> impl Iterator<Item = (&'w str, &'w Location)> {
    workload.traits.iter().filter(move |(key, ..)| key == name).map(|(_, value, location)| (value.as_str(), location))
}

/// Whether an entry is for SPIRE itself, whose servers (nested ones too) and controllers need more than workloads do.
fn is_for_spire(trust: &TrustBinding) -> bool {
    let names = |text: &str| ["spire", "tornjak", "nested"].iter().any(|name| text.contains(name));
    let selects = trust.claims.iter().flat_map(|claim| &claim.values).filter_map(Value::known).any(names);
    // A trust domain called so says nothing of the workload.
    selects || id(trust).and_then(|id| id.strip_prefix("spiffe://")?.split_once('/')).is_some_and(|(_, path)| names(path))
}
