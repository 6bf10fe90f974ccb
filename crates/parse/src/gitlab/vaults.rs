//! `secrets:`: values that the runner fetches from a secret manager with one of the job's tokens.
//!
//! GitLab docs, "CI/CD YAML syntax reference", keyword `secrets`, and "Use external secrets in CI/CD".

use unkeyed_model::{Custody, Destination, IdentityPath, Location, Platform, Reach, StoreKind, Ttl, TtlBasis, Value};

use super::config::find;
use super::job::Definition;
use crate::ci::Job;
use crate::commands::vault_custody;
use crate::facts;
use crate::place;
use crate::tree::{Entry, Node};

/// A secret manager: key, platform, kind of destination, variables that name who the job becomes there.
struct Manager {
    key: &'static str,
    platform: Platform,
    destination: &'static str,
    principal: &'static [&'static str],
}

const MANAGERS: &[Manager] = &[
    Manager { key: "vault", platform: Platform::Vault, destination: "vault", principal: &["VAULT_AUTH_ROLE"] },
    Manager {
        key: "gcp_secret_manager",
        platform: Platform::Gcp,
        destination: "gcp",
        principal: &["GCP_WORKLOAD_IDENTITY_FEDERATION_PROVIDER_ID"],
    },
    Manager { key: "azure_key_vault", platform: Platform::Azure, destination: "azure", principal: &["AZURE_CLIENT_ID"] },
    Manager { key: "aws_secrets_manager", platform: Platform::Aws, destination: "aws", principal: &["AWS_ROLE_ARN"] },
    Manager { key: "akeyless", platform: Platform::Saas, destination: "saas:akeyless", principal: &["AKEYLESS_ACCESS_ID"] },
];

/// Reads the job's secrets.
pub(super) fn read<'f>(definition: &Definition<'f>, job: &mut Job<'f>) {
    for part in &definition.parts {
        let path = place::under(&part.path, "secrets");
        for entry in part.node.get("secrets").into_iter().flat_map(Node::entries) {
            let at = part.file.place.at(entry.span, place::under(&path, entry.name()));
            job.is_given(entry.name());
            match MANAGERS.iter().find_map(|manager| Some((manager, entry.value.get(manager.key)?))) {
                Some((manager, value)) => one(definition, manager, entry, value, &at, job),
                None => other(entry, &at, job),
            }
        }
    }
}

fn one(definition: &Definition<'_>, manager: &Manager, entry: &Entry, value: &Node, at: &Location, job: &mut Job<'_>) {
    let (name, key, custody) = match manager.key {
        "vault" => vault(value),
        _ => (named(value), value.str("field").map(str::to_owned), Custody::VaultStatic),
    };
    let store = if manager.key == "vault" { StoreKind::Vault } else { StoreKind::CloudSecretManager };
    let mut fetched = facts::fetch(store, name, custody, at.clone());
    fetched.key = key;
    fetched.used_as = Some(entry.name().to_owned());
    fetched.destination = (custody != Custody::VaultDynamic).then(|| Destination::new(manager.destination, ""));
    job.refers(fetched);
    let token = entry.value.str("token").map(|token| token.trim_start_matches('$').trim_matches(['{', '}']));
    let token = match token {
        Some(token) => job.identity.iter().position(|known| known.variable == token),
        None => (job.identity.len() == 1).then_some(0),
    };
    let mechanism = format!("secrets:{}", manager.key);
    let destination = Destination::new(manager.destination, "");
    let path = job.federated(manager.platform, &mechanism, destination, token, None, at.clone());
    let stated = value.str("role_arn").or_else(|| value.path(&["server", "jwt", "role"]).and_then(Node::text)).map(Value::literal);
    let principal = stated.or_else(|| manager.principal.iter().find_map(|name| value_of(definition, name)));
    let principal = principal.unwrap_or_else(|| Value::unknown(format!("`{}` is set in GitLab", manager.principal[0])));
    let destination = if manager.platform == Platform::Aws { facts::aws(principal.known()) } else { path.destination.clone() };
    let ttl = (manager.platform == Platform::Aws).then_some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
    let path = IdentityPath { principal, destination, ttl, reach: Reach::Vault, ..path };
    if !job.workload.identity_paths.iter().any(|known| known.mechanism == path.mechanism && known.principal == path.principal) {
        job.workload.identity_paths.push(path);
    }
}

/// A literal variable of the job or of its files.
fn value_of(definition: &Definition<'_>, name: &str) -> Option<Value> {
    let own = find(&definition.parts, "variables").and_then(|found| found.node.str(name));
    let sections = definition.pipeline.sections("variables");
    let text = own.or_else(|| find(sections, name).and_then(|found| found.node.text()))?;
    (!text.contains('$')).then(|| Value::literal(text))
}

/// `path/to/secret/field@mount`, or `{engine: {name, path}, path, field}`: path, key, custody.
fn vault(value: &Node) -> (String, Option<String>, Custody) {
    if let Some(text) = value.text() {
        let (path, mount) = text.split_once('@').unwrap_or((text, "kv-v2"));
        let (path, field) = path.rsplit_once('/').unwrap_or((path, ""));
        return (format!("{mount}/{path}"), Some(field.to_owned()), Custody::VaultStatic);
    }
    let engine = value.path(&["engine", "name"]).and_then(Node::text).unwrap_or("kv-v2");
    let mount = value.path(&["engine", "path"]).and_then(Node::text).unwrap_or("kv-v2");
    let name = format!("{mount}/{}", value.str("path").unwrap_or_default());
    let custody = if engine.starts_with("kv") { Custody::VaultStatic } else { vault_custody(&name).unwrap_or(Custody::VaultUnknown) };
    (name, value.str("field").map(str::to_owned), custody)
}

/// The name of a secret: a text, or under the key that the manager has for it.
fn named(value: &Node) -> String {
    let name = value.text().or_else(|| ["name", "secret_id"].iter().find_map(|key| value.str(key))).unwrap_or("*");
    name.split('#').next().unwrap_or_default().to_owned()
}

/// GitLab's own store, and managers that are not known.
fn other(entry: &Entry, at: &Location, job: &mut Job<'_>) {
    let own = entry.value.path(&["gitlab_secrets_manager", "name"]).and_then(Node::text);
    let store = if own.is_some() { StoreKind::CloudSecretManager } else { StoreKind::ForeignDefinition };
    let mut reference = facts::fetch(store, own.unwrap_or(entry.name()), Custody::VaultStatic, at.clone());
    reference.used_as = Some(entry.name().to_owned());
    job.refers(reference);
}
