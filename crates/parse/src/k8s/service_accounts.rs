//! Service accounts: components of the pods that run under them, with the cloud identities that annotations give them.

use unkeyed_model::{
    Destination, Facts, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Principal, Reach, SessionPolicy, Ttl, TtlBasis,
    Value, Workload, WorkloadKind,
};

use super::objects::{Object, Written};
use super::{blocks, identities, pods, secrets};
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
    blocks::read(object, &mut component);
    for entry in object.at(&["secrets"]).map(Node::items).unwrap_or_default() {
        let Some(node) = entry.get("name") else { continue };
        component
            .references
            .extend(object.source.text(node).map(|name| secrets::reference(object, &name, object.location(node, "secrets"))));
    }
    if let Some(tenant) = object.annotation("azure.workload.identity/tenant-id") {
        let name = tenant.value().known().unwrap_or_default().to_owned();
        component.traits.push(("azure-tenant".to_owned(), name, tenant.location("metadata.annotations")));
    }
    if let Some(node) = object.at(&["automountServiceAccountToken"]) {
        let text = node.text().unwrap_or_default().to_owned();
        component.traits.push(("automount".to_owned(), text, object.location(node, "automountServiceAccountToken")));
    }
    facts.workloads.push(component);
    facts.principals.push(principal(&namespace, &name, object.place()));
    let account = format!("k8s:sa/{namespace}/{name}");
    facts.sessions.extend(token_expirations(&account, &|name| object.annotation(name)));
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
fn annotated(object: Object<'_>, written: Written<'_>, platform: Platform, mechanism: &str, audience: Value) -> IdentityPath {
    let token = identities::token_for(&subject(object), audience);
    of_cloud(platform, mechanism, written.value(), token, written.location("metadata.annotations"))
}

/// The path to a cloud by an annotation of the account, wherever that is written.
pub(crate) fn of_cloud(platform: Platform, mechanism: &str, principal: Value, token: PredictedToken, at: Location) -> IdentityPath {
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
        tokens: vec![token],
        ttl: Some(Ttl { seconds, basis: TtlBasis::VendorBound }),
        capability: Some(at),
        consumer: None,
        platform_bound: None,
    }
}

/// The project in the e-mail of a service account.
fn project(email: &str) -> Option<&str> {
    email.split_once('@')?.1.strip_suffix(".iam.gserviceaccount.com")
}

fn aws(object: Object<'_>) -> Option<IdentityPath> {
    let written = object.annotation(AWS_ROLE)?;
    let audience = object.annotation("eks.amazonaws.com/audience").map(|written| written.value());
    let audience = audience.unwrap_or_else(|| Value::Known("sts.amazonaws.com".to_owned(), unkeyed_model::Basis::Platform));
    Some(annotated(object, written, Platform::Aws, AWS_ROLE, audience))
}

/// Only pods with Azure's label get a token: the label is the capability, the client id here says who consumes it.
fn azure(object: Object<'_>) -> Option<IdentityPath> {
    let written = object.annotation("azure.workload.identity/client-id")?;
    let audience = Value::Known("api://AzureADTokenExchange".to_owned(), unkeyed_model::Basis::Platform);
    let path = annotated(object, written, Platform::Azure, "azure.workload.identity/client-id", audience);
    Some(IdentityPath { consumer: path.capability, capability: None, ..path })
}

fn gcp(object: Object<'_>) -> Option<IdentityPath> {
    let written = object.annotation("iam.gke.io/gcp-service-account")?;
    let audience = Value::unknown("the workload identity pool of the cluster is not in the manifest");
    Some(annotated(object, written, Platform::Gcp, "iam.gke.io/gcp-service-account", audience))
}

/// Annotation that gives an account its AWS role, and that for how long its tokens live (amazon-eks-pod-identity-webhook).
const AWS_ROLE: &str = "eks.amazonaws.com/role-arn";
const AWS_EXPIRATION: &str = "eks.amazonaws.com/token-expiration";
const AZURE_EXPIRATION: &str = "azure.workload.identity/service-account-token-expiration";

/// What the webhook of EKS asks for if nothing is written.
const AWS_DEFAULT: u64 = 86_400;

/// How long the annotations of an account or of a pod let the account's tokens live.
pub(super) fn token_expirations<'n>(account: &str, annotation: &dyn Fn(&str) -> Option<Written<'n>>) -> Vec<SessionPolicy> {
    let session = |setting: &str, seconds, basis, written: Written<'_>| SessionPolicy {
        platform: Platform::K8s,
        principal: account.to_owned(),
        setting: setting.to_owned(),
        seconds,
        basis,
        location: written.location("metadata.annotations"),
    };
    let declared = [AWS_EXPIRATION, AZURE_EXPIRATION].into_iter().filter_map(|setting| {
        let written = annotation(setting)?;
        Some(session(setting, written.text().and_then(|text| text.trim().parse().ok()), TtlBasis::Declared, written))
    });
    let assumed = annotation(AWS_ROLE)
        .filter(|_| annotation(AWS_EXPIRATION).is_none())
        .map(|written| session(AWS_EXPIRATION, Some(AWS_DEFAULT), TtlBasis::VendorDefault, written));
    declared.chain(assumed).collect()
}
