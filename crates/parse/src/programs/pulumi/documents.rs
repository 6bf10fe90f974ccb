//! Policy documents that a program has Pulumi render (`aws.iam.getPolicyDocument`).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::variable;
use crate::policy_document::hole;
use crate::programs::literal::{self, Names, is_name};

/// The functions, in all languages.
const CALLS: &[&str] = &[
    "getPolicyDocument(",
    "getPolicyDocumentOutput(",
    "get_policy_document(",
    "get_policy_document_output(",
    "GetPolicyDocument(",
    "GetPolicyDocumentOutput(",
];

/// Elements of a statement, as the languages write them.
const ELEMENTS: &[(&str, &str)] = &[
    ("effect", "Effect"),
    ("actions", "Action"),
    ("notActions", "NotAction"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("notResources", "NotResource"),
    ("not_resources", "NotResource"),
];

/// The documents of a program by the names that hold them.
pub(super) fn of<'t>(text: &'t str, names: &Names) -> BTreeMap<&'t str, Json> {
    let mut found = BTreeMap::new();
    for call in CALLS {
        for (at, _) in text.match_indices(call) {
            let path = text[..at].bytes().rev().take_while(|byte| is_name(*byte) || *byte == b'.').count();
            let before = text[..at - path].trim_end().trim_end_matches("await").trim_end();
            let Some((arguments, _)) = literal::arguments(&text[at + call.len()..], names) else { continue };
            let keyword = arguments.iter().find(|argument| argument.name.as_deref() == Some("statements")).map(|found| &found.value);
            let given = keyword.or_else(|| arguments.iter().find_map(|argument| argument.value.get("statements")));
            let Some(Json::Array(statements)) = given else { continue };
            let name = variable(before);
            if let Some(statements) = statements.iter().map(statement).collect::<Option<Vec<_>>>().filter(|_| !name.is_empty()) {
                found.insert(name, json!({ "Version": "2012-10-17", "Statement": statements }));
            }
        }
    }
    found
}

/// The document that an expression takes: `doc.json`, `doc.then(doc => doc.json)`, `doc.Json()`.
pub(super) fn taken<'d>(text: &str, documents: &'d BTreeMap<&str, Json>) -> Option<&'d Json> {
    let expression = hole::only_hole(text)?;
    let (name, rest) = expression.split_at(expression.bytes().take_while(|byte| is_name(*byte)).count());
    let rest = rest.trim_end_matches([')', '(', ' ', ';', '}']).to_ascii_lowercase();
    rest.starts_with('.').then(|| documents.get(name)).flatten().filter(|_| rest.ends_with(".json"))
}

fn statement(given: &Json) -> Option<Json> {
    let given = given.as_object()?;
    let mut out = Map::from_iter([("Effect".to_owned(), json!("Allow"))]);
    for (theirs, element) in ELEMENTS {
        out.extend(given.get(*theirs).map(|value| ((*element).to_owned(), value.clone())));
    }
    let mut principals = Map::new();
    for principal in given.get("principals").and_then(Json::as_array).into_iter().flatten() {
        principals.insert(principal.get("type")?.as_str()?.to_owned(), principal.get("identifiers")?.clone());
    }
    let mut operators = Map::new();
    for condition in given.get("conditions").and_then(Json::as_array).into_iter().flatten() {
        let keys = operators.entry(condition.get("test")?.as_str()?).or_insert_with(|| json!({}));
        keys.as_object_mut()?.insert(condition.get("variable")?.as_str()?.to_owned(), condition.get("values")?.clone());
    }
    out.extend(Some(principals).filter(|all| !all.is_empty()).map(|all| ("Principal".to_owned(), Json::Object(all))));
    out.extend(Some(operators).filter(|all| !all.is_empty()).map(|all| ("Condition".to_owned(), Json::Object(all))));
    Some(Json::Object(out))
}
