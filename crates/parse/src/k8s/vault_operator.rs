//! The Vault Secrets Operator: objects that copy values and leases of Vault into Secrets.

use unkeyed_model::{
    Content, Custody, Destination, Facts, IdentityKind, IdentityPath, Platform, Reach, Role, StoreKind, Use, Value, Workload, WorkloadKind,
};

use super::objects::{self, Object};
use super::{identities, secrets};

/// Reads one object of the operator's group.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let custody = match object.kind() {
        "VaultStaticSecret" => Custody::VaultStatic,
        "VaultDynamicSecret" | "VaultPKISecret" => Custody::VaultDynamic,
        "VaultAuth" | "VaultAuthGlobal" => return facts.workloads.push(login(object)),
        _ => return,
    };
    let Some(name) = object.text(&["spec", "destination", "name"]) else { return };
    let mut made = secrets::stored(object, StoreKind::K8sSecret, &name, custody);
    let auth = object.text(&["spec", "vaultAuthRef"]).unwrap_or_else(|| "default".into());
    let (namespace, auth) = auth.split_once('/').map_or((object.namespace(), &*auth), |(namespace, name)| (namespace.into(), name));
    made.component = Some(objects::id(&namespace, "VaultAuth", auth));
    facts.stored.push(made);
}

/// How the operator logs in.
fn login(object: Object<'_>) -> Workload {
    let mut component = Workload::new(WorkloadKind::K8s, object.id(), format!("{} {}", object.kind(), object.name()), object.place());
    component.component = true;
    component.extents.push(object.extent());
    let destination = Destination::new("vault", "");
    for method in ["appRole", "jwt"] {
        let Some(node) = object.at(&["spec", method, "secretRef"]) else { continue };
        let Some(name) = object.source.text(node) else { continue };
        let mut reference = secrets::reference(object, &name, object.location(node, &format!("spec.{method}.secretRef")));
        reference.content = Content::Durable;
        reference.role = Role::Bootstrap;
        reference.destination = Some(destination.clone());
        component.references.push(reference);
    }
    for method in ["kubernetes", "jwt", "aws", "gcp"] {
        let Some(node) = object.at(&["spec", method]).filter(|node| node.get("secretRef").is_none()) else { continue };
        let account = ["serviceAccount", "irsaServiceAccount", "workloadIdentityServiceAccount"].iter().find_map(|key| node.str(key));
        let account = account.unwrap_or("default");
        let audience = node.get("audiences").and_then(|list| list.items().first()).map(|node| object.source.value(node));
        let audience = audience.unwrap_or_else(|| Value::unknown("the audience of the token is not in the manifest"));
        component.uses.push((Use::ServiceAccount, format!("{}/{account}", object.namespace())));
        let location = object.location(node, &format!("spec.{method}"));
        component.identity_paths.push(IdentityPath {
            kind: IdentityKind::Federated,
            platform: Platform::Vault,
            mechanism: format!("Vault Secrets Operator ({method} login)"),
            reach: Reach::Vault,
            destination: destination.clone(),
            principal: node.get("role").map_or_else(|| Value::unknown("no Vault role is named"), |node| object.source.value(node)),
            tokens: vec![identities::token_for(&format!("system:serviceaccount:{}:{account}", object.namespace()), audience)],
            ttl: None,
            capability: Some(location.clone()),
            consumer: Some(location),
            platform_bound: None,
        });
    }
    component
}
