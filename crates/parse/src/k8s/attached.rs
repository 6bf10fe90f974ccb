//! Objects that give workloads of others what they sign in with: triggers of KEDA, service bindings, presets of pods.
//!
//! The decision a reader would question: a trigger's credential is read by KEDA and not by the pods, and counts for the workload that
//! is scaled by it, because it is kept for that workload alone. A preset (an interface that Kubernetes 1.20 removed) counts for
//! the pods of the same folder whose labels it asks for.

use std::collections::HashSet;

use unkeyed_model::{Content, Facts, Reference, SkipReason, Use, Workload, WorkloadKind};

use super::objects::{self, Object};
use super::{containers, external_secrets, secrets};
use crate::credential_name::is_credential;
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Comparisons of presets with the objects of their folder.
const MAX_COMPARISONS: usize = 100_000;

/// Adds what objects give to workloads of the same folder.
pub(super) fn read(all: &[Object<'_>], facts: &mut Facts) {
    let (presets, others): (Vec<Object<'_>>, Vec<Object<'_>>) =
        all.iter().copied().filter(gives).partition(|object| object.kind() == "PodPreset");
    let known: HashSet<String> = match others.is_empty() {
        true => HashSet::new(),
        false => facts.workloads.iter().map(|workload| workload.id.clone()).collect(),
    };
    for object in others {
        let path = match object.kind() {
            "ScaledObject" => &["spec", "scaleTargetRef"][..],
            "ServiceBinding" => &["spec", "workload"],
            _ => {
                triggers(object, object.id(), facts);
                continue;
            }
        };
        let Some(target) = object.at(path) else { continue };
        let Some(name) = target.get("name").and_then(|name| object.source.text(name)) else { continue };
        let id = objects::id(&object.namespace(), target.str("kind").unwrap_or("Deployment"), &name);
        if known.contains(&id) {
            if object.kind() == "ScaledObject" { triggers(object, id, facts) } else { bound(object, id, facts) }
        }
    }
    let most = (MAX_COMPARISONS / all.len().max(1)).max(1);
    presets.iter().take(most).for_each(|one| preset(*one, all, facts));
    if let Some(left) = presets.get(most) {
        let detail = format!("more than {most} presets beside {} objects; the rest of the presets was not applied", all.len());
        facts.skipped.push(left.source.place.skip(SkipReason::Limit, detail));
    }
}

fn gives(object: &Object<'_>) -> bool {
    let kinds =
        [("keda.sh", "ScaledObject"), ("keda.sh", "ScaledJob"), ("servicebinding.io", "ServiceBinding"), ("settings.k8s.io", "PodPreset")];
    kinds.contains(&(object.group(), object.kind()))
}

/// The Secret of a service that is put into the containers (Service Binding Specification, "Workload Projection").
fn bound(object: Object<'_>, id: String, facts: &mut Facts) {
    let secret = object.at(&["spec", "service"]).filter(|service| service.str("kind") == Some("Secret"));
    let Some(name) = secret.and_then(|secret| secret.get("name")) else { return };
    let Some(text) = object.source.text(name) else { return };
    let mut workload = part(object, id);
    let reference = secrets::reference(object, &text, object.location(name, "spec.service.name"));
    workload.references.push(Reference { content: Content::Durable, ..reference });
    facts.workloads.push(workload);
}

/// A part of a workload that stands elsewhere.
fn part(object: Object<'_>, id: String) -> Workload {
    let mut workload = Workload::new(WorkloadKind::K8s, &id, id.trim_start_matches("k8s:"), object.place());
    workload.extents.push(object.extent());
    workload
}

/// What asks a queue how long it is: by an authentication of its own, or by what is written out beside it.
fn triggers(object: Object<'_>, id: String, facts: &mut Facts) {
    let mut workload = part(object, id);
    for (index, trigger) in object.at(&["spec", "triggers"]).map(Node::items).unwrap_or_default().iter().enumerate() {
        let path = place::item("spec.triggers", index);
        if let Some(name) = trigger.path(&["authenticationRef", "name"]).and_then(|name| object.source.text(name)) {
            let kind = trigger.path(&["authenticationRef", "kind"]).and_then(Node::text).unwrap_or("TriggerAuthentication");
            workload.uses.push((Use::Component, external_secrets::store_id(object, kind, &name)));
        }
        for entry in trigger.get("metadata").map(Node::entries).unwrap_or_default() {
            if is_credential(entry.name()) && entry.value.text().is_some_and(|text| !text.is_empty()) {
                facts.slots.push(shared::slot(entry.name(), object.location(&entry.value, &place::under(&path, entry.name()))));
            }
        }
    }
    facts.workloads.push(workload);
}

/// Adds what a preset gives to the pods of the folder.
fn preset(preset: Object<'_>, all: &[Object<'_>], facts: &mut Facts) {
    let wanted = preset.at(&["spec", "selector", "matchLabels"]).map(Node::entries).unwrap_or_default();
    for target in all.iter().filter(|target| target.namespace() == preset.namespace()) {
        let fits = |labels: &Node| wanted.iter().all(|entry| labels.get(entry.name()).and_then(Node::text) == entry.value.text());
        if target.at(&["spec", "template", "metadata", "labels"]).is_none_or(|labels| !fits(labels)) {
            continue;
        }
        let mut workload = part(preset, target.id());
        for (index, entry) in preset.at(&["spec", "env"]).map(Node::items).unwrap_or_default().iter().enumerate() {
            containers::variable(preset, entry, &place::item("spec.env", index), &mut workload, facts);
        }
        for entry in preset.at(&["spec", "envFrom"]).map(Node::items).unwrap_or_default() {
            containers::whole(preset, entry, "spec", &mut workload);
        }
        facts.workloads.push(workload);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, SkipReason, Unit, Use};

    /// What the Deployment of the file is given by the object beside it.
    fn given(object: &str) -> Vec<String> {
        let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: n}\nspec: {template: {metadata: {labels: {app: a}}, spec: \
                   {containers: [{name: a, image: b}]}}}\n---\n";
        let text = format!("{pod}{object}");
        let unit = Unit::new(Arc::new(Origin { path: "a.yaml".into(), ..Origin::default() }), text.as_bytes().to_vec());
        let facts = crate::testing::read(&[unit]);
        let parts: Vec<_> = facts.workloads.iter().filter(|workload| workload.id == "k8s:n/Deployment/a").collect();
        let references = parts.iter().flat_map(|part| part.references.iter().map(|used| used.name.clone()));
        let uses = parts.iter().flat_map(|part| part.uses.iter().filter(|(how, _)| *how == Use::Component).map(|(_, id)| id.clone()));
        let slots = facts.slots.iter().map(|slot| text[slot.location.region.span.start..slot.location.region.span.end].to_owned());
        references.chain(uses).chain(slots).collect()
    }

    #[test]
    fn objects_beside_a_workload_give_it_credentials() {
        let object = |version: &str, kind: &str, spec: &str| {
            given(&format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x, namespace: n}}\nspec: {spec}\n"))
        };
        let scaled = |name: &str, trigger: &str| {
            object("keda.sh/v1alpha1", "ScaledObject", &format!("{{scaleTargetRef: {{name: {name}}}, triggers: [{trigger}]}}"))
        };
        assert_eq!(scaled("a", "{authenticationRef: {name: t}}"), ["k8s:n/TriggerAuthentication/t"]);
        assert_eq!(scaled("a", "{metadata: {queue: q, password: fixture-dead-1}}"), ["fixture-dead-1"]);
        assert_eq!(scaled("other", "{authenticationRef: {name: t}}"), [""; 0]);
        let binding = |service: &str| {
            object("servicebinding.io/v1", "ServiceBinding", &format!("{{workload: {{kind: Deployment, name: a}}, service: {service}}}"))
        };
        assert_eq!(binding("{kind: Secret, name: db}"), ["db"]);
        assert_eq!(binding("{kind: Redis, name: db}"), [""; 0]);
        let preset = |label: &str| {
            let spec = format!("{{selector: {{matchLabels: {{app: {label}}}}}, envFrom: [{{secretRef: {{name: s}}}}]}}");
            object("settings.k8s.io/v1alpha1", "PodPreset", &spec)
        };
        assert_eq!(preset("a"), ["s"]);
        assert_eq!(preset("b"), [""; 0]);
    }

    #[test]
    fn more_presets_than_are_applied_are_said() {
        let preset = "apiVersion: settings.k8s.io/v1alpha1\nkind: PodPreset\nmetadata: {name: x}\nspec: {}\n---\n";
        let rows = |count: usize| {
            let unit = Unit::new(Arc::new(Origin { path: "a.yaml".into(), ..Origin::default() }), preset.repeat(count).into_bytes());
            crate::testing::read(&[unit]).skipped.into_iter().map(|row| row.why).collect::<Vec<_>>()
        };
        assert_eq!((rows(300), rows(400)), (Vec::new(), vec![SkipReason::Limit]));
    }
}
