//! Workload identity pools of Google Cloud, and who may act as service accounts through them.
//!
//! A provider's condition and a member's binding both decide; readers give one trust for the provider (of the pool) and one for
//! each member that may act as a service account, which repeats the provider's condition and names its `member`.

mod audience;
mod aws_role;
mod broad_attribute;
mod dead_condition;
mod gke_binding;
mod mutable_claim;
mod no_condition;
mod pool_wide_member;
mod project_wide_grant;
mod repository_wide;
mod service_account_key;
mod subject_mapping;

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Claim, Platform, TrustBinding, Value};

use super::check::Check;
use super::subjects;
use super::view::View;
use crate::trust_match::condition::Condition;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &no_condition::CHECK,
    &mutable_claim::CHECK,
    &pool_wide_member::CHECK,
    &broad_attribute::CHECK,
    &subject_mapping::CHECK,
    &audience::CHECK,
    &project_wide_grant::CHECK,
    &service_account_key::CHECK,
    &aws_role::CHECK,
    &gke_binding::CHECK,
    &dead_condition::CHECK,
    &repository_wide::CHECK,
];

/// A provider with the members that come through it.
struct Provider<'a> {
    trust: &'a TrustBinding,
    members: Vec<&'a TrustBinding>,
}

impl<'a> Provider<'a> {
    /// Keys of the pool and of the service accounts behind it.
    fn principals(&self) -> Vec<&'a str> {
        std::iter::once(self.trust).chain(self.members.iter().copied()).map(|trust| trust.principal.as_str()).collect()
    }
}

/// Providers that take OpenID Connect tokens.
fn providers<'a>(view: &View<'a>) -> Vec<Provider<'a>> {
    let mut members: BTreeMap<(&Value, Option<&Claim>), Vec<&TrustBinding>> = BTreeMap::new();
    for trust in federated(view).filter(|trust| member(trust).is_some()) {
        members.entry((&trust.issuer, attribute_condition(trust))).or_default().push(trust);
    }
    let of_pool = federated(view).filter(|trust| member(trust).is_none());
    of_pool
        .map(|trust| Provider { trust, members: members.get(&(&trust.issuer, attribute_condition(trust))).cloned().unwrap_or_default() })
        .collect()
}

fn federated<'a>(view: &View<'a>) -> impl Iterator<Item = &'a TrustBinding> {
    view.trusts(Platform::Gcp).filter(|trust| trust.trusted == "oidc")
}

/// The member as written (`principalSet://…`), for trusts that are a member's; unknown ones count.
fn member(trust: &TrustBinding) -> Option<&Value> {
    trust.settings.iter().find(|(name, _)| name == "member").map(|(_, value)| value)
}

/// The set of identities that a grant is for, where it is one of a pool and not a principal of the inputs. What isn't known of it
/// stands as `${…}`, and where it is said behind it.
fn granted_set(principal: &str) -> Option<&str> {
    let set = principal.get(principal.find("principalSet://")?..)?;
    Some(set.split(" (").next().unwrap_or(set))
}

/// The provider's condition.
fn attribute_condition(trust: &TrustBinding) -> Option<&Claim> {
    trust.claims.iter().find(|claim| claim.name == "attribute_condition")
}

/// The claims that the provider's condition tests, if it can be read.
fn tested_claims(trust: &TrustBinding) -> Vec<String> {
    let condition = Condition::of(trust);
    let claims: BTreeSet<&str> =
        condition.tests().iter().map(|test| test.plain_claim()).filter(|claim| !matches!(*claim, "aud" | "iss")).collect();
    claims.into_iter().map(str::to_owned).collect()
}

/// Pools with the service accounts that are reached through them: what a pool's identities may do, everybody may who
/// comes through.
pub(super) struct Pools<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Pools<'a> {
    /// Reads them from the trusts.
    pub(super) fn new(view: &View<'a>) -> Self {
        let mut pools: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for provider in providers(view) {
            pools.entry(&provider.trust.principal).or_default().extend(provider.principals());
        }
        Self(pools)
    }

    /// The principal and, if it is a pool, those behind it.
    pub(super) fn with_members<'k>(&'k self, key: &'k str) -> Vec<&'k str> {
        self.0.get(key).cloned().unwrap_or_else(|| vec![key])
    }
}

/// Whether a member is one repository, subject or narrower.
fn is_narrow(trust: &TrustBinding) -> bool {
    let member = member(trust).and_then(Value::known).unwrap_or_default();
    member.contains("/subject/") || subjects::names_project(trust)
}
