//! What containers are given: environment variables, whole Secrets and ConfigMaps, images.

use unkeyed_model::{Facts, Reference, StoreKind, Use, Workload};

use super::objects::{Object, Written};
use super::pods::{Container, Pod};
use super::secrets;
use super::template;
use super::values;
use super::volumes::Volumes;
use crate::environment::Variable;
use crate::facts as shared;
use crate::interpolation::{Interpolation, interpolations};
use crate::tree::Node;
use crate::weak_literal;

/// Reads all containers of a pod.
pub(super) fn read(pod: Pod<'_>, volumes: &Volumes, workload: &mut Workload, facts: &mut Facts) {
    for container in pod.containers() {
        let entries = container.node.get("env").map(Node::items).unwrap_or_default();
        let has_vault = entries.iter().any(|entry| entry.str("name").is_some_and(shared::names_key_vault));
        for (index, entry) in entries.iter().enumerate() {
            let path = format!("{}.env[{index}]", container.path);
            variable(pod.object, entry, &path, workload, facts);
            // The name stands there, or under a key of a ConfigMap, which says as much.
            let value = entry.get("value").or_else(|| entry.path(&["valueFrom", "configMapKeyRef", "key"]));
            let named = entry.str("name").zip(value).filter(|_| has_vault);
            workload.references.extend(named.and_then(|(name, value)| {
                shared::told_name(name, value.text().unwrap_or_default(), pod.object.location(value, &format!("{path}.value")))
            }));
        }
        for entry in container.node.get("envFrom").map(Node::items).unwrap_or_default() {
            whole(pod.object, entry, &container.path, workload);
        }
        let image = container.node.get("image").and_then(|node| pod.object.source.text(node));
        if let Some(image) = image.filter(|image| !template::is_templated(image)) {
            workload.uses.push((Use::Image, image.to_string()));
        }
    }
    volumes.name_receivers(pod, workload);
}

/// The environment variables of a container, for the identities that they announce.
pub(super) fn variables(pod: Pod<'_>, container: &Container<'_>) -> Vec<Variable> {
    let entries = container.node.get("env").map(Node::items).unwrap_or_default();
    let read = |(index, entry): (usize, &Node)| {
        let name = entry.get("name")?;
        let path = format!("{}.env[{index}]", container.path);
        let value = match entry.get("value") {
            Some(value) => pod.object.source.value(value),
            None => unkeyed_model::Value::unknown("comes from elsewhere in the cluster"),
        };
        Some(Variable { name: name.text()?.to_owned(), value, location: pod.object.location(name, &path) })
    };
    entries.iter().enumerate().filter_map(read).collect()
}

/// One entry of `env`.
pub(super) fn variable(object: Object<'_>, entry: &Node, path: &str, workload: &mut Workload, facts: &mut Facts) {
    if let Some(name) = entry.str("name") {
        variable_as(object, entry, name, path, workload, facts);
    }
}

/// The same for one whose own name doesn't tell what it is.
pub(super) fn variable_as(object: Object<'_>, entry: &Node, name: &str, path: &str, workload: &mut Workload, facts: &mut Facts) {
    if let Some(value) = entry.get("value") {
        workload.destinations.extend(shared::addressed(name).filter(|to| !workload.destinations.contains(to)));
        if let Some(reference) =
            value.text().and_then(|text| shared::told_where(name, text, &object.location(value, &format!("{path}.value"))))
        {
            workload.references.push(reference);
            return;
        }
        if shared::is_credential_variable(name) {
            credential(Written { source: object.source, node: value }, name, &format!("{path}.value"), workload, facts);
        } else if let Some(text) = value.text() {
            facts.declarations.extend(weak_literal::in_address(name, text, &object.location(value, &format!("{path}.value"))));
        }
        return;
    }
    let key_of = |kind: &str| entry.path(&["valueFrom", kind]);
    let found = match (key_of("secretKeyRef"), key_of("configMapKeyRef")) {
        (Some(key), _) => keyed(object, key, StoreKind::K8sSecret, path),
        (None, Some(key)) => keyed(object, key, StoreKind::K8sConfigMap, path),
        // An annotation or label of the pod, which somebody writes there.
        (None, None) => entry.path(&["valueFrom", "fieldRef", "fieldPath"]).and_then(|field| {
            let text = field.text().filter(|text| text.starts_with("metadata.annotations") || text.starts_with("metadata.labels"))?;
            let at = object.location(field, &format!("{path}.valueFrom"));
            shared::may_hold_credential(name).then(|| shared::reference(StoreKind::Parameter, text, at))
        }),
    };
    if let Some(reference) = found {
        workload.references.push(shared::received_by(reference, name));
    }
}

/// The value of a variable that is named like a credential: a literal, a chart's value, or one that is given at installation.
pub(super) fn credential(written: Written<'_>, name: &str, path: &str, workload: &mut Workload, facts: &mut Facts) {
    let is_templated = template::is_templated(written.source.place.slice(written.node.span));
    let text = written.text().unwrap_or_default();
    let put = written.source.values.as_ref().filter(|_| is_templated).map(|values| values.put(text.trim()));
    if let Some(Some(value)) = put {
        return credential(value, name, path, workload, facts);
    }
    let location = written.location(path);
    // Templates, `envsubst` and Terraform fill in; `$(…)` names a variable of the same container.
    let given = if is_templated {
        values::mentioned(&text).map(|value| format!(".Values.{value}")).into_iter().collect()
    } else {
        substituted(&text)
    };
    if !given.is_empty() {
        for name_of_value in given {
            let given = shared::reference(StoreKind::Parameter, name_of_value, location.clone());
            workload.references.push(shared::received_by(given, name));
        }
    } else if is_templated {
        // A function of the template: a file, a look-up in the cluster, something made up at installation.
        let made = shared::reference(StoreKind::StepOutput, "a template", location);
        workload.references.push(shared::received_by(made, name));
    } else if !text.trim().is_empty() {
        facts.declarations.extend(weak_literal::declared(name, &text, &location));
        facts.slots.push(shared::slot(name, location));
    }
}

/// What is substituted before it is applied, for the whole of a credential or for the secret part of an address.
fn substituted(text: &str) -> Vec<String> {
    // OpenShift writes `${{X}}` for what is no text.
    let plain = text.trim().replace("${{", "${").replace("}}", "}");
    let whole = plain.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains(['{', '}']));
    if let Some(name) = whole.and_then(|name| name.split(':').next()).filter(|name| !name.is_empty()) {
        return vec![name.to_owned()];
    }
    let is_secret = |found: &Interpolation| {
        let in_address = plain[..found.range.start].ends_with(':') && plain[found.range.end..].starts_with('@');
        in_address || shared::may_hold_credential(&found.name)
    };
    interpolations(&plain).into_iter().filter(is_secret).map(|found| found.name).collect()
}

/// A `secretKeyRef` or `configMapKeyRef`.
pub(super) fn keyed(object: Object<'_>, node: &Node, store: StoreKind, path: &str) -> Option<Reference> {
    let name = node.get("name")?;
    let text = object.source.text(name)?;
    // The variable of a loop says nothing of what it goes through.
    let is_whole = text.starts_with("{{") && text.find("}}") == text.len().checked_sub(2);
    let is_of_loop = is_whole && values::mentioned(&text).is_none() && !text.contains("include ");
    let named = if is_of_loop { "a Secret of a template" } else { &*text };
    let mut reference = secrets::reference(object, named, object.location(node, &format!("{path}.valueFrom")));
    reference.store = store;
    reference.key = node.get("key").and_then(|key| object.source.text(key)).map(|key| key.to_string());
    Some(reference)
}

/// One entry of `envFrom`.
pub(super) fn whole(object: Object<'_>, entry: &Node, path: &str, workload: &mut Workload) {
    for (kind, store) in [("secretRef", StoreKind::K8sSecret), ("configMapRef", StoreKind::K8sConfigMap)] {
        let Some(name) = entry.path(&[kind, "name"]) else { continue };
        let Some(text) = object.source.text(name) else { continue };
        let mut reference = secrets::reference(object, &text, object.location(name, &format!("{path}.envFrom.{kind}")));
        reference.store = store;
        workload.references.push(reference);
    }
}
