//! Gives a report the name that its paths and ids begin with.

use std::collections::BTreeMap;

use unkeyed_model::Origin;

use crate::json::v1;

/// Puts `name` before every path and id of the report of one run; gives what a report of many says of it as a source.
pub(crate) fn with(report: &mut v1::Report, name: &str) -> v1::Source {
    let prefix = Origin { path: name.to_owned(), ..Origin::default() }.uri();
    let source = source(report, name);
    for artifact in &mut report.artifacts {
        // Fingerprints under the user's key say the same in every report.
        if !artifact.id.starts_with("hmac:") {
            artifact.id = format!("{name}/{}", artifact.id);
        }
        artifact.workloads.iter_mut().for_each(|id| *id = workload_id(name, id));
        artifact.locations.iter_mut().for_each(|location| place(&mut location.place, &prefix));
        artifact.related.iter_mut().for_each(|related| place(related, &prefix));
    }
    report.workloads.iter_mut().for_each(|workload| of_workload(workload, name, &prefix));
    report.trusts.iter_mut().for_each(|trust| of_trust(trust, name, &prefix));
    for finding in &mut report.findings {
        finding.workload.iter_mut().for_each(|id| *id = workload_id(name, id));
        finding.locations.iter_mut().for_each(|location| place(location, &prefix));
        finding.related.iter_mut().for_each(|related| place(&mut related.location, &prefix));
    }
    report.evidence.iter_mut().for_each(|evidence| evidence.uri = format!("{prefix}/{}", evidence.uri));
    report.coverage.skipped.iter_mut().for_each(|skipped| skipped.uri = format!("{prefix}/{}", skipped.uri));
    source
}

fn of_workload(workload: &mut v1::Workload, name: &str, prefix: &str) {
    workload.id = workload_id(name, &workload.id);
    workload.locations.iter_mut().for_each(|location| place(location, prefix));
    for id in &mut workload.artifacts {
        if !id.starts_with("hmac:") {
            *id = format!("{name}/{id}");
        }
    }
    workload.artifacts.sort();
    for path in &mut workload.identity_paths {
        path.capability.iter_mut().chain(&mut path.consumer).for_each(|evidence| place(evidence, prefix));
    }
    for link in &mut workload.links {
        place(&mut link.from, prefix);
        place(&mut link.to, prefix);
    }
}

fn of_trust(trust: &mut v1::Trust, name: &str, prefix: &str) {
    trust.id = workload_id(name, &trust.id);
    trust.principal = workload_id(name, &trust.principal);
    trust.workloads.iter_mut().for_each(|id| *id = workload_id(name, id));
    place(&mut trust.location, prefix);
}

/// `kind:path#name` with the name before the path, as in a run over several targets.
fn workload_id(name: &str, id: &str) -> String {
    match id.split_once(':') {
        Some((kind, path)) => format!("{kind}:{name}/{path}"),
        None => format!("{name}/{id}"),
    }
}

fn place(place: &mut v1::Place, prefix: &str) {
    place.uri = format!("{prefix}/{}", place.uri);
    if let Some(process) = &mut place.process {
        process.reads.iter_mut().for_each(|uri| *uri = format!("{prefix}/{uri}"));
    }
}

fn source(report: &v1::Report, name: &str) -> v1::Source {
    let mut unlisted: BTreeMap<_, _> = report.summary.artifacts.clone();
    for artifact in &report.artifacts {
        unlisted.entry(artifact.class).and_modify(|count| *count = count.saturating_sub(1));
    }
    v1::Source {
        name: name.to_owned(),
        tool: report.tool.clone(),
        run: report.run.clone(),
        gate: report.summary.gate,
        gate_reasons: report.summary.gate_reasons.clone(),
        gate_remedies: report.summary.gate_remedies.clone(),
        unlisted,
        hidden_low_confidence: report.summary.hidden_low_confidence,
        hidden_public: report.summary.hidden_public,
        inventory: report.summary.inventory,
        read: report.coverage.read.clone(),
        limits: report.coverage.limits.clone(),
    }
}
