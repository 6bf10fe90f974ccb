//! Workloads of a saved report in the model's terms.

use unkeyed_model as model;

use super::read::count;
use super::v1;

impl v1::Workload {
    pub(super) fn to_model(&self) -> model::WorkloadReport {
        model::WorkloadReport {
            id: self.id.clone(),
            kind: self.kind,
            assurance: self.assurance,
            name: self.name.clone(),
            locations: self.locations.iter().map(v1::Place::to_model).collect(),
            owner: self.owner.clone(),
            environment: self.environment.clone(),
            verdict: self.verdict,
            leaning: self.leaning,
            reasons: self.reasons.clone(),
            missing: self.missing.iter().map(v1::Missing::to_model).collect(),
            layers: self.layers.to_model(),
            identity_paths: self.identity_paths.iter().map(v1::IdentityPath::to_model).collect(),
            links: self.links.iter().map(v1::Link::to_model).collect(),
            hidden_links: count(self.hidden_links),
            destinations: self.destinations.iter().map(v1::Destination::to_model).collect(),
            artifacts: self.artifacts.clone(),
            findings: self.findings.iter().map(|index| count(*index)).collect(),
            no_access_observed: self.no_access_observed,
        }
    }
}

impl v1::Missing {
    fn to_model(&self) -> model::Missing {
        model::Missing { what: self.what.clone(), supply: self.supply.clone() }
    }
}

impl v1::Layers {
    const fn to_model(&self) -> model::Layers {
        model::Layers { l0: self.l0, l1: self.l1, l2: self.l2, l3a: self.l3a, l3b: self.l3b }
    }
}

impl v1::IdentityPath {
    fn to_model(&self) -> model::IdentityPath {
        let token = |token: &v1::PredictedToken| model::PredictedToken {
            issuer: token.issuer.to_model(),
            subject: token.subject.to_model(),
            audience: token.audience.to_model(),
        };
        model::IdentityPath {
            kind: self.kind,
            platform: self.platform,
            mechanism: self.mechanism.clone(),
            reach: self.reach,
            destination: self.destination.to_model(),
            principal: self.principal.to_model(),
            tokens: self.tokens.iter().map(token).collect(),
            ttl: self.ttl.as_ref().map(|ttl| model::Ttl { seconds: ttl.seconds, basis: ttl.basis }),
            capability: self.capability.as_ref().map(v1::Place::to_model),
            consumer: self.consumer.as_ref().map(v1::Place::to_model),
            platform_bound: self.platform_bound,
        }
    }
}

impl v1::Link {
    fn to_model(&self) -> model::Link {
        model::Link { relation: self.relation, name: self.name.clone(), from: self.from.to_model(), to: self.to.to_model() }
    }
}

impl v1::Destination {
    pub(super) fn to_model(&self) -> model::Destination {
        model::Destination { kind: self.kind.clone(), name: self.name.clone().unwrap_or_default() }
    }
}

impl v1::Value {
    pub(super) fn to_model(&self) -> model::Value {
        let basis = match self.basis {
            Some(v1::ValueBasis::Default) => model::Basis::Default,
            Some(v1::ValueBasis::Platform) => model::Basis::Platform,
            Some(v1::ValueBasis::Literal) | None => model::Basis::Literal,
        };
        match &self.value {
            Some(text) => model::Value::Known(text.clone(), basis),
            None => model::Value::Unknown(self.unknown.clone().unwrap_or_default()),
        }
    }
}
