//! The report: workloads with their verdicts, findings sorted, everything that refers to something by its index.

use unkeyed_model::{Artifact, Assurance, CheckInfo, Class, Finding, Reason, Value, WorkloadReport};

use crate::context::{Context, Linked, LinkedPath};
use crate::exceptions::Ruling;
use crate::sets::Findings;
use crate::{decision, layers, missing, outside, sets, store_readers};

/// Puts findings in the order of the report: check, workload, first place.
pub(crate) fn sort_findings(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        (one.check, &one.workload, &one.locations, &one.message).cmp(&(other.check, &other.workload, &other.locations, &other.message))
    });
}

/// Judges one workload. `findings` are those of the checks, in the order in which the ruling counts them.
pub(crate) fn workload(context: &Context<'_>, linked: &Linked, findings: &Findings<'_>, ruling: &Ruling) -> WorkloadReport {
    let sets = sets::collect(context, linked, findings, ruling);
    let layers = layers::layers(context, linked, &sets, findings.all);
    let reads_secrets = store_readers::reads_secrets(context, linked);
    let (verdict, reasons) = decision::decide(&sets, &layers, &context.artifacts, findings.all, reads_secrets);
    let artifacts: Vec<&Artifact> = linked.artifacts.iter().map(|&at| &context.artifacts[at]).collect();
    let missing = if verdict == unkeyed_model::Verdict::Indeterminate {
        missing::collect(context, linked, &sets, &layers, &reasons)
    } else {
        Vec::new()
    };
    WorkloadReport {
        id: linked.workload.id.clone(),
        kind: linked.workload.kind,
        name: linked.workload.name.clone(),
        locations: linked.locations.clone(),
        assurance: assurance(context, linked),
        owner: linked.owner.clone(),
        environment: linked.workload.environment.as_ref().and_then(Value::known).map(str::to_owned),
        verdict,
        leaning: decision::leaning(verdict, &sets, &layers),
        no_access_observed: nothing_seen(&reasons) && artifacts.iter().all(|artifact| is_harmless(artifact)),
        reasons,
        missing,
        layers,
        identity_paths: linked.workload.identity_paths.clone(),
        links: linked.links.clone(),
        hidden_links: linked.hidden_links,
        destinations: linked.destinations.clone(),
        artifacts: sorted(artifacts.iter().filter(|artifact| artifact.class != Class::Public).map(|artifact| artifact.id.clone())),
        findings: Vec::new(),
    }
}

/// What the statements on a workload rest on, beside files: an export that tells of its identities, a log that recorded them.
fn assurance(context: &Context<'_>, linked: &Linked) -> Assurance {
    let facts = &context.estate.facts;
    let told = |path: &LinkedPath| {
        path.trusts.iter().any(|&at| outside::is_export(&facts.trusts[at].location))
            || path.grants.iter().any(|&at| outside::is_export(&facts.grants[at].location))
            || path.sessions.iter().any(|&at| outside::is_export(&facts.sessions[at].location))
    };
    if linked.paths.iter().any(|path| !path.observed.is_empty()) {
        Assurance::Runtime
    } else if linked.paths.iter().any(told) {
        Assurance::Export
    } else {
        Assurance::Static
    }
}

/// Whether nothing was seen to authenticate; that some file could not be read changes nothing about what was seen.
fn nothing_seen(reasons: &[Reason]) -> bool {
    let open = |reason: &Reason| matches!(reason, Reason::NoAuthenticationObserved | Reason::CoverageFailed);
    reasons.contains(&Reason::NoAuthenticationObserved) && reasons.iter().all(open)
}

/// What is no credential, or is made by the platform for one run and never kept.
fn is_harmless(artifact: &Artifact) -> bool {
    matches!(artifact.class, Class::Public | Class::RuntimeIdentity)
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids
}

/// Points each workload to its findings.
pub(crate) fn index_findings(workloads: &mut [WorkloadReport], findings: &[Finding]) {
    for (at, finding) in findings.iter().enumerate() {
        let Some(id) = finding.workload.as_deref() else { continue };
        if let Ok(workload) = workloads.binary_search_by(|workload| workload.id.as_str().cmp(id)) {
            workloads[workload].findings.push(at);
        }
    }
}

/// What the named checks are about, sorted by id.
pub(crate) fn named_checks(all: Vec<CheckInfo>, findings: &[Finding]) -> Vec<CheckInfo> {
    let mut named: Vec<CheckInfo> = all.into_iter().filter(|info| findings.iter().any(|finding| finding.check == info.id)).collect();
    named.sort_by_key(|info| info.id);
    named
}

/// The coverage with the remarks of the parsers, sorted, each once.
pub(crate) fn coverage(context: &Context<'_>) -> unkeyed_model::Coverage {
    let mut coverage = context.estate.coverage.clone();
    coverage.skipped.extend(context.estate.facts.skipped.iter().cloned());
    coverage.skipped.sort();
    coverage.skipped.dedup();
    coverage.limits.sort();
    coverage.limits.dedup();
    coverage
}
