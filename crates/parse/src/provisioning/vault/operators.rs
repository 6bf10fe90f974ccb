//! Vault's login roles as cluster operators keep them: Bank-Vaults' `externalConfig` and the Vault Config Operator.
//!
//! Bank-Vaults names settings as Vault does; the other operator in camel case, its acronyms in capitals
//! (bank-vaults.dev, "External configuration"; redhat-cop/vault-config-operator, "Auth Engines").

use super::{policy, written};
use crate::exports::{Attribute, Out};
use crate::tree::Node;

/// Kinds of the Vault Config Operator, with the method that they belong to.
const KINDS: &[(&str, &str)] =
    &[("JWTOIDCAuthEngineRole", "role/"), ("KubernetesAuthEngineRole", "role/"), ("JWTOIDCAuthEngineConfig", "config")];

/// Settings that its objects name otherwise than Vault.
const RENAMED: &[(&str, &str)] = &[
    ("tokenTTL", "token_ttl"),
    ("tokenMaxTTL", "token_max_ttl"),
    ("tokenExplicitMaxTTL", "token_explicit_max_ttl"),
    ("targetServiceAccounts", "bound_service_account_names"),
    ("OIDCDiscoveryURL", "oidc_discovery_url"),
    ("JWKSURL", "jwks_url"),
    ("policies", "token_policies"),
];

/// An object of the Vault Config Operator.
pub(in super::super) fn object(object: &Node, kind: &str, spec: &Node, out: &mut Out<'_>) {
    let name = spec.str("name").or_else(|| object.path(&["metadata", "name"]).and_then(Node::text)).unwrap_or_default();
    if kind == "Policy" {
        return policy(object, name, spec.get("policy").cloned().map(Attribute::Node), out);
    }
    let Some((_, below)) = KINDS.iter().find(|(known, _)| *known == kind) else { return };
    let mount = spec.str("path").unwrap_or(if kind.starts_with('K') { "kubernetes" } else { "jwt" });
    let mut settings: Vec<(String, Node)> = spec.entries().iter().map(|entry| (plain(entry.name()), entry.value.clone())).collect();
    // The namespaces are listed, or selected by label, which leaves them open.
    if let Some(listed) = spec.path(&["targetNamespaces", "targetNamespaces"]) {
        settings.push(("bound_service_account_namespaces".to_owned(), listed.clone()));
    }
    let name = if *below == "config" { "" } else { name };
    written(object, &format!("auth/{mount}/{below}{name}"), settings, out);
}

fn plain(name: &str) -> String {
    RENAMED
        .iter()
        .find(|(theirs, _)| *theirs == name)
        .map_or_else(|| super::super::objects::snake_case(name), |(_, ours)| (*ours).to_owned())
}

/// The configuration that Bank-Vaults keeps a server to.
pub(in super::super) fn bank(configuration: &Node, out: &mut Out<'_>) {
    let list = |node: &Node, key: &str| node.get(key).map(|list| list.items().to_vec()).unwrap_or_default();
    for one in list(configuration, "policies") {
        policy(&one, one.str("name").unwrap_or_default(), one.get("rules").cloned().map(Attribute::Node), out);
    }
    for method in list(configuration, "auth") {
        let mount = method.str("path").or_else(|| method.str("type")).unwrap_or_default().trim_end_matches('/').to_owned();
        let settings = |node: &Node| node.entries().iter().map(|entry| (entry.name().to_owned(), entry.value.clone())).collect();
        if let Some(config) = method.get("config") {
            written(&method, &format!("auth/{mount}/config"), settings(config), out);
        }
        for role in list(&method, "roles") {
            let name = role.str("name").unwrap_or_default();
            let own =
                role.entries().iter().filter(|entry| entry.name() != "name").map(|entry| (entry.name().to_owned(), entry.value.clone()));
            written(&role, &format!("auth/{mount}/role/{name}"), own.collect(), out);
        }
    }
}
