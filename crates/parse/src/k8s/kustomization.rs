//! Kustomizations as they lie: generators that make Secrets from literals.

use std::rc::Rc;

use unkeyed_model::{Custody, Facts, Span, StoreKind, Workload, WorkloadKind};

use super::containers;
use super::objects::{Object, Source};
use super::secrets;
use crate::credential_name::is_credential;
use crate::facts as shared;
use crate::host_files;
use crate::tree::Node;
use crate::yaml;

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
            let files = ["envs", "env"].iter().filter_map(|key| generator.get(key)).flat_map(Node::one_or_many).filter_map(Node::text);
            facts.stored.extend(files.map(|file| {
                let file = host_files::relative(object.source.place.path(), file);
                unkeyed_model::StoredSecret { component: Some(format!("env:{file}")), ..made.clone() }
            }));
            facts.stored.push(made);
            for literal in generator.get("literals").map(Node::items).unwrap_or_default() {
                facts.slots.extend(slot(object, literal, field, store));
            }
        }
    }
}

/// The objects that the patches of a kustomization write out, and what single changes of theirs add, as objects of the
/// kind and name that they change.
pub(super) fn patches(source: &Source<'_>, document: &Node, facts: &mut Facts) {
    for field in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
        for entry in document.get(field).map(Node::items).unwrap_or_default() {
            let Some(patch) = entry.get("patch").or(Some(entry)).filter(|patch| patch.text().is_some_and(|text| text.contains('\n')))
            else {
                continue;
            };
            let written = yaml::parse_text(&source.place, &source.place.alone(patch.span));
            for node in &written.nodes {
                let named = |of: &Node| {
                    Some((of.str("kind")?.to_owned(), of.str("name").or_else(|| of.path(&["metadata", "name"])?.text())?.to_owned()))
                };
                let Some((kind, name)) = entry.get("target").and_then(named).or_else(|| named(node)) else { continue };
                // The patch need not say in which namespace the object is.
                let known = facts.workloads.iter().find(|one| one.id.starts_with("k8s:") && one.id.ends_with(&format!("/{kind}/{name}")));
                let namespace = known.and_then(|one| one.id.trim_start_matches("k8s:").split('/').next()).map(Rc::from);
                let namespace = namespace.unwrap_or_else(|| Rc::clone(&source.namespace));
                let beside = Source { place: source.place.again(), namespace, values: None };
                Object::all(&beside, std::slice::from_ref(node)).into_iter().for_each(|object| super::read_object(object, facts));
                if !node.items().is_empty() {
                    changes(Object { source: &beside, node }, &kind, &name, facts);
                }
            }
        }
    }
}

/// Variables that the operations of a JSON patch add (RFC 6902).
fn changes(object: Object<'_>, kind: &str, name: &str, facts: &mut Facts) {
    let before = facts.slots.len();
    let id = super::objects::id(&object.namespace(), kind, name);
    let mut workload = Workload::new(WorkloadKind::K8s, &id, id.trim_start_matches("k8s:"), object.source.place.bare(object.node.span));
    workload.extents.push(object.extent());
    for value in object.node.items().iter().filter_map(|operation| operation.get("value")) {
        for entry in if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() } {
            containers::variable(object, entry, "patch", &mut workload, facts);
            for whole in entry.get("envFrom").map(Node::items).unwrap_or_default().iter().chain([entry]) {
                containers::whole(object, whole, "patch", &mut workload);
            }
            for inner in entry.get("env").map(Node::items).unwrap_or_default() {
                containers::variable(object, inner, "patch", &mut workload, facts);
            }
        }
    }
    if facts.slots.len() > before || !workload.references.is_empty() {
        facts.workloads.push(workload);
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
