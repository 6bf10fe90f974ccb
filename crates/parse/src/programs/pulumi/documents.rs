//! Policy documents that a program has Pulumi render (`aws.iam.getPolicyDocument`).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::variable;
use crate::policy_document::hole;
use crate::programs::literal::{self, Names, is_name};
use crate::programs::names;

/// The functions, in all languages.
const CALLS: &[&str] = &[
    "getPolicyDocument(",
    "getPolicyDocumentOutput(",
    "get_policy_document(",
    "get_policy_document_output(",
    "GetPolicyDocument(",
    "GetPolicyDocumentOutput(",
    "GetPolicyDocument.Invoke(",
    "GetPolicyDocument.InvokeAsync(",
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
            let Some(given) = keyword.or_else(|| arguments.iter().find_map(|argument| named(&argument.value, "statements"))) else {
                continue;
            };
            let statements = listed(given);
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

fn named<'j>(given: &'j Json, name: &str) -> Option<&'j Json> {
    names::field(given.as_object()?, name)
}

/// The items of a list; of one that Java's builders take alone, that one.
fn listed(given: &Json) -> &[Json] {
    given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice)
}

fn statement(given: &Json) -> Option<Json> {
    let mut out = names::statement(given.as_object()?);
    out.extend(named(given, "effect").map(|effect| ("Effect".to_owned(), effect.clone())));
    let mut principals = Map::new();
    for principal in named(given, "principals").map(listed).unwrap_or_default() {
        principals.insert(named(principal, "type")?.as_str()?.to_owned(), named(principal, "identifiers")?.clone());
    }
    let mut operators = Map::new();
    for condition in named(given, "conditions").map(listed).unwrap_or_default() {
        let keys = operators.entry(named(condition, "test")?.as_str()?).or_insert_with(|| json!({}));
        keys.as_object_mut()?.insert(named(condition, "variable")?.as_str()?.to_owned(), named(condition, "values")?.clone());
    }
    out.extend(Some(principals).filter(|all| !all.is_empty()).map(|all| ("Principal".to_owned(), Json::Object(all))));
    out.extend(Some(operators).filter(|all| !all.is_empty()).map(|all| ("Condition".to_owned(), Json::Object(all))));
    Some(Json::Object(out))
}
