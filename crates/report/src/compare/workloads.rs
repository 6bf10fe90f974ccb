//! Workloads and findings of two reports.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::LayerState;

use super::{Change, ChangeKind, Subject};
use crate::json::v1;

/// Adds what changed of the workloads.
pub(super) fn compare(old: &v1::Report, new: &v1::Report, changes: &mut Vec<Change>) {
    let before: BTreeMap<&str, &v1::Workload> = old.workloads.iter().map(|workload| (workload.id.as_str(), workload)).collect();
    let after: BTreeSet<&str> = new.workloads.iter().map(|workload| workload.id.as_str()).collect();
    for workload in &new.workloads {
        match before.get(workload.id.as_str()) {
            Some(before) => changed(before, workload, changes),
            None => changes.push(row(ChangeKind::Appeared, workload, None, None, Some(said(workload)))),
        }
    }
    let gone = old.workloads.iter().filter(|workload| !after.contains(workload.id.as_str()));
    changes.extend(gone.map(|workload| row(ChangeKind::Gone, workload, None, Some(said(workload)), None)));
}

fn said(workload: &v1::Workload) -> String {
    if workload.no_access_observed { "no access observed".to_owned() } else { workload.verdict.to_string() }
}

fn row(change: ChangeKind, workload: &v1::Workload, fact: Option<&str>, was: Option<String>, is: Option<String>) -> Change {
    let uri = workload.locations.first().map(|place| place.uri.clone());
    Change { change, subject: Subject::Workload, what: workload.id.clone(), fact: fact.map(str::to_owned), was, is, uri }
}

fn changed(old: &v1::Workload, new: &v1::Workload, changes: &mut Vec<Change>) {
    if said(old) != said(new) {
        let kind = if old.no_access_observed || new.no_access_observed {
            ChangeKind::Drift
        } else if new.verdict < old.verdict {
            ChangeKind::Worse
        } else {
            ChangeKind::Better
        };
        changes.push(row(kind, new, Some("verdict"), Some(said(old)), Some(said(new))));
    }
    for ((name, was), (_, is)) in layers(&old.layers).into_iter().zip(layers(&new.layers)) {
        if let (Some(before), Some(after)) = (rank(was), rank(is))
            && before != after
        {
            let kind = if after < before { ChangeKind::Worse } else { ChangeKind::Better };
            changes.push(row(kind, new, Some(name), Some(was.to_string()), Some(is.to_string())));
        }
    }
    for ((fact, was), (_, is)) in facts(old).into_iter().zip(facts(new)) {
        if was != is {
            let listed = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>().join(", ");
            changes.push(row(ChangeKind::Drift, new, Some(fact), Some(listed(was)), Some(listed(is))));
        }
    }
}

const fn layers(layers: &v1::Layers) -> [(&'static str, LayerState); 5] {
    [("L0", layers.l0), ("L1", layers.l1), ("L2", layers.l2), ("L3a", layers.l3a), ("L3b", layers.l3b)]
}

/// How good a state is; what does not apply is neither.
const fn rank(state: LayerState) -> Option<u8> {
    match state {
        LayerState::Fail => Some(0),
        LayerState::Unknown => Some(1),
        LayerState::Pass => Some(2),
        LayerState::Na => None,
    }
}

/// What makes the identity of a workload what it is.
fn facts(workload: &v1::Workload) -> [(&'static str, BTreeSet<String>); 7] {
    let known = |value: &v1::Value| value.value.clone();
    let paths = || workload.identity_paths.iter();
    let tokens = || paths().flat_map(|path| &path.tokens);
    let named = |destination: &v1::Destination| match &destination.name {
        Some(name) => format!("{}:{name}", destination.kind),
        None => destination.kind.clone(),
    };
    [
        ("owner", workload.owner.iter().cloned().collect()),
        ("environment", workload.environment.iter().cloned().collect()),
        ("destination", workload.destinations.iter().map(named).collect()),
        ("principal", paths().filter_map(|path| known(&path.principal)).collect()),
        ("issuer", tokens().filter_map(|token| known(&token.issuer)).collect()),
        ("subject", tokens().filter_map(|token| known(&token.subject)).collect()),
        ("audience", tokens().filter_map(|token| known(&token.audience)).collect()),
    ]
}

/// What two findings must agree in to be one: check, workload, sentence.
type Stated<'r> = (&'r str, Option<&'r str>, &'r str);

/// Adds what changed of the findings.
pub(super) fn findings(old: &v1::Report, new: &v1::Report, changes: &mut Vec<Change>) {
    let mut counts: BTreeMap<Stated<'_>, (Vec<&v1::Finding>, Vec<&v1::Finding>)> = BTreeMap::new();
    for finding in &old.findings {
        counts.entry((&finding.check, finding.workload.as_deref(), &finding.message)).or_default().0.push(finding);
    }
    for finding in &new.findings {
        counts.entry((&finding.check, finding.workload.as_deref(), &finding.message)).or_default().1.push(finding);
    }
    for (before, after) in counts.into_values() {
        changes.extend(after.iter().skip(before.len()).map(|finding| stated(ChangeKind::Appeared, finding)));
        changes.extend(before.iter().skip(after.len()).map(|finding| stated(ChangeKind::Gone, finding)));
    }
}

fn stated(change: ChangeKind, finding: &v1::Finding) -> Change {
    let level = Some(finding.level.to_string());
    let (was, is) = if change == ChangeKind::Gone { (level, None) } else { (None, level) };
    let uri = finding.locations.first().map(|place| place.uri.clone());
    Change { change, subject: Subject::Finding, what: format!("{}: {}", finding.check, finding.message), fact: None, was, is, uri }
}
