//! Login roles of HashiCorp Vault and OpenBao.

mod any_service_account;
mod approle_secret;
mod loose_claim;
mod no_subject;

use unkeyed_model::{Platform, TrustBinding, Value};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&no_subject::CHECK, &loose_claim::CHECK, &any_service_account::CHECK, &approle_secret::CHECK];

/// Login roles for tokens of workloads. Roles of type `oidc`, the default, are for people with a browser.
fn jwt<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Vault)
        .filter(|trust| trust.trusted == "oidc" && setting(trust, "role_type").and_then(Value::known) == Some("jwt"))
}

/// A setting of the role.
fn setting<'a>(trust: &'a TrustBinding, name: &str) -> Option<&'a Value> {
    trust.settings.iter().find(|(setting, _)| setting == name).map(|(_, value)| value)
}
