//! What the end-to-end tests share: fresh repositories from fixtures, and the program that users run.

#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The program, without anything of the environment that changes its behaviour.
pub(crate) fn unkeyed() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unkeyed"));
    for variable in std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("UNKEYED_")) {
        command.env_remove(variable);
    }
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command
}

/// A new folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs git with a fixed identity and date, so that commits are the same each time.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=Fixture", "-c", "user.email=fixture@acme.example"]).args(arguments);
    command.env("GIT_AUTHOR_DATE", "2026-06-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2026-06-01T00:00:00Z");
    let output = run(&mut command);
    assert!(output.status.success(), "git {arguments:?}: {}", text(&output.stderr));
}

/// A folder with a copy of `input` in which each file went through `edit`, as a git repository with `remote`.
pub(crate) fn repository(input: &Path, remote: &str, edit: &dyn Fn(&Path, &str) -> Option<String>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(input, input, folder.path(), edit);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["remote", "add", "origin", remote]);
    git(folder.path(), &["add", "-A", "-f"]);
    git(folder.path(), &["commit", "-q", "--allow-empty", "-m", "fixture"]);
    folder
}

fn copy(base: &Path, from: &Path, to: &Path, edit: &dyn Fn(&Path, &str) -> Option<String>) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(base, &path, &target, edit);
        } else if let Some(text) = edit(path.strip_prefix(base).unwrap(), &fs::read_to_string(&path).unwrap()) {
            fs::write(&target, text).unwrap();
        }
    }
}

/// `unkeyed audit` as JSON, with its exit code.
pub(crate) fn audit(folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let output = run(unkeyed().arg("audit").arg(folder).args(["--format", "json"]).args(arguments));
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no JSON report ({error}); standard error:\n{}", text(&output.stderr)));
    (report, output.status.code().unwrap())
}

/// Check ids of the findings that name `workload`, or no workload at all.
pub(crate) fn checks_of<'a>(report: &'a Value, workload: &str) -> Vec<&'a str> {
    let findings = report["findings"].as_array().unwrap();
    let concerned = findings.iter().filter(|finding| finding["workload"].is_null() || finding["workload"] == workload);
    concerned.map(|finding| finding["check"].as_str().unwrap()).collect()
}
