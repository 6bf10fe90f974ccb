//! What gates pass over although it counts: what remarks of other tools stand beside, and what the baseline knows.
//!
//! One decision a reader would question: a credential is passed over only if *all* its places are. A copy beside which nothing
//! stands, or in a file that the baseline doesn't know, is new.

use std::collections::BTreeSet;

use unkeyed_model::{Artifact, Baseline, Confidence, Finding, Known, Level, Marker, Report, Silence, Timestamp};

use crate::earlier;

/// Families of checks that gates fail on.
const GATED: [&str; 2] = ["TB-", "RS-"];

/// Marks what gates pass over. An audit honours no remark: whoever wrote it may be who is audited.
pub(crate) fn apply(artifacts: &mut [Artifact], baseline: Option<&Baseline>, command: &str, now: Timestamp) {
    let baseline = baseline.filter(|baseline| now < baseline.expires);
    for artifact in artifacts {
        let remark = artifact.markers.iter().find_map(|(marker, _)| foreign(marker));
        if let Some(text) = remark.filter(|_| command == "audit") {
            artifact.notes.push(format!("a remark in the file ({text}) asks tools to pass over it; an audit does not"));
        } else if let Some(text) = remark.filter(|_| is_marked_everywhere(artifact)) {
            artifact.silenced_by = Some(Silence::Marker(text));
        }
        if artifact.silenced_by.is_none() && baseline.is_some_and(|baseline| knows(baseline, artifact)) {
            artifact.silenced_by = Some(Silence::Baseline);
        }
    }
}

fn foreign(marker: &Marker) -> Option<&'static str> {
    match marker {
        Marker::Foreign(text) => Some(text),
        Marker::Own(_) => None,
    }
}

fn is_marked_everywhere(artifact: &Artifact) -> bool {
    let marked = |place| artifact.markers.iter().any(|(marker, at)| at == place && foreign(marker).is_some());
    artifact.locations.iter().all(|(place, _)| marked(place))
}

fn paths(artifact: &Artifact) -> BTreeSet<&str> {
    artifact.locations.iter().map(|(location, _)| location.origin.path.as_str()).collect()
}

/// Whether the baseline knows the credential wherever it stands. It may keep fewer digits of a digest than there are.
fn knows(baseline: &Baseline, artifact: &Artifact) -> bool {
    let id = earlier::id(artifact);
    let is_it =
        |entry: &Known| if artifact.fingerprint.is_some() { !entry.id.is_empty() && id.starts_with(&entry.id) } else { id == entry.id };
    let known = |path: &str| {
        let first = Known { what: artifact.kind.clone(), path: path.to_owned(), id: String::new() };
        let of_place = baseline.entries.range(first..).take_while(|entry| entry.what == artifact.kind && entry.path == path);
        of_place.into_iter().any(is_it)
    };
    !artifact.locations.is_empty() && paths(artifact).into_iter().all(known)
}

/// Whether the baseline in force knows the finding.
pub(crate) fn knows_finding(baseline: Option<&Baseline>, finding: &Finding, now: Timestamp) -> bool {
    baseline.is_some_and(|baseline| now < baseline.expires && baseline.entries.contains(&known_finding(finding)))
}

fn known_finding(finding: &Finding) -> Known {
    let path = finding.locations.first().map_or_else(String::new, |location| location.origin.path.clone());
    Known { what: finding.check.to_owned(), path, id: finding.workload.clone().unwrap_or_default() }
}

/// Everything in the report that a gate may fail on and no exception covers, with so many digits of each digest.
pub(crate) fn baseline_of(report: &Report, digits: usize) -> BTreeSet<Known> {
    let mut entries = BTreeSet::new();
    let counts = |artifact: &&Artifact| {
        artifact.class.is_persistent() && artifact.confidence >= Confidence::Medium && artifact.suppressed_by.is_none()
    };
    for artifact in report.artifacts.iter().filter(counts) {
        let mut id = earlier::id(artifact);
        if artifact.fingerprint.is_some() {
            id.truncate(digits);
        }
        let known = |path: &str| Known { what: artifact.kind.clone(), path: path.to_owned(), id: id.clone() };
        entries.extend(paths(artifact).into_iter().map(known));
    }
    let is_gated = |finding: &&Finding| {
        finding.level == Level::Error && finding.suppressed_by.is_none() && GATED.iter().any(|family| finding.check.starts_with(family))
    };
    entries.extend(report.findings.iter().filter(is_gated).map(known_finding));
    entries
}
