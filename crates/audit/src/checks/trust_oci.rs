//! Identity propagation trusts of Oracle Cloud.

mod dynamic_group;
mod inactive;
mod loose_rule;
mod no_client_claim;
mod stored_client_secret;

use unkeyed_model::{Platform, TrustBinding, Value};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] =
    &[&loose_rule::CHECK, &no_client_claim::CHECK, &inactive::CHECK, &dynamic_group::CHECK, &stored_client_secret::CHECK];

/// Trusts that exchange tokens for OCI sessions.
fn propagation<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Oci).filter(|trust| trust.trusted == "oidc")
}

/// A setting of the trust.
fn setting<'a>(trust: &'a TrustBinding, name: &str) -> Option<&'a Value> {
    trust.settings.iter().find(|(setting, _)| setting == name).map(|(_, value)| value)
}

/// Whether a setting is written and true.
fn is_on(trust: &TrustBinding, name: &str) -> bool {
    setting(trust, name).and_then(Value::known).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}
