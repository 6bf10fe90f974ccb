//! Snapshots: plain files under `tests/snapshots/`. `UPDATE_SNAPSHOTS=1 cargo test -p unkeyed-report` rewrites them.

use std::fs;
use std::path::PathBuf;

use unkeyed_model::{Confidence, Report};
use unkeyed_report::{Format, Options, write};

use crate::sample;

/// What `write` makes of a report.
pub(crate) fn written(report: &Report, format: Format, options: &Options) -> String {
    let mut bytes = Vec::new();
    write(report, format, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Compares with a file, or rewrites it if the environment asks for that.
pub(crate) fn assert_file(path: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; look at what UPDATE_SNAPSHOTS=1 makes of it\n{}",
        path.display(),
        first_difference(&expected, actual)
    );
}

fn first_difference(expected: &str, actual: &str) -> String {
    let at = expected
        .lines()
        .zip(actual.lines())
        .position(|(old, new)| old != new)
        .unwrap_or_else(|| expected.lines().count().min(actual.lines().count()));
    format!("line {}:\n- {}\n+ {}", at + 1, expected.lines().nth(at).unwrap_or("(end)"), actual.lines().nth(at).unwrap_or("(end)"))
}

/// Nothing is left out.
pub(crate) const EVERYTHING: Options<'_> =
    Options { color: false, link_base: None, width: 80, show_public: true, confidence: Confidence::Low, verbose: true };

#[test]
fn audit_for_people() {
    let report = sample::audit();
    assert_file("tests/snapshots/audit.txt", &written(&report, Format::Human, &Options::default()));
    assert_file("tests/snapshots/audit-120.txt", &written(&report, Format::Human, &Options { width: 120, ..Options::default() }));
    assert_file("tests/snapshots/audit-verbose.txt", &written(&report, Format::Human, &EVERYTHING));
    assert_file("tests/snapshots/audit-color.txt", &written(&report, Format::Human, &Options { color: true, ..Options::default() }));
}

#[test]
fn scan_for_people() {
    assert_file("tests/snapshots/scan.txt", &written(&sample::scan(), Format::Human, &Options::default()));
    assert_file("tests/snapshots/empty.txt", &written(&sample::empty(), Format::Human, &Options::default()));
}

#[test]
fn for_machines() {
    let report = sample::audit();
    assert_file("tests/snapshots/audit.json", &written(&report, Format::Json, &EVERYTHING));
    assert_file("tests/snapshots/audit.sarif", &written(&report, Format::Sarif, &Options::default()));
}

#[test]
fn for_other_tools() {
    let report = sample::audit();
    for (file, format) in [
        ("audit-lines.txt", Format::Lines),
        ("audit.md", Format::Markdown),
        ("audit.junit.xml", Format::Junit),
        ("audit.gitlab.json", Format::Gitlab),
        ("audit-credentials.csv", Format::CredentialsCsv),
        ("audit-findings.csv", Format::FindingsCsv),
        ("audit.cdx.json", Format::Cyclonedx),
        ("audit.oscal-results.json", Format::OscalResults),
        ("audit.oscal-poam.json", Format::OscalPoam),
        ("audit.svr.json", Format::InTotoSvr),
        ("audit.readiness.json", Format::InTotoReadiness),
    ] {
        assert_file(&format!("tests/snapshots/{file}"), &written(&report, format, &Options::default()));
    }
}
