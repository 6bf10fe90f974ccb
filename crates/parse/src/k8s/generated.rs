//! Objects that others make as they are told: what a policy of Kyverno generates, whole manifests inside of objects of
//! Crossplane, Open Cluster Management and Hive.

use std::rc::Rc;

use crate::tree::{Entry, Kind, Node};

/// The objects inside of a document, each as if it stood alone.
pub(super) fn inside(document: &Node) -> Vec<Node> {
    let mut found = Vec::new();
    let group = document.str("apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
    match (group, document.str("kind")) {
        ("kyverno.io", Some("ClusterPolicy" | "Policy")) => {
            let rules = document.path(&["spec", "rules"]).map(Node::items).unwrap_or_default();
            let generated = rules.iter().filter_map(|rule| rule.get("generate"));
            for one in generated {
                let each = one.get("foreach").map(Node::items).unwrap_or_default();
                found.extend(std::iter::once(one).chain(each).filter_map(object));
            }
        }
        ("kubernetes.crossplane.io" | "work.open-cluster-management.io" | "policy.open-cluster-management.io" | "hive.openshift.io", _) => {
            if let Some(spec) = document.get("spec") {
                manifests(spec, &mut found);
            }
        }
        _ => {}
    }
    found
}

/// What a rule generates: its kind and name stand beside the rest of it.
fn object(generate: &Node) -> Option<Node> {
    let data = generate.get("data").filter(|data| !data.entries().is_empty())?;
    let named = |names: &[&str]| names.iter().filter_map(|name| generate.entry(name).cloned()).collect::<Vec<Entry>>();
    let mut metadata = named(&["name", "namespace"]);
    metadata.extend(data.get("metadata").map(Node::entries).unwrap_or_default().iter().cloned());
    let mut entries = named(&["apiVersion", "kind"]);
    let at = entries.last()?.clone();
    let key = Node { kind: Kind::Scalar("metadata".into(), crate::tree::Style::Plain), ..at.key };
    let map = |entries: Vec<Entry>| Node { kind: Kind::Map(Rc::from(entries)), ..generate.clone() };
    entries.push(Entry { key, value: map(metadata), span: at.span });
    entries.extend(data.entries().iter().filter(|entry| entry.name() != "metadata").cloned());
    Some(map(entries))
}

/// Mappings that are whole objects.
fn manifests(node: &Node, found: &mut Vec<Node>) {
    let whole = ["apiVersion", "kind", "metadata"].iter().all(|key| node.get(key).is_some());
    if whole {
        found.push(node.clone());
        found.extend(inside(node));
    } else {
        let values = node.entries().iter().map(|entry| &entry.value);
        values.chain(node.items()).for_each(|value| manifests(value, found));
    }
}
