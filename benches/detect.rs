//! Detection alone, all built-in rules, on warm source text: MB/s, with the answer asserted.
//!
//! The text is Rust source from the cargo folder of this machine (up to 32 MiB, in path order), into which one token is
//! planted in every MiB; each must be found, whatever else is.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking, and is no API")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch};
use unkeyed_model::{Origin, Unit};

/// Generated for this bench; its checksum is right.
const PLANTED: &str = "\ntoken = \"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\"\n";
const MIB: usize = 1 << 20;

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn corpus() -> (Vec<Vec<u8>>, usize) {
    let home =
        std::env::var_os("CARGO_HOME").map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo"), PathBuf::from);
    let mut files = Vec::new();
    rust_files(&home.join("registry/src"), &mut files);
    let (mut texts, mut total) = (Vec::new(), 0);
    for path in files {
        let mut text = fs::read(path).unwrap();
        if (total + text.len()) / MIB > total / MIB {
            text.extend_from_slice(PLANTED.as_bytes());
        }
        total += text.len();
        texts.push(text);
        if total > 32 * MIB {
            break;
        }
    }
    assert!(total > 4 * MIB, "no Rust sources in the cargo folder: run a build first");
    (texts, total)
}

fn detect(criterion: &mut Criterion) {
    let (texts, total) = corpus();
    let detector = Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"bench")).unwrap();
    let origin = Arc::new(Origin { path: "bench.rs".into(), ..Origin::default() });
    let planted = texts.iter().filter(|text| text.ends_with(PLANTED.as_bytes())).count();
    let mut scratch = Scratch::default();
    let mut group = criterion.benchmark_group("detect");
    group.throughput(Throughput::Bytes(total as u64)).sample_size(10);
    group.bench_function("rust-sources", |bencher| {
        bencher.iter(|| {
            let mut found = 0;
            for text in &texts {
                let unit = Unit::new(Arc::clone(&origin), text.as_slice());
                detector.scan(&unit, &[], &mut scratch, &mut |hit| found += usize::from(hit.rule.id == "github.pat-classic"));
            }
            assert_eq!(found, planted);
        });
    });
    group.finish();
}

criterion_group!(benches, detect);
criterion_main!(benches);
