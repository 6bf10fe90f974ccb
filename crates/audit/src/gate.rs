//! Whether the run passes, by profile (DOMAIN §4.6), why not, and what would make it pass.
//!
//! One decision a reader would question: an earlier state takes nothing away from the report. What was there before a change
//! is judged and shown like everything else; only here it is no reason.

mod reasons;
mod worse;

use unkeyed_model::{
    Artifact, Before, Class, Confidence, Custody, Finding, Gate, Level, Policy, Requirement, Selector, SelectorField, Verdict,
    WorkloadReport,
};

use crate::exceptions::Ruling;
use crate::globs::Glob;
use crate::sets::{self, Set};
use crate::{earlier, silence};
pub(crate) use reasons::Reasons;
use reasons::Remedy;

/// What the gate looks at.
pub(crate) struct Evidence<'a> {
    pub(crate) profile: &'a str,
    pub(crate) policy: &'a Policy,
    pub(crate) artifacts: &'a [Artifact],
    pub(crate) workloads: &'a [WorkloadReport],
    pub(crate) findings: &'a [Finding],
    pub(crate) ruling: &'a Ruling,
    pub(crate) before: &'a Before,
    pub(crate) now: unkeyed_model::Timestamp,
}

/// Why the gate fails; empty if it is passed.
pub(crate) fn reasons(evidence: &Evidence<'_>) -> Reasons {
    let mut reasons = Reasons::default();
    match evidence.profile {
        "pre-commit" => {
            let added = embedded(evidence).filter(|artifact| is_new_credential(artifact));
            added.for_each(|artifact| reasons.credential(artifact));
            errors(evidence, "EX-INVALID").for_each(|finding| reasons.finding(finding, Remedy::Exception));
        }
        "ci" => {
            worse::reasons(evidence, &mut reasons);
            ci(evidence, &mut reasons);
        }
        _ => {
            worse::reasons(evidence, &mut reasons);
            errors(evidence, "EX-").for_each(|finding| reasons.finding(finding, Remedy::Exception));
            required(evidence, &mut reasons);
        }
    }
    reasons.of_expired_baseline(evidence.before.baseline.as_ref(), evidence.now);
    reasons
}

fn ci(evidence: &Evidence<'_>, reasons: &mut Reasons) {
    let policy = evidence.policy;
    embedded(evidence).filter(|artifact| artifact.level == Level::Error).for_each(|artifact| reasons.credential(artifact));
    if policy.gate_platform_stored == Gate::Fail {
        let stored = open(evidence).filter(|artifact| artifact.custody == Custody::PlatformStored);
        stored.for_each(|artifact| reasons.stored(artifact));
    }
    errors(evidence, "EX-").for_each(|finding| reasons.finding(finding, Remedy::Exception));
    for (family, gate) in [("TB-", policy.gate_trust_binding), ("RS-", policy.gate_role_scope)] {
        let known = |finding: &&Finding| silence::knows_finding(evidence.before.baseline.as_ref(), finding, evidence.now);
        if gate == Gate::Fail {
            errors(evidence, family).filter(|finding| !known(finding)).for_each(|finding| reasons.finding(finding, Remedy::Binding));
        }
    }
    required(evidence, reasons);
}

/// Errors of a family that no exception covers, and that were not there before.
fn errors<'a>(evidence: &'a Evidence<'_>, family: &'a str) -> impl Iterator<Item = &'a Finding> {
    let is_open = |finding: &&Finding| finding.level == Level::Error && finding.suppressed_by.is_none();
    let earlier = evidence.before.earlier.as_ref();
    let is_added = move |finding: &&Finding| earlier.is_none_or(|earlier| !earlier.errors.contains(&earlier::error(finding)));
    evidence.findings.iter().filter(move |finding| finding.check.starts_with(family)).filter(is_open).filter(is_added)
}

/// Credentials of set D that some workload holds without an exception, that nothing silences, and that were not there before.
fn open<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = &'a Artifact> {
    let is_open = |at: usize, artifact: &Artifact| {
        artifact.workloads.is_empty() || artifact.workloads.iter().any(|workload| !evidence.ruling.covers_artifact(at, workload))
    };
    let earlier = evidence.before.earlier.as_ref();
    let artifacts = evidence.artifacts.iter().enumerate();
    artifacts
        .filter(move |(at, artifact)| sets::set_of(artifact, evidence.policy) == Some(Set::Durable) && is_open(*at, artifact))
        .map(|(_, artifact)| artifact)
        .filter(move |artifact| artifact.silenced_by.is_none() && earlier.is_none_or(|earlier| earlier::is_added(artifact, earlier)))
}

fn embedded<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = &'a Artifact> {
    open(evidence).filter(|artifact| artifact.custody == Custody::Embedded)
}

/// What a commit must not add.
fn is_new_credential(artifact: &Artifact) -> bool {
    artifact.confidence >= Confidence::Medium && matches!(artifact.class, Class::Durable | Class::LongLived | Class::Bootstrap)
}

/// Workloads below a required verdict. An open verdict never meets a requirement; a workload without access has none to meet.
/// A selector that finds nothing is a reason, too: misspelt, it would require nothing of anybody.
fn required(evidence: &Evidence<'_>, reasons: &mut Reasons) {
    for Requirement { verdict, selector } in &evidence.policy.require {
        let selects = selector.as_ref().map(|selector| (selector.field, Glob::name(&selector.glob)));
        let selected = |workload: &&WorkloadReport| {
            selects.as_ref().is_none_or(|(field, glob)| property(workload, *field).is_some_and(|text| glob.matches(text)))
        };
        let all: Vec<_> = evidence.workloads.iter().filter(selected).collect();
        if let Some(Selector { field, glob }) = selector.as_ref().filter(|_| all.is_empty()) {
            reasons.add(Remedy::Selector, format!("no workload has the {field} `{glob}`, of which {verdict} is required"));
        }
        let below = all.into_iter().filter(|workload| !workload.no_access_observed && !meets(workload.verdict, *verdict));
        for workload in below.filter(|workload| !worse::is_as_before(workload, evidence)) {
            reasons.add(Remedy::Required, format!("{} is {}, required is {verdict}", workload.id, workload.verdict));
        }
    }
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
