//! Kustomizations as they lie: generators that make Secrets from literals.

use std::rc::Rc;

use unkeyed_model::{Custody, Facts, SkipReason, Span, StoreKind, Workload, WorkloadKind};

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

/// Most patches of a file that are read where they are written out.
const MAX_PATCHES: usize = 200;

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
pub(super) fn patches(source: &Source<'_>, document: &Node, is_read: &dyn Fn(&str) -> bool, facts: &mut Facts) {
    unread(source, document, is_read, facts);
    let mut count = 0;
    for field in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
        for entry in document.get(field).map(Node::items).unwrap_or_default() {
            let Some(patch) = entry.get("patch").or(Some(entry)).filter(|patch| patch.text().is_some_and(|text| text.contains('\n')))
            else {
                continue;
            };
            count += 1;
            if count > MAX_PATCHES {
                let detail = format!("more than {MAX_PATCHES} patches are written out here; the others were not read");
                return facts.skipped.push(source.place.skip(SkipReason::Limit, detail));
            }
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

/// What is put into an object by a file that isn't read as one, or out of a Secret (`replacements`).
fn unread(source: &Source<'_>, document: &Node, is_read: &dyn Fn(&str) -> bool, facts: &mut Facts) {
    let mut put = |into: &Node, at: &Node, store: StoreKind, what: &str| {
        let Some((kind, name)) = into.str("kind").zip(into.str("name")) else { return };
        let known = facts.workloads.iter().find(|one| one.id.starts_with("k8s:") && one.id.ends_with(&format!("/{kind}/{name}")));
        let Some(known) = known else { return };
        let location = source.place.at(at.span, "kustomization");
        let mut workload = Workload::new(WorkloadKind::K8s, known.id.clone(), &known.name, location.clone());
        workload.references.push(shared::reference(store, what, location));
        facts.workloads.push(workload);
    };
    for entry in ["patches", "patchesJson6902"].iter().filter_map(|field| document.get(field)).flat_map(Node::items) {
        let path = entry.get("path").filter(|path| path.text().is_some_and(|path| !is_read(path)));
        if let Some((path, target)) = path.zip(entry.get("target")) {
            put(target, path, StoreKind::ForeignDefinition, path.text().unwrap_or_default());
        }
    }
    for entry in document.get("replacements").map(Node::items).unwrap_or_default() {
        let Some(secret) = entry.get("source").filter(|of| of.str("kind") == Some("Secret")) else { continue };
        for target in entry.get("targets").map(Node::items).unwrap_or_default().iter().filter_map(|target| target.get("select")) {
            put(target, secret, StoreKind::K8sSecret, secret.str("name").unwrap_or_default());
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn what_a_kustomization_puts_in_from_elsewhere_is_told() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: n}\nspec: {containers: [{name: a, image: b}]}\n";
        let of = |kustomization: &str| -> Vec<String> {
            let unit = |path: &str, text: &str| {
                let origin = Origin { path: path.into(), ..Origin::default() };
                Unit::new(Arc::new(origin), text.as_bytes().to_vec())
            };
            let facts = crate::testing::read(&[unit("k/kustomization.yaml", kustomization), unit("k/a.yaml", pod), unit("k/p.yaml", pod)]);
            facts.workloads.iter().flat_map(|workload| &workload.references).map(|used| used.name.clone()).collect()
        };
        let target = "target: {kind: Pod, name: a}";
        assert_eq!(of(&format!("resources: [a.yaml]\npatches: [{{{target}, path: ops.yaml}}]\n")), ["ops.yaml"]);
        assert_eq!(of(&format!("resources: [a.yaml]\npatches: [{{{target}, path: p.yaml}}]\n")), [""; 0]);
        let replaced =
            |kind: &str| format!("replacements: [{{source: {{kind: {kind}, name: s}}, targets: [{{select: {{kind: Pod, name: a}}}}]}}]\n");
        assert_eq!(of(&replaced("Secret")), ["s"]);
        assert_eq!(of(&replaced("ConfigMap")), [""; 0]);
    }
}
