//! One registration entry: which workloads get which SPIFFE id, and for how long.

use unkeyed_model::{Claim, Facts, Location, Platform, Principal, SessionPolicy, SubjectRule, TrustBinding, TtlBasis, Value};

/// An entry as any of the formats tells it.
pub(crate) struct Entry {
    /// Its key, unique in the inputs.
    pub(crate) key: String,
    /// The SPIFFE id that it gives, or the template of it.
    pub(crate) id: Value,
    /// Who gets it: [`SubjectRule::Any`] where nothing selects.
    pub(crate) subject: SubjectRule,
    /// The selectors, one claim for each.
    pub(crate) claims: Vec<Claim>,
    /// Switches that judgement asks for, by the names of the custom resources (`admin`, `downstream`, `federatesWith` …).
    pub(crate) settings: Vec<(String, Value)>,
    /// Lifetimes: setting, seconds, where.
    pub(crate) lifetimes: Vec<(String, Option<u64>, Location)>,
    /// Where it stands.
    pub(crate) location: Location,
}

impl Entry {
    /// Emits the principal, the trust and the lifetimes.
    pub(crate) fn emit(self, facts: &mut Facts) {
        facts.principals.push(Principal {
            platform: Platform::Spiffe,
            key: self.key.clone(),
            kind: "spiffe-id".to_owned(),
            names: self.id.known().map(str::to_owned).into_iter().collect(),
            location: self.location.clone(),
        });
        for (setting, seconds, location) in self.lifetimes {
            let (principal, basis) = (self.key.clone(), TtlBasis::Declared);
            facts.sessions.push(SessionPolicy { platform: Platform::Spiffe, principal, setting, seconds, basis, location });
        }
        facts.trusts.push(TrustBinding {
            id: format!("{}/0", self.key),
            platform: Platform::Spiffe,
            principal: self.key,
            trusted: "selector".to_owned(),
            issuer: Value::unknown("the trust domain of the server is not in this file"),
            subject: self.subject,
            audiences: None,
            claims: self.claims,
            settings: self.settings,
            location: self.location,
        });
    }
}

/// Selectors in SPIRE's own form (`k8s:ns:shop`), all of which must hold, as claims and as a rule.
pub(crate) fn selector_claims(selectors: Vec<Value>) -> (SubjectRule, Vec<Claim>) {
    if selectors.is_empty() {
        return (SubjectRule::Any, Vec::new());
    }
    let claim = |value: Value| Claim {
        name: "selectors".to_owned(),
        operator: "==".to_owned(),
        values: vec![value],
        set_qualifier: None,
        if_exists: false,
    };
    (SubjectRule::Expression("selectors".to_owned()), selectors.into_iter().map(claim).collect())
}
