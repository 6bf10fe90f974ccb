//! External Secrets: objects that copy values of a secret manager into Secrets of the cluster.

use unkeyed_model::{Custody, Facts, StoreKind};

use super::objects::{self, Object};
use super::secrets;
use crate::tree::Node;

/// Emits the Secret that an ExternalSecret makes, with the store that it draws on.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let is_cluster_wide = object.kind() == "ClusterExternalSecret";
    let spec = if is_cluster_wide { object.at(&["spec", "externalSecretSpec"]) } else { object.at(&["spec"]) };
    let Some(spec) = spec else { return };
    let text = |path: &[&str]| spec.path(path).and_then(|node| object.source.text(node));
    let name = text(&["target", "name"]).unwrap_or_else(|| object.name());
    let custody = if is_generated(spec) { Custody::VaultDynamic } else { Custody::VaultStatic };
    let mut made = secrets::stored(object, StoreKind::K8sSecret, &name, custody);
    if is_cluster_wide {
        made.namespace = None;
    }
    if let Some(store) = text(&["secretStoreRef", "name"]) {
        let kind = text(&["secretStoreRef", "kind"]).unwrap_or_else(|| "SecretStore".into());
        made.component = Some(store_id(object, &kind, &store));
    }
    facts.stored.push(made);
}

/// Whether the values are made by a generator (`ECRAuthorizationToken`, `VaultDynamicSecret`) and not kept anywhere.
/// A generated password is kept from then on, and hence static.
fn is_generated(spec: &Node) -> bool {
    let sources = spec.get("dataFrom").map(Node::items).unwrap_or_default();
    let generators: Vec<&Node> = sources.iter().filter_map(|source| source.path(&["sourceRef", "generatorRef"])).collect();
    let lasting = |generator: &&Node| matches!(generator.str("kind"), Some("Password" | "UUID" | "SSHKey" | "Fake"));
    !generators.is_empty() && generators.len() == sources.len() && spec.get("data").is_none() && !generators.iter().any(lasting)
}

/// Id of a store's component.
pub(super) fn store_id(object: Object<'_>, kind: &str, name: &str) -> String {
    let namespace = if kind.starts_with("Cluster") { "cluster".into() } else { object.namespace() };
    objects::id(&namespace, kind, name)
}
