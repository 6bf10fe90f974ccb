//! Entries in JSON: `{"entries": [{"spiffe_id", "parent_id", "selectors": [{"type", "value"}] …}]}`.

use std::sync::Arc;

use unkeyed_model::{Facts, Span, Unit, Value};

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
    match json::parse(place) {
        Ok(root) => entries(place, &root, facts),
        Err(_) if place.text().contains("Entry ID  ") => listed(place, facts),
        Err(skip) => facts.skipped.push(skip),
    }
}

/// Reads a part of a file that is such a document; a document that the shell fills in is none.
pub(super) fn read_part(place: &Place<'_>, part: Span, facts: &mut Facts) {
    let alone = place.alone(part);
    let unit = Unit::new(Arc::clone(place.origin()), alone.as_bytes());
    if let Ok(part) = Place::new(&unit)
        && let Ok(root) = json::parse(&part)
    {
        entries(&part, &root, facts);
    }
}

/// Reads a list for people: a block of `Name : value` for each entry.
fn listed(place: &Place<'_>, facts: &mut Facts) {
    let mut at = 0;
    let mut block: Vec<(&str, &str)> = Vec::new();
    let (mut start, mut count) = (0, 0);
    for line in place.text().split_inclusive('\n').chain(["\n"]) {
        match line.split_once(" : ").map(|(name, value)| (name.trim(), value.trim())) {
            Some(pair) => {
                start = if block.is_empty() { at } else { start };
                block.push(pair);
            }
            None if line.trim().is_empty() && !block.is_empty() => {
                let span = Span::new(start, at.min(place.text().len()));
                shown(place, &std::mem::take(&mut block), span, count).emit(facts);
                count += 1;
            }
            None => {}
        }
        at += line.len();
    }
}

fn shown(place: &Place<'_>, block: &[(&str, &str)], span: Span, index: usize) -> Entry {
    let of = |wanted: &str| block.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| Value::literal(*value)).collect::<Vec<_>>();
    let (subject, claims) = selector_claims(of("Selector"));
    let names = [
        ("SPIFFE ID", "spiffeID"),
        ("Parent ID", "parentID"),
        ("FederatesWith", "federatesWith"),
        ("Downstream", "downstream"),
        ("Admin", "admin"),
    ];
    let settings = names.iter().flat_map(|(name, known)| of(name).into_iter().map(|value| ((*known).to_owned(), value))).collect();
    let path = place::item("entries", index);
    let lifetimes = [("X509-SVID TTL", "x509_svid_ttl"), ("JWT-SVID TTL", "jwt_svid_ttl")].into_iter().filter_map(|(name, known)| {
        let (_, value) = block.iter().find(|(own, _)| *own == name)?;
        Some((known.to_owned(), value.parse().ok().map(Some)?, place.at(span, path.clone())))
    });
    let lifetimes = lifetimes.collect();
    let id = of("SPIFFE ID").into_iter().next().unwrap_or_default();
    let location = place.at(span, path.clone());
    Entry { key: format!("spire:{}:{path}", place.path()), id, subject, claims, settings, lifetimes, location }
}

fn entries(place: &Place<'_>, root: &Node, facts: &mut Facts) {
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
