//! The JSON report and its published schema.

use serde_json::Value;
use unkeyed_model::Confidence;
use unkeyed_report::json::v1;
use unkeyed_report::{Format, Options, json_schema};

use crate::sample;
use crate::snapshots::written;

const EVERYTHING: Options<'_> =
    Options { color: false, link_base: None, width: 80, show_public: true, confidence: Confidence::Low, verbose: false };

#[test]
fn the_published_schema_is_the_one_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report-v1.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, json_schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == json_schema(), "docs/report-v1.schema.json differs from the code; UPDATE_SCHEMA=1 rewrites it");
}

#[test]
fn real_output_meets_the_schema() {
    let schema: Value = serde_json::from_str(&json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [sample::audit(), sample::scan(), sample::empty()] {
        for options in [Options::default(), EVERYTHING] {
            let output: Value = serde_json::from_str(&written(&report, Format::Json, &options)).unwrap();
            let errors: Vec<String> = validator.iter_errors(&output).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }
}

#[test]
fn the_schema_refuses_what_is_left_out_or_misspelt() {
    let schema: Value = serde_json::from_str(&json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let output: Value = serde_json::from_str(&written(&sample::audit(), Format::Json, &EVERYTHING)).unwrap();
    let mut lacking = output.clone();
    lacking["artifacts"][0].as_object_mut().unwrap().remove("destination");
    assert!(!validator.is_valid(&lacking), "an absent fact is null, never left out");
    let mut misspelt = output.clone();
    misspelt["workloads"][0]["verdict"] = "secret-less".into();
    assert!(!validator.is_valid(&misspelt));
    let mut newer = output;
    newer["schema_version"] = 2.into();
    assert!(!validator.is_valid(&newer));
}

#[test]
fn what_is_written_is_read_back_as_it_was() {
    let text = written(&sample::audit(), Format::Json, &EVERYTHING);
    let report: v1::Report = serde_json::from_str(&text).unwrap();
    assert_eq!(report, v1::Report::new(&sample::audit(), &EVERYTHING));
    assert_eq!(format!("{}\n", serde_json::to_string_pretty(&report).unwrap()), text);
}

#[test]
fn a_saved_report_makes_the_same_report_again() {
    for mut report in [sample::audit(), sample::scan(), sample::empty()] {
        report.coverage.skipped.retain(|skip| !skip.path.contains('\u{202e}'));
        report.coverage.limits.sort();
        for options in [Options::default(), EVERYTHING] {
            let saved = v1::Report::read(written(&report, Format::Json, &options).as_bytes()).unwrap();
            let again = saved.to_model().unwrap();
            assert_eq!(v1::Report::new(&again, &EVERYTHING), saved);
        }
        let saved = v1::Report::read(written(&report, Format::Json, &EVERYTHING).as_bytes()).unwrap().to_model().unwrap();
        // The sample's paths hold marks that those of a source never do; where people read, they are encoded after a journey through JSON.
        for format in [Format::Json, Format::Sarif, Format::InventoryCsv] {
            let (again, once) = (written(&saved, format, &EVERYTHING), written(&report, format, &EVERYTHING));
            let differs = again.lines().zip(once.lines()).find(|(again, once)| again != once);
            assert!(again == once, "{format}: {differs:?}");
        }
    }
}

#[test]
fn what_is_no_report_is_refused_with_the_reason() {
    let text = written(&sample::empty(), Format::Json, &EVERYTHING);
    let refused = |json: &str| v1::Report::read(json.as_bytes()).and_then(|report| report.to_model()).unwrap_err().to_string();
    assert!(refused(&text.replace("\"schema_version\": 1", "\"schema_version\": 2")).contains("version 2"));
    assert!(refused(&text.replace("2026-11-22T04:35:00Z", "yesterday")).contains("`yesterday` is no point in time"));
    assert!(refused("{}").contains("schema_version") && refused("[").contains("no unkeyed report"));
    for end in (0..text.len()).step_by(97) {
        assert!(v1::Report::read(&text.as_bytes()[..end]).is_err());
    }
}

#[test]
fn the_filters_leave_out_and_count() {
    let shown: v1::Report = serde_json::from_str(&written(&sample::audit(), Format::Json, &Options::default())).unwrap();
    let all: v1::Report = serde_json::from_str(&written(&sample::audit(), Format::Json, &EVERYTHING)).unwrap();
    assert_eq!((shown.summary.hidden_low_confidence, shown.summary.hidden_public), (1, 1));
    assert_eq!((all.summary.hidden_low_confidence, all.summary.hidden_public), (0, 0));
    assert_eq!(shown.artifacts.len() + 2, all.artifacts.len());
    assert_eq!(shown.summary.artifacts, all.summary.artifacts, "totals do not depend on what is listed");
    let billing = |report: &v1::Report| report.workloads.iter().find(|workload| workload.name == "billing").cloned().unwrap();
    assert_eq!((billing(&shown).artifacts.len(), billing(&shown).hidden_artifacts), (1, 1));
    assert_eq!((billing(&all).artifacts.len(), billing(&all).hidden_artifacts), (2, 0));
}

/// The sample is only worth its name if it holds every word; this also shows that each is spelled as published.
#[test]
fn the_sample_speaks_every_word() {
    use unkeyed_model::*;
    let text = written(&sample::audit(), Format::Json, &EVERYTHING);
    let words = [
        spelled(Class::ALL),
        spelled(Confidence::ALL),
        spelled(Custody::ALL),
        spelled(DecodeStep::ALL),
        spelled(IdentityKind::ALL),
        spelled(LayerState::ALL),
        spelled(Level::ALL),
        spelled(LifetimeBasis::ALL),
        spelled(LifetimeConfidence::ALL),
        spelled(Platform::ALL),
        spelled(Reach::ALL),
        spelled(Reachability::ALL),
        spelled(Reason::ALL),
        spelled(Replayable::ALL),
        spelled(Role::ALL),
        spelled(SkipReason::ALL),
        spelled(Surface::ALL),
        spelled(Tracked::ALL),
        spelled(TtlBasis::ALL),
        spelled(Verdict::ALL),
        spelled(WorkloadKind::ALL),
    ];
    let silent: Vec<&String> = words.iter().flatten().filter(|word| !text.contains(&format!("\"{word}\""))).collect();
    assert_eq!(silent, Vec::<&String>::new());
}

fn spelled<W: ToString>(words: &[W]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
