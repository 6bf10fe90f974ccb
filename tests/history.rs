//! A history is judged alike however git stores it: in packs, where most bytes are copies, or each object by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{git, run, text, unkeyed};

const VERSIONS: u32 = 80;

/// Pseudo-random numbers below `limit`.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn password(&mut self) -> String {
        (0..16).map(|_| char::from(b"abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789"[self.below(52)])).collect()
    }

    fn line(&mut self) -> String {
        match self.below(40) {
            0 => format!("db_password = \"{}\"\n", self.password()),
            1 => format!("url = postgres://app:{}@db.internal/app\n", self.password()),
            2 => format!("# {}\n", "a long remark ".repeat(self.below(60))),
            _ => format!("setting_{} = {}\n", self.below(1000), self.below(100_000)),
        }
    }
}

/// A history of two files in the format of `git fast-import`: each version changes a few lines of the one before.
fn history() -> String {
    let mut noise = Noise(7);
    let mut files: Vec<Vec<String>> = (0..2).map(|_| (0..600).map(|_| noise.line()).collect()).collect();
    let mut stream = String::new();
    for version in 0..VERSIONS {
        write!(stream, "commit refs/heads/main\ncommitter A <a@acme.example> {} +0000\ndata 1\nx\n", 1_780_000_000 + version).unwrap();
        for (at, lines) in files.iter_mut().enumerate() {
            for _ in 0..1 + noise.below(6) {
                let line = noise.line();
                let place = noise.below(lines.len());
                match noise.below(3) {
                    0 => lines[place] = line,
                    1 => lines.insert(place, line),
                    _ => drop(lines.remove(place)),
                }
            }
            let content = lines.concat();
            write!(stream, "M 100644 inline app{at}.conf\ndata {}\n{content}\n", content.len()).unwrap();
        }
    }
    stream
}

fn import(folder: &Path, stream: &str, unpacked_up_to: &str) {
    git(folder, &["init", "-q", "-b", "main"]);
    let limit = format!("fastimport.unpackLimit={unpacked_up_to}");
    let mut command = Command::new("git");
    let mut child = command.current_dir(folder).args(["-c", &limit, "fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// What is found, and how much was read.
fn report(folder: &Path, more: &[&str]) -> (Vec<Value>, Value) {
    let target = format!("git:{}", folder.display());
    let arguments = ["--as-of", "2026-11-22T12:00:00Z", "--confidence", "low", "--format", "json"];
    let output = run(unkeyed().args(["scan", &target]).args(arguments).args(more).env("UNKEYED_FINGERPRINT_KEY", "history"));
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    let Value::Array(found) = report["artifacts"].take() else { panic!("no list of artifacts") };
    (found, report["coverage"]["read"].take())
}

#[test]
fn objects_in_packs_and_loose_ones_yield_the_same() {
    let stream = history();
    let (packed, loose) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    import(packed.path(), &stream, "0");
    git(packed.path(), &["gc", "-q", "--aggressive"]);
    import(loose.path(), &stream, "1000000");
    let (packed, loose) = (report(packed.path(), &[]), report(loose.path(), &[]));
    assert_eq!(packed.1["blobs"], loose.1["blobs"], "objects");
    assert!(packed.0.len() > 20, "{} artifacts", packed.0.len());
    let differs = packed.0.iter().zip(&loose.0).position(|(one, other)| one != other);
    assert_eq!((packed.0.len(), differs), (loose.0.len(), None), "artifacts");
}

#[test]
fn a_cache_leaves_out_what_was_silent_and_no_finding() {
    let silent = "commit refs/heads/main\ncommitter A <a@acme.example> 1780000000 +0000\ndata 1\nx\n\
        M 100644 inline a.txt\ndata 6\nhello\n\nM 100644 inline b.conf\ndata 31\npassword = \"kT9wq2ZxLm4RvB7n\"\n\n";
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let more = ["--cache", cache.path().to_str().unwrap()];
    import(folder.path(), silent, "0");
    let first = report(folder.path(), &more);
    assert_eq!((first.0.len(), &first.1["remembered"]), (1, &0.into()));
    let second = report(folder.path(), &more);
    assert_eq!((&second.0, &second.1["remembered"]), (&first.0, &2.into()), "a file and a message");
    assert_eq!(second.1["blobs"].as_u64(), first.1["blobs"].as_u64().map(|blobs| blobs - 2));
    import(folder.path(), &silent.replace("hello", "howdy").replace("refs/heads/main", "refs/heads/next"), "0");
    let third = report(folder.path(), &more);
    assert_eq!((third.0.len(), &third.1["remembered"]), (1, &2.into()));
    assert_eq!(third.1["blobs"].as_u64(), first.1["blobs"].as_u64(), "another text and another message");
    let adjusted = folder.path().join("policy.toml");
    std::fs::write(&adjusted, "version = 1\n").unwrap();
    let other = report(folder.path(), &[more[0], more[1], "--policy", adjusted.to_str().unwrap()]);
    assert_eq!(other.1["remembered"], 0, "another policy knows nothing");
}

/// What ar(1) makes of one file.
fn archive(text: &str) -> String {
    format!("!<arch>\n{:16}{:12}{:6}{:6}{:8}{:<10}`\n{text}", "settings.conf/", 0, 0, 0, 644, text.len())
}

#[test]
fn a_cache_leaves_out_silent_archives_only() {
    let mut stream = "commit refs/heads/main\ncommitter A <a@acme.example> 1780000000 +0000\ndata 1\nx\n".to_owned();
    // What ends too early has a row of its own in every report.
    let cut = archive("nothing here\n").replace("13        `", "1300      `");
    let loud = archive("password = \"kT9wq2ZxLm4RvB7n\"\n\n");
    for (name, content) in [("silent", archive("nothing here\n\n")), ("loud", loud), ("cut", cut)] {
        write!(stream, "M 100644 inline {name}.a\ndata {}\n{content}\n", content.len()).unwrap();
    }
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let more = ["--cache", cache.path().to_str().unwrap()];
    import(folder.path(), &stream, "0");
    let first = report(folder.path(), &more);
    let second = report(folder.path(), &more);
    assert_eq!((first.0.len(), &first.1["remembered"]), (1, &0.into()));
    assert_eq!((&second.0, &second.1["remembered"]), (&first.0, &2.into()), "the silent one, and the message");
}
