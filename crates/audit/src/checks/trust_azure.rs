//! Federated identity credentials of Azure applications and managed identities.

mod audience;
mod dead_wildcard;
mod mismatch;
mod no_subject;
mod pull_request;
mod stored_secret;
mod wide_expression;

use unkeyed_model::{Platform, TrustBinding};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &audience::CHECK,
    &dead_wildcard::CHECK,
    &wide_expression::CHECK,
    &mismatch::CHECK,
    &stored_secret::CHECK,
    &no_subject::CHECK,
    &pull_request::CHECK,
];

/// Trusts in OpenID Connect issuers.
fn federated<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Azure).filter(|trust| trust.trusted == "oidc")
}
