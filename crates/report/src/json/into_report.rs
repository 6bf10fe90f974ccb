//! Artifacts and findings of a saved report in the model's terms.

use std::sync::Arc;

use unkeyed_model::{self as model, VendorDefault};

use super::lasting::lasting;
use super::read::{Unreadable, count, time};
use super::v1;

impl v1::Artifact {
    pub(super) fn to_model(&self, rule: Option<&v1::Rule>) -> Result<model::Artifact, Unreadable> {
        Ok(model::Artifact {
            id: self.id.clone(),
            rule: Arc::new(self.rule_info(rule)),
            kind: self.kind.clone(),
            name: self.name.clone(),
            class: self.class,
            class_rule: lasting(&self.class_rule),
            level: self.level,
            rank: self.rank,
            confidence: self.confidence,
            custody: self.custody,
            role: self.role,
            replayable: self.replayable,
            reachability: self.reachability,
            lifetime: self.lifetime.to_model()?,
            lifetime_basis: self.lifetime.basis,
            lifetime_confidence: self.lifetime.confidence,
            mask: self.mask.clone(),
            locations: self.locations.iter().map(v1::Location::to_model).collect(),
            related: self.related.iter().map(v1::Place::to_model).collect(),
            destination: self.destination.as_ref().map(v1::Destination::to_model),
            workloads: self.workloads.clone(),
            public_because: self.public_because.clone(),
            standards: standards(&self.standards),
            notes: self.notes.clone(),
            fingerprint: None,
            markers: Vec::new(),
            silenced_by: self.silenced_by.as_deref().map(silence),
            suppressed_by: self.suppressed_by.as_ref().map(v1::Suppression::to_model),
        })
    }

    fn rule_info(&self, rule: Option<&v1::Rule>) -> model::RuleInfo {
        let said = |text: Option<&String>| text.cloned().unwrap_or_default();
        model::RuleInfo {
            id: self.rule.clone(),
            name: rule.map_or_else(|| self.rule.clone(), |rule| rule.name.clone()),
            provider: self.provider.clone(),
            description: said(rule.map(|rule| &rule.description)),
            reference: said(rule.and_then(|rule| rule.reference.as_ref())),
            remediation: model::Remediation {
                instead: said(self.remediation.instead.as_ref()),
                revoke: said(self.remediation.revoke.as_ref()),
            },
        }
    }
}

impl v1::Lifetime {
    fn to_model(&self) -> Result<model::Lifetime, Unreadable> {
        let seconds = self.vendor_seconds.unwrap_or_default();
        let read = model::Lifetime {
            issued: self.issued.as_deref().map(time).transpose()?,
            expires: self.expires.as_deref().map(time).transpose()?,
            declared_seconds: None,
            vendor_default: match self.vendor_default {
                v1::VendorDefault::NeverExpires => VendorDefault::NeverExpires,
                v1::VendorDefault::AtMost => VendorDefault::AtMost(seconds),
                v1::VendorDefault::Short => VendorDefault::Short(seconds),
                v1::VendorDefault::Revoked => VendorDefault::Revoked,
                v1::VendorDefault::Unstated => VendorDefault::Unstated,
            },
            paired: self.basis == model::LifetimeBasis::Paired,
        };
        let declared_seconds = self.seconds.filter(|seconds| read.seconds() != Some(*seconds));
        Ok(model::Lifetime { declared_seconds, ..read })
    }
}

impl v1::Location {
    fn to_model(&self) -> (model::Location, Option<model::Snippet>) {
        let snippet =
            |snippet: &v1::Snippet| model::Snippet { text: snippet.text.clone(), start: count(snippet.start), end: count(snippet.end) };
        (self.place.to_model(), self.snippet.as_ref().map(snippet))
    }
}

impl v1::Suppression {
    fn to_model(&self) -> model::Suppression {
        let Self { exception, justification, owner, expires, exit_plan } = self.clone();
        model::Suppression { exception, justification, owner, expires, exit_plan }
    }
}

impl v1::Finding {
    pub(super) fn to_model(&self) -> model::Finding {
        model::Finding {
            check: lasting(&self.check),
            level: self.level,
            message: self.message.clone(),
            workload: self.workload.clone(),
            locations: self.locations.iter().map(v1::Place::to_model).collect(),
            related: self.related.iter().map(|related| (related.location.to_model(), related.message.clone())).collect(),
            standards: standards(&self.standards),
            suppressed_by: self.suppressed_by.as_ref().map(v1::Suppression::to_model),
        }
    }
}

impl v1::Check {
    pub(super) fn to_model(&self) -> model::CheckInfo {
        model::CheckInfo {
            id: lasting(&self.id),
            title: lasting(&self.title),
            doc: lasting(&self.doc),
            level: self.level,
            standards: standards(&self.standards),
        }
    }
}

fn standards(standards: &[v1::Standard]) -> Vec<model::Standard> {
    standards.iter().map(|standard| model::Standard { taxonomy: lasting(&standard.taxonomy), id: lasting(&standard.id) }).collect()
}

fn silence(name: &str) -> model::Silence {
    if name == model::Silence::Baseline.as_str() { model::Silence::Baseline } else { model::Silence::Marker(lasting(name)) }
}
