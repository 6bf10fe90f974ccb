//! JUnit XML: a suite each for workloads, credentials and checks, as CI systems show test results.
//!
//! JUnit has no specification; elements and their order are those of Ant's schema, `file`, `line` and the totals are what
//! Jenkins' and GitLab's readers look for besides. One decision
//! a reader would question: only what a developer must mend fails. A verdict that lacks evidence, and what a valid
//! exception covers, is skipped with its reason, so that a red test always has something to do about it.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use unkeyed_model::{Level, Verdict};

use crate::index::{Index, shown};
use crate::json::v1;
use crate::{printable, words};

/// Name of all suites together.
const NAME: &str = "unkeyed";

/// How a case went.
enum Outcome {
    Passed,
    /// Type, one line, and everything there is to say.
    Failed(String, String, String),
    /// Why.
    Skipped(String),
}

/// One line of a test report.
struct Case {
    name: String,
    class: String,
    file: Option<String>,
    line: Option<u32>,
    outcome: Outcome,
}

/// A named list of cases.
struct Suite {
    name: &'static str,
    cases: Vec<Case>,
}

/// Writes the report as JUnit XML.
pub(crate) fn write(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let index = Index::new(report);
    let suites = [
        Suite { name: "workloads", cases: report.workloads.iter().map(verdict).collect() },
        Suite { name: "credentials", cases: report.artifacts.iter().map(|artifact| credential(&index, artifact)).collect() },
        Suite { name: "checks", cases: report.findings.iter().map(|finding| check(&index, finding)).collect() },
    ];
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut root = BytesStart::new("testsuites");
    root.push_attribute(("name", NAME));
    counts(&mut root, all());
    xml.write_event(Event::Start(root))?;
    for (number, suite) in suites.iter().enumerate() {
        write_suite(&mut xml, report, number, suite)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    xml.get_mut().write_all(b"\n")
}

fn verdict(workload: &v1::Workload) -> Case {
    let reasons: Vec<&str> = workload.reasons.iter().map(|reason| words::reason(*reason, workload.kind)).collect();
    let missing = workload.missing.iter().map(|missing| format!("Missing: {}; supply it by {}.", missing.what, missing.supply));
    let text = reasons.iter().map(|reason| (*reason).to_owned()).chain(missing).collect::<Vec<_>>().join("\n");
    let said = format!("judged {}", words::verdict(workload.verdict));
    let outcome = match workload.verdict {
        _ if workload.no_access_observed => Outcome::Skipped("it authenticates to nothing, as far as these inputs show".to_owned()),
        Verdict::Secretless | Verdict::Transitional => Outcome::Passed,
        Verdict::Indeterminate => Outcome::Skipped(format!("{said}: {}", text.replace('\n', " "))),
        Verdict::NotSecretless | Verdict::Partial | Verdict::Vaulted => Outcome::Failed(workload.verdict.to_string(), said, text),
    };
    let at = workload.locations.first();
    Case {
        name: workload.id.clone(),
        class: format!("{NAME}.workloads.{}", workload.kind),
        file: at.map(|at| at.uri.clone()),
        line: at.and_then(|at| at.line),
        outcome,
    }
}

fn credential(index: &Index<'_>, artifact: &v1::Artifact) -> Case {
    let at = artifact.locations.first().map(|location| &location.place);
    let said = format!("{} is {}: {}", index.what(artifact), artifact.class, words::class(artifact.class));
    let places = artifact.locations.iter().map(|location| format!("at {}", shown(&location.place)));
    let advice = [("instead", &artifact.remediation.instead), ("revoke", &artifact.remediation.revoke)];
    let advice = advice.into_iter().filter_map(|(how, text)| Some(format!("{how}: {}", text.as_deref()?)));
    let text = places.chain(advice).collect::<Vec<_>>().join("\n");
    Case {
        name: at.map_or_else(|| index.what(artifact), |at| format!("{} at {}", index.what(artifact), shown(at))),
        class: format!("{NAME}.credentials.{}", artifact.rule),
        file: at.map(|at| at.uri.clone()),
        line: at.and_then(|at| at.line),
        outcome: outcome(artifact.level, artifact.suppressed_by.as_ref(), said, text),
    }
}

fn check(index: &Index<'_>, finding: &v1::Finding) -> Case {
    let at = finding.locations.first();
    let places = finding.locations.iter().map(|at| format!("at {}", shown(at)));
    let related = finding.related.iter().map(|related| format!("{}: {}", shown(&related.location), related.message));
    let text = places.chain(related).collect::<Vec<_>>().join("\n");
    let whose = finding.workload.as_deref().or(at.map(|at| at.uri.as_str())).unwrap_or_default();
    Case {
        name: format!("{} {}: {whose}", finding.check, index.title(finding)),
        class: format!("{NAME}.checks.{}", finding.check),
        file: at.map(|at| at.uri.clone()),
        line: at.and_then(|at| at.line),
        outcome: outcome(finding.level, finding.suppressed_by.as_ref(), finding.message.clone(), text),
    }
}

fn outcome(level: Level, exception: Option<&v1::Suppression>, said: String, text: String) -> Outcome {
    match (level, exception) {
        (_, Some(exception)) => {
            Outcome::Skipped(format!("exception {} of {} until {}: {said}", exception.exception, exception.owner, exception.expires))
        }
        (Level::Error | Level::Warning, None) => Outcome::Failed(level.to_string(), said, text),
        (Level::Note | Level::None, None) => Outcome::Passed,
    }
}

fn counts<'c>(element: &mut BytesStart<'_>, cases: impl Iterator<Item = &'c Case> + Clone) {
    let failed = cases.clone().filter(|case| matches!(case.outcome, Outcome::Failed(..))).count();
    let skipped = cases.clone().filter(|case| matches!(case.outcome, Outcome::Skipped(_))).count();
    element.push_attribute(("tests", cases.count().to_string().as_str()));
    element.push_attribute(("failures", failed.to_string().as_str()));
    element.push_attribute(("errors", "0"));
    element.push_attribute(("skipped", skipped.to_string().as_str()));
    element.push_attribute(("time", "0"));
}

fn write_suite(xml: &mut Writer<&mut dyn io::Write>, report: &v1::Report, number: usize, suite: &Suite) -> io::Result<()> {
    let mut element = BytesStart::new("testsuite");
    element.push_attribute(("name", suite.name));
    element.push_attribute(("package", NAME));
    element.push_attribute(("id", number.to_string().as_str()));
    // Readers want no zone; it is UTC.
    element.push_attribute(("timestamp", report.run.as_of.trim_end_matches('Z')));
    element.push_attribute(("hostname", "localhost"));
    counts(&mut element, suite.cases.iter());
    xml.write_event(Event::Start(element))?;
    properties(xml, report)?;
    for case in &suite.cases {
        write_case(xml, case)?;
    }
    for stream in ["system-out", "system-err"] {
        xml.write_event(Event::Empty(BytesStart::new(stream)))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn properties(xml: &mut Writer<&mut dyn io::Write>, report: &v1::Report) -> io::Result<()> {
    let gate = if report.summary.gate == v1::Gate::Pass { "pass" } else { "fail" };
    let complete = if report.run.complete { "yes" } else { "no" };
    let facts = [
        ("version", report.tool.version.as_str()),
        ("rules-digest", &report.tool.rules_digest),
        ("profile", &report.run.profile),
        ("gate", gate),
        ("complete", complete),
    ];
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in facts {
        let mut property = BytesStart::new("property");
        property.push_attribute(("name", name));
        property.push_attribute(("value", safe(value).as_str()));
        xml.write_event(Event::Empty(property))?;
    }
    xml.write_event(Event::End(BytesEnd::new("properties")))
}

fn write_case(xml: &mut Writer<&mut dyn io::Write>, case: &Case) -> io::Result<()> {
    let mut element = BytesStart::new("testcase");
    element.push_attribute(("name", safe(&case.name).as_str()));
    element.push_attribute(("classname", safe(&case.class).as_str()));
    element.push_attribute(("time", "0"));
    if let Some(file) = &case.file {
        element.push_attribute(("file", safe(file).as_str()));
    }
    if let Some(line) = case.line {
        element.push_attribute(("line", line.to_string().as_str()));
    }
    match &case.outcome {
        Outcome::Passed => return xml.write_event(Event::Empty(element)),
        Outcome::Failed(kind, message, text) => {
            xml.write_event(Event::Start(element))?;
            let mut failure = BytesStart::new("failure");
            failure.push_attribute(("message", safe(message).as_str()));
            failure.push_attribute(("type", kind.as_str()));
            xml.write_event(Event::Start(failure))?;
            let lines: Vec<String> = text.lines().map(safe).collect();
            xml.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
            xml.write_event(Event::End(BytesEnd::new("failure")))?;
        }
        Outcome::Skipped(why) => {
            xml.write_event(Event::Start(element))?;
            let mut skipped = BytesStart::new("skipped");
            skipped.push_attribute(("message", safe(why).as_str()));
            xml.write_event(Event::Empty(skipped))?;
        }
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// Text without the characters that XML 1.0 §2.2 forbids; [`printable`] leaves only the two last of each plane's.
fn safe(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
