//! Entries in JSON: `{"entries": [{"spiffe_id", "parent_id", "selectors": [{"type", "value"}] …}]}`.

use unkeyed_model::{Facts, Value};

use super::entry::{Entry, selector_claims};
use crate::json;
use crate::place::{self, Place};
use crate::tree::Node;

/// Switches, by their names here and in the custom resources.
const SETTINGS: &[(&str, &str)] = &[("admin", "admin"), ("downstream", "downstream"), ("store_svid", "storeSVID")];

/// Lifetimes in seconds.
const LIFETIMES: &[&str] = &["ttl", "x509_svid_ttl", "jwt_svid_ttl"];

/// Reads a file.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let root = match json::parse(place) {
        Ok(root) => root,
        Err(skip) => return facts.skipped.push(skip),
    };
    for (index, node) in root.get("entries").map(Node::items).unwrap_or_default().iter().enumerate() {
        if node.get("selectors").is_some() {
            entry(place, node, &place::item("entries", index)).emit(facts);
        }
    }
}

fn entry(place: &Place<'_>, node: &Node, path: &str) -> Entry {
    let literal = |node: &Node| node.text().map(Value::literal);
    let selectors = node.get("selectors").map(Node::items).unwrap_or_default();
    let selectors = selectors.iter().filter_map(|selector| {
        let (kind, value) = (selector.str("type")?, selector.str("value")?);
        Some(Value::literal(format!("{kind}:{value}")))
    });
    let (subject, claims) = selector_claims(selectors.collect());
    let mut settings: Vec<(String, Value)> =
        SETTINGS.iter().filter_map(|(name, known)| Some(((*known).to_owned(), literal(node.get(name)?)?))).collect();
    settings.extend(node.get("parent_id").and_then(id).map(|parent| ("parentID".to_owned(), Value::literal(parent))));
    let federated = node.get("federates_with").map(Node::items).unwrap_or_default().iter();
    settings.extend(federated.filter_map(|other| Some(("federatesWith".to_owned(), literal(other)?))));
    let spiffe_id = node.get("spiffe_id").and_then(id).map(Value::literal).unwrap_or_default();
    settings.push(("spiffeID".to_owned(), spiffe_id.clone()));
    let lifetime = |name: &&str| {
        let found = node.get(name)?;
        let seconds = found.text().and_then(|text| text.parse::<u64>().ok());
        // 0 stands for the server's default.
        (seconds != Some(0)).then(|| ((*name).to_owned(), seconds, place.at(found.span, place::under(path, name))))
    };
    Entry {
        key: format!("spire:{}:{path}", place.path()),
        id: spiffe_id,
        subject,
        claims,
        settings,
        lifetimes: LIFETIMES.iter().filter_map(lifetime).collect(),
        location: place.at(node.span, path),
    }
}

/// An id as text, or as the API prints it: trust domain and path.
fn id(node: &Node) -> Option<String> {
    let in_parts = || Some(format!("spiffe://{}{}", node.str("trust_domain")?, node.str("path").unwrap_or_default()));
    node.text().map(str::to_owned).or_else(in_parts)
}
