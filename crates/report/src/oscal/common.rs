//! What both documents have in common: metadata, components, observations, risks.

use serde_json::{Value, json};
use unkeyed_model::Level;

use crate::document::{some, uuid};
use crate::index::{Index, counts, shown};
use crate::json::v1;
use crate::{printable, words};

/// The version of OSCAL that is kept to.
const OSCAL: &str = "1.1.3";
/// The namespace of our properties.
const NAMESPACE: &str = "urn:x-unkeyed:oscal";
/// Where the severity of a risk comes from.
const SYSTEM: &str = "urn:x-unkeyed:rank";

/// A report with the UUIDs of its parts.
///
/// Workloads keep theirs from run to run, for they are what an auditor follows; all others belong to one document.
pub(super) struct Names<'r> {
    pub(super) report: &'r v1::Report,
    pub(super) index: Index<'r>,
    digest: String,
}

/// Something that stands against a control: a credential or what a check found.
#[derive(Clone, Copy)]
pub(super) enum Weakness<'r> {
    Credential(&'r v1::Artifact),
    Finding(usize, &'r v1::Finding),
}

impl<'r> Names<'r> {
    pub(super) fn new(report: &'r v1::Report, digest: String) -> Self {
        Self { report, index: Index::new(report), digest }
    }

    /// The UUID of a part of this document.
    pub(super) fn id(&self, kind: &str, name: &str) -> String {
        uuid(&["oscal", &self.digest, kind, name])
    }

    /// The UUID of a workload, in every report.
    pub(super) fn workload(&self, id: &str) -> String {
        uuid(&["workload", &self.report.run.targets.join("\n"), id])
    }

    /// All credentials that count, then all findings of level warning and error.
    pub(super) fn weaknesses(&self) -> impl Iterator<Item = Weakness<'r>> {
        let credentials = self.report.artifacts.iter().filter(|artifact| counts(artifact)).map(Weakness::Credential);
        let findings = self.report.findings.iter().enumerate().filter(|(_, finding)| finding.level >= Level::Warning);
        credentials.chain(findings.map(|(at, finding)| Weakness::Finding(at, finding)))
    }

    pub(super) fn metadata(&self, title: &str) -> Value {
        let run = &self.report.run;
        let owners: std::collections::BTreeSet<&str> =
            self.weaknesses().filter_map(|weakness| Some(weakness.exception()?.owner.as_str())).collect();
        let parties = owners.into_iter().map(|owner| json!({ "uuid": self.id("party", owner), "type": "person", "name": line(owner) }));
        let policy = self.report.tool.policy_digest.as_deref();
        json!({
            "title": line(&format!("{title}: {}", run.targets.join(" "))),
            "last-modified": run.as_of,
            "version": line(&run.as_of),
            "oscal-version": OSCAL,
            "props": some([("rules-digest", Some(self.report.tool.rules_digest.as_str())), ("policy-digest", policy)]
                .into_iter()
                .filter_map(|(name, value)| Some(property(name, value?)))),
            "parties": some(parties),
        })
    }

    /// The workloads, and the tool.
    pub(super) fn components(&self) -> Vec<Value> {
        let tool = json!({
            "uuid": self.tool(),
            "type": "software",
            "title": "unkeyed",
            "description": "Finds the credentials that persist, and says per workload whether it is secretless.",
            "props": [property("version", &self.report.tool.version)],
            "status": { "state": "operational" },
        });
        let workloads = self.report.workloads.iter().map(|workload| self.component(workload));
        std::iter::once(tool).chain(workloads).collect()
    }

    pub(super) fn tool(&self) -> String {
        uuid(&["tool", &self.report.tool.version])
    }

    fn component(&self, workload: &v1::Workload) -> Value {
        let layers = &workload.layers;
        let states = [("L0", layers.l0), ("L1", layers.l1), ("L2", layers.l2), ("L3a", layers.l3a), ("L3b", layers.l3b)];
        let facts = [("verdict", Some(workload.verdict.to_string())), ("leaning", workload.leaning.map(|leaning| leaning.to_string()))]
            .into_iter()
            .chain([("owner", workload.owner.clone()), ("environment", workload.environment.clone())])
            .chain(states.map(|(layer, state)| (layer, Some(state.to_string()))));
        json!({
            "uuid": self.workload(&workload.id),
            "type": "service",
            "title": line(&workload.id),
            "description": line(&format!("{} of kind {}", workload.name, workload.kind)),
            "props": facts.filter_map(|(name, value)| Some(property(name, &value?))).collect::<Vec<_>>(),
            "status": { "state": "operational" },
        })
    }

    /// What was seen of a weakness.
    pub(super) fn observation(&self, weakness: Weakness<'_>) -> Value {
        let places: Vec<&v1::Place> = match weakness {
            Weakness::Credential(artifact) => artifact.locations.iter().map(|location| &location.place).collect(),
            Weakness::Finding(_, finding) => finding.locations.iter().collect(),
        };
        let evidence = places.into_iter().map(|at| json!({ "href": at.uri, "description": line(&shown(at)) }));
        json!({
            "uuid": self.id("observation", &weakness.key()),
            "title": line(&weakness.title(&self.index)),
            "description": line(&weakness.says(&self.index)),
            "methods": ["EXAMINE"],
            "types": ["finding"],
            "origins": [self.origin()],
            "subjects": some(self.subjects(weakness)),
            "relevant-evidence": some(evidence),
            "collected": self.report.run.as_of,
        })
    }

    /// The workloads that a weakness concerns.
    fn subjects(&self, weakness: Weakness<'_>) -> Vec<Value> {
        let ids: Vec<&str> = match weakness {
            Weakness::Credential(artifact) => artifact.workloads.iter().map(String::as_str).collect(),
            Weakness::Finding(_, finding) => finding.workload.as_deref().into_iter().collect(),
        };
        let known = ids.into_iter().filter(|id| self.index.workload(id).is_some());
        known.map(|id| json!({ "subject-uuid": self.workload(id), "type": "component" })).collect()
    }

    pub(super) fn risk(&self, weakness: Weakness<'_>) -> Value {
        let exception = weakness.exception();
        let facet = json!({ "name": "likelihood-and-impact", "system": SYSTEM, "value": weakness.rank().to_string() });
        json!({
            "uuid": self.id("risk", &weakness.key()),
            "title": line(&weakness.title(&self.index)),
            "description": line(&weakness.says(&self.index)),
            "statement": line(&weakness.says(&self.index)),
            "status": if exception.is_some() { "deviation-approved" } else { "open" },
            "origins": [self.origin()],
            "characterizations": [{ "origin": self.origin(), "facets": [facet] }],
            "deadline": exception.map(|exception| instant(&exception.expires)),
            "remediations": some(self.remediation(weakness)),
            "related-observations": [{ "observation-uuid": self.id("observation", &weakness.key()) }],
        })
    }

    fn remediation(&self, weakness: Weakness<'_>) -> Option<Value> {
        let id = self.id("remediation", &weakness.key());
        if let Some(exception) = weakness.exception() {
            let owner = json!({ "actors": [{ "type": "party", "actor-uuid": self.id("party", &exception.owner) }] });
            let by = json!({
                "uuid": self.id("milestone", &weakness.key()),
                "type": "milestone",
                "title": "The exception ends",
                "timing": { "on-date": { "date": instant(&exception.expires) } },
            });
            return Some(json!({
                "uuid": id,
                "lifecycle": "planned",
                "title": line(&format!("Exit plan of exception {}", exception.exception)),
                "description": line(&exception.exit_plan),
                "origins": [owner],
                "tasks": [by],
            }));
        }
        let Weakness::Credential(artifact) = weakness else { return None };
        let advice = [&artifact.remediation.instead, &artifact.remediation.revoke];
        let advice = advice.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        (!advice.is_empty()).then(|| json!({ "uuid": id, "lifecycle": "recommendation", "title": "Instead", "description": line(&advice) }))
    }

    pub(super) fn origin(&self) -> Value {
        json!({ "actors": [{ "type": "tool", "actor-uuid": self.tool() }] })
    }
}

impl<'r> Weakness<'r> {
    /// What tells it from the others of the report.
    pub(super) fn key(self) -> String {
        match self {
            Self::Credential(artifact) => format!("credential {}", artifact.id),
            Self::Finding(at, finding) => format!("finding {at} {}", finding.check),
        }
    }

    pub(super) fn exception(self) -> Option<&'r v1::Suppression> {
        match self {
            Self::Credential(artifact) => artifact.suppressed_by.as_ref(),
            Self::Finding(_, finding) => finding.suppressed_by.as_ref(),
        }
    }

    pub(super) fn title(self, index: &Index<'_>) -> String {
        match self {
            Self::Credential(artifact) => format!("{}: {}", artifact.class, index.what(artifact)),
            Self::Finding(_, finding) => format!("{}: {}", finding.check, index.title(finding)),
        }
    }

    pub(super) fn says(self, index: &Index<'_>) -> String {
        match self {
            Self::Credential(artifact) => {
                let places = words::counted(artifact.locations.len(), "place", "places");
                format!("{} is {}: {}. It stands in {places}.", index.what(artifact), artifact.class, words::class(artifact.class))
            }
            Self::Finding(_, finding) => finding.message.clone(),
        }
    }

    /// From 0 to 100; a finding has the middle of what credentials of its level have.
    fn rank(self) -> u8 {
        match self {
            Self::Credential(artifact) => artifact.rank,
            Self::Finding(_, finding) => match finding.level {
                Level::Error => 75,
                Level::Warning => 45,
                Level::Note => 15,
                Level::None => 0,
            },
        }
    }
}

/// A property of ours.
pub(super) fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": line(value) })
}

/// One line without white space around it, as OSCAL's strings are; a hyphen where there is nothing.
///
/// Markdown of the input stays text: OSCAL's lines are Markdown.
pub(super) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let shown = printable(&words.join(" ")).into_owned();
    let mut safe = String::with_capacity(shown.len());
    for character in shown.chars() {
        if matches!(character, '[' | ']' | '<' | '>' | '`' | '*' | '{' | '}') {
            safe.push('\\');
        }
        safe.push(character);
    }
    if safe.is_empty() { "-".to_owned() } else { safe }
}

/// A date of the policy as an instant.
fn instant(date: &str) -> String {
    if date.contains('T') { date.to_owned() } else { format!("{date}T00:00:00Z") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_lines_and_hold_no_markup() {
        assert_eq!(line(" a\n\tb\u{1b} "), "a b\\u\\{1b\\}");
        assert_eq!(line("[x](y) <z>"), "\\[x\\](y) \\<z\\>");
        assert_eq!(line(" \n"), "-");
    }

    #[test]
    fn days_end_exceptions_at_their_start() {
        assert_eq!(instant("2027-01-31"), "2027-01-31T00:00:00Z");
    }
}
