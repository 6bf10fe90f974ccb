//! Jenkins: `Jenkinsfile` (declarative and scripted), configuration as code, and a controller's `credentials.xml`.
//!
//! The decision a reader would question: Groovy is not parsed but split into tokens and blocks. What counts is which
//! credentials a stage names and which scripts it runs, and both are written the same way in either syntax.

mod casc;
mod groovy;
mod pipeline;
mod steps;
mod stored_xml;
mod values;

use unkeyed_model::{Facts, Span, Unit, WorkloadKind, has_extension};

use self::groovy::TokenKind;
use crate::ci::{Asks, System};
use crate::place::Place;
use crate::provisioning::Visit;

/// Jenkins documentation, "Using a Jenkinsfile": these are set for each build.
const JENKINS: System = System {
    properties: true,
    asks: Some(Asks { open: "${", close: "}", beginnings: &["params."] }),
    predefined: &["BUILD_", "JOB_", "JENKINS_", "GIT_", "BRANCH_", "CHANGE_"],
    ..System::new("Jenkins", WorkloadKind::Jenkins)
};

/// `Jenkinsfile`, `*.jenkinsfile`, `Jenkinsfile.*`, and Groovy files that hold a pipeline.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let lower = name.to_ascii_lowercase();
    let holds = |word: &str| memchr::memmem::find(unit.bytes(), word.as_bytes()).is_some();
    let named = lower.starts_with("jenkinsfile") || lower.ends_with(".jenkinsfile") || lower.ends_with(".jenkins");
    let is_pipeline = lower.ends_with(".groovy") && (holds("pipeline {") || holds("withCredentials") || holds("node {"));
    let other = ["md", "adoc", "html", "yml", "yaml", "json", "xml", "java", "kt", "py", "go", "js", "ts", "sh"];
    ((named && !has_extension(name, &other)) || is_pipeline).then(|| unit.origin().path.clone())
}

/// Reads a Jenkinsfile.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => pipeline::read(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

/// Visits the strings of a pipeline that hold more than a word: scripts are among them.
pub(crate) fn each_text(text: &str, visit: &mut Visit<'_>) {
    let (tokens, _) = groovy::tokens(text);
    for token in tokens.iter().filter(|token| token.kind == TokenKind::Text && token.text().contains(' ')) {
        let start = token.node.span.start;
        visit(token.text(), &|range| Span::new(start + range.start, start + range.end));
    }
}

/// A controller's own files: configuration as code by its name and content, `credentials.xml` with the keys beside it.
pub(crate) fn claims_controller(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let holds = |word: &str| memchr::memmem::find(unit.bytes(), word.as_bytes()).is_some();
    match origin.file_name() {
        "credentials.xml" if holds("credentials.") => Some(origin.folder().to_owned()),
        "master.key" | "hudson.util.Secret" => origin.folder().strip_suffix("secrets").map(|home| home.trim_end_matches('/').to_owned()),
        name if name.ends_with(".yaml") || name.ends_with(".yml") => {
            let speaks = (holds("domainCredentials:") || holds("securityRealm:")) && !crate::k8s::is_manifest(unit.bytes());
            speaks.then(|| origin.path.clone())
        }
        _ => None,
    }
}

/// Reads the files of one controller.
pub(crate) fn read_controller(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let is_key = |unit: &&Unit<'_>| matches!(unit.origin().file_name(), "master.key" | "hudson.util.Secret");
    let has_keys = units.iter().filter(is_key).count() == 2;
    for unit in units.iter().filter(|unit| !is_key(unit)) {
        match Place::new(unit) {
            Ok(place) if place.path().ends_with(".xml") => stored_xml::read(&place, has_keys, &mut facts),
            Ok(place) => casc::read(&place, &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}
