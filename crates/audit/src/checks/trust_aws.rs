//! Trust policies of AWS roles: who may become them.

mod any_principal;
mod audience;
mod branch_wildcard;
mod cluster_subject;
mod dead_subject;
mod foreign_account;
mod mismatch;
mod mutable_name;
mod no_subject;
mod organisation_wildcard;
mod own_trust;
mod pod_identity;
mod pull_request;
mod roles_anywhere;
mod tenant_wildcard;
mod thumbprint;
mod weak_operator;

use unkeyed_model::{Platform, TrustBinding};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &no_subject::CHECK,
    &tenant_wildcard::CHECK,
    &organisation_wildcard::CHECK,
    &branch_wildcard::CHECK,
    &pull_request::CHECK,
    &audience::CHECK,
    &weak_operator::CHECK,
    &mismatch::CHECK,
    &foreign_account::CHECK,
    &any_principal::CHECK,
    &cluster_subject::CHECK,
    &pod_identity::CHECK,
    &roles_anywhere::CHECK,
    &mutable_name::CHECK,
    &own_trust::CHECK,
    &dead_subject::CHECK,
];

/// Trusts in OpenID Connect providers.
fn federated<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Aws).filter(|trust| trust.trusted == "oidc")
}

pub(super) use mutable_name::named_repository;
pub(super) use thumbprint::PAGE as THUMBPRINT;
