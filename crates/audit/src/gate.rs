//! Whether the run passes, by profile (DOMAIN §4.6).

use unkeyed_model::{
    Artifact, Class, Confidence, Custody, Finding, Gate, Level, Policy, Requirement, Selector, SelectorField, Verdict, WorkloadReport,
};

use crate::exceptions::Ruling;
use crate::globs::Glob;
use crate::sets::{self, Set};

/// What the gate looks at.
pub(crate) struct Evidence<'a> {
    pub(crate) profile: &'a str,
    pub(crate) policy: &'a Policy,
    pub(crate) artifacts: &'a [Artifact],
    pub(crate) workloads: &'a [WorkloadReport],
    pub(crate) findings: &'a [Finding],
    pub(crate) ruling: &'a Ruling,
}

/// Why the gate fails, a sentence each; empty if it is passed.
pub(crate) fn reasons(evidence: &Evidence<'_>) -> Vec<String> {
    match evidence.profile {
        "pre-commit" => embedded(evidence).filter(|artifact| is_new_credential(artifact)).map(sentence).collect(),
        "ci" => ci(evidence),
        _ => expired(evidence).chain(required(evidence)).collect(),
    }
}

fn ci(evidence: &Evidence<'_>) -> Vec<String> {
    let policy = evidence.policy;
    let mut reasons: Vec<String> = embedded(evidence).filter(|artifact| artifact.level == Level::Error).map(sentence).collect();
    if policy.gate_platform_stored == Gate::Fail {
        reasons.extend(unexcepted(evidence).filter(|artifact| artifact.custody == Custody::PlatformStored).map(sentence));
    }
    reasons.extend(expired(evidence));
    for (family, gate, what) in [("TB-", policy.gate_trust_binding, "trust binding"), ("RS-", policy.gate_role_scope, "role scope")] {
        let errors = evidence.findings.iter().filter(|finding| finding.check.starts_with(family) && is_open_error(finding));
        if gate == Gate::Fail {
            reasons.extend(errors.map(|finding| format!("{what}: {}: {}", finding.check, finding.message)));
        }
    }
    reasons.extend(required(evidence));
    reasons
}

fn is_open_error(finding: &Finding) -> bool {
    finding.level == Level::Error && finding.suppressed_by.is_none()
}

/// Credentials of set D that some workload holds without an exception.
fn unexcepted<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = &'a Artifact> {
    let open = |at: usize, artifact: &Artifact| {
        artifact.workloads.is_empty() || artifact.workloads.iter().any(|workload| !evidence.ruling.covers_artifact(at, workload))
    };
    let artifacts = evidence.artifacts.iter().enumerate();
    artifacts
        .filter(move |(at, artifact)| sets::set_of(artifact, evidence.policy) == Some(Set::Durable) && open(*at, artifact))
        .map(|(_, artifact)| artifact)
}

fn embedded<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = &'a Artifact> {
    unexcepted(evidence).filter(|artifact| artifact.custody == Custody::Embedded)
}

/// What a commit must not add.
fn is_new_credential(artifact: &Artifact) -> bool {
    artifact.confidence >= Confidence::Medium && matches!(artifact.class, Class::Durable | Class::LongLived | Class::Bootstrap)
}

/// Errors of the exceptions themselves.
fn expired<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = String> + 'a {
    let errors = evidence.findings.iter().filter(|finding| finding.check.starts_with("EX-") && is_open_error(finding));
    errors.map(|finding| format!("{}: {}", finding.check, finding.message))
}

/// Workloads below a required verdict. An open verdict never meets a requirement; a workload without access has none to meet.
/// A selector that finds nothing is a reason, too: misspelt, it would require nothing of anybody.
fn required(evidence: &Evidence<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for Requirement { verdict, selector } in &evidence.policy.require {
        let selects = selector.as_ref().map(|selector| (selector.field, Glob::name(&selector.glob)));
        let selected = |workload: &&WorkloadReport| {
            selects.as_ref().is_none_or(|(field, glob)| property(workload, *field).is_some_and(|text| glob.matches(text)))
        };
        let all: Vec<_> = evidence.workloads.iter().filter(selected).collect();
        if let Some(Selector { field, glob }) = selector.as_ref().filter(|_| all.is_empty()) {
            reasons.push(format!("no workload has the {field} `{glob}`, of which {verdict} is required"));
        }
        let below = all.into_iter().filter(|workload| !workload.no_access_observed && !meets(workload.verdict, *verdict));
        reasons.extend(below.map(|workload| format!("{} is {}, required is {verdict}", workload.id, workload.verdict)));
    }
    reasons.dedup();
    reasons
}

fn meets(verdict: Verdict, required: Verdict) -> bool {
    verdict >= required && verdict != Verdict::Indeterminate
}

fn property(workload: &WorkloadReport, field: SelectorField) -> Option<&str> {
    match field {
        SelectorField::Id => Some(&workload.id),
        SelectorField::Owner => workload.owner.as_deref(),
        SelectorField::Environment => workload.environment.as_deref(),
        SelectorField::Kind => Some(workload.kind.as_str()),
    }
}

fn sentence(artifact: &Artifact) -> String {
    let place =
        artifact.locations.first().map_or(String::new(), |(location, _)| format!(" at {}:{}", location.origin.path, location.region.line));
    format!("{} credential {}{place}", artifact.class, artifact.mask)
}
