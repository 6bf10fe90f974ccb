//! Saved JSON reports: written again, merged, compared.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use support::{run, text, unkeyed};

/// Passwords in typed positions, generated for this file.
const BEFORE: &str = "DB_HOST=db.internal\nDB_PASSWORD=Zk4-otter-Ginster-77\n";
const AFTER: &str = "# moved\nDB_PASSWORD=Zk4-otter-Ginster-77\nSMTP_PASSWORD=Xu9-falke-Quarz-18\n";
const AS_OF: &str = "2026-11-22T12:00:00Z";

fn output(arguments: &[&str], at: &Path) -> (Option<i32>, String) {
    let output = run(unkeyed().args(arguments).current_dir(at));
    (output.status.code(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// The output of a command that must end well.
fn said(arguments: &[&str], at: &Path) -> String {
    let (code, said) = output(arguments, at);
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

/// A folder with `old.json` and `new.json` of a repository that changes.
fn reports() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("api")).unwrap();
    for (content, name) in [(BEFORE, "old.json"), (AFTER, "new.json")] {
        fs::write(folder.path().join("api/.env"), content).unwrap();
        said(&["audit", "api", "--as-of", AS_OF, "--format", "json", "--output", name], folder.path());
    }
    folder
}

#[test]
fn a_saved_report_is_written_in_every_format_as_the_run_would_have() {
    let folder = reports();
    for format in ["human", "lines", "json", "sarif", "inventory-csv", "html"] {
        let direct = said(&["audit", "api", "--as-of", AS_OF, "--format", format], folder.path());
        let again = said(&["report", "new.json", "--format", format], folder.path());
        assert!(again == direct, "{format}:\n{again}\n---\n{direct}");
    }
    let page = said(&["report", "new.json", "--format", "html"], folder.path());
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("Ginster"));
    let (code, said) = output(&["report", "api/.env"], folder.path());
    assert!(code == Some(2) && said.contains("api/.env") && said.contains("no unkeyed report"), "{said}");
}

#[test]
fn reports_merge_under_their_names() {
    let folder = reports();
    let merged = said(&["report", "merge", "old.json", "web=new.json", "--format", "json"], folder.path());
    let merged: serde_json::Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(merged["run"]["targets"], serde_json::json!(["old", "web"]));
    assert_eq!(merged["artifacts"].as_array().unwrap().len(), 3);
    fs::write(folder.path().join("estate.json"), merged.to_string()).unwrap();
    assert!(said(&["report", "estate.json"], folder.path()).contains("web/.env"));
    let (code, said) = output(&["report", "merge", "a=old.json", "a=new.json"], folder.path());
    assert!(code == Some(2) && said.contains("NAME=FILE"), "{said}");
}

#[test]
fn what_appeared_is_said_and_fails_if_asked() {
    let folder = reports();
    let text = said(&["report", "diff", "old.json", "new.json"], folder.path());
    assert!(text.lines().any(|line| line.starts_with("appeared  credential") && line.ends_with(".env:3")), "{text}");
    assert!(!text.contains(".env:2"), "a line that moved is no change: {text}");
    let gate = |old, new| output(&["report", "diff", old, new, "--fail-if-worse"], folder.path()).0;
    assert_eq!((gate("old.json", "new.json"), gate("new.json", "old.json")), (Some(1), Some(0)));
    let page = said(&["report", "diff", "old.json", "new.json", "new.json", "--format", "html"], folder.path());
    assert!(page.contains("id=\"trend\""));
    let (code, said) = output(&["report", "diff", "old.json", "new.json", "--format", "sarif"], folder.path());
    assert!(code == Some(2) && said.contains("human, json, html"), "{said}");
}
