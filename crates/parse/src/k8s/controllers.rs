//! Objects by which controllers are told what to sign in with: sources and releases of Flux, configurations of Crossplane's
//! providers, triggers of KEDA. A workload each that names a Secret, because what runs with it is a part of the controller.

use unkeyed_model::{Content, Facts, Reference, Workload, WorkloadKind};

use super::objects::Object;
use super::secrets;
use crate::place;
use crate::tree::Node;

/// Deepest nesting of the settings.
const MAX_DEPTH: usize = 12;

/// Keys under which a Secret is named, by one or in a list.
const KEYS: &[&str] = &["secretRef", "secretKeyRef", "secretTargetRef", "certSecretRef", "proxySecretRef", "kubeConfig", "decryption"];

/// Whether an object is one of them.
pub(super) fn is_one(object: Object<'_>) -> bool {
    let group = object.group();
    let is_provider = matches!(object.kind(), "ProviderConfig" | "ClusterProviderConfig");
    let is_flux = group.ends_with(".toolkit.fluxcd.io");
    is_flux || (group == "keda.sh" && object.kind().ends_with("TriggerAuthentication")) || (is_provider && !group.is_empty())
}

/// Emits the workload of an object that names a Secret.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let Some(spec) = object.at(&["spec"]) else { return };
    let mut workload = Workload::new(WorkloadKind::K8s, object.id(), object.id().trim_start_matches("k8s:"), object.place());
    workload.extents.push(object.extent());
    workload.owner = object.owner();
    named(object, spec, "spec", MAX_DEPTH, &mut workload.references);
    if !workload.references.is_empty() {
        facts.workloads.push(workload);
    }
}

fn named(object: Object<'_>, node: &Node, path: &str, deeper: usize, found: &mut Vec<Reference>) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    for entry in node.entries() {
        let path = place::under(path, entry.name());
        let is_secret = |of: &&Node| of.get("name").is_some() && of.str("kind").is_none_or(|kind| kind == "Secret");
        let listed = entry.value.items().iter().chain([&entry.value]).filter(is_secret);
        match entry.name() {
            // Values of a release come from Secrets and ConfigMaps alike.
            "valuesFrom" => found.extend(listed.filter(|of| of.get("kind").is_some()).filter_map(|of| kept(object, of, &path))),
            key if KEYS.contains(&key) && listed.clone().next().is_some() => {
                found.extend(listed.filter_map(|of| kept(object, of, &path)));
            }
            _ => named(object, &entry.value, &path, deeper, found),
        }
    }
    node.items().iter().enumerate().for_each(|(index, item)| named(object, item, &place::item(path, index), deeper, found));
}

fn kept(object: Object<'_>, node: &Node, path: &str) -> Option<Reference> {
    let name = node.get("name")?;
    let reference = secrets::reference(object, &object.source.text(name)?, object.location(name, path));
    let namespace = node.str("namespace").map(str::to_owned).or_else(|| reference.namespace.clone());
    Some(Reference { content: Content::Durable, namespace, used_as: Some(path.to_owned()), ..reference })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn controllers_sign_in_with_the_secrets_that_objects_name() {
        let of = |text: &str| -> Vec<String> {
            let origin = Origin { path: "o.yaml".into(), ..Origin::default() };
            let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())]);
            facts.workloads.iter().flat_map(|workload| workload.references.iter().map(|found| found.name.clone())).collect()
        };
        let object = |version: &str, kind: &str, spec: &str| {
            format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x, namespace: n}}\nspec: {spec}\n")
        };
        let flux = |kind: &str, spec: &str| of(&object("source.toolkit.fluxcd.io/v1", kind, spec));
        assert_eq!(flux("GitRepository", "{url: 'https://x/y', secretRef: {name: git}}"), ["git"]);
        assert_eq!(flux("GitRepository", "{url: 'https://x/y'}"), [""; 0]);
        let release = "{valuesFrom: [{kind: Secret, name: v}, {kind: ConfigMap, name: c}]}";
        assert_eq!(of(&object("helm.toolkit.fluxcd.io/v2", "HelmRelease", release)), ["v"]);
        let provider = "{credentials: {source: Secret, secretRef: {name: aws, namespace: s, key: k}}}";
        assert_eq!(of(&object("aws.upbound.io/v1beta1", "ProviderConfig", provider)), ["aws"]);
        assert_eq!(of(&object("aws.upbound.io/v1beta1", "ProviderConfig", "{credentials: {source: IRSA}}")), [""; 0]);
        let trigger = "{secretTargetRef: [{parameter: host, name: rabbit, key: uri}]}";
        assert_eq!(of(&object("keda.sh/v1alpha1", "TriggerAuthentication", trigger)), ["rabbit"]);
    }
}
