//! Detection alone, all built-in rules, on warm source text: bytes per second, with the answer asserted.
//!
//! The text is Rust source from the cargo folder of this machine (up to 32 MiB, in path order), into which one token is
//! planted in every MiB; each must be found, whatever else is. The literal stage has Aho-Corasick's full table beside it,
//! and must find what that finds. Hostile texts of 4 MiB are measured to be compared with the source text, per byte.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking, and is no API")]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aho_corasick::automaton::{Automaton as _, OverlappingState};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch};
use unkeyed_model::{Origin, Unit};
use unkeyed_prefilter::{Engine, Matcher, Pattern};

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

fn detector() -> Detector {
    Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"bench")).unwrap()
}

/// How many matches of the planted token's rule there are.
fn scan(detector: &Detector, text: &[u8], origin: &Arc<Origin>, scratch: &mut Scratch) -> usize {
    let mut found = 0;
    let unit = Unit::new(Arc::clone(origin), text);
    detector.scan(&unit, &[], scratch, &mut |hit| found += usize::from(hit.rule.id == "github.pat-classic"));
    let _ = scratch.take_notices();
    found
}

fn detect(criterion: &mut Criterion) {
    let (texts, total) = corpus();
    let (detector, mut scratch) = (detector(), Scratch::default());
    let origin = Arc::new(Origin { path: "bench.rs".into(), ..Origin::default() });
    let planted = texts.iter().filter(|text| text.ends_with(PLANTED.as_bytes())).count();
    let mut group = criterion.benchmark_group("detect");
    group.throughput(Throughput::Bytes(total as u64)).sample_size(10);
    group.bench_function("rust-sources", |bencher| {
        bencher.iter(|| {
            let found: usize = texts.iter().map(|text| scan(&detector, text, &origin, &mut scratch)).sum();
            assert_eq!(found, planted);
        });
    });
    for (name, text) in hostile() {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| scan(&detector, &text, &origin, &mut scratch)));
    }
    group.finish();
}

/// Texts made to be slow: of candidates only, of what nearly matches, and one line of words with values.
fn hostile() -> [(&'static str, Vec<u8>); 3] {
    let of = |unit: &str| unit.repeat(4 * MIB / unit.len()).into_bytes();
    [
        ("hostile-candidates", of("ghp_AKIAxoxb-sk_live_glpat-key=token:")),
        ("hostile-near-misses", of("ghp_aWFeOgd23eOp1ARVjVEeNJPXGyijpX1TFL h2\n")),
        ("hostile-one-line", of("password=x token:y secret = z api_key=>\\\"q ")),
    ]
}

fn literals(criterion: &mut Criterion) {
    let (texts, total) = corpus();
    let detector = detector();
    let patterns = detector.literals();
    let automaton = aho_corasick::dfa::DFA::builder()
        .ascii_case_insensitive(true)
        .prefilter(false)
        .build(patterns.iter().map(|pattern| &pattern.bytes))
        .unwrap();
    let expected: usize = texts.iter().map(|text| by_automaton(&automaton, patterns, text)).sum();
    let mut group = criterion.benchmark_group("literals");
    group.throughput(Throughput::Bytes(total as u64)).sample_size(10);
    for engine in Engine::available() {
        let matcher = Matcher::with_choices(patterns.to_vec(), &[], engine).unwrap();
        let mut scratch = unkeyed_prefilter::Scratch::default();
        group.bench_function(format!("{engine:?}"), |bencher| {
            bencher.iter(|| {
                let mut hits = 0;
                for text in &texts {
                    matcher.scan(text, &mut scratch, |_, _| {
                        hits += 1;
                        ControlFlow::Continue(())
                    });
                }
                assert_eq!(hits, expected);
            });
        });
    }
    group.bench_function("aho-corasick-dfa", |bencher| {
        bencher.iter(|| assert_eq!(texts.iter().map(|text| by_automaton(&automaton, patterns, text)).sum::<usize>(), expected));
    });
    group.finish();
}

/// Counts what the automaton finds and the patterns' case and following bytes allow.
fn by_automaton(automaton: &aho_corasick::dfa::DFA, patterns: &[Pattern], text: &[u8]) -> usize {
    let (input, mut state, mut hits) = (aho_corasick::Input::new(text), OverlappingState::start(), 0);
    loop {
        automaton.try_find_overlapping(&input, &mut state).unwrap();
        let Some(hit) = state.get_match() else { return hits };
        let pattern = &patterns[hit.pattern().as_usize()];
        let is_same = pattern.ignore_case || text[hit.range()] == *pattern.bytes;
        let is_followed = pattern.after.is_none_or(|after| text.get(hit.end()).is_some_and(|&next| after.contains(next)));
        hits += usize::from(is_same && is_followed);
    }
}

criterion_group!(benches, detect, literals);
criterion_main!(benches);
