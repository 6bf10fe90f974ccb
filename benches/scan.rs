//! The whole pipeline on a generated tree: files per second and MB/s, with the answer asserted.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking, and is no API")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unkeyed::{Budget, Gather, Progress, gather};
use unkeyed_detect::{Detector, FingerprintKey, RuleSet};
use unkeyed_model::{Policy, Timestamp, Verdict};
use unkeyed_source::Options;

const FILES: usize = 4_000;
const LINES: usize = 150;

/// Pseudo-random words from a fixed seed (splitmix64).
struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 27)
    }

    fn word(&mut self) -> &'static str {
        const WORDS: &[&str] = &[
            "let", "token", "key", "fn", "return", "path", "config", "user", "password", "struct", "auth", "value", "secret", "impl",
            "line", "request",
        ];
        WORDS[(self.next() % WORDS.len() as u64) as usize]
    }
}

/// A tree of source files, with one leaking workflow in every hundred.
fn tree(root: &Path) -> u64 {
    let mut words = Words(20_261_122);
    let mut bytes = 0;
    for file in 0..FILES {
        let mut text = String::new();
        for _ in 0..LINES {
            let _ = writeln!(text, "    {} {}_{}({}, {});", words.word(), words.word(), words.word(), words.word(), words.next() % 10_000);
        }
        bytes += text.len() as u64;
        let folder = root.join(format!("src/{}", file % 40));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{file}.rs")), text).unwrap();
    }
    let workflows = root.join(".github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    for file in 0..FILES / 100 {
        let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n";
        bytes += text.len() as u64;
        fs::write(workflows.join(format!("w{file}.yml")), text).unwrap();
    }
    bytes
}

fn scan(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = tree(folder.path());
    let targets = [folder.path().to_str().unwrap().to_owned()];
    let detector = Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"bench")).unwrap();
    let (progress, stop, options) = (Progress::new(false), AtomicBool::new(false), Options::default());
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10);
    for throughput in [Throughput::Bytes(bytes), Throughput::Elements((FILES + FILES / 100) as u64)] {
        let name = if matches!(throughput, Throughput::Bytes(_)) { "bytes" } else { "files" };
        group.throughput(throughput).bench_function(name, |bencher| {
            bencher.iter(|| {
                let job = Gather {
                    targets: &targets,
                    evidence: &[],
                    options: &options,
                    cache: None,
                    detector: &detector,
                    progress: &progress,
                    budget: &Budget::unlimited(),
                    stop: &stop,
                };
                let report = unkeyed_audit::judge(gather(&job).unwrap(), &Policy::default(), now);
                let bad = report.workloads.iter().filter(|workload| workload.verdict == Verdict::NotSecretless).count();
                assert_eq!((bad, report.coverage.read.files), (FILES / 100, (FILES + FILES / 100) as u64));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
