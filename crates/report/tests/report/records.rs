//! Records: lines that stand alone, and merge into what the report of the same run merges into.

use serde_json::Value;
use unkeyed_model::Confidence;
use unkeyed_report::json::v1;
use unkeyed_report::merge::Fold;
use unkeyed_report::merge::shelf::Heap;
use unkeyed_report::record::{self, Key, Line, Record, Row, State};
use unkeyed_report::{Options, merge};

use crate::sample;

const EVERYTHING: Options<'_> =
    Options { color: false, link_base: None, width: 80, show_public: true, confidence: Confidence::Low, verbose: true };

fn key(content: Option<record::Sum>) -> Key {
    Key { identity: [1; 32], content, config: [3; 32] }
}

fn report() -> v1::Report {
    v1::Report::new(&sample::audit(), &EVERYTHING)
}

fn record(content: Option<record::Sum>, state: State) -> Record {
    Record::new(report(), "acme/api", key(content), state, None)
}

fn written(record: Record) -> String {
    let mut out = Vec::new();
    record.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_published_schema_is_the_one_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/record-v1.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, record::schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == record::schema(), "docs/record-v1.schema.json differs from the code; UPDATE_SCHEMA=1 rewrites it");
}

#[test]
fn every_line_meets_the_schema_and_is_read_as_it_was_written() {
    let validator = jsonschema::validator_for(&serde_json::from_str(&record::schema()).unwrap()).unwrap();
    let text = written(record(Some([2; 32]), State::Partial));
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let faults: Vec<String> = validator.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Line>(line).unwrap()).unwrap(), line);
        let mut nothing = value;
        let keys: Vec<String> = nothing.as_object().unwrap().keys().cloned().collect();
        nothing.as_object_mut().unwrap().remove(&keys[2]);
        assert!(!validator.is_valid(&nothing), "a line says something");
    }
}

#[test]
fn a_record_is_named_by_its_key_or_else_by_its_rows() {
    let known = record(Some([2; 32]), State::Complete).name();
    assert_eq!(known, ["01".repeat(8), "02".repeat(8), "03".repeat(8)].join("-"));
    assert_eq!(Some(known), key(Some([2; 32])).record());
    let own = record(None, State::Complete).name();
    assert_eq!(own, record(None, State::Complete).name());
    assert_ne!(own, record(None, State::Partial).name());
    let mut other = report();
    other.workloads.pop();
    assert_ne!(own, Record::new(other, "acme/api", key(None), State::Complete, None).name());
}

#[test]
fn the_rows_merge_into_what_the_report_merges_into() {
    let text = written(record(None, State::Complete));
    let make = || -> std::io::Result<Box<dyn unkeyed_report::merge::shelf::Shelf>> { Ok(Box::<Heap>::default()) };
    let mut fold = Fold::new(&make).unwrap();
    // In no order, and twice.
    for line in text.lines().rev().chain(text.lines()) {
        fold.row(serde_json::from_str::<Line>(line).unwrap().row).unwrap();
    }
    let mut json = Vec::new();
    fold.finish().unwrap().write(&mut json).unwrap();
    let mut report = report();
    report.run.targets = vec!["acme/api".into()];
    let expected = merge([("acme/api".into(), report)]).unwrap();
    assert_eq!(String::from_utf8(json).unwrap(), format!("{}\n", serde_json::to_string_pretty(&expected).unwrap()));
    assert!(!expected.findings.is_empty() && expected.workloads.iter().any(|workload| !workload.findings.is_empty()));
}

#[test]
fn the_header_counts_the_lines_and_the_later_and_fuller_record_takes_precedence() {
    let lines: Vec<Row> =
        written(record(None, State::Complete)).lines().map(|line| serde_json::from_str::<Line>(line).unwrap().row).collect();
    let Row::Header(header) = &lines[0] else { panic!("no header") };
    let mut rows = record::Rows::default();
    lines.iter().for_each(|row| rows.count(row));
    assert_eq!(rows, header.rows);
    assert_eq!(header.rows.artifacts, report().artifacts.len() as u64);
    let of = |state: State, as_of: &str| {
        let mut report = report();
        report.run.as_of = as_of.into();
        Record::new(report, "acme/api", key(None), state, None).header().precedence()
    };
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    assert!(of(State::Failed, late) > of(State::Complete, early));
    assert!(of(State::Complete, early) > of(State::Partial, early) && of(State::Partial, early) > of(State::Failed, early));
}
