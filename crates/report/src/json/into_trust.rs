//! Trusts of a saved report in the model's terms.

use unkeyed_model as model;

use super::v1;

impl v1::Trust {
    /// The trust that the published form was made of.
    #[must_use]
    pub fn to_model(&self) -> model::TrustReport {
        let binding = model::TrustBinding {
            id: self.id.clone(),
            platform: self.platform,
            principal: self.principal.clone(),
            trusted: self.trusted.clone(),
            issuer: self.issuer.to_model(),
            subject: self.subject.to_model(),
            audiences: self.audiences.as_ref().map(|audiences| audiences.iter().map(v1::Value::to_model).collect()),
            claims: self.conditions.iter().map(v1::Condition::to_model).collect(),
            settings: self.settings.iter().map(|setting| (setting.name.clone(), setting.value.to_model())).collect(),
            location: self.location.to_model(),
        };
        model::TrustReport { binding, names: self.names.clone(), workloads: self.workloads.clone() }
    }
}

impl v1::TrustSubject {
    fn to_model(&self) -> model::SubjectRule {
        match self.rule {
            v1::SubjectRule::Exact => model::SubjectRule::Exact(self.values.clone()),
            v1::SubjectRule::Glob => model::SubjectRule::Glob(self.values.clone()),
            v1::SubjectRule::Expression => model::SubjectRule::Expression(self.values.first().cloned().unwrap_or_default()),
            v1::SubjectRule::Any => model::SubjectRule::Any,
            v1::SubjectRule::Unknown => model::SubjectRule::Unknown(self.unknown.clone().unwrap_or_default()),
        }
    }
}

impl v1::Condition {
    fn to_model(&self) -> model::Claim {
        model::Claim {
            name: self.name.clone(),
            operator: self.operator.clone(),
            values: self.values.iter().map(v1::Value::to_model).collect(),
            set_qualifier: self.set_qualifier.clone(),
            if_exists: self.if_exists,
        }
    }
}
