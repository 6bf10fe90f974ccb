//! The Secrets Store CSI driver: classes that mount values of a secret manager into pods.

use unkeyed_model::{Custody, Destination, Facts, IdentityKind, IdentityPath, Platform, Reach, StoreKind, Value, Workload, WorkloadKind};

use super::injector;
use super::objects::Object;
use super::secrets;
use crate::tree::Node;

/// Emits the class as an object that pods use by name, and the Secrets into which it copies what it mounts.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let custody = if is_dynamic(object) { Custody::VaultDynamic } else { Custody::VaultStatic };
    let mut class = secrets::stored(object, StoreKind::CloudSecretManager, &object.name(), custody);
    class.component = Some(object.id());
    facts.stored.push(class);
    for copy in object.at(&["spec", "secretObjects"]).map(Node::items).unwrap_or_default() {
        if let Some(name) = copy.get("secretName").and_then(|node| object.source.text(node)) {
            // A copy that the driver keeps in the cluster: static from then on, whatever it was copied from.
            let mut made = secrets::stored(object, StoreKind::K8sSecret, &name, Custody::VaultStatic);
            made.component = Some(object.id());
            facts.stored.push(made);
        }
    }
    facts.workloads.push(component(object));
}

/// Whether every value is a lease of a Vault engine.
fn is_dynamic(object: Object<'_>) -> bool {
    let objects = object.at(&["spec", "parameters", "objects"]).and_then(Node::text).unwrap_or_default();
    let paths: Vec<&str> =
        objects.lines().filter_map(|line| line.split_once("secretPath:")).map(|(_, path)| path.trim().trim_matches('"')).collect();
    !paths.is_empty() && paths.iter().all(|path| injector::engine(path).0 == Custody::VaultDynamic)
}

/// How the driver logs in for the pod.
fn component(object: Object<'_>) -> Workload {
    let mut component = Workload::new(WorkloadKind::K8s, object.id(), format!("SecretProviderClass {}", object.name()), object.place());
    component.component = true;
    component.extents.push(object.extent());
    let parameter = |name: &str| object.at(&["spec", "parameters", name]);
    let provider = object.text(&["spec", "provider"]);
    let (platform, destination, login) = match provider.as_deref() {
        Some("vault") => (Platform::Vault, "vault", parameter("roleName")),
        Some("azure") => (Platform::Azure, "azure", parameter("clientID").or_else(|| parameter("userAssignedIdentityID"))),
        // AWS and Google take the identity of the pod's own service account.
        _ => return component,
    };
    let Some(login) = login.filter(|node| node.text().is_some_and(|text| !text.is_empty())) else { return component };
    let location = object.location(login, "spec.parameters");
    component.identity_paths.push(IdentityPath {
        kind: if parameter("useVMManagedIdentity").is_some_and(Node::is_true) { IdentityKind::Managed } else { IdentityKind::Federated },
        platform,
        mechanism: "Secrets Store CSI driver".to_owned(),
        reach: Reach::Vault,
        destination: Destination::new(destination, ""),
        principal: object.source.value(login),
        tokens: vec![unkeyed_model::PredictedToken {
            issuer: Value::unknown("the issuer of the cluster is not in the inputs"),
            subject: Value::unknown("the service account of whichever pod mounts it"),
            audience: Value::unknown("the audience of the token is not in the manifest"),
        }],
        ttl: None,
        capability: Some(location.clone()),
        consumer: Some(location),
        platform_bound: None,
    });
    component
}
