//! What runs, end to end: environments by standard input, long streams, processes, homes, exports.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{text, unkeyed};

/// Generated for this file.
const SECRET: &str = "lRDpi5jkhhJQZKIVz19U";
const OTHER: &str = "d0HRBSiKuSUWNL";

/// The JSON report on a target, given what stands on standard input; neither value may be in it.
fn report(command: &str, target: &str, input: &[u8]) -> Value {
    let mut program = unkeyed();
    program.args([command, target, "--format", "json", "--no-progress", "-q"]);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    for secret in [SECRET, OTHER] {
        assert!(!out.contains(secret) && !err.contains(secret), "a value came out");
    }
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"))
}

fn list<'v>(report: &'v Value, key: &str) -> &'v [Value] {
    report[key].as_array().unwrap()
}

/// Path, line and first column of all places of credentials.
fn places(report: &Value) -> Vec<(&str, u64, u64)> {
    let mut places: Vec<_> = list(report, "artifacts")
        .iter()
        .flat_map(|artifact| artifact["locations"].as_array().unwrap())
        .map(|place| (place["uri"].as_str().unwrap(), place["line"].as_u64().unwrap(), place["column"].as_u64().unwrap()))
        .collect();
    places.sort_unstable();
    places
}

#[test]
fn a_container_is_a_workload_with_what_it_was_given() {
    let inspected = format!("[\n{{\"Name\": \"/shop\", \"Config\": {{\"Env\": [\n\"PATH=/bin\",\n\"DB_PASSWORD={SECRET}\"\n]}}}}\n]\n");
    let report = report("audit", "env:-", inspected.as_bytes());
    let workload = &list(&report, "workloads")[0];
    assert_eq!((workload["id"].as_str(), workload["verdict"].as_str()), (Some("env:-#shop"), Some("not-secretless")));
    let artifact = &list(&report, "artifacts")[0];
    assert_eq!(artifact["reachability"], "runtime");
    assert_eq!(artifact["locations"][0]["key_path"], "DB_PASSWORD");
    assert_eq!(artifact["locations"][0]["surface"], "env-dump");
    assert_eq!(places(&report), [("-", 4, 14)]);
}

#[test]
fn a_process_is_a_workload_with_its_environment_and_command_line() {
    let mut program = Command::new("sh");
    program.args(["-c", "echo up; read line", "worker", &format!("--password={OTHER}")]).env_clear().env("DB_PASSWORD", SECRET);
    let mut child = program.env("PATH", "/bin:/usr/bin").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 2]).unwrap();
    let id = child.id();
    let report = report("audit", &format!("pid:{id}"), b"");
    child.kill().unwrap();
    child.wait().unwrap();
    let workload = &list(&report, "workloads")[0];
    assert_eq!(workload["name"], format!("sh ({id})"));
    let of_workload = list(&report, "artifacts").iter().filter(|artifact| artifact["workloads"][0] == workload["id"]).count();
    assert_eq!(of_workload, 2, "{:?}", places(&report));
}

#[test]
fn a_credential_across_a_seam_of_a_long_stream_is_found_once_and_at_its_place() {
    let line = "2024-01-05 a line that says nothing at all\n";
    // Shares meet 128 KiB before the end of a window of 8 MiB.
    let seam = (8 << 20) - (128 << 10);
    let lines = seam / line.len();
    let mut log = line.repeat(lines);
    let filler = seam - log.len() - "password=".len() - SECRET.len() / 2;
    log.push_str(&"x".repeat(filler - 1));
    log.push_str(&format!(" password={SECRET}\n"));
    log.push_str(&line.repeat(40_000));
    log.push_str(&format!("password={OTHER}\n"));
    let report = report("scan", "-", log.as_bytes());
    let column = (filler + "password=".len() + 1) as u64;
    assert_eq!(places(&report), [("-", lines as u64 + 1, column), ("-", lines as u64 + 40_002, 10)]);
    assert_eq!(report["coverage"]["read"]["bytes"].as_u64(), Some(log.len() as u64));
}

#[test]
fn a_file_of_a_home_that_everyone_can_read_is_remarked_on() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = home.path().join(".pgpass");
    fs::write(&path, format!("db.acme.net:5432:app:app:{SECRET}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let report = report("scan", &format!("host:{}", home.path().display()), b"");
    assert_eq!(places(&report), [(".pgpass", 1, 26)]);
    let notes = list(&report, "artifacts")[0]["notes"].to_string();
    assert!(notes.contains("mode 0644"), "{notes}");
}

#[test]
fn a_message_of_a_chat_is_the_place_of_what_stands_in_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("ops")).unwrap();
    let day = format!(r#"[{{"type": "message", "text": "try\npassword: \"{SECRET}\"", "ts": "1704445200.000100"}}]"#);
    fs::write(folder.path().join("ops/2024-01-05.json"), day).unwrap();
    let report = report("scan", folder.path().to_str().unwrap(), b"");
    assert_eq!(list(&report, "artifacts")[0]["locations"][0]["surface"], "chat");
    let (uri, line, _) = places(&report)[0];
    assert!(uri.starts_with("ops/2024-01-05.json") && uri.ends_with("/1704445200.000100") && line == 3, "{uri}:{line}");
}

#[test]
fn a_silent_stream_can_be_interrupted() {
    let mut program = unkeyed();
    program.args(["scan", "-", "--format", "json", "--no-progress", "-q"]);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Before it minds the signal, the signal would simply end it.
    let minds = |status: String| {
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:").map(|mask| u64::from_str_radix(mask.trim(), 16).unwrap()));
        caught.is_some_and(|mask| mask & 0b10 != 0)
    };
    while !minds(fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap()) {
        std::thread::yield_now();
    }
    let stdin = child.stdin.take();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["run"]["complete"]), (Some(130), &Value::Bool(false)));
    let row = list(&report["coverage"], "skipped").iter().find(|row| row["detail"].to_string().contains("interrupted")).unwrap();
    assert_eq!(row["uri"], ".", "the run as a whole, and no file or stream");
}
