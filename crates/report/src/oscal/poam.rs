//! Plan of action and milestones.
//!
//! One decision a reader would question: a plan without anything to do has one item that says so, because the schema
//! refuses an empty one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::common::{Names, Weakness, line};
use crate::document::some;
use crate::json::v1;
use crate::words;

pub(super) fn document(names: &Names<'_>) -> Value {
    let weaknesses: Vec<Weakness<'_>> = names.weaknesses().collect();
    let mut items = excepted(names, &weaknesses);
    items.extend(weaknesses.iter().filter(|weakness| weakness.exception().is_none()).map(|weakness| open(names, *weakness)));
    if items.is_empty() {
        items.push(json!({
            "uuid": names.id("item", "nothing"),
            "title": "Nothing to do",
            "description": line(&format!("Neither an exception nor an open weakness was found as of {}.", names.report.run.as_of)),
        }));
    }
    json!({ "plan-of-action-and-milestones": {
        "uuid": names.id("document", "poam"),
        "metadata": names.metadata("Plan of action for persistent credentials"),
        "system-id": { "identifier-type": "http://ietf.org/rfc/rfc4122", "id": names.workload("") },
        "local-definitions": { "components": names.components() },
        "observations": some(weaknesses.iter().map(|weakness| names.observation(*weakness))),
        "risks": some(weaknesses.iter().map(|weakness| names.risk(*weakness))),
        "poam-items": items,
    } })
}

/// An item for each exception, with all that it covers.
fn excepted(names: &Names<'_>, weaknesses: &[Weakness<'_>]) -> Vec<Value> {
    let mut covered: BTreeMap<&str, (&v1::Suppression, Vec<Weakness<'_>>)> = BTreeMap::new();
    for weakness in weaknesses {
        let Some(exception) = weakness.exception() else { continue };
        covered.entry(&exception.exception).or_insert_with(|| (exception, Vec::new())).1.push(*weakness);
    }
    covered.into_values().map(|(exception, covered)| item_of(names, exception, &covered)).collect()
}

fn item_of(names: &Names<'_>, exception: &v1::Suppression, covered: &[Weakness<'_>]) -> Value {
    let v1::Suppression { exception: id, justification, owner, expires, exit_plan } = exception;
    let count = words::counted(covered.len(), "weakness", "weaknesses");
    let said = format!("Exception {id} of {owner} covers {count} until {expires}. {justification} Exit plan: {exit_plan}");
    json!({
        "uuid": names.id("item", &format!("exception {id}")),
        "title": line(&format!("Exception {id}")),
        "description": line(&said),
        "origins": [{ "actors": [{ "type": "party", "actor-uuid": names.id("party", owner) }] }],
        "related-observations": covered.iter().map(|weakness| observation(names, *weakness)).collect::<Vec<_>>(),
        "related-risks": covered.iter().map(|weakness| risk(names, *weakness)).collect::<Vec<_>>(),
    })
}

fn open(names: &Names<'_>, weakness: Weakness<'_>) -> Value {
    json!({
        "uuid": names.id("item", &weakness.key()),
        "title": line(&weakness.title(&names.index)),
        "description": line(&weakness.says(&names.index)),
        "origins": [names.origin()],
        "related-observations": [observation(names, weakness)],
        "related-risks": [risk(names, weakness)],
    })
}

fn observation(names: &Names<'_>, weakness: Weakness<'_>) -> Value {
    json!({ "observation-uuid": names.id("observation", &weakness.key()) })
}

fn risk(names: &Names<'_>, weakness: Weakness<'_>) -> Value {
    json!({ "risk-uuid": names.id("risk", &weakness.key()) })
}
