//! Verdicts that a change made worse: was, is, because.

use unkeyed_model::{Earlier, WorkloadReport};

use super::reasons::Remedy;
use super::{Evidence, Reasons};
use crate::earlier;

/// What of a change is named in one sentence.
const MOST_CAUSES: usize = 3;

/// Adds a reason for each workload whose verdict got worse.
pub(super) fn reasons(evidence: &Evidence<'_>, reasons: &mut Reasons) {
    let Some(earlier) = &evidence.before.earlier else { return };
    for workload in evidence.workloads.iter().filter(|workload| !workload.no_access_observed) {
        if let Some(was) = earlier.verdicts.get(&workload.id).filter(|was| workload.verdict < **was) {
            let because = because(evidence, workload, earlier);
            let sentence = format!("{}: was {was} in {}, is {}, because {because}", workload.id, earlier.name, workload.verdict);
            reasons.add(Remedy::Worse, sentence);
        }
    }
}

/// Whether the workload was there before and is judged no worse now.
pub(super) fn is_as_before(workload: &WorkloadReport, evidence: &Evidence<'_>) -> bool {
    let was = evidence.before.earlier.as_ref().and_then(|earlier| earlier.verdicts.get(&workload.id));
    was.is_some_and(|was| workload.verdict >= *was)
}

/// The reasons for the verdict, and what of them is new.
fn because(evidence: &Evidence<'_>, workload: &WorkloadReport, earlier: &Earlier) -> String {
    let codes: Vec<&str> = workload.reasons.iter().map(|reason| reason.as_str()).collect();
    let held = evidence.artifacts.iter().filter(|artifact| artifact.workloads.contains(&workload.id));
    let mut causes: Vec<String> = held.filter(|artifact| earlier::is_added(artifact, earlier)).map(super::reasons::brief).collect();
    let said = workload.findings.iter().filter_map(|&at| evidence.findings.get(at));
    let added = said.filter(|finding| finding.level == unkeyed_model::Level::Error && !earlier.errors.contains(&earlier::error(finding)));
    causes.extend(added.map(|finding| finding.check.to_owned()));
    causes.extend(workload.missing.iter().map(|missing| missing.what.clone()));
    causes.dedup();
    causes.truncate(MOST_CAUSES);
    let causes = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join("; ")) };
    format!("{}{causes}", codes.join(", "))
}
