//! JSON and YAML that stand as text in an attribute (container definitions in a heredoc, in a state, in a plan).
//!
//! The text may have holes, and may be written with escapes; a value of it stands where its text is first found between
//! quotes in the source, and at the text as a whole where it isn't.

use std::rc::Rc;

use serde_json::Value as Json;
use unkeyed_model::{Basis, Span};

use super::module::Module;
use crate::evaluated::{At, Kind, Val};
use crate::policy_document::hole;
use crate::tree::{Kind as Written, Node, Style};
use crate::yaml;

/// Largest text that is read, in bytes; AWS allows a task definition of 64 KiB.
const MAX_BYTES: usize = 256 << 10;
/// The same of YAML, whose reader costs more.
const MAX_YAML: usize = 16 << 10;

/// The structure of a text that is JSON.
pub(super) fn structure(module: &Module<'_>, val: &Val) -> Option<Val> {
    let Kind::Text(text, _) = &val.kind else { return None };
    if !text.trim_start().starts_with(['[', '{']) {
        return None;
    }
    if text.len() > MAX_BYTES {
        return Some(Val { at: val.at, ..Val::unknown(format!("JSON of more than {MAX_BYTES} bytes")) });
    }
    let json: Json = serde_json::from_str(&hole::unquoted_as_zero(text)).ok()?;
    let (span, raw) = val.at.map_or((Span::default(), ""), |at| module.source(at));
    Some(converted(&json, &|text| place((span, raw), val.at, text)))
}

/// The structure of a text that is YAML, of which everything is known; it stands where the text does.
pub(super) fn yaml(module: &Module<'_>, val: &Val) -> Option<Val> {
    let Kind::Text(text, basis) = &val.kind else { return None };
    if text.len() > MAX_YAML || !hole::is_known(text) || !module.pay(text.len()) {
        return None;
    }
    let documents = yaml::parse_text(&module.files.first()?.place, text);
    let root = documents.nodes.first().filter(|_| documents.nodes.len() == 1 && documents.skipped.is_empty())?;
    let structure = of_node(root, *basis, val.at);
    matches!(structure.kind, Kind::List(_) | Kind::Map(_)).then_some(structure)
}

fn of_node(node: &Node, basis: Basis, at: Option<At>) -> Val {
    let kind = match &node.kind {
        Written::Scalar(..) if node.is_null() => Kind::Null,
        Written::Scalar(text, Style::Plain) if matches!(&**text, "true" | "false") => Kind::Bool(&**text == "true"),
        Written::Scalar(text, Style::Plain) if text.parse::<i64>().is_ok() => Kind::Number(text.to_string()),
        Written::Scalar(text, _) => Kind::Text(hole::clean(text), basis),
        Written::Seq(items) => Kind::List(items.iter().map(|item| of_node(item, basis, at)).collect()),
        Written::Map(entries) => {
            Kind::Map(entries.iter().map(|entry| (entry.name().to_owned(), of_node(&entry.value, basis, at))).collect())
        }
    };
    Val { at, ..Val::new(kind) }
}

/// A value that another folder hands over under a name. It stands nowhere here, and every part of it was reached through that name.
pub(super) fn given(json: &Json, name: &Rc<str>) -> Val {
    let part = |json: &Json| given(json, name);
    let kind = match json {
        Json::Array(items) => Kind::List(items.iter().map(part).collect()),
        Json::Object(entries) => Kind::Map(entries.iter().map(|(key, value)| (key.clone(), part(value))).collect()),
        Json::String(text) => {
            let (text, basis) = hole::without_basis(text);
            Kind::Text(text, basis)
        }
        single => converted(single, &|_| None).kind,
    };
    Val { via: Some(Rc::clone(name)), ..Val::new(kind) }
}

fn converted(json: &Json, place: &dyn Fn(&str) -> Option<At>) -> Val {
    match json {
        Json::Null => Val::new(Kind::Null),
        Json::Bool(value) => Val::new(Kind::Bool(*value)),
        Json::Number(number) => Val::new(Kind::Number(number.to_string())),
        Json::String(text) => {
            let kind = match hole::only_hole(text).and_then(reference) {
                Some(reference) => Kind::Ref(reference),
                None => Kind::Text(text.clone(), Basis::Literal),
            };
            Val { kind, at: place(text), via: None }
        }
        Json::Array(items) => Val::new(Kind::List(items.iter().map(|item| converted(item, place)).collect())),
        Json::Object(entries) => Val::new(Kind::Map(entries.iter().map(|(key, value)| (key.clone(), converted(value, place))).collect())),
    }
}

/// What fills a hole: `var.x` as a whole, a resource's attribute apart.
fn reference(what: &str) -> Option<crate::evaluated::Ref> {
    what.starts_with("var.").then(|| crate::evaluated::Ref::new(what, ""))
}

/// Where a value's text first stands behind a quote; the whole where it doesn't.
fn place((span, raw): (Span, &str), whole: Option<At>, text: &str) -> Option<At> {
    let whole = whole?;
    let found = memchr::memmem::find_iter(raw.as_bytes(), text.as_bytes()).find(|&at| at > 0 && raw.as_bytes()[at - 1] == b'"');
    match found.filter(|_| !text.is_empty()) {
        Some(at) => Some(At { found: Some(Span::new(span.start + at, span.start + at + text.len())), ..whole }),
        None => Some(whole),
    }
}
