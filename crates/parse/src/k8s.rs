//! Kubernetes manifests: YAML (several documents, `List`), JSON, kustomize files as they lie, Helm templates unrendered.
//!
//! Manifests of one folder are read together, because a role and its binding, or a pod and its service account, often
//! stand in two files. The decision a reader would question: a namespace that isn't written is `default`, although
//! whoever applies the file may choose another; names are joined by what is written.

mod attached;
mod authorization;
mod aws_auth;
mod blocks;
mod builds;
mod certificates;
mod claims;
mod commands;
mod containers;
mod controllers;
mod external_secrets;
mod generated;
mod identities;
mod in_cluster;
pub(crate) mod injector;
mod kubeadm;
mod kustomization;
mod linkerd;
mod mesh;
mod objects;
mod oci_exchange;
mod options;
mod pods;
mod programs;
mod rbac;
mod secret_providers;
mod secret_stores;
mod secrets;
mod service_accounts;
mod spire;
mod spire_config;
mod spire_files;
mod template;
mod values;
mod vault_operator;
mod volumes;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use unkeyed_model::{Facts, Unit};

pub(crate) use self::identities::{AZURE_LABEL, of_label, token_for};
pub(crate) use self::injector::{PREFIX as INJECTOR, fetched as fetched_by_injector, login as injector_login};
use self::objects::{Object, Source};
pub(crate) use self::secrets::is_public;
pub(crate) use self::service_accounts::of_cloud;
use self::values::Values;
use crate::place::{self, Place};
use crate::provisioning;
use crate::tree::Node;

/// YAML and JSON files that hold `apiVersion` and `kind`, and kustomizations, grouped by folder; the templates of a chart
/// are one group with its values.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    if values::is_one(name) || values::is_of_environment(name) {
        return Some(place::beside(origin.folder(), TEMPLATES));
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let is_manifest = matches!(extension, Some("yaml" | "yml" | "json")) && is_manifest(unit.bytes());
    (is_manifest || kustomization::is_one(name)).then(|| templates_of(origin.folder()).to_owned())
}

/// The folder of a chart's templates.
const TEMPLATES: &str = "templates";

/// The folder of templates that a folder lies in; else the folder itself.
fn templates_of(folder: &str) -> &str {
    let mut ends = memchr::memmem::rfind_iter(folder.as_bytes(), TEMPLATES).map(|at| (at, at + TEMPLATES.len()));
    let is_part = |&(start, end): &(usize, usize)| {
        (start == 0 || folder.as_bytes()[start - 1] == b'/') && folder.as_bytes().get(end).is_none_or(|byte| *byte == b'/')
    };
    ends.find(is_part).map_or(folder, |(_, end)| &folder[..end])
}

/// Whether the first kilobytes of a text speak of an API version and a kind.
pub(crate) fn is_manifest(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    holds(b"apiVersion") && holds(b"kind")
}

/// Reads the manifests of one folder.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let mut sources = Vec::new();
    for unit in units {
        match Place::new(unit) {
            Ok(place) => sources.push(Source { place, namespace: Rc::from("default"), values: None }),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    let (given, rest): (Vec<_>, Vec<_>) =
        sources.into_iter().partition(|source| values::is_of_environment(source.place.origin().file_name()));
    let mut sources = rest;
    let has_own = sources.iter().any(|source| values::is_one(source.place.origin().file_name()));
    // A chart that has values for one environment only runs with those.
    if let (false, [_]) = (has_own, given.as_slice()) {
        let values = given.into_iter().next().map(|source| Rc::new(Values::read(source, &mut facts.skipped)));
        sources.iter_mut().for_each(|source| source.values.clone_from(&values));
    }
    if let Some(at) = sources.iter().position(|source| values::is_one(source.place.origin().file_name())) {
        let values = Rc::new(Values::read(sources.remove(at), &mut facts.skipped));
        sources.iter_mut().for_each(|source| source.values = Some(Rc::clone(&values)));
    }
    let documents: Vec<Vec<Node>> = sources.iter().map(|source| source.documents(&mut facts.skipped)).collect();
    let kustomized = sources.iter().zip(&documents).find_map(|(source, nodes)| kustomization::namespace(source, nodes));
    if let Some(namespace) = kustomized {
        sources.iter_mut().for_each(|source| source.namespace = Rc::clone(&namespace));
    }
    let mut objects = Vec::new();
    for (source, nodes) in sources.iter().zip(&documents) {
        if kustomization::is_one(source.place.origin().file_name()) {
            nodes.iter().for_each(|node| kustomization::read(Object { source, node }, &mut facts));
        } else {
            objects.append(&mut Object::all(source, nodes));
        }
    }
    objects.iter().for_each(|object| read_object(*object, &mut facts));
    attached::read(&objects, &mut facts);
    for (source, nodes) in sources.iter().zip(&documents).filter(|(source, _)| kustomization::is_one(source.place.origin().file_name())) {
        let is_read = |path: &str| {
            let path = crate::host_files::relative(source.place.path(), path);
            sources.iter().any(|other| other.place.path() == path)
        };
        nodes.iter().for_each(|node| kustomization::patches(source, node, &is_read, &mut facts));
    }
    rbac::bindings(&objects, &mut facts);
    linkerd::read(&objects, &mut facts);
    facts.append(provisioning::read_manifests(units));
    // A service account that is both defined and bound is one principal, where it is defined.
    facts.principals.sort_by(|a, b| a.key.cmp(&b.key));
    facts.principals.dedup_by(|a, b| a.key == b.key);
    facts
}

/// Reads manifests that stand in a file of another form.
pub(crate) fn read_embedded(place: Place<'_>, documents: &[Node], facts: &mut Facts) {
    let source = Source { place, namespace: Rc::from("default"), values: None };
    let objects = Object::all(&source, documents);
    objects.iter().for_each(|object| read_object(*object, facts));
    rbac::bindings(&objects, facts);
}

fn read_object(object: Object<'_>, facts: &mut Facts) {
    match (object.group(), object.kind()) {
        ("", "Secret") => secrets::secret(object, facts),
        ("", "ConfigMap") => {
            secrets::config_map(object, facts);
            aws_auth::read(object, facts);
            spire_config::read(object, facts);
            spire_files::read(object, facts);
        }
        ("bitnami.com", "SealedSecret") => secrets::sealed(object, facts),
        ("", "PersistentVolumeClaim") => claims::claim(object, facts),
        ("", "PersistentVolume") => claims::volume(object, facts),
        ("", "ServiceAccount") => service_accounts::read(object, facts),
        ("external-secrets.io", "ExternalSecret" | "ClusterExternalSecret") => external_secrets::read(object, facts),
        ("external-secrets.io", "SecretStore" | "ClusterSecretStore") => secret_stores::read(object, facts),
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => secret_providers::read(object, facts),
        ("cert-manager.io", "Certificate") => certificates::read(object, facts),
        ("kubeadm.k8s.io", "ClusterConfiguration") | ("controlplane.cluster.x-k8s.io", "KubeadmControlPlane") => {
            kubeadm::read(object, facts);
        }
        ("secrets.hashicorp.com", _) => vault_operator::read(object, facts),
        ("security.istio.io", "AuthorizationPolicy") => authorization::read(object, facts),
        ("spire.spiffe.io", _) => spire::read(object, facts),
        ("build.openshift.io", "BuildConfig") => builds::read(object, facts),
        _ if controllers::is_one(object) => controllers::read(object, facts),
        _ => pods::read(object, facts),
    }
}
