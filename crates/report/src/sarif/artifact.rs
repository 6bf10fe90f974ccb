//! A credential as a result.

use serde_json::json;
use serde_sarif::sarif::{Location, Result as SarifResult, ResultKind, ResultLevel, Suppression as SarifSuppression};
use unkeyed_model::{Artifact, Level, Silence, Suppression, WorkloadReport};

use super::fingerprint::Fingerprints;
use super::{Writer, bag, location, text};
use crate::{place, words};

/// GitHub accepts this many locations of a result.
const MOST_LOCATIONS: usize = 1_000;

impl Writer<'_> {
    pub(super) fn artifact(&self, artifact: &Artifact, fingerprints: &mut Fingerprints) -> SarifResult {
        let worst = self.worst_workload(artifact);
        let (level, kind) = judged(artifact.level);
        let first = artifact.locations.first();
        let path = first.map(|(location, _)| place::uri(&location.origin)).unwrap_or_default();
        let key_path = first.and_then(|(location, _)| location.key_path.as_deref()).unwrap_or_default();
        let name = artifact.name.as_deref().unwrap_or(&artifact.mask);
        let mut result = SarifResult::builder()
            .rule_id(artifact.rule.id.clone())
            .level(level)
            .kind(kind)
            .rank(f64::from(artifact.rank))
            .message(text::message(&self.sentences(artifact, worst)))
            .locations(vec![first.map_or_else(location::root, |(location, snippet)| location::primary(location, snippet.as_ref()))])
            .partial_fingerprints(fingerprints.of(&[&artifact.rule.id, &path, key_path, name]))
            .properties(properties(artifact, worst))
            .build();
        result.rule_index = self.catalog.index(&artifact.rule.id);
        result.related_locations = further(artifact);
        let excepted = artifact.suppressed_by.as_ref().map(suppressed);
        let suppression = excepted.or_else(|| artifact.silenced_by.as_ref().map(silenced));
        result.suppressions = suppression.map(|suppression| vec![suppression]);
        result
    }

    fn worst_workload(&self, artifact: &Artifact) -> Option<&WorkloadReport> {
        artifact.workloads.iter().filter_map(|id| self.workloads.get(id.as_str()).copied()).min_by_key(|workload| workload.verdict)
    }

    fn sentences(&self, artifact: &Artifact, worst: Option<&WorkloadReport>) -> String {
        let copies = match artifact.locations.len() {
            0 | 1 => String::new(),
            places => format!(" It stands in {places} places."),
        };
        let workload = match worst {
            Some(workload) => format!(" It belongs to {}, which is judged {}.", workload.id, words::verdict(workload.verdict)),
            None => String::new(),
        };
        format!(
            "{} is {}: {}. Lifetime: {}.{copies}{workload}",
            words::what(artifact),
            artifact.class,
            words::class(artifact.class),
            words::lifetime(artifact, self.report.as_of)
        )
    }
}

/// SARIF §3.27.9 wants level `none` for every kind but `fail`.
pub(super) const fn judged(level: Level) -> (ResultLevel, ResultKind) {
    match level {
        Level::Error => (ResultLevel::Error, ResultKind::Fail),
        Level::Warning => (ResultLevel::Warning, ResultKind::Fail),
        Level::Note => (ResultLevel::Note, ResultKind::Fail),
        Level::None => (ResultLevel::None, ResultKind::Informational),
    }
}

/// A valid exception (DOMAIN §6.5); GitHub does not honour it, other viewers do.
pub(super) fn suppressed(suppression: &Suppression) -> SarifSuppression {
    SarifSuppression::builder()
        .kind(json!("external"))
        .status(json!("accepted"))
        .justification(text::plain(&suppression.justification))
        .properties(bag([
            ("exceptionId", json!(suppression.exception)),
            ("owner", json!(suppression.owner)),
            ("expires", json!(suppression.expires)),
            ("exitPlan", json!(suppression.exit_plan)),
        ]))
        .build()
}

/// What a remark or a baseline makes gates pass over.
fn silenced(silence: &Silence) -> SarifSuppression {
    let kind = match silence {
        Silence::Marker(_) => "inSource",
        Silence::Baseline => "external",
    };
    SarifSuppression::builder().kind(json!(kind)).status(json!("accepted")).justification(silence.as_str().to_owned()).build()
}

fn further(artifact: &Artifact) -> Option<Vec<Location>> {
    let copies = artifact.locations.iter().skip(1).map(|(location, _)| (location, "another copy"));
    let parts = artifact.related.iter().map(|location| (location, "another part of it"));
    let further: Vec<Location> = copies
        .chain(parts)
        .take(MOST_LOCATIONS - 1)
        .enumerate()
        .map(|(index, (location, how))| location::related(index + 1, location, how))
        .collect();
    (!further.is_empty()).then_some(further)
}

fn properties(artifact: &Artifact, worst: Option<&WorkloadReport>) -> serde_sarif::sarif::PropertyBag {
    bag([
        ("class", json!(artifact.class)),
        ("classRule", json!(artifact.class_rule)),
        ("credentialKind", json!(artifact.kind)),
        ("confidence", json!(artifact.confidence)),
        ("custody", json!(artifact.custody)),
        ("role", json!(artifact.role)),
        ("replayable", json!(artifact.replayable)),
        ("reachability", json!(artifact.reachability)),
        ("copies", json!(artifact.locations.len())),
        ("destination", json!(artifact.destination.as_ref().map(ToString::to_string))),
        ("notes", json!(artifact.notes)),
        ("workload", json!(worst.map(|workload| &workload.id))),
        ("workloads", json!(artifact.workloads)),
        ("verdict", json!(worst.map(|workload| workload.verdict))),
    ])
}
