//! Fills the published trust types.

use unkeyed_model as model;

use super::from_workload::value;
use super::v1;

impl v1::Trust {
    /// The published form of a trust.
    #[must_use]
    pub(super) fn new(trust: &model::TrustReport) -> Self {
        let model::TrustReport { binding, names, workloads } = trust;
        let setting = |(name, set): &(String, model::Value)| v1::Setting { name: name.clone(), value: value(set) };
        Self {
            id: binding.id.clone(),
            platform: binding.platform,
            trusted: binding.trusted.clone(),
            principal: binding.principal.clone(),
            names: names.clone(),
            issuer: value(&binding.issuer),
            subject: subject(&binding.subject),
            audiences: binding.audiences.as_ref().map(|audiences| audiences.iter().map(value).collect()),
            conditions: binding.claims.iter().map(condition).collect(),
            settings: binding.settings.iter().map(setting).collect(),
            location: v1::Place::new(&binding.location),
            workloads: workloads.clone(),
        }
    }
}

fn subject(subject: &model::SubjectRule) -> v1::TrustSubject {
    let (rule, values, unknown) = match subject {
        model::SubjectRule::Exact(texts) => (v1::SubjectRule::Exact, texts.clone(), None),
        model::SubjectRule::Glob(texts) => (v1::SubjectRule::Glob, texts.clone(), None),
        model::SubjectRule::Expression(text) => (v1::SubjectRule::Expression, vec![text.clone()], None),
        model::SubjectRule::Any => (v1::SubjectRule::Any, Vec::new(), None),
        model::SubjectRule::Unknown(why) => (v1::SubjectRule::Unknown, Vec::new(), Some(why.clone())),
    };
    v1::TrustSubject { rule, values, unknown }
}

fn condition(claim: &model::Claim) -> v1::Condition {
    v1::Condition {
        name: claim.name.clone(),
        operator: claim.operator.clone(),
        values: claim.values.iter().map(value).collect(),
        set_qualifier: claim.set_qualifier.clone(),
        if_exists: claim.if_exists,
    }
}
