//! Merged reports: the order and grouping of the parts don't matter, and what is given twice counts once.

use unkeyed_model::{Confidence, Verdict};
use unkeyed_report::json::v1;
use unkeyed_report::{Options, json_schema, merge};

use crate::sample;

const EVERYTHING: Options<'_> =
    Options { color: false, link_base: None, width: 80, show_public: true, confidence: Confidence::Low, verbose: true };

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A report with some of the sample's rows, and with fingerprints that other parts may share.
fn part(dice: &mut Dice) -> v1::Report {
    let mut report = v1::Report::new(&sample::audit(), &EVERYTHING);
    report.artifacts.retain(|_| dice.roll(3) > 0);
    for artifact in &mut report.artifacts {
        if dice.roll(2) == 0 {
            artifact.id = format!("hmac:{:032x}", dice.roll(6));
        }
        artifact.rank = u8::try_from(dice.roll(100)).unwrap();
    }
    let mut known = std::collections::BTreeSet::new();
    report.artifacts.retain(|artifact| known.insert(artifact.id.clone()));
    report.workloads.retain(|_| dice.roll(3) > 0);
    report.coverage.skipped.retain(|_| dice.roll(2) > 0);
    report.summary.gate = if dice.roll(2) == 0 { v1::Gate::Pass } else { v1::Gate::Fail };
    report.run.as_of = format!("2026-11-{:02}T04:35:00Z", 1 + dice.roll(28));
    report
}

fn parts(seed: u64, count: usize) -> Vec<(String, v1::Report)> {
    let mut dice = Dice(seed);
    (0..count).map(|at| (format!("part {at}"), part(&mut dice))).collect()
}

fn of(parts: Vec<(String, v1::Report)>) -> v1::Report {
    merge(parts).unwrap()
}

/// A merged report keeps its names, whatever it is called here.
fn whole(report: v1::Report) -> (String, v1::Report) {
    ("any".into(), report)
}

#[test]
fn neither_order_nor_grouping_nor_repetition_matters() {
    for seed in 1..=12 {
        let parts = parts(seed * 7_919, 4);
        let all = of(parts.clone());
        let mut turned = parts.clone();
        turned.rotate_left(usize::try_from(seed % 4).unwrap());
        turned.swap(0, 2);
        assert!(of(turned) == all, "order, seed {seed}");
        let left = of(vec![whole(of(vec![parts[0].clone(), parts[1].clone()])), parts[2].clone(), parts[3].clone()]);
        let right = of(vec![parts[0].clone(), whole(of(vec![parts[1].clone(), whole(of(parts[2..].to_vec()))]))]);
        assert!(left == all && right == all, "grouping, seed {seed}");
        assert!(of(vec![whole(all.clone()), whole(all.clone()), parts[1].clone()]) == all, "repetition, seed {seed}");
    }
}

#[test]
fn a_merged_report_is_a_report() {
    let merged = of(parts(3, 3));
    let validator = jsonschema::validator_for(&serde_json::from_str(&json_schema()).unwrap()).unwrap();
    let json = serde_json::to_value(&merged).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    let read = v1::Report::read(json.to_string().as_bytes()).unwrap();
    assert_eq!(read, merged);
    read.to_model().unwrap();
}

#[test]
fn the_totals_are_those_of_the_parts() {
    let report = v1::Report::new(&sample::audit(), &Options::default());
    let mut other = report.clone();
    other.summary.gate = v1::Gate::Pass;
    other.summary.gate_reasons.clear();
    let merged = of(vec![("a".into(), report.clone()), ("b".into(), other)]);
    let twice = |count: u64| 2 * count;
    assert_eq!(merged.summary.hidden_low_confidence, twice(report.summary.hidden_low_confidence));
    for (class, count) in &report.summary.artifacts {
        assert_eq!(merged.summary.artifacts[class], twice(*count), "{class}");
    }
    for verdict in Verdict::ALL {
        assert_eq!(merged.summary.verdicts[verdict], twice(report.summary.verdicts[verdict]), "{verdict}");
    }
    assert_eq!((merged.summary.rollup, merged.summary.gate), (report.summary.rollup, v1::Gate::Fail));
    assert!(merged.summary.gate_reasons.iter().all(|reason| reason.starts_with("a: ")));
    assert_eq!(merged.coverage.read.files, twice(report.coverage.read.files));
    assert_eq!(merged.run.targets, ["a", "b"]);
    // What names neither a workload nor a place is the same sentence in both.
    let loose = report.findings.iter().filter(|finding| finding.workload.is_none() && finding.locations.is_empty()).count();
    assert_eq!(merged.findings.len(), 2 * report.findings.len() - loose);
    for workload in &merged.workloads {
        let name = workload.id.split_once(':').unwrap().1.split('/').next().unwrap();
        let alike = report.workloads.iter().find(|one| workload.id == one.id.replacen(':', &format!(":{name}/"), 1)).unwrap();
        let messages = |all: &v1::Report, own: &[u64]| -> Vec<String> {
            own.iter().map(|at| all.findings[usize::try_from(*at).unwrap()].message.clone()).collect()
        };
        assert_eq!(messages(&merged, &workload.findings), messages(&report, &alike.findings), "{}", workload.id);
        assert!(workload.locations.iter().all(|place| place.uri.starts_with(&format!("{name}/"))));
    }
}

#[test]
fn a_fingerprint_is_one_credential_in_all_reports_and_an_exception_covers_its_own() {
    let mut report = v1::Report::new(&sample::audit(), &EVERYTHING);
    report.run.keyed = true;
    let at = report.artifacts.iter().position(|artifact| artifact.suppressed_by.is_some()).unwrap();
    report.artifacts = vec![report.artifacts.swap_remove(at)];
    report.artifacts[0].id = "hmac:00112233445566778899aabbccddeeff".into();
    let mut open = report.clone();
    open.artifacts[0].suppressed_by = None;
    let merged = of(vec![("a".into(), report.clone()), ("b".into(), open)]);
    let [one] = merged.artifacts.as_slice() else { panic!("{} credentials", merged.artifacts.len()) };
    assert_eq!(one.copies, 2 * report.artifacts[0].copies);
    assert!(one.locations.iter().any(|location| location.place.uri.starts_with("a/")));
    assert!(one.locations.iter().any(|location| location.place.uri.starts_with("b/")));
    assert_eq!(one.suppressed_by, None);
}

#[test]
fn two_reports_of_one_name_contradict_each_other() {
    let parts = parts(5, 2);
    let again = merge(vec![("x".into(), parts[0].1.clone()), ("x".into(), parts[0].1.clone())]).unwrap();
    assert_eq!(again.run.sources.len(), 1);
    let error = merge(vec![("x".into(), parts[0].1.clone()), ("x".into(), parts[1].1.clone())]).unwrap_err();
    assert!(error.to_string().contains("`x`"), "{error}");
}
