//! The order of judgement: link, collect artifacts, run checks, apply exceptions, decide, assemble.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{
    Artifact, Before, Class, Destination, Estate, Policy, Report, Skip, SkipReason, Timestamp, Workload, WorkloadKind, WorkloadReport,
};

use crate::context::{Context, Linked, LinkedPath};
use crate::linking::{Chains, Linker, Merged, StoredIndex};
use crate::owners::Owners;
use crate::sets::Findings;
use crate::{adoption, artifacts, assemble, checks, earlier, exceptions, gate, linking, outside, presumed, silence, summary, trusts};

/// Id of the pseudo-workload that answers for what belongs to nobody (DOMAIN §3.3).
const UNATTRIBUTED: &str = "repo:.";

/// Identity paths by the id of their workload.
pub(crate) type Paths = BTreeMap<String, Vec<LinkedPath>>;

/// Judges an estate.
pub(crate) fn judge(mut estate: Estate, policy: &Policy, now: Timestamp, before: &Before) -> Report {
    outside::apply(&mut estate.facts);
    linking::hand_over(&mut estate.facts);
    presumed::name(&mut estate);
    let stored = StoredIndex::new(&estate.facts);
    let merged = linking::merge(&estate.facts, &stored);
    let unused = linking::unused(&estate.facts, &merged, &stored);
    let mut artifacts = artifacts::collect(&estate, &merged, &stored, policy, now);
    let (paths, limit_reached) = paths(&estate, &merged);
    adoption::adopt(&estate.facts, &merged, &paths, &mut artifacts);
    silence::apply(&mut artifacts, before.baseline.as_ref(), &estate.run.command, now);
    let merged = with_unattributed(merged, &mut artifacts);
    let workloads = link(&estate, merged, paths, &artifacts, policy);
    estate.facts.skipped.extend(unused);
    if limit_reached {
        estate.facts.skipped.push(comparisons_skipped());
    }
    let mut context = Context { estate: &estate, policy, now, previous: earlier::trusts(before), workloads, artifacts };
    let mut findings = checks::run(&context);
    assemble::sort_findings(&mut findings);
    let ruling = exceptions::apply(policy, &mut context.artifacts, &mut findings, now);
    let by_workload = Findings::new(&findings);
    let mut reports: Vec<WorkloadReport> =
        context.workloads.iter().map(|linked| assemble::workload(&context, linked, &by_workload, &ruling)).collect();
    findings.extend(ruling.remarks.iter().cloned());
    assemble::sort_findings(&mut findings);
    assemble::index_findings(&mut reports, &findings);
    let profile = estate.run.profile.as_str();
    let gate = gate::reasons(&gate::Evidence {
        profile,
        policy,
        artifacts: &context.artifacts,
        workloads: &reports,
        findings: &findings,
        ruling: &ruling,
        before,
        now,
    });
    Report {
        run: estate.run.clone(),
        as_of: now,
        summary: summary::summarize(&context.artifacts, &reports, gate),
        checks: assemble::named_checks(crate::checks(), &findings),
        coverage: assemble::coverage(&context),
        evidence: estate.facts.evidence.clone(),
        trusts: trusts::reported(&context),
        artifacts: context.artifacts,
        workloads: reports,
        findings,
    }
}

/// Adds the pseudo-workload if a credential belongs to nobody.
fn with_unattributed(mut merged: Vec<Merged>, artifacts: &mut [Artifact]) -> Vec<Merged> {
    let mut first = None;
    for artifact in artifacts.iter_mut().filter(|artifact| artifact.workloads.is_empty() && artifact.class != Class::Public) {
        artifact.workloads.push(UNATTRIBUTED.to_owned());
        first = first.or_else(|| artifact.locations.first().map(|(location, _)| location.clone()));
    }
    if let Some(location) = first {
        let workload = Workload::new(WorkloadKind::Repository, UNATTRIBUTED, "what belongs to no workload", location);
        merged.push(Merged { workload, parts: Vec::new(), links: Vec::new() });
        merged.sort_by(|one, other| one.workload.id.cmp(&other.workload.id));
    }
    merged
}

/// The identity paths of each workload, by its id. Also says whether the comparison limit was reached.
fn paths(estate: &Estate, merged: &[Merged]) -> (Paths, bool) {
    let mut linker = Linker::new(&estate.facts, estate.repository.as_ref());
    let mut of = |workload: &Workload| workload.identity_paths.iter().enumerate().map(|(at, path)| linker.link(at, path)).collect();
    let paths = merged.iter().map(|Merged { workload, .. }| (workload.id.clone(), of(workload))).collect();
    (paths, linker.limit_reached())
}

/// Links workloads with their artifacts, principals and owners.
fn link(estate: &Estate, merged: Vec<Merged>, mut paths: Paths, artifacts: &[Artifact], policy: &Policy) -> Vec<Linked> {
    let mut held: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, artifact) in artifacts.iter().enumerate() {
        for workload in &artifact.workloads {
            held.entry(workload).or_default().push(at);
        }
    }
    let chains = Chains::new(&estate.facts);
    let owners = Owners::new(&estate.facts.owners, policy);
    let link_one = |Merged { workload, parts, links }: Merged| {
        let own = held.get(workload.id.as_str()).cloned().unwrap_or_default();
        let own_paths = paths.remove(&workload.id).unwrap_or_default();
        let (links, hidden_links) = chains.complete(&links, &workload.identity_paths, &own_paths);
        Linked {
            paths: own_paths,
            links,
            hidden_links,
            locations: locations(estate, &workload, &parts),
            owner: owners.of(&workload),
            destinations: destinations(&workload, own.iter().map(|&at| &artifacts[at])),
            artifacts: own,
            workload,
        }
    };
    merged.into_iter().map(link_one).collect()
}

/// Where it is defined: its own place, then those of its parts.
fn locations(estate: &Estate, workload: &Workload, parts: &[usize]) -> Vec<unkeyed_model::Location> {
    let mut locations = vec![workload.location.clone()];
    for part in parts {
        let location = &estate.facts.workloads[*part].location;
        if !locations.contains(location) {
            locations.push(location.clone());
        }
    }
    locations
}

/// Where it authenticates to. Public values lead nowhere; a kind without a name is left out beside one with it.
fn destinations<'a>(workload: &Workload, artifacts: impl Iterator<Item = &'a Artifact>) -> Vec<Destination> {
    // A token made for the run leads where its own identity path does.
    let secret = |artifact: &&Artifact| !matches!(artifact.class, Class::Public | Class::RuntimeIdentity);
    let secrets = artifacts.filter(secret).filter_map(|artifact| artifact.destination.clone());
    let paths = workload.identity_paths.iter().filter(|path| path.capability.is_some() && path.consumer.is_some());
    let all: BTreeSet<Destination> =
        workload.destinations.iter().cloned().chain(secrets).chain(paths.map(|path| path.destination.clone())).collect();
    let named: BTreeSet<String> = all.iter().filter(|one| !one.name.is_empty()).map(|one| one.kind.clone()).collect();
    all.into_iter().filter(|one| !one.name.is_empty() || !named.contains(&one.kind)).collect()
}

fn comparisons_skipped() -> Skip {
    Skip {
        path: String::new(),
        why: SkipReason::Limit,
        detail: "too many tokens and trusts to compare all of them; some trust bindings are unknown for this reason".to_owned(),
    }
}

#[cfg(test)]
mod tests;
