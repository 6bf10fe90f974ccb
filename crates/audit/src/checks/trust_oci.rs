//! Identity propagation trusts of Oracle Cloud.

mod administrator_client;
mod clock_skew;
mod dynamic_group;
mod inactive;
mod loose_rule;
mod no_client_claim;
mod ordinary_user;
mod public_key;
mod rule_order;
mod service_user;
mod stored_client_secret;

use unkeyed_model::{Platform, TrustBinding, Value};

use super::check::Check;
use super::view::View;

pub(crate) use stored_client_secret::begins_session;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &loose_rule::CHECK,
    &rule_order::CHECK,
    &no_client_claim::CHECK,
    &inactive::CHECK,
    &public_key::CHECK,
    &service_user::CHECK,
    &dynamic_group::CHECK,
    &stored_client_secret::CHECK,
    &clock_skew::CHECK,
    &administrator_client::CHECK,
    &ordinary_user::CHECK,
];

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
