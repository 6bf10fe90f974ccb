//! The Vault Agent injector: annotations that log a pod in and write secrets into its memory.

use unkeyed_model::{
    Content, Custody, Destination, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Reach, Reference, Role, StoreKind,
    Value, Workload,
};

use super::identities;
use super::pods::Pod;
use super::secrets;
use crate::facts as shared;

/// Beginning of the injector's annotations.
pub(crate) const PREFIX: &str = "vault.hashicorp.com/";

/// Folder that the injector writes to (Vault Agent injector, "Annotations").
const WRITTEN: &str = "/vault/secrets/";

/// Adds what the injector's annotations say of a pod.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    let Some(inject) = pod.annotation(&format!("{PREFIX}agent-inject")).filter(|written| written.node.is_true()) else { return };
    // A file that the injector writes holds what its annotations say.
    let is_read = |used: &Reference| matches!(used.store, StoreKind::File | StoreKind::StepOutput) && used.name.starts_with(WRITTEN);
    workload.references.retain(|used| !is_read(used));
    let annotations = pod.template.path(&["metadata", "annotations"]).map(crate::tree::Node::entries).unwrap_or_default();
    for entry in annotations {
        let Some(name) = entry.name().strip_prefix(PREFIX) else { continue };
        let Some(secret) = name.strip_prefix("agent-inject-secret-") else { continue };
        if let Some(path) = pod.object.source.text(&entry.value) {
            let location = pod.object.location(&entry.value, &format!("metadata.annotations.{name}"));
            workload.references.push(fetched(&path, secret, location));
        }
    }
    let method = pod.annotation(&format!("{PREFIX}auth-type")).and_then(|written| written.text());
    let method = method.as_deref();
    if method == Some("approle") {
        workload.references.extend(approle(pod));
        return;
    }
    let role = pod.annotation(&format!("{PREFIX}role"));
    let audience = Value::unknown("the audience of the token is not in the manifest");
    let (capability, consumer) = (role.unwrap_or(inject).location("metadata.annotations"), inject.location("metadata.annotations"));
    let role = role.map(|written| written.value());
    workload.identity_paths.push(login(method, role, identities::token_for(&pod.subject(), audience), capability, consumer));
}

/// The login of the agent that the injector puts into a pod.
pub(crate) fn login(
    method: Option<&str>,
    role: Option<Value>,
    token: PredictedToken,
    capability: Location,
    consumer: Location,
) -> IdentityPath {
    IdentityPath {
        kind: if matches!(method, None | Some("kubernetes" | "jwt")) { IdentityKind::Federated } else { IdentityKind::Managed },
        platform: Platform::Vault,
        mechanism: format!("Vault Agent injector ({} login)", method.unwrap_or("kubernetes")),
        reach: Reach::Vault,
        destination: Destination::new("vault", ""),
        principal: role.unwrap_or_else(|| Value::unknown("no Vault role is named")),
        tokens: vec![token],
        ttl: None,
        capability: Some(capability),
        consumer: Some(consumer),
        platform_bound: None,
    }
}

/// A secret that is read from a path in Vault.
pub(crate) fn fetched(path: &str, used_as: &str, location: unkeyed_model::Location) -> Reference {
    let (custody, destination) = engine(path);
    let mut reference = shared::fetch(StoreKind::Vault, path, custody, location);
    reference.used_as = Some(used_as.to_owned());
    reference.destination = destination;
    reference
}

/// What a path in Vault yields: a lease made for the reader, or a value that is kept. Engines are told by what stands
/// behind the mount (`creds/`, `sts/`, `issue/`), because mounts can have any name, and by the usual names of mounts.
pub(super) fn engine(path: &str) -> (Custody, Option<Destination>) {
    let path = path.trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let leased =
        parts.iter().skip(1).any(|part| matches!(*part, "creds" | "sts" | "issue" | "sign" | "token" | "roleset" | "static-account"));
    let mount = parts.first().copied().unwrap_or_default();
    let kind = if mount.starts_with("database") || mount.starts_with("db") || mount.contains("postgres") || mount.contains("mysql") {
        "db"
    } else if mount.starts_with("aws") {
        "aws"
    } else if mount.starts_with("gcp") {
        "gcp"
    } else if mount.starts_with("azure") {
        "azure"
    } else if mount.starts_with("kubernetes") {
        "k8s-api"
    } else {
        ""
    };
    let is_static = matches!(mount, "secret" | "kv" | "kv-v2") || parts.get(1) == Some(&"data");
    let is_static_role = parts.get(1) == Some(&"static-creds");
    match (leased && !is_static && !is_static_role, kind) {
        (true, "") => (Custody::VaultDynamic, None),
        (true, kind) => (Custody::VaultDynamic, Some(Destination::new(kind, ""))),
        (false, _) => (Custody::VaultStatic, None),
    }
}

/// The login by AppRole: its secret id lies in a Secret that the agent mounts.
fn approle(pod: Pod<'_>) -> Option<Reference> {
    let names = ["extra-secret", "auth-config-secret-id-file-path", "auth-config-secret_id_file_path", "auth-type"];
    let (name, written) = names.iter().find_map(|name| Some((*name, pod.annotation(&format!("{PREFIX}{name}"))?)))?;
    let text = written.text()?;
    let location = written.location("metadata.annotations");
    let mut reference = match name {
        "extra-secret" => secrets::reference(pod.object, &text, location),
        _ => shared::reference(StoreKind::File, if name == "auth-type" { "AppRole secret id" } else { &text }, location),
    };
    reference.content = Content::Durable;
    reference.role = Role::Bootstrap;
    reference.destination = Some(Destination::new("vault", ""));
    reference.used_as = Some("AppRole secret id".to_owned());
    Some(reference)
}
