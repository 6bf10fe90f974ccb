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

/// What is found, and how many objects were read.
fn report(folder: &Path) -> (Vec<Value>, Value) {
    let target = format!("git:{}", folder.display());
    let arguments = ["--as-of", "2026-11-22T12:00:00Z", "--confidence", "low", "--format", "json"];
    let output = run(unkeyed().args(["scan", &target]).args(arguments).env("UNKEYED_FINGERPRINT_KEY", "history"));
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    let Value::Array(found) = report["artifacts"].take() else { panic!("no list of artifacts") };
    (found, report["coverage"]["read"]["blobs"].take())
}

#[test]
fn objects_in_packs_and_loose_ones_yield_the_same() {
    let stream = history();
    let (packed, loose) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    import(packed.path(), &stream, "0");
    git(packed.path(), &["gc", "-q", "--aggressive"]);
    import(loose.path(), &stream, "1000000");
    let (packed, loose) = (report(packed.path()), report(loose.path()));
    assert_eq!(packed.1, loose.1, "objects");
    assert!(packed.0.len() > 20, "{} artifacts", packed.0.len());
    let differs = packed.0.iter().zip(&loose.0).position(|(one, other)| one != other);
    assert_eq!((packed.0.len(), differs), (loose.0.len(), None), "artifacts");
}
