//! The formats of other tools against their own schemas, and against what their readers refuse.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};
use unkeyed_model::{Level, Report, Verdict};
use unkeyed_report::{Format, Options, write};

use crate::sample;
use crate::snapshots::{EVERYTHING, written};

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/schemas").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// CycloneDX refers to other schemas by their file names.
struct Beside;

impl Retrieve for Beside {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let name = uri.as_str().rsplit('/').next().unwrap_or_default();
        Ok(schema(name))
    }
}

fn validator(name: &str) -> Validator {
    jsonschema::options().should_validate_formats(true).with_retriever(Beside).build(&schema(name)).unwrap()
}

fn read(report: &Report, format: Format, options: &Options) -> Value {
    serde_json::from_str(&written(report, format, options)).unwrap()
}

fn assert_valid(validator: &Validator, format: Format) {
    for report in [sample::audit(), sample::scan(), sample::empty()] {
        for options in [Options::default(), EVERYTHING] {
            let document = read(&report, format, &options);
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new(), "{format}");
        }
    }
}

#[test]
fn oscal_meets_the_schema_of_nist_and_the_schema_refuses_what_is_wrong() {
    let validator = validator("oscal-1.2.3.json");
    assert_valid(&validator, Format::OscalResults);
    assert_valid(&validator, Format::OscalPoam);
    let mut broken = read(&sample::audit(), Format::OscalResults, &EVERYTHING);
    broken["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "unknown".into();
    assert!(!validator.is_valid(&broken));
    let mut broken = read(&sample::audit(), Format::OscalPoam, &EVERYTHING);
    broken["plan-of-action-and-milestones"]["poam-items"] = json!([]);
    assert!(!validator.is_valid(&broken));
}

#[test]
fn cyclonedx_meets_its_schema_and_the_schema_refuses_what_is_wrong() {
    let validator = validator("bom-1.6.SNAPSHOT.schema.json");
    assert_valid(&validator, Format::Cyclonedx);
    let mut broken = read(&sample::audit(), Format::Cyclonedx, &EVERYTHING);
    broken["components"][0]["cryptoProperties"]["relatedCryptoMaterialProperties"]["type"] = "api-key".into();
    assert!(!validator.is_valid(&broken));
}

/// GitLab's own schema is in no registry; ours says what it demands of the members that are written.
#[test]
fn gitlab_meets_what_its_schema_demands_and_what_is_wrong_is_refused() {
    let validator = validator("../formats/gitlab.json");
    assert_valid(&validator, Format::Gitlab);
    let mut broken = read(&sample::audit(), Format::Gitlab, &EVERYTHING);
    broken["vulnerabilities"][0]["identifiers"] = json!([]);
    assert!(!validator.is_valid(&broken));
}

/// Everything that an OSCAL document refers to inside itself is there, and nothing has the UUID of something else.
#[test]
fn oscal_references_lead_somewhere() {
    for format in [Format::OscalResults, Format::OscalPoam] {
        let document = read(&sample::audit(), format, &EVERYTHING);
        let (mut defined, mut used) = (Vec::new(), BTreeSet::new());
        collect(&document, &mut defined, &mut used);
        let unique: BTreeSet<&String> = defined.iter().collect();
        assert_eq!(unique.len(), defined.len(), "{format}: a UUID is given twice");
        let lost: Vec<&String> = used.iter().filter(|uuid| !unique.contains(uuid)).collect();
        assert!(lost.is_empty(), "{format}: {lost:?}");
        assert!(!used.is_empty());
    }
}

fn collect(value: &Value, defined: &mut Vec<String>, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("uuid", Value::String(uuid)) => defined.push(uuid.clone()),
                    (key, Value::String(uuid)) if key.ends_with("-uuid") => drop(used.insert(uuid.clone())),
                    _ => collect(member, defined, used),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, defined, used)),
        _ => {}
    }
}

#[test]
fn an_exception_is_an_approved_deviation_with_a_deadline() {
    let document = read(&sample::audit(), Format::OscalResults, &EVERYTHING);
    let risks = document["assessment-results"]["results"][0]["risks"].as_array().unwrap();
    let (approved, open): (Vec<&Value>, Vec<&Value>) = risks.iter().partition(|risk| risk["status"] == "deviation-approved");
    assert!(!approved.is_empty() && !open.is_empty());
    assert!(approved.iter().all(|risk| risk["deadline"] == "2027-01-31T00:00:00Z"));
    assert!(open.iter().all(|risk| risk["deadline"].is_null() && risk["status"] == "open"));
    let plan = read(&sample::audit(), Format::OscalPoam, &EVERYTHING);
    let items = plan["plan-of-action-and-milestones"]["poam-items"].as_array().unwrap();
    assert_eq!(items[0]["title"], "Exception EX-2026-014");
    assert_eq!(items[0]["related-risks"].as_array().unwrap().len(), approved.len(), "one item for all that it covers");
}

#[test]
fn a_control_is_satisfied_only_with_evidence_for_all() {
    let states = |report: &Report| -> Vec<String> {
        let document = read(report, Format::OscalResults, &EVERYTHING);
        let findings = document["assessment-results"]["results"][0]["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["target"]["status"]["reason"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&sample::audit()), ["other", "other", "fail", "fail"]);
    assert_eq!(states(&sample::empty()), ["other"; 4], "nothing was judged");
    let mut clean = sample::audit();
    clean.workloads.retain(|workload| workload.verdict == Verdict::Secretless);
    assert_eq!(states(&clean), ["other"; 4], "the scan is incomplete");
    clean.coverage = sample::empty().coverage;
    assert_eq!(states(&clean), ["pass"; 4]);
}

/// The facts of GitLab's schema 15.0.1 that its import refuses a report over.
#[test]
fn gitlab_finds_all_that_its_schema_requires() {
    for report in [sample::audit(), sample::scan(), sample::empty()] {
        let document = read(&report, Format::Gitlab, &EVERYTHING);
        let scan = &document["scan"];
        for time in ["start_time", "end_time"] {
            assert_eq!(scan[time], "2026-11-22T04:35:00", "no zone, no fractions");
        }
        assert_eq!((&scan["type"], &scan["status"]), (&json!("secret_detection"), &json!("success")));
        for tool in ["analyzer", "scanner"] {
            assert!(scan[tool]["id"].is_string() && scan[tool]["version"].is_string() && scan[tool]["vendor"]["name"].is_string());
        }
        for one in document["vulnerabilities"].as_array().unwrap() {
            assert!(!one["identifiers"][0]["value"].as_str().unwrap().is_empty());
            assert!(!one["location"]["commit"]["sha"].as_str().unwrap().is_empty());
            assert!(["Info", "Low", "Medium", "High", "Critical"].contains(&one["severity"].as_str().unwrap()));
            assert!(one["name"].as_str().unwrap().chars().count() <= 255);
        }
    }
}

#[test]
fn gitlab_tells_places_apart_and_keeps_what_is_excepted() {
    let document = read(&sample::audit(), Format::Gitlab, &EVERYTHING);
    let all = document["vulnerabilities"].as_array().unwrap();
    let ids: BTreeSet<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len());
    assert!(all.iter().any(|one| one["details"]["exception"]["value"].as_str().is_some_and(|value| value.contains("EX-2026-014"))));
}

#[test]
fn attestations_are_bound_to_what_was_scanned_or_not_written() {
    for format in [Format::InTotoSvr, Format::InTotoReadiness] {
        let statement = read(&sample::audit(), format, &EVERYTHING);
        assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
        let subject = json!([{ "name": "github.com/acme/shop", "digest": { "gitCommit": "3f1c0de5a7b94c2d8e6f10233445566778899aab" } }]);
        assert_eq!(statement["subject"], subject);
        let mut unbound = sample::audit();
        unbound.run.subjects.clear();
        let error = write(&unbound, format, &EVERYTHING, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("an attestation needs a git commit"), "{error}");
    }
}

#[test]
fn only_what_holds_is_attested() {
    let properties = |report: &Report| -> Vec<String> {
        let statement = read(report, Format::InTotoSvr, &EVERYTHING);
        serde_json::from_value(statement["predicate"]["properties"].clone()).unwrap()
    };
    assert_eq!(properties(&sample::audit()), Vec::<String>::new(), "an incomplete run verifies nothing");
    let mut judged = sample::audit();
    judged.coverage = sample::empty().coverage;
    assert_eq!(properties(&judged), ["UNKEYED_SCAN_COMPLETE"]);
    judged.workloads.retain(|workload| workload.verdict == Verdict::Secretless);
    judged.summary.rollup = Some(Verdict::Secretless);
    judged.summary.artifacts.clear();
    judged.summary.gate_passed = true;
    assert_eq!(
        properties(&judged),
        [
            "UNKEYED_SCAN_COMPLETE",
            "UNKEYED_GATE_PASSED",
            "UNKEYED_NO_DURABLE_ARTIFACTS",
            "UNKEYED_NO_VAULTED_STATIC_VALUES",
            "UNKEYED_NO_RECOVERABLE_TOKENS",
            "UNKEYED_IDENTITY_IS_PRIMARY",
            "UNKEYED_TOKENS_SHORT_LIVED",
            "UNKEYED_TRUST_BINDING_EXACT",
            "UNKEYED_ROLE_SCOPE_NARROW",
            "UNKEYED_VERDICT_SECRETLESS",
        ]
    );
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for &format in Format::ALL {
        assert_eq!(written(&sample::audit(), format, &EVERYTHING), written(&sample::audit(), format, &EVERYTHING), "{format}");
    }
}

#[test]
fn markdown_fits_and_says_what_it_leaves_out_worst_first() {
    let mut report = sample::audit();
    let (worst, mild) = (report.artifacts[0].clone(), report.artifacts.iter().find(|one| one.level == Level::Note).unwrap().clone());
    report.artifacts = vec![mild; 3_000];
    report.artifacts.push(worst);
    let finding = report.findings[0].clone();
    report.findings = vec![finding; 3_000];
    let page = written(&report, Format::Markdown, &EVERYTHING);
    assert!(page.len() < 60_000, "{}", page.len());
    let first = page.lines().skip_while(|line| *line != "## Credentials").nth(4).unwrap();
    assert!(first.contains("AKIA"), "{first}");
    assert_eq!(page.matches("left out here, none worse than those above").count(), 2);
    let rows = page.lines().filter(|line| line.starts_with("| ")).count();
    assert!(rows > 150, "{rows}");
}

#[test]
fn markdown_holds_no_markup_of_the_input() {
    let mut report = sample::audit();
    let hostile = "<script>alert(1)</script> ![x](https://evil.example/p.png) @acme/all\n# owned | `";
    report.findings[0].message = hostile.into();
    report.workloads[0].id = hostile.into();
    report.artifacts[0].name = Some(hostile.into());
    let page = written(&report, Format::Markdown, &EVERYTHING);
    assert!(!page.lines().any(|line| line.starts_with("# owned")));
    let bare = page.split('`').step_by(2).collect::<String>().replace("\\]", "");
    for markup in ["<script", "](https://evil", "@acme"] {
        assert!(!bare.contains(markup), "{markup}");
    }
}

#[test]
fn tables_have_a_row_for_each_place_and_no_formulas() {
    let mut report = sample::audit();
    report.artifacts[0].name = Some("=HYPERLINK(\"http://evil.example\")".into());
    let text = written(&report, Format::CredentialsCsv, &EVERYTHING);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let places: usize = report.artifacts.iter().map(|artifact| artifact.locations.len()).sum();
    assert_eq!(rows.len(), places);
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
    let text = written(&report, Format::FindingsCsv, &EVERYTHING);
    assert_eq!(csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).count(), report.findings.len());
}

#[test]
fn junit_counts_what_it_holds() {
    let report = sample::audit();
    let text = written(&report, Format::Junit, &EVERYTHING);
    let (mut cases, mut failures, mut skipped) = (0, 0, 0);
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut declared = Vec::new();
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => match element.name().as_ref() {
                "testsuites" => {
                    for name in ["tests", "failures", "skipped"] {
                        let value = element.try_get_attribute(name).unwrap().unwrap().value;
                        declared.push(value.parse::<usize>().unwrap());
                    }
                }
                "testcase" => cases += 1,
                "failure" => failures += 1,
                "skipped" => skipped += 1,
                _ => {}
            },
            _ => {}
        }
    }
    assert_eq!(declared, [cases, failures, skipped]);
    assert_eq!(cases, report.workloads.len() + report.artifacts.len() + report.findings.len());
    assert!(failures > 0 && skipped > 0 && cases > failures + skipped);
}

/// Every name of the sample that means harm passes through every format without a raw control character.
#[test]
fn no_format_holds_a_raw_control_character() {
    for &format in Format::ALL.iter().filter(|format| **format != Format::Json) {
        let text = written(&sample::audit(), format, &EVERYTHING);
        let raw = text.chars().find(|character| character.is_control() && !matches!(character, '\n' | '\r'));
        assert_eq!(raw, None, "{format}");
    }
}
