//! The verdict on a workload, as a result.

use serde_json::json;
use serde_sarif::sarif::{LogicalLocation, Result as SarifResult, ResultKind};
use unkeyed_model::{Verdict, WorkloadReport};

use super::artifact::judged;
use super::catalog::VERDICT;
use super::fingerprint::Fingerprints;
use super::selection::{rank, verdict_level};
use super::{Writer, bag, location, text};
use crate::words;

impl Writer<'_> {
    pub(super) fn verdict(&self, index: usize, workload: &WorkloadReport, fingerprints: &mut Fingerprints) -> SarifResult {
        let level = verdict_level(workload.verdict);
        let mut at = workload.locations.first().map_or_else(location::root, |location| location::primary(location, None));
        let mut logical = LogicalLocation::builder().fully_qualified_name(workload.id.clone()).build();
        logical.index = i64::try_from(index).ok();
        at.logical_locations = Some(vec![logical]);
        let mut result = SarifResult::builder()
            .rule_id(VERDICT.to_owned())
            .level(judged(level).0)
            .kind(kind(workload))
            .rank(f64::from(rank(level)))
            .message(text::message(&sentences(workload)))
            .locations(vec![at])
            .partial_fingerprints(fingerprints.of(&[VERDICT, &workload.id]))
            .properties(properties(workload))
            .build();
        result.rule_index = self.catalog.index(VERDICT);
        let evidence = workload.identity_paths.iter().flat_map(|path| {
            let allowed = path.capability.as_ref().map(|place| (place, format!("{} is allowed here", path.mechanism)));
            let used = path.consumer.as_ref().map(|place| (place, format!("{} is used here", path.mechanism)));
            allowed.into_iter().chain(used)
        });
        let links = workload.links.iter().map(|link| (&link.to, format!("{} ({})", link.name, link.relation)));
        let evidence: Vec<_> =
            evidence.chain(links).take(999).zip(1..).map(|((place, how), id)| location::related(id, place, &how)).collect();
        result.related_locations = (!evidence.is_empty()).then_some(evidence);
        result
    }
}

const fn kind(workload: &WorkloadReport) -> ResultKind {
    match workload.verdict {
        _ if workload.no_access_observed => ResultKind::NotApplicable,
        Verdict::Secretless => ResultKind::Pass,
        Verdict::Indeterminate => ResultKind::Open,
        Verdict::Transitional => ResultKind::Review,
        Verdict::NotSecretless | Verdict::Partial | Verdict::Vaulted => ResultKind::Fail,
    }
}

fn sentences(workload: &WorkloadReport) -> String {
    let mut said = format!("{} is judged {}", workload.id, words::verdict(workload.verdict));
    if let Some(leaning) = workload.leaning {
        said += &format!(", {} as far as these inputs show", words::verdict(leaning));
    }
    said.push('.');
    for reason in &workload.reasons {
        said += &format!(" {}", words::reason(*reason, workload.kind));
    }
    for missing in &workload.missing {
        said += &format!(" Missing: {}; supply it by {}.", missing.what, missing.supply);
    }
    said
}

fn properties(workload: &WorkloadReport) -> serde_sarif::sarif::PropertyBag {
    let layers = &workload.layers;
    bag([
        ("workload", json!(workload.id)),
        ("verdict", json!(workload.verdict)),
        ("leaning", json!(workload.leaning)),
        ("reasons", json!(workload.reasons)),
        ("layers", json!({ "L0": layers.l0, "L1": layers.l1, "L2": layers.l2, "L3a": layers.l3a, "L3b": layers.l3b })),
        ("assurance", json!(workload.assurance)),
        ("owner", json!(workload.owner)),
        ("environment", json!(workload.environment)),
        ("noAccessObserved", json!(workload.no_access_observed)),
    ])
}
