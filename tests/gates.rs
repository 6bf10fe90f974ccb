//! What stops a commit or a change, and what doesn't: hook, baseline, remarks, differences, policies. With real git.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::{git, run, text, unkeyed};

/// Passwords, generated for this file.
const FIRST: &str = "DB_PASSWORD=Tn4-walrus-Eiche-86\n";
const SECOND: &str = "QUEUE_PASSWORD=Kp9-badger-Linde-27\n";
const AS_OF: &str = "2026-11-22T12:00:00Z";

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder
}

fn write(root: &Path, name: &str, content: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn commit(root: &Path, files: &[(&str, &str)]) {
    files.iter().for_each(|(name, content)| write(root, name, content));
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "-m", "x"]);
}

fn call(root: &Path, arguments: &[&str]) -> Output {
    run(unkeyed().current_dir(root).args(arguments).env("UNKEYED_AS_OF", AS_OF))
}

fn code(root: &Path, arguments: &[&str]) -> i32 {
    call(root, arguments).status.code().unwrap()
}

/// Exit code of the hook after everything was staged.
fn hook(root: &Path) -> i32 {
    git(root, &["add", "-A"]);
    code(root, &["hook"])
}

fn json(root: &Path, arguments: &[&str]) -> Value {
    let output = call(root, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn the_hook_stops_what_a_commit_adds_and_nothing_else() {
    let repository = repository();
    let root = repository.path();
    write(root, "readme.txt", "nothing here\n");
    assert_eq!(hook(root), 0, "no commit yet");
    write(root, "a.env", FIRST);
    git(root, &["add", "-A"]);
    let output = call(root, &["hook"]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(said.contains("a.env:1") && said.contains("to pass") && !said.contains("walrus"), "{said}");
    let quiet = call(root, &["hook", "--quiet"]);
    assert_eq!((quiet.status.code(), text(&quiet.stderr)), (Some(1), String::new()));
    git(root, &["commit", "-q", "-m", "all the same"]);
    assert_eq!(hook(root), 0, "nothing is staged");
    write(root, "a.env", &format!("# moved down\n\nMODE=x\n{FIRST}"));
    assert_eq!(hook(root), 0, "it was there before");
    fs::create_dir_all(root.join("conf")).unwrap();
    fs::rename(root.join("a.env"), root.join("conf/ü \u{202e}\n%.env")).unwrap();
    assert_eq!(hook(root), 0, "a renamed file");
    git(root, &["commit", "-q", "-m", "renamed"]);
    write(root, "b.env", FIRST);
    assert_eq!(hook(root), 1, "a copy");
    write(root, "b.env", SECOND);
    assert_eq!(hook(root), 1, "another one");
    write(root, "b.env", "QUEUE_PASSWORD=${QUEUE_PASSWORD}\n");
    assert_eq!(hook(root), 0, "the index counts");
    assert_eq!(code(&root.join("conf"), &["hook"]), 0, "from a folder below");
}

#[test]
fn a_staged_blob_counts_whatever_the_working_file_holds() {
    let repository = repository();
    let root = repository.path();
    write(root, "a.env", FIRST);
    git(root, &["add", "a.env"]);
    write(root, "a.env", "MODE=x\n");
    assert_eq!(code(root, &["hook"]), 1);
    git(root, &["add", "a.env"]);
    write(root, "a.env", FIRST);
    assert_eq!(code(root, &["hook"]), 0);
}

#[test]
fn git_runs_it_with_its_own_index_and_in_merges() {
    let repository = repository();
    let root = repository.path();
    commit(root, &[("readme.txt", "x\n"), ("a.env", "MODE=x\n")]);
    git(root, &["switch", "-q", "-c", "side"]);
    commit(root, &[("theirs.env", SECOND), ("readme.txt", "theirs\n")]);
    git(root, &["switch", "-q", "main"]);
    let script = root.join(".git/hooks/pre-commit");
    fs::write(&script, format!("#!/bin/sh\nexec '{}' hook\n", env!("CARGO_BIN_EXE_unkeyed"))).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(&script, root.join(".git/hooks/pre-merge-commit")).unwrap();
    let commits = |arguments: &[&str]| {
        let identity = ["-c", "user.name=A", "-c", "user.email=a@acme.example"];
        run(std::process::Command::new("git").current_dir(root).args(identity).args(arguments)).status.success()
    };
    write(root, "a.env", FIRST);
    write(root, "readme.txt", "ours\n");
    assert!(commits(&["commit", "-q", "-m", "only this", "readme.txt"]), "a.env is not a part of it");
    git(root, &["add", "-A"]);
    assert!(!commits(&["commit", "-q", "-m", "all"]));
    git(root, &["checkout", "-q", "HEAD", "--", "a.env"]);
    assert!(!commits(&["merge", "-q", "side"]), "a conflict");
    write(root, "readme.txt", "both\n");
    git(root, &["add", "readme.txt"]);
    assert!(commits(&["commit", "-q", "-m", "merged"]), "what the other side has was committed before");
}

#[test]
fn rebases_and_split_indexes_are_no_obstacle() {
    let repository = repository();
    let root = repository.path();
    commit(root, &[("readme.txt", "x\n"), ("a.env", "MODE=x\n")]);
    git(root, &["update-index", "--split-index"]);
    write(root, "a.env", FIRST);
    assert_eq!(hook(root), 1, "the index lies in two files");
    git(root, &["checkout", "-q", "HEAD", "--", "a.env"]);
    assert_eq!(code(root, &["hook"]), 0);
    git(root, &["switch", "-q", "-c", "side"]);
    commit(root, &[("readme.txt", "theirs\n")]);
    git(root, &["switch", "-q", "main"]);
    commit(root, &[("readme.txt", "ours\n"), ("old.env", FIRST)]);
    git(root, &["switch", "-q", "side"]);
    let identity = ["-c", "user.name=A", "-c", "user.email=a@acme.example"];
    let rebase = run(std::process::Command::new("git").current_dir(root).args(identity).args(["rebase", "-q", "main"]));
    assert!(!rebase.status.success(), "a conflict");
    write(root, "readme.txt", "both\n");
    assert_eq!(hook(root), 0, "what it is put upon was committed before");
    write(root, "new.env", SECOND);
    assert_eq!(hook(root), 1);
}

#[test]
fn submodules_and_broken_links_are_no_obstacle() {
    let (repository, module) = (repository(), repository());
    let root = repository.path();
    commit(module.path(), &[("m.env", FIRST)]);
    let url = module.path().to_str().unwrap();
    git(root, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "module"]);
    std::os::unix::fs::symlink("/nowhere", root.join("link")).unwrap();
    assert_eq!(hook(root), 0);
}

#[test]
fn remarks_of_other_tools_silence_a_scan_and_no_audit() {
    let repository = repository();
    let root = repository.path();
    write(root, "a.env", &FIRST.replace('\n', "  # gitleaks:allow\n"));
    assert_eq!((code(root, &["scan", "."]), hook(root)), (0, 0));
    let report = json(root, &["scan", "."]);
    assert_eq!((&report["artifacts"][0]["silenced_by"], &report["summary"]["artifacts"]["durable"]), (&"gitleaks:allow".into(), &1.into()));
    let audit = json(root, &["audit", "--profile", "ci", "."]);
    assert_eq!((&audit["artifacts"][0]["silenced_by"], &audit["summary"]["gate"]), (&Value::Null, &"fail".into()));
    write(root, "b.env", FIRST);
    assert_eq!(code(root, &["scan", "."]), 1, "a copy without a remark");
    write(root, "b.env", &FIRST.replace('\n', "  # unkeyed:ignore\n"));
    let findings = json(root, &["scan", "."])["findings"].take();
    assert!(
        findings.as_array().unwrap().iter().any(|finding| finding["check"] == "EX-INVALID" && finding["level"] == "error"),
        "{findings}"
    );
}

#[test]
fn a_baseline_silences_gates_and_no_verdict() {
    let repository = repository();
    let root = repository.path();
    commit(
        root,
        &[
            ("compose.yaml", "services:\n  web:\n    image: nginx\n    environment:\n      DB_PASSWORD: Tn4-walrus-Eiche-86\n"),
            ("a.env", FIRST),
        ],
    );
    let verdicts = || json(root, &["audit", "--no-history", "."])["summary"]["verdicts"].take();
    let before = verdicts();
    assert_eq!(code(root, &["scan", "."]), 1);
    assert_eq!(code(root, &["baseline", "create", "--expires", "60d", "."]), 0);
    let file = root.join(".unkeyed-baseline.json");
    let made = fs::read_to_string(&file).unwrap();
    assert!(made.contains("\"expires\": \"2027-01-21\"") && !made.contains("walrus"), "{made}");
    assert_eq!((code(root, &["scan", "."]), verdicts()), (0, before));
    assert_eq!(json(root, &["scan", "."])["run"]["baseline"]["path"], "./.unkeyed-baseline.json");
    assert_eq!(code(root, &["baseline", "create", "."]), 2, "it is there already");
    write(root, "a.env", &format!("\n\n# further down\n{FIRST}"));
    assert_eq!(code(root, &["scan", "."]), 0, "lines don't count");
    assert_eq!(code(root, &["scan", "--as-of", "2027-01-21T00:00:00Z", "."]), 1, "it has ended");
    write(root, "a.env", &FIRST.replace("walrus", "marten"));
    assert_eq!(code(root, &["scan", "."]), 1, "another value in the same place");
    assert_eq!(code(root, &["audit", "--require", "secretless", "."]), 1, "a requirement is none of its business");
    assert_eq!((code(root, &["baseline", "update", "."]), code(root, &["scan", "."])), (0, 0));
    write(root, "a.env", "MODE=x\n");
    assert_eq!(code(root, &["baseline", "prune", "--no-history", "."]), 0);
    let pruned = fs::read_to_string(&file).unwrap();
    assert!(!pruned.contains("a.env") && pruned.contains("compose.yaml"), "{pruned}");
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "policy.toml", "version = 1\n");
    let policy = outside.path().join("policy.toml");
    assert_eq!(code(root, &["scan", "--policy", policy.to_str().unwrap(), "."]), 1, "who names a policy decides on the baseline, too");
}

#[test]
fn a_baseline_under_a_key_of_the_user_recognises_nothing_under_another() {
    let repository = repository();
    let root = repository.path();
    write(root, "a.env", FIRST);
    let keyed = |key: &str, arguments: &[&str]| {
        run(unkeyed().current_dir(root).args(arguments).env("UNKEYED_FINGERPRINT_KEY", key)).status.code().unwrap()
    };
    assert_eq!((keyed("one", &["baseline", "create", "."]), keyed("one", &["scan", "."])), (0, 0));
    assert_eq!((keyed("two", &["scan", "."]), code(root, &["scan", "."])), (2, 2));
}

#[test]
fn baselines_of_other_tools_are_taken_over() {
    for (name, content) in [
        (".secrets.baseline", r#"{"version": "1.5.0", "results": {"a.env": [{"type": "Secret Keyword", "line_number": 1}]}}"#),
        (".gitleaksignore", "a.env:generic-api-key:1\n"),
        (
            "kingfisher.yml",
            "version: 2\nfingerprint_algorithm: kingfisher-v1\nrepositories:\n- id: x\n  findings:\n  - path: a.env\n    line: 1\n",
        ),
    ] {
        let repository = repository();
        let root = repository.path();
        write(root, "a.env", FIRST);
        write(root, "b.env", SECOND);
        write(root, &format!("old/{name}"), content);
        assert_eq!(code(root, &["baseline", "create", "--import", &format!("old/{name}"), "."]), 0, "{name}");
        let made = fs::read_to_string(root.join(".unkeyed-baseline.json")).unwrap();
        assert!(made.contains("a.env") && !made.contains("b.env"), "{name}: {made}");
    }
}

const JOB: &str = "on: push\njobs:\n  publish:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm test\n";

#[test]
fn a_change_is_gated_by_what_it_adds_or_makes_worse() {
    let repository = repository();
    let root = repository.path();
    commit(root, &[("a.env", FIRST), (".github/workflows/publish.yml", JOB)]);
    assert_eq!(code(root, &["audit", "--profile", "ci", "."]), 1);
    git(root, &["switch", "-q", "-c", "change"]);
    commit(root, &[("a.env", &format!("MODE=x\n{FIRST}")), ("readme.txt", "x\n")]);
    assert_eq!((code(root, &["audit", "--diff", "main", "."]), code(root, &["scan", "--diff", "main", "."])), (0, 0));
    fs::rename(root.join("a.env"), root.join("moved.env")).unwrap();
    commit(root, &[("x", "")]);
    assert_eq!(code(root, &["audit", "--diff", "main", "."]), 0, "moved");
    write(root, "ignored.env", SECOND);
    assert_eq!(code(root, &["audit", "--diff", "main", "."]), 0, "git doesn't track it");
    fs::remove_file(root.join("ignored.env")).unwrap();
    let stored = JOB.replace("npm test\n", "npm publish\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n");
    commit(root, &[(".github/workflows/publish.yml", &stored)]);
    let report = json(root, &["audit", "--diff", "main", "."]);
    let reasons = report["summary"]["gate_reasons"].as_array().unwrap();
    let worse = reasons.iter().filter_map(Value::as_str).find(|reason| reason.contains("was indeterminate in main"));
    assert!(worse.is_some_and(|reason| reason.contains("is not-secretless, because durable-only (NPM_TOKEN")), "{reasons:?}");
    assert!(!report["summary"]["gate_remedies"].as_array().unwrap().is_empty());
    commit(root, &[(".github/workflows/publish.yml", JOB), ("b.env", SECOND)]);
    assert_eq!(code(root, &["scan", "--diff", "main", "."]), 1, "added");
    fs::remove_file(root.join("b.env")).unwrap();
    commit(root, &[("y", "")]);
    assert_eq!(code(root, &["scan", "--diff", "main", "."]), 1, "a commit of the change still has it");
    assert_eq!(code(root, &["scan", "--diff", "main", "--no-history", "."]), 0);
    assert_eq!(code(root, &["scan", "--diff", "nowhere", "."]), 2);
}

const POLICY: &str = r#"
[[exceptions]]
id = "EX-1"
match = { rule = "generic.typed-position", path = "a.env" }
owner = "jane@acme.example"
reason = "Vendor database has no short-lived authentication"
category = "legacy"
approved_by = "ciso@acme.example"
created = 2026-11-01
expires = 2027-01-31
exit_plan = { target = "Vault database/creds/billing", milestones = [{ by = 2026-12-24, what = "upgrade" }] }
compensating_controls = ["network policy"]
"#;

#[test]
fn a_policy_is_checked_against_what_is_there() {
    let repository = repository();
    let root = repository.path();
    write(root, "a.env", FIRST);
    let rule = json(root, &["scan", "."])["artifacts"][0]["rule"].as_str().unwrap().to_owned();
    write(root, "unkeyed.toml", &POLICY.replace("generic.typed-position", &rule));
    let output = call(root, &["policy", "check"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    for part in ["well-formed, sha256 ", "EX-VALID", "a.env:1", "2026-12-24  in 31 days", "EX-1: upgrade", "2027-01-31  in 69 days"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("walrus"));
    assert_eq!(code(root, &["policy", "check", "--as-of", "2027-02-01T00:00:00Z"]), 1, "it has ended");
    assert_eq!(code(root, &["policy", "check", "unkeyed.toml"]), 0);
    write(root, "unkeyed.toml", &POLICY.replace("owner", "ownr"));
    let refused = call(root, &["policy", "check"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("line 5: unknown field `ownr`") && text(&refused.stderr).contains("did you mean `owner`?"));
}

#[test]
fn a_policy_in_the_target_is_named_whether_it_counts_or_not() {
    let (repository, outside) = (repository(), tempfile::tempdir().unwrap());
    let root = repository.path();
    write(root, "unkeyed.toml", "version = 1\n");
    write(outside.path(), "policy.toml", "version = 1\nmax_renewals = 2\n");
    let policy = outside.path().join("policy.toml");
    let run = json(root, &["audit", "--policy", policy.to_str().unwrap(), "."])["run"].take();
    assert_eq!((&run["policy"], &run["target_policy"]["path"]), (&policy.to_str().unwrap().into(), &"./unkeyed.toml".into()));
    assert_eq!(run["target_policy"]["digest"].as_str().unwrap().len(), 64);
    let own = json(root, &["audit", "."]);
    assert_eq!(own["run"]["target_policy"]["digest"], own["tool"]["policy_digest"]);
}
