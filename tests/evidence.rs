//! Evidence from outside, end to end: what an export settles, what a log contradicts, and what neither may do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;

const REMOTE: &str = "https://github.com/acme/api.git";
const JOB: &str = "gha:.github/workflows/deploy.yml#deploy";

/// The report on the repository of a case, with evidence from the given folders.
fn audit(case: &str, evidence: &[&Path]) -> Value {
    let input = support::root().join("fixtures/checks").join(case);
    let repository = support::repository(&input, REMOTE, &|path, text| (!path.starts_with("evidence")).then(|| text.to_owned()));
    let mut arguments = vec!["--as-of", "2026-11-22T12:00:00Z"];
    arguments.extend(evidence.iter().flat_map(|path| ["--evidence", path.to_str().unwrap()]));
    support::audit(repository.path(), &arguments).0
}

fn evidence_of(case: &str) -> std::path::PathBuf {
    support::root().join("fixtures/checks").join(case).join("evidence")
}

fn job(report: &Value) -> &Value {
    report["workloads"].as_array().unwrap().iter().find(|workload| workload["id"] == JOB).unwrap()
}

#[test]
fn an_export_settles_what_files_leave_open() {
    let case = "RS-AWS-01/good-export";
    let report = audit(case, &[]);
    assert_eq!((&job(&report)["verdict"], &job(&report)["assurance"]), (&"indeterminate".into(), &"static".into()));
    assert_eq!(report["run"]["assurance"], "static");
    let report = audit(case, &[&evidence_of(case)]);
    assert_eq!((&job(&report)["verdict"], &job(&report)["assurance"]), (&"secretless".into(), &"static+export".into()), "{report:#}");
    let row = &report["evidence"][0];
    assert!(row["uri"].as_str().unwrap().ends_with("details.json"));
    assert_eq!((&row["dated_by"], &row["records"]), (&"modified".into(), &1.into()));
}

#[test]
fn a_key_in_use_contradicts_and_a_log_alone_proves_nothing() {
    let case = "RS-AWS-01/good-export";
    let report = audit(case, &[&evidence_of(case), &evidence_of("OB-01/bad").join("trail.json")]);
    assert_eq!((&job(&report)["verdict"], &job(&report)["assurance"]), (&"partial".into(), &"static+runtime".into()));
    assert_eq!(report["run"]["assurance"], "static+runtime");
    let report = audit(case, &[&evidence_of("OB-01/good").join("trail.json")]);
    assert_eq!(job(&report)["verdict"], "indeterminate");
}

#[test]
fn what_is_not_recognised_is_said_and_searched() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "q8Zr2mVbT7LrYk0WsJd9";
    fs::write(folder.path().join("notes.json"), format!("{{\"db_password\": \"{secret}\", \"city\": \"Graz\"}}")).unwrap();
    let report = audit("OB-01/good", &[folder.path()]);
    let skipped = report["coverage"]["skipped"].as_array().unwrap();
    assert!(skipped.iter().any(|skip| skip["uri"].as_str().unwrap().ends_with("notes.json") && skip["why"] == "not-understood"));
    let text = report.to_string();
    assert!(!text.contains(secret), "printed");
    let places = report["artifacts"].as_array().unwrap().iter().flat_map(|artifact| artifact["locations"].as_array().unwrap());
    assert!(places.into_iter().any(|place| place["uri"].as_str().unwrap().ends_with("notes.json")), "{report:#}");
}
