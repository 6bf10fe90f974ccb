//! Many targets: a record for each, shards, repetition, failure, and the report that they merge into.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::{run, text, unkeyed};

const AS_OF: &str = "2026-11-01T00:00:00Z";
const KEY: &str = "a key for this test";

/// Targets in a folder of their own.
struct Estate(tempfile::TempDir);

impl Estate {
    /// So many folders, each with a service, every third with a key, and the same key in all of them.
    fn new(count: usize) -> Self {
        let estate = Self(tempfile::tempdir().unwrap());
        let mut list = String::new();
        for at in 0..count {
            let folder = estate.path(&format!("team {}/svc-{at}", at % 2));
            fs::create_dir_all(&folder).unwrap();
            let env = if at % 3 == 0 { "      API_TOKEN: zT4kP9vXc2LmQ8rYw6BnJ3sD5fGh1aEo0iUtRb7K\n" } else { "      LEVEL: info\n" };
            fs::write(folder.join("compose.yaml"), format!("services:\n  app:\n    image: acme/app:{at}\n    environment:\n{env}"))
                .unwrap();
            list += &serde_json::json!({ "target": folder, "name": format!("acme/svc-{at}") }).to_string();
            list += "\n";
        }
        fs::write(estate.path("list"), list).unwrap();
        estate
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A run over the list whose records go to `out`.
    fn audit(&self, out: &str) -> Command {
        let mut program = unkeyed();
        program.args(["audit", "--targets-from"]).arg(self.path("list")).arg("--records").arg(self.path(out));
        program.env("UNKEYED_AS_OF", AS_OF).env("UNKEYED_FINGERPRINT_KEY", KEY);
        program
    }

    fn files(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(out)).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect()
    }
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn header(bytes: &[u8]) -> Value {
    lines(bytes)[0]["header"].clone()
}

fn merge(inputs: &[&Path]) -> Output {
    run(unkeyed().args(["report", "merge", "--format", "json"]).args(inputs))
}

fn merged(inputs: &[&Path]) -> Value {
    let output = merge(inputs);
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn each_target_has_a_record_that_meets_the_schema_and_is_written_once() {
    let estate = Estate::new(4);
    let first = run(&mut estate.audit("out"));
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let files = estate.files("out");
    assert_eq!(files.len(), 4, "one each, and nothing else: {:?}", files.keys());
    let schema = fs::read_to_string(support::root().join("docs/record-v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (name, bytes) in &files {
        for line in lines(bytes) {
            let faults: Vec<String> = validator.iter_errors(&line).map(|fault| format!("{} {fault}", fault.instance_path())).collect();
            assert_eq!(faults, Vec::<String>::new(), "{line}");
            assert_eq!(format!("{}.ndjson", line["record"].as_str().unwrap()), *name);
        }
        let header = header(bytes);
        assert_eq!(
            (&header["state"], &header["reason"], &header["source"]["run"]["as_of"]),
            (&"complete".into(), &Value::Null, &AS_OF.into())
        );
    }
    let again = run(&mut estate.audit("out"));
    assert_eq!(text(&again.stderr).matches("was there").count(), 4, "{}", text(&again.stderr));
    assert_eq!(estate.files("out"), files);
}

#[test]
fn the_path_of_a_checkout_and_the_number_of_threads_leave_no_trace() {
    let (one, other) = (Estate::new(3), Estate::new(3));
    run(&mut one.audit("out"));
    run(other.audit("out").args(["--threads", "1"]));
    assert_eq!(one.files("out"), other.files("out"));
}

#[test]
fn shards_take_each_target_once() {
    let estate = Estate::new(9);
    run(&mut estate.audit("whole"));
    for shard in 0..3 {
        let output = run(estate.audit("parts").args(["--shard", &format!("{shard}/3")]));
        assert_eq!(text(&output.stderr).matches("was there").count(), 0, "{}", text(&output.stderr));
    }
    assert_eq!(estate.files("whole"), estate.files("parts"));
}

#[test]
fn what_changes_the_result_changes_the_name_and_nothing_else_does() {
    let estate = Estate::new(1);
    let name = |edit: &dyn Fn(&mut Command)| {
        let out = "names";
        let _ = fs::remove_dir_all(estate.path(out));
        let mut program = estate.audit(out);
        edit(&mut program);
        run(&mut program);
        let names: Vec<String> = estate.files(out).into_keys().collect();
        let [name] = names.as_slice() else { panic!("{names:?}") };
        name.clone()
    };
    let plain = name(&|_| {});
    assert_eq!(plain, name(&|program| _ = program.args(["--threads", "1", "-q", "--no-progress"])));
    let others: [&[&str]; 5] =
        [&["--exclude", "nothing"], &["--confidence", "low"], &["--budget-bytes", "1000000"], &["--profile", "ci"], &["--no-history"]];
    for other in others {
        let other_name = name(&|program| _ = program.args(other));
        assert_ne!(plain, other_name, "{other:?}");
        assert_eq!(plain[..33], other_name[..33], "same target, same content");
    }
    assert_ne!(plain, name(&|program| _ = program.env("UNKEYED_FINGERPRINT_KEY", "another")));
    fs::write(estate.path("team 0/svc-0/more.txt"), "more\n").unwrap();
    let changed = name(&|_| {});
    assert_eq!((&plain[..16], &plain[34..]), (&changed[..16], &changed[34..]));
    assert_ne!(plain, changed);
}

#[test]
fn a_target_that_fails_is_a_record_and_ends_nothing() {
    let estate = Estate::new(2);
    let mut list = fs::read_to_string(estate.path("list")).unwrap();
    let broken = estate.path("broken.git");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("HEAD"), "ref: refs/heads/\u{1}").unwrap();
    for (name, target) in [
        ("gone", estate.path("nowhere").to_str().unwrap().to_owned()),
        ("broken", format!("git:{}", broken.display())),
        ("registry", "registry:127.0.0.1:1/acme/web:1".to_owned()),
        ("kind", "ftp:x".to_owned()),
    ] {
        list.insert_str(0, &format!("{}\n", serde_json::json!({ "target": target, "name": name })));
    }
    fs::write(estate.path("list"), list).unwrap();
    let output = run(&mut estate.audit("out"));
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let files = estate.files("out");
    let mut states: Vec<_> = files.values().map(|bytes| header(bytes)["state"].as_str().unwrap().to_owned()).collect();
    states.sort();
    assert_eq!(states, ["complete", "complete", "failed", "failed", "failed", "failed"]);
    for bytes in files.values().filter(|bytes| header(bytes)["state"] == "failed") {
        let lines = lines(bytes);
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[1]["skipped"]["gap"], &lines[0]["header"]["source"]["gate"]), (&true.into(), &"fail".into()));
        assert!(!text(bytes).contains(estate.0.path().to_str().unwrap()), "no path of this machine: {}", text(bytes));
    }
    let report = merged(&[&estate.path("out")]);
    assert_eq!((&report["run"]["complete"], &report["summary"]["gate"]), (&false.into(), &"fail".into()));
    // Once it is there, the failure counts no more.
    fs::create_dir(estate.path("nowhere")).unwrap();
    run(&mut estate.audit("out"));
    let gate =
        |report: &Value| report["run"]["sources"].as_array().unwrap().iter().find(|one| one["name"] == "gone").unwrap()["gate"].clone();
    assert_eq!((gate(&report), gate(&merged(&[&estate.path("out")]))), ("fail".into(), "pass".into()));
}

#[test]
fn a_target_that_was_given_up_is_a_record_of_its_own_words_and_is_not_read() {
    let estate = Estate::new(1);
    let whole: Value = serde_json::from_str(fs::read_to_string(estate.path("list")).unwrap().trim()).unwrap();
    let mut given_up = whole.clone();
    given_up["failed"] = "given up: killed by signal 9 \u{1b}[31m".into();
    fs::write(estate.path("list"), given_up.to_string()).unwrap();
    assert_eq!(run(&mut estate.audit("out")).status.code(), Some(3));
    let files = estate.files("out");
    let [bytes] = files.values().collect::<Vec<_>>()[..] else { panic!("{:?}", files.keys()) };
    assert_eq!(header(bytes)["state"], "failed");
    assert_eq!(header(bytes)["reason"], "given up: killed by signal 9 \\u{1b}[31m");
    assert_eq!(lines(bytes).len(), 2, "the header, and the row that says why");
    run(&mut estate.audit("out"));
    assert_eq!(estate.files("out"), files, "the same words, the same record");
    // What is read in the end counts more.
    fs::write(estate.path("list"), whole.to_string()).unwrap();
    assert_eq!(run(&mut estate.audit("out")).status.code(), Some(0));
    let report = merged(&[&estate.path("out")]);
    assert_eq!((&report["run"]["complete"], &report["run"]["targets"]), (&true.into(), &serde_json::json!(["acme/svc-0"])));
}

#[test]
fn a_run_that_is_killed_loses_nothing_and_does_nothing_twice() {
    let estate = Estate::new(12);
    run(&mut estate.audit("whole"));
    for _ in 0..4 {
        let mut child = estate.audit("killed").stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
        for _ in 0..3 {
            std::io::BufRead::read_line(&mut said, &mut String::new()).unwrap();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(&mut estate.audit("killed"));
    let mut left = estate.files("killed");
    left.retain(|name, _| name.ends_with(".ndjson"));
    assert_eq!(left, estate.files("whole"));
}

#[test]
fn a_budget_makes_a_partial_record_in_which_nothing_is_secretless() {
    let estate = Estate::new(2);
    fs::write(estate.path("team 0/svc-0/long.txt"), "word ".repeat(10_000)).unwrap();
    run(estate.audit("out").args(["--budget-bytes", "2000"]));
    let records: BTreeMap<String, Value> =
        estate.files("out").values().map(|bytes| (lines(bytes)[0]["target"].as_str().unwrap().to_owned(), header(bytes))).collect();
    assert_eq!((&records["acme/svc-0"]["state"], &records["acme/svc-1"]["state"]), (&"partial".into(), &"complete".into()));
    assert!(records["acme/svc-0"]["reason"].as_str().unwrap().contains("2000 bytes"));
    let files = estate.files("out");
    run(estate.audit("out").args(["--budget-bytes", "2000"]));
    assert_eq!(estate.files("out"), files, "a budget of bytes is deterministic");
    run(estate.audit("timed").args(["--budget-time", "0"]));
    let report = merged(&[&estate.path("timed")]);
    assert_eq!((&report["summary"]["verdicts"]["secretless"], &report["run"]["complete"]), (&0.into(), &false.into()));
}

#[test]
fn records_merge_in_any_order_and_grouping_like_reports() {
    let estate = Estate::new(6);
    run(&mut estate.audit("out"));
    let whole = merge(&[&estate.path("out")]);
    let report: Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(report["artifacts"].as_array().unwrap().len(), 1, "one key, in two services");
    assert_eq!((&report["artifacts"][0]["copies"], &report["run"]["targets"].as_array().unwrap().len()), (&2.into(), &6));
    let files: Vec<PathBuf> = estate.files("out").keys().map(|name| estate.path("out").join(name)).collect();
    // All in one file, in another order, and twice.
    let together: Vec<u8> = files.iter().rev().chain(&files).flat_map(|file| fs::read(file).unwrap()).collect();
    fs::write(estate.path("all.ndjson"), together).unwrap();
    assert!(merge(&[&estate.path("all.ndjson"), &estate.path("out")]).stdout == whole.stdout);
    // Some merged before.
    let half = estate.path("half.json");
    fs::write(&half, merge(&[&files[0], &files[3], &files[4]]).stdout).unwrap();
    assert!(merge(&[&files[5], &half, &files[2], &files[1], &files[0]]).stdout == whole.stdout);
    // The reports of single runs say the same.
    let singles = estate.path("singles");
    fs::create_dir(&singles).unwrap();
    let mut program = unkeyed();
    program.args(["report", "merge", "--format", "json"]);
    for at in 0..6 {
        let report = singles.join(format!("{at}.json"));
        let folder = estate.path(&format!("team {}/svc-{at}", at % 2));
        let mut single = unkeyed();
        single
            .args(["audit", "--as-of", AS_OF, "--format", "json", "--output"])
            .arg(&report)
            .arg(folder)
            .env("UNKEYED_FINGERPRINT_KEY", KEY);
        run(&mut single);
        program.arg(report);
    }
    let singles: Value = serde_json::from_slice(&run(&mut program).stdout).unwrap();
    assert_eq!(
        (&singles["summary"]["verdicts"], &singles["summary"]["artifacts"]),
        (&report["summary"]["verdicts"], &report["summary"]["artifacts"])
    );
    // Any other format is written from the same.
    let page = run(unkeyed().args(["report", "merge", "--format", "inventory-csv"]).arg(estate.path("out")));
    assert!(page.status.success() && text(&page.stdout).contains("acme/svc-3"), "{}", text(&page.stderr));
}

#[test]
fn of_several_records_of_a_target_one_counts() {
    let estate = Estate::new(2);
    run(&mut estate.audit("out"));
    let before = merged(&[&estate.path("out")]);
    fs::write(estate.path("team 0/svc-0/compose.yaml"), "services: {}\n").unwrap();
    run(estate.audit("out").env("UNKEYED_AS_OF", "2026-12-01T00:00:00Z"));
    let after = merged(&[&estate.path("out")]);
    assert_eq!(after["run"]["as_of"], "2026-12-01T00:00:00Z");
    assert_eq!((before["artifacts"].as_array().unwrap().len(), after["artifacts"].as_array().unwrap().len()), (1, 0));
}

#[test]
fn a_record_that_is_cut_off_is_refused() {
    let estate = Estate::new(1);
    run(&mut estate.audit("out"));
    let (name, bytes) = estate.files("out").pop_first().unwrap();
    let whole = text(&bytes);
    let lines: Vec<&str> = whole.lines().collect();
    for cut in [lines[..lines.len() - 1].join("\n"), whole[..whole.len() - 20].to_owned(), lines[1..].join("\n")] {
        fs::write(estate.path("out").join(&name), cut).unwrap();
        let output = merge(&[&estate.path("out")]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(text(&output.stderr).contains(&name), "{}", text(&output.stderr));
    }
}

#[test]
fn faults_of_the_list_end_the_run_with_their_line() {
    let estate = Estate::new(1);
    fs::write(estate.path("list"), "# first\n{\"target\": \"a\", \"exlude\": []}\n").unwrap();
    let output = run(&mut estate.audit("out"));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("line 2") && text(&output.stderr).contains("exlude"), "{}", text(&output.stderr));
}
