//! Assessment results: one result for the run, with a finding for each control.

use serde_json::{Value, json};
use unkeyed_model::LayerState;

use super::common::{Names, Weakness, line, property};
use super::controls::{CONTROLS, Control, Standing};
use crate::document::some;
use crate::json::v1;
use crate::words;

pub(super) fn document(names: &Names<'_>) -> Value {
    let plan = names.id("resource", "assessment plan");
    json!({ "assessment-results": {
        "uuid": names.id("document", "assessment-results"),
        "metadata": names.metadata("Secret persistence assessment"),
        "import-ap": { "href": format!("#{plan}") },
        "results": [result(names)],
        "back-matter": { "resources": [{
            "uuid": plan,
            "title": "Assessment plan",
            "description": "There is no assessment plan in OSCAL; the tool, its rules and the policy are the plan, and their digests are properties of this document.",
        }] },
    } })
}

fn result(names: &Names<'_>) -> Value {
    let report = names.report;
    let weaknesses: Vec<Weakness<'_>> = names.weaknesses().collect();
    let verdicts = report.workloads.iter().map(|workload| verdict(names, workload));
    let observations = verdicts.chain(weaknesses.iter().map(|weakness| names.observation(*weakness)));
    let controls: Vec<Value> = CONTROLS.iter().map(|control| json!({ "control-id": control.id })).collect();
    json!({
        "uuid": names.id("result", "run"),
        "title": line(&format!("unkeyed {}", report.run.command)),
        "description": line(&summary(report)),
        "start": report.run.as_of,
        "end": report.run.as_of,
        "props": [
            property("profile", &report.run.profile),
            property("complete", if report.run.complete { "yes" } else { "no" }),
            property("gate", if report.summary.gate == v1::Gate::Pass { "pass" } else { "fail" }),
        ],
        "local-definitions": { "components": names.components() },
        "reviewed-controls": { "control-selections": [{ "include-controls": controls }] },
        "observations": some(observations),
        "risks": some(weaknesses.iter().map(|weakness| names.risk(*weakness))),
        "findings": CONTROLS.iter().map(|control| finding(names, control)).collect::<Vec<_>>(),
    })
}

fn summary(report: &v1::Report) -> String {
    let rollup = report
        .summary
        .rollup
        .map_or("No workload was judged.".to_owned(), |worst| format!("The worst verdict is {}.", words::verdict(worst)));
    let gaps = report.coverage.skipped.iter().filter(|skipped| skipped.gap).count();
    let complete = if gaps == 0 { String::new() } else { format!(" {} could not be read.", words::counted(gaps, "place", "places")) };
    format!("{rollup}{complete} A static scan can disprove that a workload is secretless; it can support it, but never prove it.")
}

/// The verdict on a workload, with what is missing for a firm one.
fn verdict(names: &Names<'_>, workload: &v1::Workload) -> Value {
    let reasons = workload.reasons.iter().map(|reason| words::reason(*reason, workload.kind).to_owned());
    let missing = workload.missing.iter().map(|missing| format!("Missing: {}; supply it by {}.", missing.what, missing.supply));
    let judged = format!("It is judged {}.", words::verdict(workload.verdict));
    let said = std::iter::once(judged).chain(reasons).chain(missing).collect::<Vec<_>>().join(" ");
    let evidence = workload.locations.iter().map(|at| json!({ "href": at.uri, "description": line(&crate::index::shown(at)) }));
    json!({
        "uuid": names.id("observation", &format!("verdict {}", workload.id)),
        "title": line(&format!("Verdict on {}", workload.id)),
        "description": line(&said),
        "methods": ["EXAMINE"],
        "types": ["ssp-statement-issue"],
        "origins": [names.origin()],
        "subjects": [{ "subject-uuid": names.workload(&workload.id), "type": "component" }],
        "relevant-evidence": some(evidence),
        "collected": names.report.run.as_of,
    })
}

fn finding(names: &Names<'_>, control: &Control) -> Value {
    let report = names.report;
    let (state, reason, remarks) = match control.standing(report) {
        Standing::Satisfied => ("satisfied", "pass", None),
        Standing::Failed(failed) => ("not-satisfied", "fail", Some(format!("It fails for {}.", workloads(failed)))),
        Standing::Open(0) => ("not-satisfied", "other", Some("No evidence for it, and none against it.".to_owned())),
        Standing::Open(open) => ("not-satisfied", "other", Some(format!("Evidence is missing for {}.", workloads(open)))),
    };
    let concerned = report
        .workloads
        .iter()
        .filter(|workload| !workload.no_access_observed && (control.layers)(&workload.layers).iter().any(|state| *state != LayerState::Na));
    let related = concerned.map(|workload| json!({ "observation-uuid": names.id("observation", &format!("verdict {}", workload.id)) }));
    json!({
        "uuid": names.id("finding", control.id),
        "title": line(&format!("{}: {state}", control.id)),
        "description": control.asks,
        "origins": [names.origin()],
        "target": {
            "type": "objective-id",
            "target-id": format!("{}_obj", control.id),
            "status": { "state": state, "reason": reason, "remarks": remarks },
        },
        "related-observations": some(related),
    })
}

fn workloads(count: usize) -> String {
    words::counted(count, "workload", "workloads")
}
