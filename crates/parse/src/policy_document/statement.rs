//! Statements of a policy document, as written.

use serde_json::{Map, Value as Json};
use unkeyed_model::Basis;

use super::hole;

/// Most statements that are read of one document; IAM's size quota allows far fewer.
const MAX_STATEMENTS: usize = 1000;

/// One statement.
pub(crate) struct Statement {
    /// `Allow`, not `Deny`.
    pub(crate) allows: bool,
    /// Kind of principal (`AWS`, `Federated`, `Service`, `CanonicalUser`, `*`) and its identifier.
    pub(crate) principals: Vec<(String, String)>,
    /// Everybody but these (`NotPrincipal`).
    pub(crate) principals_inverted: bool,
    /// Actions.
    pub(crate) actions: Vec<String>,
    /// Everything but these (`NotAction`).
    pub(crate) actions_inverted: bool,
    /// Resources.
    pub(crate) resources: Vec<String>,
    /// Everything but these (`NotResource`).
    pub(crate) resources_inverted: bool,
    /// Conditions, all of which must hold.
    pub(crate) conditions: Vec<Condition>,
}

/// One operator and key with its values.
pub(crate) struct Condition {
    /// Operator as written (`ForAnyValue:StringLikeIfExists`).
    pub(crate) operator: String,
    /// Condition key.
    pub(crate) key: String,
    /// Values, any of which will do, and how they became known.
    pub(crate) values: Vec<(String, Basis)>,
}

/// The statements of a document, in order.
pub(crate) fn statements(document: &Json) -> Vec<Statement> {
    match field_of(document, "Statement") {
        Some(Json::Array(items)) => {
            let beyond = (items.len() > MAX_STATEMENTS).then(|| unknown(&hole::hole("more statements than are read of one policy")));
            items.iter().take(MAX_STATEMENTS).map(statement).chain(beyond).collect()
        }
        Some(one @ Json::Object(_)) => vec![statement(one)],
        // An unresolved list (`Statement = local.statements`) is one statement of which nothing is known.
        Some(Json::String(text)) if !hole::is_known(text) => vec![unknown(text)],
        _ => Vec::new(),
    }
}

fn statement(json: &Json) -> Statement {
    if let Json::String(text) = json {
        return unknown(text);
    }
    let (principals, principals_inverted) = either(json, "Principal", "NotPrincipal");
    let (actions, actions_inverted) = either(json, "Action", "NotAction");
    let (resources, resources_inverted) = either(json, "Resource", "NotResource");
    Statement {
        allows: field_of(json, "Effect").map(texts).unwrap_or_default().iter().all(|effect| !effect.eq_ignore_ascii_case("deny")),
        principals: principals.map(self::principals).unwrap_or_default(),
        principals_inverted,
        actions: actions.map(texts).unwrap_or_default(),
        actions_inverted,
        resources: resources.map(texts).unwrap_or_default(),
        resources_inverted,
        conditions: field_of(json, "Condition").map(conditions).unwrap_or_default(),
    }
}

fn unknown(text: &str) -> Statement {
    Statement {
        allows: true,
        principals: vec![("Unknown".to_owned(), text.to_owned())],
        principals_inverted: false,
        actions: vec![hole::shown(text)],
        actions_inverted: false,
        resources: vec![text.to_owned()],
        resources_inverted: false,
        conditions: Vec::new(),
    }
}

fn either<'j>(json: &'j Json, plain: &str, inverted: &str) -> (Option<&'j Json>, bool) {
    match field_of(json, plain) {
        Some(found) => (Some(found), false),
        None => (field_of(json, inverted), field_of(json, inverted).is_some()),
    }
}

fn principals(json: &Json) -> Vec<(String, String)> {
    match json {
        Json::Object(kinds) => kinds.iter().flat_map(|(kind, ids)| texts(ids).into_iter().map(move |id| (kind.clone(), id))).collect(),
        other => texts(other).into_iter().map(|id| (if id == "*" { "*" } else { "AWS" }.to_owned(), id)).collect(),
    }
}

fn conditions(json: &Json) -> Vec<Condition> {
    let Json::Object(operators) = json else {
        // The whole block is unresolved: something narrows the statement, but what is not known.
        return texts(json)
            .into_iter()
            .map(|text| Condition { operator: hole::shown(&text), key: hole::shown(&text), values: vec![(text, Basis::Literal)] })
            .collect();
    };
    let keys = |(operator, keys): (&String, &Json)| {
        let empty = Map::new();
        let keys = keys.as_object().unwrap_or(&empty);
        keys.iter()
            .map(|(key, values)| Condition { operator: operator.clone(), key: key.clone(), values: based_texts(values) })
            .collect::<Vec<_>>()
    };
    operators.iter().flat_map(keys).collect()
}

/// A string or a list of strings; numbers and booleans as their text.
fn texts(json: &Json) -> Vec<String> {
    based_texts(json).into_iter().map(|(text, _)| text).collect()
}

fn based_texts(json: &Json) -> Vec<(String, Basis)> {
    match json {
        Json::String(text) => vec![hole::without_basis(text)],
        Json::Array(items) => items.iter().flat_map(based_texts).collect(),
        Json::Bool(_) | Json::Number(_) => vec![(json.to_string(), Basis::Literal)],
        Json::Null | Json::Object(_) => Vec::new(),
    }
}

/// Element names are case-sensitive in IAM's grammar, but not in all of its clients.
fn field_of<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    json.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
