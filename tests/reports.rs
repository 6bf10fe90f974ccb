//! Reports of real runs, checked by the schemas that their readers use.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{run, text, unkeyed};

const AS_OF: &str = "2026-11-22T12:00:00Z";
/// Generated for this file.
const SECRET: &str = "Wq7-lemur-Haken-31";

fn report(target: &Path, format: &str) -> Value {
    let output =
        run(unkeyed().arg("audit").arg(target).args(["--format", format, "--as-of", AS_OF, "--confidence", "low", "--show-public"]));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

fn targets() -> Vec<PathBuf> {
    let fixtures = support::root().join("fixtures");
    let mut folders: Vec<_> = fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.push(support::root().join("rules"));
    folders
}

fn assert_valid(schema: &Path, format: &str) {
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for target in targets() {
        let instance = report(&target, format);
        let errors: Vec<_> =
            validator.iter_errors(&instance).take(5).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{} as {format}: {errors:#?}", target.display());
    }
}

#[test]
fn json_is_what_the_published_schema_says() {
    assert_valid(&support::root().join("docs/report-v1.schema.json"), "json");
}

#[test]
fn sarif_is_what_the_official_schema_says() {
    assert_valid(&support::root().join("tests/sarif/sarif-2.1.0.json"), "sarif");
}

#[test]
fn the_official_schema_refuses_what_is_wrong() {
    let schema: Value = serde_json::from_str(&fs::read_to_string(support::root().join("tests/sarif/sarif-2.1.0.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut broken = report(&support::root().join("fixtures/examples"), "sarif");
    assert!(validator.is_valid(&broken));
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&broken));
}

fn env_file(before: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let content = format!("{before}DB_HOST=db.internal\nDB_PASSWORD=\"{SECRET}\"\n");
    fs::write(folder.path().join(".env"), &content).unwrap();
    (folder, content)
}

/// The result about the planted secret.
fn planted(sarif: &Value) -> Value {
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let about = |result: &&Value| {
        result["ruleId"] != "WL-VERDICT" && result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == ".env"
    };
    results.iter().find(about).unwrap_or_else(|| panic!("{results:?}")).clone()
}

#[test]
fn a_sarif_region_covers_exactly_the_secret() {
    let (folder, content) = env_file("# über\n");
    let result = planted(&report(folder.path(), "sarif"));
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let (offset, length) = (region["byteOffset"].as_u64().unwrap() as usize, region["byteLength"].as_u64().unwrap() as usize);
    assert_eq!(&content[offset..offset + length], SECRET);
    let place = ["startLine", "startColumn", "endLine", "endColumn"].map(|key| region[key].as_u64().unwrap());
    assert_eq!(place, [3, 14, 3, 14 + SECRET.len() as u64]);
    assert!(!result.to_string().contains(SECRET));
}

#[test]
fn fingerprints_survive_line_moves() {
    let fingerprints = |before: &str| planted(&report(env_file(before).0.path(), "sarif"))["partialFingerprints"].clone();
    let first = fingerprints("");
    assert!(first.as_object().is_some_and(|map| !map.is_empty()));
    assert_eq!(first, fingerprints("# moved\n\n\n"));
}

#[test]
fn every_workload_has_a_verdict_result() {
    let target = support::root().join("fixtures/examples/aws-static/input");
    let sarif = report(&target, "sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let verdict = results.iter().find(|result| result["ruleId"] == "WL-VERDICT").unwrap();
    assert_eq!((&verdict["kind"], &verdict["level"]), (&"fail".into(), &"error".into()));
    assert_eq!(verdict["properties"]["verdict"], "not-secretless");
    assert!(sarif["runs"][0]["invocations"][0]["executionSuccessful"].is_boolean());
    let taxonomies: Vec<_> =
        sarif["runs"][0]["taxonomies"].as_array().unwrap().iter().map(|taxonomy| taxonomy["name"].as_str().unwrap()).collect();
    for expected in ["OWASP-NHI-2025", "CWE", "NIST-CSF-2.0"] {
        assert!(taxonomies.contains(&expected), "{taxonomies:?}");
    }
}

#[test]
fn the_human_report_fits_80_columns_and_needs_no_colour() {
    let output = run(unkeyed().arg("audit").arg(support::root().join("fixtures/examples")).args(["--as-of", AS_OF]).env("NO_COLOR", "1"));
    let shown = text(&output.stdout);
    assert!(!shown.contains('\u{1b}'));
    for word in ["not secretless", "not read", "instead"] {
        assert!(shown.to_lowercase().contains(&word.to_lowercase()), "{word} missing in\n{shown}");
    }
    let long: Vec<_> = shown.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.len() * 50 < shown.lines().count(), "lines over 80 columns: {long:#?}");
}
