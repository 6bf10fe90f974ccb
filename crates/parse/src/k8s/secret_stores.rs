//! Secret stores: how the External Secrets operator logs in to a secret manager.

use unkeyed_model::{Content, Destination, Facts, IdentityKind, IdentityPath, Platform, Reach, Role, Use, Value, Workload, WorkloadKind};

use super::external_secrets::store_id;
use super::objects::Object;
use super::{identities, secrets};
use crate::tree::{Kind, Node};

/// Providers by their key in `spec.provider`.
const PROVIDERS: &[(&str, Platform, &str)] = &[
    ("aws", Platform::Aws, "aws"),
    ("azurekv", Platform::Azure, "azure"),
    ("gcpsm", Platform::Gcp, "gcp"),
    ("vault", Platform::Vault, "vault"),
    ("oracle", Platform::Oci, "oci"),
];

/// Words in the names of references that hold no secret by themselves.
const IDENTIFIERS: &[&str] =
    &["accesskeyid", "clientid", "roleid", "roleref", "tenantid", "username", "caprovider", "fingerprint", "user", "certref"];

/// Emits the component: stored credentials of the login, or the identity that takes their place.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let id = store_id(object, object.kind(), &object.name());
    let mut component = Workload::new(WorkloadKind::K8s, id, format!("{} {}", object.kind(), object.name()), object.place());
    component.component = true;
    component.extents.push(object.extent());
    for entry in object.at(&["spec", "provider"]).map(Node::entries).unwrap_or_default() {
        let known = PROVIDERS.iter().find(|(name, ..)| *name == entry.name());
        let (platform, destination) = known.map_or((Platform::Saas, "unknown"), |(_, platform, destination)| (*platform, *destination));
        let destination = match destination {
            "unknown" => Destination::new(format!("saas:{}", entry.name()), ""),
            known => Destination::new(known, entry.value.str("server").unwrap_or_default()),
        };
        let store = Store { object, provider: &entry.value, platform, destination };
        store.walk(&entry.value, "spec.provider", 0, &mut component);
        store.managed(&mut component);
    }
    facts.workloads.push(component);
}

struct Store<'n> {
    object: Object<'n>,
    provider: &'n Node,
    platform: Platform,
    destination: Destination,
}

impl Store<'_> {
    /// Visits the authentication settings: `…SecretRef: {name, key}` and `serviceAccountRef: {name}` at any depth.
    fn walk(&self, node: &Node, path: &str, depth: usize, component: &mut Workload) {
        let Kind::Map(entries) = &node.kind else { return };
        for entry in entries.iter().filter(|_| depth < 12) {
            let name = entry.name();
            let path = format!("{path}.{name}");
            let names_object = entry.value.get("name").is_some();
            match name {
                "serviceAccountRef" if names_object => self.by_service_account(&entry.value, &path, component),
                _ if names_object && entry.value.get("key").is_some() => self.by_secret(name, &entry.value, &path, component),
                "secretRef" | "tokenSecretRef" if names_object => self.by_secret(name, &entry.value, &path, component),
                _ => self.walk(&entry.value, &path, depth + 1, component),
            }
        }
    }

    /// A Secret that holds part of the login.
    fn by_secret(&self, field: &str, node: &Node, path: &str, component: &mut Workload) {
        let Some(name) = node.get("name") else { return };
        let Some(text) = self.object.source.text(name) else { return };
        let mut reference = secrets::reference(self.object, &text, self.object.location(name, path));
        reference.namespace = node.str("namespace").map(str::to_owned).or(reference.namespace).filter(|_| !self.is_cluster_wide(node));
        reference.key = node.get("key").and_then(|key| self.object.source.text(key)).map(|key| key.to_string());
        let lower = field.to_ascii_lowercase();
        let is_identifier = IDENTIFIERS.iter().any(|word| lower.starts_with(word));
        reference.content = if is_identifier { Content::Identifier } else { Content::Durable };
        reference.role = if is_identifier { Role::Identifier } else { Role::Bootstrap };
        reference.destination = Some(self.destination.clone());
        reference.used_as = Some(field.to_owned());
        component.references.push(reference);
    }

    fn is_cluster_wide(&self, node: &Node) -> bool {
        self.object.kind().starts_with("Cluster") && node.get("namespace").is_none()
    }

    /// A service account whose token is exchanged for the login.
    fn by_service_account(&self, node: &Node, path: &str, component: &mut Workload) {
        let Some(name) = node.str("name") else { return };
        let namespace = node.str("namespace").map_or_else(|| self.object.namespace().to_string(), str::to_owned);
        let audience = node.path(&["audiences"]).and_then(|list| list.items().first()).map(|node| self.object.source.value(node));
        let audience = audience.unwrap_or_else(|| Value::unknown("the audience of the token is not in the manifest"));
        let tokens = vec![identities::token_for(&format!("system:serviceaccount:{namespace}:{name}"), audience)];
        let location = self.object.location(node, path);
        component.uses.push((Use::ServiceAccount, format!("{namespace}/{name}")));
        component.identity_paths.push(IdentityPath {
            capability: Some(location.clone()),
            consumer: Some(location),
            tokens,
            ..self.path(IdentityKind::Federated, "service account of a secret store")
        });
    }

    /// Azure names its managed login by a word.
    fn managed(&self, component: &mut Workload) {
        let Some(kind) = self.provider.get("authType").filter(|node| node.text() == Some("ManagedIdentity")) else { return };
        let location = self.object.location(kind, "spec.provider.azurekv.authType");
        component.identity_paths.push(IdentityPath {
            capability: Some(location.clone()),
            consumer: Some(location),
            ..self.path(IdentityKind::Managed, "managed identity of a secret store")
        });
    }

    fn path(&self, kind: IdentityKind, mechanism: &str) -> IdentityPath {
        let named = ["role", "identityId"].iter().find_map(|key| self.provider.get(key));
        let role = named.or_else(|| {
            let logins = self.provider.get("auth").map(Node::entries).unwrap_or_default();
            logins.iter().find_map(|login| login.value.get("role"))
        });
        IdentityPath {
            kind,
            platform: self.platform,
            mechanism: mechanism.to_owned(),
            reach: Reach::Vault,
            destination: self.destination.clone(),
            principal: role
                .map_or_else(|| Value::unknown("the identity of the login is not in the manifest"), |node| self.object.source.value(node)),
            tokens: Vec::new(),
            ttl: None,
            capability: None,
            consumer: None,
            platform_bound: None,
        }
    }
}
