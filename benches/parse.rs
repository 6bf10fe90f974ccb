//! What reading structure costs beside detection, on the files of a large repository: the test inputs of all parsers a
//! hundred times over, among ten times as many source files. Both read the same Units on one core, with the answer
//! asserted; the first is to be at most a quarter of the second.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking, and is no API")]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch};
use unkeyed_model::{Facts, Origin, Unit};

const COPIES: usize = 100;
const SOURCES: usize = 10;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.file_name().is_some_and(|name| name != "facts.txt") {
            found.push(path);
        }
    }
}

fn unit(path: String, content: Vec<u8>) -> Unit<'static> {
    Unit::new(Arc::new(Origin { path, ..Origin::default() }), content)
}

/// The Units of the repository, and how many of them a parser claims.
fn repository() -> (Vec<Unit<'static>>, usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut configurations, mut sources) = (Vec::new(), Vec::new());
    files(&root.join("fixtures/parse"), &mut configurations);
    files(&root.join("crates"), &mut sources);
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut units = Vec::new();
    for copy in 0..COPIES {
        for (at, path) in configurations.iter().enumerate() {
            let inside = path.strip_prefix(root.join("fixtures/parse")).unwrap();
            units.push(unit(format!("{copy}/{}", inside.display()), fs::read(path).unwrap()));
            for source in 0..SOURCES {
                let path = &sources[(copy * 7 + at * SOURCES + source) % sources.len()];
                units.push(unit(format!("{copy}/src/{at}/{source}.rs"), fs::read(path).unwrap()));
            }
        }
    }
    let claimed = units.iter().filter(|unit| unkeyed_parse::group(unit).is_some()).count();
    assert!(claimed > COPIES * configurations.len() / 2, "only {claimed} of {} are claimed", units.len());
    (units, claimed)
}

fn parsed(units: &[Unit<'static>]) -> usize {
    let mut groups: BTreeMap<unkeyed_parse::Group, Vec<Unit<'static>>> = BTreeMap::new();
    for unit in units {
        if let Some(group) = unkeyed_parse::group(unit) {
            groups.entry(group).or_default().push(unit.clone());
        }
    }
    let mut facts = Facts::default();
    groups.iter().for_each(|(group, units)| facts.append(unkeyed_parse::read(group, units)));
    facts.workloads.len()
}

fn structure(criterion: &mut Criterion) {
    let (units, claimed) = repository();
    let bytes: usize = units.iter().map(|unit| unit.bytes().len()).sum();
    let detector = Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"bench")).unwrap();
    let mut scratch = Scratch::default();
    let mut group = criterion.benchmark_group("repository");
    group.sample_size(10).throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("parsing", |bencher| bencher.iter(|| assert!(black_box(parsed(&units)) > claimed / 2)));
    group.bench_function("detection", |bencher| {
        bencher.iter(|| {
            let mut found = 0_usize;
            units.iter().for_each(|unit| detector.scan(unit, &[], &mut scratch, &mut |_| found += 1));
            assert!(found > COPIES, "{found} found");
        });
    });
    group.finish();
}

criterion_group!(benches, structure);
criterion_main!(benches);
