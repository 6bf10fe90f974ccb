//! SARIF 2.1.0 (OASIS), within the limits that GitHub code scanning documents
//! (docs.github.com, "SARIF support for code scanning").
//!
//! Three kinds of results: a credential, what a check found, and the verdict on each workload (rule `WL-VERDICT`). One
//! decision a reader would question: credentials with nothing to do about them (level `none`: job tokens, leases) are no
//! results unless `--show-public` asks, because GitHub raises an alert for every result, whatever its `kind`. Verdicts are
//! always written; `jq '.runs[].results |= map(select(.kind == "fail"))'` leaves only what must be mended.

mod artifact;
mod catalog;
mod describe;
mod finding;
mod fingerprint;
mod invocation;
mod location;
mod selection;
pub(crate) mod standards;
mod text;
mod verdict;

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};
use serde_sarif::sarif::{ArtifactLocation, LogicalLocation, PropertyBag, Run, RunAutomationDetails, Sarif, Tool};
use unkeyed_model::{Report, WorkloadReport};

use crate::{Options, printable};
use catalog::Catalog;
use fingerprint::Fingerprints;
use selection::{Candidate, Selection};

/// Name under which the scanned root stands for all relative references.
const ROOT: &str = "%SRCROOT%";

/// Writes the report as SARIF.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let sarif = Sarif::builder()
        .schema("https://json.schemastore.org/sarif-2.1.0.json".to_owned())
        .version(json!("2.1.0"))
        .runs(vec![run(report, options)])
        .build();
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    out.write_all(b"\n")
}

fn run(report: &Report, options: &Options) -> Run {
    let selection = Selection::new(report, options);
    let catalog = Catalog::new(report, &selection);
    let workloads = report.workloads.iter().map(|workload| (workload.id.as_str(), workload)).collect();
    let writer = Writer { report, catalog: &catalog, workloads };
    let mut fingerprints = Fingerprints::default();
    let results: Vec<_> = selection.chosen.iter().map(|candidate| writer.result(candidate, &mut fingerprints)).collect();
    Run::builder()
        .tool(Tool::builder().driver(catalog.driver()).build())
        .taxonomies(catalog.standards.components())
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root())]))
        .logical_locations(report.workloads.iter().map(workload).collect::<Vec<_>>())
        .column_kind(json!("unicodeCodePoints"))
        .automation_details(RunAutomationDetails::builder().id(category(report)).build())
        .invocations(vec![invocation::invocation(report, &selection)])
        .results(results)
        .properties(properties(report, &selection))
        .build()
}

/// Everything a result needs besides itself.
struct Writer<'r> {
    report: &'r Report,
    catalog: &'r Catalog,
    workloads: BTreeMap<&'r str, &'r WorkloadReport>,
}

impl Writer<'_> {
    fn result(&self, candidate: &Candidate<'_>, fingerprints: &mut Fingerprints) -> serde_sarif::sarif::Result {
        match candidate {
            Candidate::Artifact(artifact) => self.artifact(artifact, fingerprints),
            Candidate::Finding(finding) => self.finding(finding, fingerprints),
            Candidate::Verdict(index, workload) => self.verdict(*index, workload, fingerprints),
        }
    }
}

fn root() -> ArtifactLocation {
    ArtifactLocation::builder().description(text::message("The root of the scanned target.")).build()
}

/// The upload category: one per command and profile, so that they replace only their own alerts.
fn category(report: &Report) -> String {
    format!("unkeyed/{}/{}/", report.run.command, report.run.profile)
}

fn workload(workload: &WorkloadReport) -> LogicalLocation {
    LogicalLocation::builder()
        .name(printable(&workload.name))
        .fully_qualified_name(workload.id.clone())
        .kind("resource".to_owned())
        .properties(bag([("verdict", json!(workload.verdict)), ("type", json!(workload.kind))]))
        .build()
}

fn properties(report: &Report, selection: &Selection<'_>) -> PropertyBag {
    let summary = &report.summary;
    let counts = |counts: &[(&str, usize)]| -> Value { counts.iter().map(|(word, count)| ((*word).to_owned(), json!(count))).collect() };
    let verdicts: Vec<_> = summary.verdicts.iter().map(|(verdict, count)| (verdict.as_str(), *count)).collect();
    let leanings: Vec<_> = summary.leanings.iter().map(|(verdict, count)| (verdict.as_str(), *count)).collect();
    let artifacts: Vec<_> = summary.artifacts.iter().map(|(class, count)| (class.as_str(), *count)).collect();
    let readiness = json!({
        "rollup": summary.rollup,
        "verdicts": counts(&verdicts),
        "leanings": counts(&leanings),
        "noAccessObserved": summary.no_access_observed,
        "artifacts": counts(&artifacts),
        "hiddenLowConfidence": selection.hidden_low_confidence,
        "hiddenPublic": selection.hidden_public,
        "gate": if summary.gate_passed { "pass" } else { "fail" },
        "gateReasons": summary.gate_reasons,
        "gateRemedies": summary.gate_remedies,
        "complete": report.coverage.is_complete(),
    });
    bag([
        ("readiness", readiness),
        ("assurance", json!(report.assurance())),
        ("evidence", report.evidence.iter().map(evidence).collect()),
        ("targets", json!(report.run.targets)),
        ("rulesDigest", json!(report.run.rules_digest)),
        ("policyDigest", json!(report.run.policy.as_ref().map(|(_, digest)| digest))),
        ("targetPolicyDigest", json!(report.run.own_policy.as_ref().map(|(_, digest)| digest))),
        ("baselineDigest", json!(report.run.baseline.as_ref().map(|(_, digest)| digest))),
        ("comparedWith", json!(report.run.compared_with)),
    ])
}

/// A file that was given as evidence, as in the JSON report.
fn evidence(evidence: &unkeyed_model::Evidence) -> Value {
    json!({
        "uri": crate::place::uri_of_path(&evidence.path),
        "formats": evidence.formats,
        "assurance": evidence.assurance,
        "records": evidence.records,
        "dated": evidence.dated.map(|(at, _)| crate::stamp::rfc3339(at)),
        "datedBy": evidence.dated.map(|(_, by)| by),
    })
}

/// A property bag of the given entries.
fn bag<const N: usize>(entries: [(&str, Value); N]) -> PropertyBag {
    PropertyBag::builder().additional_properties(entries.map(|(key, value)| (key.to_owned(), value))).build()
}
