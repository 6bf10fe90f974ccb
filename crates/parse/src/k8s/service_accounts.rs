//! Service accounts: components of the pods that run under them, with the cloud identities that annotations give them.

use unkeyed_model::{
    Destination, Facts, IdentityKind, IdentityPath, Platform, Principal, Reach, SessionPolicy, Ttl, TtlBasis, Value, Workload, WorkloadKind,
};

use super::objects::Object;
use super::{identities, pods, secrets};
use crate::facts as shared;
use crate::tree::Node;

/// Emits the component and the principal.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let (namespace, name) = (object.namespace(), object.name());
    let mut component = Workload::new(WorkloadKind::K8s, object.id(), format!("{namespace}/{name}"), object.place());
    component.component = true;
    component.extents.push(object.extent());
    component.owner = object.owner();
    for annotated in [aws, azure, gcp] {
        component.identity_paths.extend(annotated(object));
    }
    for entry in object.at(&["imagePullSecrets"]).map(Node::items).unwrap_or_default() {
        component.references.extend(pods::secret_for_pulling(object, entry));
    }
    for entry in object.at(&["secrets"]).map(Node::items).unwrap_or_default() {
        let Some(node) = entry.get("name") else { continue };
        component
            .references
            .extend(object.source.text(node).map(|name| secrets::reference(object, &name, object.location(node, "secrets"))));
    }
    if let Some(node) = object.at(&["automountServiceAccountToken"]) {
        let text = node.text().unwrap_or_default().to_owned();
        component.traits.push(("automount".to_owned(), text, object.location(node, "automountServiceAccountToken")));
    }
    facts.workloads.push(component);
    facts.principals.push(principal(&namespace, &name, object.place()));
    facts.sessions.extend(token_expirations(object));
}

/// A service account as a principal of its cluster.
pub(super) fn principal(namespace: &str, name: &str, location: unkeyed_model::Location) -> Principal {
    Principal {
        platform: Platform::K8s,
        key: format!("k8s:sa/{namespace}/{name}"),
        kind: "service-account".to_owned(),
        names: vec![format!("{namespace}/{name}"), format!("system:serviceaccount:{namespace}:{name}")],
        location,
    }
}

fn subject(object: Object<'_>) -> String {
    format!("system:serviceaccount:{}:{}", object.namespace(), object.name())
}

/// A path whose capability is an annotation; the pod that runs under the account is the consumer.
fn annotated(object: Object<'_>, node: &Node, platform: Platform, mechanism: &str, audience: Value) -> IdentityPath {
    let principal = object.source.value(node);
    let (destination, seconds) = match platform {
        Platform::Aws => (shared::aws(principal.known()), 43_200),
        Platform::Azure => (Destination::new("azure", ""), 86_400),
        _ => (Destination::new("gcp", principal.known().and_then(project).unwrap_or_default()), 43_200),
    };
    IdentityPath {
        kind: IdentityKind::Federated,
        platform,
        mechanism: mechanism.to_owned(),
        reach: Reach::Destination,
        destination,
        principal,
        tokens: vec![identities::token_for(&subject(object), audience)],
        ttl: Some(Ttl { seconds, basis: TtlBasis::VendorBound }),
        capability: Some(object.location(node, "metadata.annotations")),
        consumer: None,
        platform_bound: None,
    }
}

/// The project in the e-mail of a service account.
fn project(email: &str) -> Option<&str> {
    email.split_once('@')?.1.strip_suffix(".iam.gserviceaccount.com")
}

fn aws(object: Object<'_>) -> Option<IdentityPath> {
    let node = object.annotation("eks.amazonaws.com/role-arn")?;
    let audience = object.annotation("eks.amazonaws.com/audience").map(|node| object.source.value(node));
    let audience = audience.unwrap_or_else(|| Value::Known("sts.amazonaws.com".to_owned(), unkeyed_model::Basis::Platform));
    Some(annotated(object, node, Platform::Aws, "eks.amazonaws.com/role-arn", audience))
}

/// Only pods with Azure's label get a token: the label is the capability, the client id here says who consumes it.
fn azure(object: Object<'_>) -> Option<IdentityPath> {
    let node = object.annotation("azure.workload.identity/client-id")?;
    let audience = Value::Known("api://AzureADTokenExchange".to_owned(), unkeyed_model::Basis::Platform);
    let path = annotated(object, node, Platform::Azure, "azure.workload.identity/client-id", audience);
    Some(IdentityPath { consumer: path.capability, capability: None, ..path })
}

fn gcp(object: Object<'_>) -> Option<IdentityPath> {
    let node = object.annotation("iam.gke.io/gcp-service-account")?;
    let audience = Value::unknown("the workload identity pool of the cluster is not in the manifest");
    Some(annotated(object, node, Platform::Gcp, "iam.gke.io/gcp-service-account", audience))
}

fn token_expirations(object: Object<'_>) -> Vec<SessionPolicy> {
    let settings = ["eks.amazonaws.com/token-expiration", "azure.workload.identity/service-account-token-expiration"];
    let found = settings.iter().filter_map(|setting| Some((*setting, object.annotation(setting)?)));
    found
        .map(|(setting, node)| SessionPolicy {
            platform: Platform::K8s,
            principal: format!("k8s:sa/{}/{}", object.namespace(), object.name()),
            setting: setting.to_owned(),
            seconds: node.text().and_then(|text| text.trim().parse().ok()),
            basis: TtlBasis::Declared,
            location: object.location(node, "metadata.annotations"),
        })
        .collect()
}
