//! Makes one report of many.
//!
//! The order and grouping of the parts do not matter, and a part that is given twice counts once: reports from a hundred
//! pipelines may be merged as they arrive, and merged reports merged again. One decision a reader would question: each
//! report has a name, with which its paths and ids then begin. Two repositories may both hold `deploy.yml`, and most of
//! them are scanned as `.`, so that nothing in the reports themselves tells them apart.

mod credential;
mod qualify;
mod totals;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::json::v1;

/// Two parts contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two different reports are called `{0}`; name them apart with NAME=FILE")]
pub struct Conflict(pub String);

/// A finding's place in the order: check, workload, the rest of it.
type FindingKey = (String, Option<String>, String);

/// What is collected of all parts; every map is a union.
#[derive(Default)]
struct Union {
    sources: BTreeMap<String, v1::Source>,
    artifacts: BTreeMap<String, v1::Artifact>,
    /// With the findings of each in place of their positions, which change.
    workloads: BTreeMap<String, (v1::Workload, Vec<FindingKey>)>,
    trusts: BTreeMap<(String, String), v1::Trust>,
    findings: BTreeMap<FindingKey, v1::Finding>,
    rules: BTreeMap<String, v1::Rule>,
    checks: BTreeMap<String, v1::Check>,
    skipped: BTreeMap<String, v1::Skipped>,
    evidence: BTreeMap<(String, String), v1::Evidence>,
}

/// One report of all `parts`, each with its name; a part that is merged itself keeps the names of its own.
///
/// # Errors
/// If two different reports have one name.
pub fn merge(parts: impl IntoIterator<Item = (String, v1::Report)>) -> Result<v1::Report, Conflict> {
    let mut union = Union::default();
    for (name, mut report) in parts {
        if report.run.sources.is_empty() {
            qualify::with(&mut report, &name);
        }
        union.add(report)?;
    }
    Ok(union.into_report())
}

impl Union {
    fn add(&mut self, report: v1::Report) -> Result<(), Conflict> {
        for source in report.run.sources {
            equal(&mut self.sources, source.name.clone(), source.name.clone(), source)?;
        }
        let keys: Vec<FindingKey> = report.findings.iter().map(finding_key).collect();
        for mut workload in report.workloads {
            let positions = std::mem::take(&mut workload.findings);
            let own = positions.iter().filter_map(|at| keys.get(usize::try_from(*at).ok()?).cloned()).collect();
            equal(&mut self.workloads, workload.id.clone(), source_of(&workload.id), (workload, own))?;
        }
        self.trusts.extend(report.trusts.into_iter().map(|trust| ((trust.id.clone(), spelled(&trust)), trust)));
        self.findings.extend(keys.into_iter().zip(report.findings));
        for artifact in report.artifacts {
            let merged = match self.artifacts.remove(&artifact.id) {
                Some(known) => credential::merged(known, artifact),
                None => credential::ordered(artifact),
            };
            self.artifacts.insert(merged.id.clone(), merged);
        }
        for skipped in report.coverage.skipped {
            self.skipped.insert(spelled(&skipped), skipped);
        }
        self.evidence.extend(report.evidence.into_iter().map(|evidence| ((evidence.uri.clone(), spelled(&evidence)), evidence)));
        // Of a rule or check that two versions describe differently, the later text in the order of texts is kept.
        report.rules.into_iter().for_each(|rule| greatest(&mut self.rules, rule.id.clone(), rule));
        report.checks.into_iter().for_each(|check| greatest(&mut self.checks, check.id.clone(), check));
        Ok(())
    }

    fn into_report(self) -> v1::Report {
        let positions: BTreeMap<&FindingKey, u64> = self.findings.keys().zip(0..).collect();
        let placed = |(mut workload, own): (v1::Workload, Vec<FindingKey>)| {
            workload.findings = own.iter().filter_map(|key| positions.get(key).copied()).collect();
            workload.findings.sort_unstable();
            workload.findings.dedup();
            workload
        };
        let workloads: Vec<v1::Workload> = self.workloads.into_values().map(placed).collect();
        let mut artifacts: Vec<v1::Artifact> = self.artifacts.into_values().collect();
        artifacts.sort_by_cached_key(|artifact| (artifact.locations.first().map(credential::position), artifact.id.clone()));
        let sources: Vec<v1::Source> = self.sources.into_values().collect();
        let mut skipped: Vec<v1::Skipped> = self.skipped.into_values().collect();
        skipped.sort_by(|a, b| (&a.uri, a.why, &a.detail).cmp(&(&b.uri, b.why, &b.detail)));
        v1::Report {
            schema_version: 1,
            tool: totals::tool(&sources),
            summary: totals::summary(&sources, &artifacts, &workloads),
            artifacts,
            workloads,
            trusts: self.trusts.into_values().collect(),
            findings: self.findings.into_values().collect(),
            rules: self.rules.into_values().collect(),
            checks: self.checks.into_values().collect(),
            coverage: totals::coverage(&sources, skipped),
            evidence: self.evidence.into_values().collect(),
            run: totals::run(sources),
        }
    }
}

fn finding_key(finding: &v1::Finding) -> FindingKey {
    (finding.check.clone(), finding.workload.clone(), spelled(finding))
}

/// The report that a workload's id names.
fn source_of(id: &str) -> String {
    let path = id.split_once(':').map_or(id, |(_, path)| path);
    path.split(['/', '#']).next().unwrap_or(path).to_owned()
}

/// Adds a row that must be the same wherever it comes from.
fn equal<T: PartialEq>(rows: &mut BTreeMap<String, T>, key: String, name: String, row: T) -> Result<(), Conflict> {
    if rows.get(&key).is_some_and(|known| *known != row) {
        return Err(Conflict(name));
    }
    rows.insert(key, row);
    Ok(())
}

fn greatest<T: Serialize>(rows: &mut BTreeMap<String, T>, key: String, row: T) {
    if rows.get(&key).is_none_or(|known| spelled(known) < spelled(&row)) {
        rows.insert(key, row);
    }
}

/// A row as text, for an order that depends on nothing else. These types have nothing that JSON can't hold.
fn spelled(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
