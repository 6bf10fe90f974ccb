//! Federation: whose bundles a server takes as its own, and how it knows that they are whose they say.

use unkeyed_model::{Facts, Location, Platform, SubjectRule, TrustBinding, Value};

/// A relationship as any of the formats tells it.
pub(crate) struct Relationship {
    /// Its key, unique in the inputs.
    pub(crate) key: String,
    /// The other trust domain.
    pub(crate) trust_domain: Value,
    /// `https_web` or `https_spiffe`.
    pub(crate) profile: Option<Value>,
    /// Where its bundle is fetched.
    pub(crate) url: Option<Value>,
    /// Where it stands.
    pub(crate) location: Location,
}

/// Emits the trust.
pub(crate) fn relationship(found: Relationship, facts: &mut Facts) {
    let named = [("bundleEndpointProfile", found.profile), ("bundleEndpointURL", found.url)];
    facts.trusts.push(TrustBinding {
        id: format!("{}/0", found.key),
        platform: Platform::Spiffe,
        principal: found.key,
        trusted: "trust-domain".to_owned(),
        issuer: found.trust_domain,
        subject: SubjectRule::Any,
        audiences: None,
        claims: Vec::new(),
        settings: named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        location: found.location,
    });
}
