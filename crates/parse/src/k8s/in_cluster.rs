//! Use of the cluster's own API with the pod's service account.
//!
//! Every pod is handed a token unless it refuses; that alone says nothing. It counts with a consumer that is seen: a
//! client in the command line, or an image that is an operator or client by trade.

use unkeyed_model::{Destination, IdentityKind, IdentityPath, Location, Platform, Reach, Ttl, TtlBasis, Value, Workload};

use super::pods::{Container, Pod};
use crate::shell;
use crate::tree::Node;

/// Command-line clients of the API server.
const CLIENTS: &[&str] = &["kubectl", "helm", "helmfile", "kustomize", "oc", "argocd", "flux", "istioctl", "velero", "kubeadm"];

/// Images that work on the API server and do nothing without it, by the last part of their name.
const OPERATORS: &[&str] = &[
    "kubectl",
    "argocd",
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    "notification-controller",
    "cert-manager-controller",
    "cert-manager-cainjector",
    "external-secrets",
    "external-dns",
    "cluster-autoscaler",
    "kube-state-metrics",
    "metrics-server",
    "prometheus-operator",
    "prometheus-config-reloader",
    "ingress-nginx-controller",
    "nginx-ingress-controller",
    "controller",
    "sealed-secrets-controller",
    "reloader",
    "velero",
    "kyverno",
    "gatekeeper",
    "k8s-sidecar",
    "keda",
    "keda-metrics-apiserver",
    "spire-controller-manager",
    "vault-k8s",
    "vault-secrets-operator",
    "descheduler",
    "kured",
];

/// Adds the path to the API server if it is seen to be used.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    if !pod.mounts_token() {
        return;
    }
    let Some(consumer) = pod.containers().iter().find_map(|container| consumer(pod, container)) else { return };
    let account = pod.spec.get("serviceAccountName").or_else(|| pod.spec.get("serviceAccount"));
    let capability = account.map_or_else(|| pod.object.place(), |node| pod.at(node, "serviceAccountName"));
    workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::K8s,
        mechanism: "service-account token".to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("k8s-api", ""),
        principal: Value::literal(pod.principal()),
        tokens: Vec::new(),
        // The kubelet renews the token hourly; a copy dies with the pod.
        ttl: Some(Ttl { seconds: 3600, basis: TtlBasis::VendorDefault }),
        capability: Some(capability),
        consumer: Some(consumer),
        platform_bound: None,
    });
}

fn consumer(pod: Pod<'_>, container: &Container<'_>) -> Option<Location> {
    // A path that is only an argument (`ls /bin/kubectl`) is no use.
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '.');
    let words = |node: &Node| {
        node.text().is_some_and(|text| {
            let named = text.split(|c| !is_part(c)).any(|word| CLIENTS.contains(&word));
            named || shell::commands(text).iter().any(|command| CLIENTS.contains(&command.program()))
        })
    };
    for key in ["command", "args", "source"] {
        let Some(node) = container.node.get(key) else { continue };
        if let Some(found) = node.one_or_many().iter().find(|item| words(item)) {
            return Some(pod.object.location(found, &format!("{}.{key}", container.path)));
        }
    }
    let image = container.node.get("image")?;
    let name = image.text()?.split(['@', ':']).next()?.rsplit('/').next()?;
    OPERATORS.contains(&name).then(|| pod.object.location(image, &format!("{}.image", container.path)))
}
