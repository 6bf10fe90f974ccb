//! Objects by which controllers are told what to sign in with: sources and releases of Flux, applications of Argo CD, configurations
//! of Crossplane's providers, triggers of KEDA, what the operators of Prometheus and Kafka run. A workload each that names a Secret,
//! because what runs with it is a part of the controller.

use unkeyed_model::{Content, Facts, Reference, Workload, WorkloadKind};

use super::external_secrets;
use super::objects::Object;
use super::secrets;
use crate::credential_name::is_credential;
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Deepest nesting of the settings.
const MAX_DEPTH: usize = 12;

/// Keys under which a Secret is named, by one or in a list.
const KEYS: &[&str] = &[
    "secretRef",
    "secretKeyRef",
    "secretTargetRef",
    "certSecretRef",
    "proxySecretRef",
    "kubeConfig",
    "decryption",
    "bearerTokenSecret",
    "passwordSecret",
];

/// Whether an object is one of them.
pub(super) fn is_one(object: Object<'_>) -> bool {
    let group = object.group();
    let is_provider = matches!(object.kind(), "ProviderConfig" | "ClusterProviderConfig");
    let is_flux = group.ends_with(".toolkit.fluxcd.io");
    let is_application = group == "argoproj.io" && matches!(object.kind(), "Application" | "ApplicationSet");
    let runs_elsewhere = matches!(group, "monitoring.coreos.com" | "kafka.strimzi.io");
    is_flux
        || is_application
        || runs_elsewhere
        || (group == "keda.sh" && object.kind().ends_with("TriggerAuthentication"))
        || (is_provider && !group.is_empty())
}

/// Emits the workload of an object that names a Secret.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let Some(spec) = object.at(&["spec"]) else { return };
    let id = external_secrets::store_id(object, object.kind(), &object.name());
    let mut workload = Workload::new(WorkloadKind::K8s, &id, id.trim_start_matches("k8s:"), object.place());
    workload.extents.push(object.extent());
    workload.owner = object.owner();
    let before = facts.slots.len();
    named(object, spec, "spec", MAX_DEPTH, &mut workload.references);
    given(object, spec, "spec", MAX_DEPTH, facts);
    // An authentication of KEDA's without a Secret is a pod's own: a part of what is scaled by it.
    workload.component = workload.references.is_empty() && object.group() == "keda.sh";
    if workload.component || !workload.references.is_empty() || facts.slots.len() > before {
        facts.workloads.push(workload);
    }
}

fn named(object: Object<'_>, node: &Node, path: &str, deeper: usize, found: &mut Vec<Reference>) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    for entry in node.entries() {
        let path = place::under(path, entry.name());
        let is_secret = |of: &&Node| name_of(of).is_some() && of.str("kind").is_none_or(|kind| kind == "Secret");
        let listed = entry.value.items().iter().chain([&entry.value]).filter(is_secret);
        match entry.name() {
            // Values of a release come from Secrets and ConfigMaps alike.
            "valuesFrom" | "substituteFrom" => {
                found.extend(listed.filter(|of| of.get("kind").is_some()).filter_map(|of| kept(object, of, &path)))
            }
            key if KEYS.contains(&key) && listed.clone().next().is_some() => {
                found.extend(listed.filter_map(|of| kept(object, of, &path)));
            }
            // One key of a Secret, as the operator of Prometheus writes it.
            key if is_credential(key) && entry.value.get("key").is_some() && entry.value.entries().len() == 2 => {
                found.extend(kept(object, &entry.value, &path));
            }
            _ => named(object, &entry.value, &path, deeper, found),
        }
    }
    node.items().iter().enumerate().for_each(|(index, item)| named(object, item, &place::item(path, index), deeper, found));
}

/// How Strimzi calls the name of a Secret as well.
fn name_of(node: &Node) -> Option<&Node> {
    node.get("name").or_else(|| node.get("secretName"))
}

/// Parameters of a chart with their values (`- name: auth.password`).
fn given(object: Object<'_>, node: &Node, path: &str, deeper: usize, facts: &mut Facts) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    if let (Some(name), Some(value)) = (node.str("name"), node.get("value")) {
        let last = name.rsplit('.').next().unwrap_or_default();
        if is_credential(last) && value.text().is_some_and(|text| !text.is_empty()) {
            facts.slots.push(shared::slot(last, object.location(value, path)));
        }
    }
    node.entries().iter().for_each(|entry| given(object, &entry.value, &place::under(path, entry.name()), deeper, facts));
    node.items().iter().enumerate().for_each(|(index, item)| given(object, item, &place::item(path, index), deeper, facts));
}

fn kept(object: Object<'_>, node: &Node, path: &str) -> Option<Reference> {
    let name = name_of(node)?;
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
        let substituted = "{postBuild: {substituteFrom: [{kind: Secret, name: vars}, {kind: ConfigMap, name: c}]}}";
        assert_eq!(of(&object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", substituted)), ["vars"]);
        let connect = "{authentication: {passwordSecret: {secretName: s, password: pw}}}";
        assert_eq!(of(&object("kafka.strimzi.io/v1beta2", "KafkaConnect", connect)), ["s"]);
        let written = "{remoteWrite: [{basicAuth: {username: {name: s, key: u}, password: {name: s, key: p}}}]}";
        assert_eq!(of(&object("monitoring.coreos.com/v1", "Prometheus", written)), ["s"]);
    }
}
