//! Kustomizations as they lie: generators that make Secrets from literals.

use std::rc::Rc;

use unkeyed_model::{Custody, Facts, Span, StoreKind};

use super::objects::{Object, Source};
use super::secrets;
use crate::credential_name::is_credential;
use crate::facts as shared;
use crate::tree::Node;

/// Whether a file name is that of a kustomization.
pub(super) fn is_one(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

/// The namespace that the file, if it is a kustomization, gives to what it draws in.
pub(super) fn namespace(source: &Source<'_>, documents: &[Node]) -> Option<Rc<str>> {
    let node = documents.iter().find_map(|document| document.get("namespace")).filter(|_| is_one(source.place.origin().file_name()))?;
    source.text(node).filter(|text| !text.is_empty())
}

/// Reads the generators. What they make has a hash behind its name in the cluster, but is used by the name given here.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    for (field, store) in [("secretGenerator", StoreKind::K8sSecret), ("configMapGenerator", StoreKind::K8sConfigMap)] {
        for generator in object.at(&[field]).map(Node::items).unwrap_or_default() {
            let Some(name) = generator.get("name").and_then(|name| object.source.text(name)) else { continue };
            let mut made = secrets::stored(object, store, &name, Custody::Embedded);
            let namespace = generator.get("namespace").and_then(|node| object.source.text(node));
            made.namespace = namespace.map(|text| text.to_string()).or(made.namespace);
            made.extent = object.location(generator, field);
            facts.stored.push(made);
            for literal in generator.get("literals").map(Node::items).unwrap_or_default() {
                facts.slots.extend(slot(object, literal, field, store));
            }
        }
    }
}

/// `KEY=value`: the value is what stands behind the first `=`.
fn slot(object: Object<'_>, literal: &Node, field: &str, store: StoreKind) -> Option<unkeyed_model::Slot> {
    let written = object.source.place.slice(literal.span);
    let (name, value) = written.split_once('=')?;
    let wanted = store == StoreKind::K8sSecret || is_credential(name);
    let span = Span::new(literal.span.end - value.len(), literal.span.end);
    (wanted && !value.trim().is_empty()).then(|| shared::slot(name, object.span(span, &format!("{field}.{name}"))))
}
