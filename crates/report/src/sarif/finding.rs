//! What a check found, as a result.

use serde_json::json;
use serde_sarif::sarif::Result as SarifResult;
use unkeyed_model::Finding;

use super::artifact::{judged, suppressed};
use super::fingerprint::Fingerprints;
use super::selection::rank;
use super::{Writer, bag, location, text};
use crate::place;

/// GitHub accepts this many locations of a result; the primary one counts.
const MOST_RELATED: usize = 999;

impl Writer<'_> {
    pub(super) fn finding(&self, finding: &Finding, fingerprints: &mut Fingerprints) -> SarifResult {
        let workload = finding.workload.as_ref().and_then(|id| self.workloads.get(id.as_str()).copied());
        // A finding without a place of its own stands where its workload is defined: viewers want a place.
        let first = finding.locations.first().or_else(|| workload?.locations.first());
        let path = first.map(|location| place::uri(&location.origin)).unwrap_or_default();
        let key_path = first.and_then(|location| location.key_path.as_deref()).unwrap_or_default();
        let instead = first.and_then(|location| self.head.instead(location, workload));
        let own = || first.map_or_else(location::root, |location| location::primary(location, None));
        let moved = first.filter(|_| instead.is_some());
        let stands = moved.map(|location| format!(" It stands in {}.", location::stands_in(location))).unwrap_or_default();
        let (level, kind) = judged(finding.level);
        let mut result = SarifResult::builder()
            .rule_id(finding.check.to_owned())
            .level(level)
            .kind(kind)
            .rank(f64::from(rank(finding.level)))
            .message(text::message(&format!("{}{stands}", text::sentence(&finding.message))))
            .locations(vec![instead.map_or_else(own, location::shown_at)])
            .partial_fingerprints(fingerprints.of(&[finding.check, &path, key_path, finding.workload.as_deref().unwrap_or_default()]))
            .properties(bag([("workload", json!(finding.workload)), ("verdict", json!(workload.map(|workload| workload.verdict)))]))
            .build();
        result.rule_index = self.catalog.index(finding.check);
        let others = finding.locations.iter().skip(1).map(|location| (location, "here, too"));
        let related = finding.related.iter().map(|(location, how)| (location, how.as_str()));
        let before = usize::from(moved.is_some());
        let others = others.chain(related).zip(before + 1..).map(|((place, how), id)| location::related(id, place, how));
        let stood = moved.map(|location| location::true_place(location, None));
        let further: Vec<_> = stood.into_iter().chain(others).take(MOST_RELATED).collect();
        result.related_locations = (!further.is_empty()).then_some(further);
        result.suppressions = finding.suppressed_by.as_ref().map(|suppression| vec![suppressed(suppression)]);
        result
    }
}
