//! GitLab's secret detection report (`gl-secret-detection-report.json`), in the form of its security report schemas 15.
//!
//! One decision a reader would question: what a valid exception covers is written, with the exception in its details.
//! GitLab takes what is missing from a report for mended.

use std::io;

use serde_json::{Value, json};

use crate::index::{Index, counts};
use crate::json::v1;
use crate::{document, printable, words};

/// The schema that is kept to.
const SCHEMA: &str = "15.0.1";
/// What GitLab's own analyzer says for files outside of commits.
const NO_COMMIT: &str = "0000000";
/// The schema allows no longer names.
const LONGEST_NAME: usize = 255;
/// The schema allows no longer solutions.
const LONGEST_SOLUTION: usize = 7_000;

/// Writes the credentials of the report; findings and verdicts have no place in the format.
pub(crate) fn write(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let index = Index::new(report);
    let commit = report.run.subjects.iter().find(|subject| subject.algorithm == "gitCommit").map(|subject| subject.digest.as_str());
    let found = report.artifacts.iter().filter(|artifact| counts(artifact));
    let vulnerabilities: Vec<Value> = found
        .flat_map(|artifact| artifact.locations.iter().map(move |location| (artifact, location)))
        .map(|(artifact, location)| vulnerability(&index, artifact, location, commit.unwrap_or(NO_COMMIT)))
        .collect();
    let document = json!({ "version": SCHEMA, "scan": scan(report), "vulnerabilities": vulnerabilities });
    document::write(document, out)
}

fn scan(report: &v1::Report) -> Value {
    // The schema wants no zone; it is UTC.
    let time = report.run.as_of.trim_end_matches('Z');
    let tool = json!({ "id": "unkeyed", "name": "unkeyed", "version": report.tool.version, "vendor": { "name": "unkeyed" } });
    let gaps = report.coverage.skipped.iter().filter(|skipped| skipped.gap).count();
    let messages = (gaps > 0).then(|| {
        let said = format!("The scan is incomplete: {} could not be read.", words::counted(gaps, "place", "places"));
        json!([{ "level": "warn", "value": said }])
    });
    json!({
        "analyzer": tool,
        "scanner": tool,
        "type": "secret_detection",
        "status": "success",
        "start_time": time,
        "end_time": time,
        "messages": messages,
    })
}

fn vulnerability(index: &Index<'_>, artifact: &v1::Artifact, location: &v1::Location, commit: &str) -> Value {
    let at = &location.place;
    let advice = [&artifact.remediation.instead, &artifact.remediation.revoke];
    let solution = advice.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let rule = index.rule(artifact);
    let description = format!("{} is {}: {}.", index.what(artifact), artifact.class, words::class(artifact.class));
    let line = at.line.map(|line| json!(line));
    json!({
        "id": document::uuid(&["gitlab", &artifact.rule, artifact.name.as_deref().unwrap_or(&artifact.mask), &index_key(at)]),
        "category": "secret_detection",
        "name": clipped(index.rule_name(artifact), LONGEST_NAME),
        "description": printable(&description),
        "severity": severity(artifact.rank),
        "confidence": capital(&artifact.confidence.to_string()),
        "solution": (!solution.is_empty()).then(|| clipped(&solution, LONGEST_SOLUTION)),
        "scanner": { "id": "unkeyed", "name": "unkeyed" },
        "identifiers": identifiers(index, artifact),
        "links": rule.and_then(|rule| rule.reference.as_deref()).filter(|address| address.starts_with("http")).map(|url| json!([{ "url": url }])),
        "details": details(artifact),
        "location": {
            "file": at.image_path.as_ref().unwrap_or(&at.uri),
            "start_line": line,
            "end_line": at.end_line,
            "commit": { "sha": at.commit.as_deref().unwrap_or(commit) },
        },
        "raw_source_code_extract": location.snippet.as_ref().map(|snippet| printable(&snippet.text)),
    })
}

/// What tells two places apart: where they are, and for the same file what leads there.
fn index_key(at: &v1::Place) -> String {
    let key = at.key_path.clone().unwrap_or_else(|| at.line.map(|line| line.to_string()).unwrap_or_default());
    [at.uri.as_str(), at.commit.as_deref().unwrap_or_default(), at.layer.as_deref().unwrap_or_default(), &key].join("\n")
}

fn identifiers(index: &Index<'_>, artifact: &v1::Artifact) -> Vec<Value> {
    let own = json!({ "type": "unkeyed_rule_id", "name": format!("unkeyed rule {}", index.rule_name(artifact)), "value": artifact.rule });
    let weaknesses = artifact.standards.iter().filter(|standard| standard.taxonomy == "CWE").filter_map(|standard| {
        let number = standard.id.strip_prefix("CWE-")?;
        let url = format!("https://cwe.mitre.org/data/definitions/{number}.html");
        Some(json!({ "type": "cwe", "name": standard.id, "value": number, "url": url }))
    });
    std::iter::once(own).chain(weaknesses).collect()
}

fn details(artifact: &v1::Artifact) -> Value {
    let text = |name: &str, value: &str| json!({ "type": "text", "name": name, "value": printable(value) });
    let workloads = (!artifact.workloads.is_empty()).then(|| text("Workloads", &artifact.workloads.join(", ")));
    let exception = artifact.suppressed_by.as_ref().map(|exception| {
        let v1::Suppression { exception, justification, owner, expires, exit_plan } = exception;
        text("Exception", &format!("{exception} of {owner} until {expires}: {justification} Exit plan: {exit_plan}"))
    });
    json!({
        "class": text("Persistence class", artifact.class.as_str()),
        "expires": artifact.lifetime.expires.as_deref().map(|expires| text("Expires", expires)),
        "workloads": workloads,
        "exception": exception,
    })
}

/// GitLab's words for ranks, cut where the vendors of CVSS cut theirs.
const fn severity(rank: u8) -> &'static str {
    match rank {
        90.. => "Critical",
        70..=89 => "High",
        40..=69 => "Medium",
        1..=39 => "Low",
        0 => "Info",
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn clipped(text: &str, most: usize) -> String {
    printable(text).chars().take(most).collect()
}
