//! Federated identity credentials of Azure applications and managed identities.

mod audience;
mod dead_wildcard;
mod issuer;
mod many_credentials;
mod mismatch;
mod no_subject;
mod pull_request;
mod retired_issuer;
mod stored_secret;
mod unlabelled_pod;
mod wide_expression;
mod workflow_alone;

use unkeyed_model::{Platform, TrustBinding};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &audience::CHECK,
    &dead_wildcard::CHECK,
    &wide_expression::CHECK,
    &workflow_alone::CHECK,
    &mismatch::CHECK,
    &stored_secret::CHECK,
    &retired_issuer::CHECK,
    &many_credentials::CHECK,
    &issuer::CHECK,
    &unlabelled_pod::CHECK,
    &no_subject::CHECK,
    &pull_request::CHECK,
];

/// Trusts in OpenID Connect issuers.
fn federated<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Azure).filter(|trust| trust.trusted == "oidc")
}
