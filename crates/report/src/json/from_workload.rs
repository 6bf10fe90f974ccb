//! Fills the published workload types.

use std::collections::BTreeSet;

use unkeyed_model as model;

use super::v1;

impl v1::Workload {
    /// The published form of a workload; `listed` holds the ids of the artifacts that the report lists, `hidden` counts those
    /// that it does not know of any more.
    #[must_use]
    pub(super) fn new(workload: &model::WorkloadReport, listed: &BTreeSet<&str>, hidden: usize) -> Self {
        let artifacts: Vec<String> = workload.artifacts.iter().filter(|id| listed.contains(id.as_str())).cloned().collect();
        Self {
            id: workload.id.clone(),
            kind: workload.kind,
            name: workload.name.clone(),
            locations: workload.locations.iter().map(v1::Place::new).collect(),
            assurance: workload.assurance,
            owner: workload.owner.clone(),
            environment: workload.environment.clone(),
            verdict: workload.verdict,
            leaning: workload.leaning,
            reasons: workload.reasons.clone(),
            missing: workload
                .missing
                .iter()
                .map(|missing| v1::Missing { what: missing.what.clone(), supply: missing.supply.clone() })
                .collect(),
            layers: v1::Layers {
                l0: workload.layers.l0,
                l1: workload.layers.l1,
                l2: workload.layers.l2,
                l3a: workload.layers.l3a,
                l3b: workload.layers.l3b,
            },
            identity_paths: workload.identity_paths.iter().map(identity_path).collect(),
            links: workload.links.iter().map(link).collect(),
            hidden_links: workload.hidden_links as u64,
            destinations: workload.destinations.iter().map(v1::Destination::new).collect(),
            hidden_artifacts: (workload.artifacts.len() - artifacts.len() + hidden) as u64,
            artifacts,
            findings: workload.findings.iter().map(|index| *index as u64).collect(),
            no_access_observed: workload.no_access_observed,
        }
    }
}

fn link(link: &model::Link) -> v1::Link {
    v1::Link { relation: link.relation, name: link.name.clone(), from: v1::Place::new(&link.from), to: v1::Place::new(&link.to) }
}

fn identity_path(path: &model::IdentityPath) -> v1::IdentityPath {
    v1::IdentityPath {
        kind: path.kind,
        platform: path.platform,
        mechanism: path.mechanism.clone(),
        reach: path.reach,
        destination: v1::Destination::new(&path.destination),
        principal: value(&path.principal),
        tokens: path
            .tokens
            .iter()
            .map(|token| v1::PredictedToken {
                issuer: value(&token.issuer),
                subject: value(&token.subject),
                audience: value(&token.audience),
            })
            .collect(),
        ttl: path.ttl.map(|ttl| v1::Ttl { seconds: ttl.seconds, basis: ttl.basis }),
        capability: path.capability.as_ref().map(v1::Place::new),
        consumer: path.consumer.as_ref().map(v1::Place::new),
        platform_bound: path.platform_bound,
    }
}

impl v1::Destination {
    /// The published form of a destination.
    #[must_use]
    pub(super) fn new(destination: &model::Destination) -> Self {
        Self { kind: destination.kind.clone(), name: (!destination.name.is_empty()).then(|| destination.name.clone()) }
    }
}

/// The published form of a value.
pub(super) fn value(value: &model::Value) -> v1::Value {
    match value {
        model::Value::Known(text, basis) => v1::Value {
            value: Some(text.clone()),
            basis: Some(match basis {
                model::Basis::Literal => v1::ValueBasis::Literal,
                model::Basis::Default => v1::ValueBasis::Default,
                model::Basis::Platform => v1::ValueBasis::Platform,
            }),
            unknown: None,
        },
        model::Value::Unknown(why) => v1::Value { value: None, basis: None, unknown: Some(why.clone()) },
    }
}
