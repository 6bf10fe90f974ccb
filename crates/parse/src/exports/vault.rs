//! `vault read -format=json …` and `vault policy read` (Vault API documentation: JWT, Kubernetes and AppRole methods).
//!
//! What a role is called stands in the path that was asked for and not in the answer, so that a role has the name of the
//! file that the answer was kept in, as a policy has.

use super::Out;
use super::out::{Attribute, node, text};
use crate::tree::{Entry, Kind, Node};

/// Settings of every login role.
const COMMON: &[&str] = &["token_ttl", "token_max_ttl", "token_period", "token_explicit_max_ttl", "token_policies"];

/// Older names of settings, which the server still takes.
const RENAMED: &[(&str, &str)] =
    &[("ttl", "token_ttl"), ("max_ttl", "token_max_ttl"), ("period", "token_period"), ("policies", "token_policies")];

/// What is told: the answer as a whole, or only what stands under its `data`.
fn data(item: &Node) -> &Node {
    item.get("data").filter(|data| matches!(data.kind, Kind::Map(_))).unwrap_or(item)
}

/// Whether an answer holds one of these keys; `Vault` puts its own around them.
pub(super) fn is_of(item: &Node, keys: &[&str]) -> bool {
    let is_answer = item.get("data").is_some() && (item.get("request_id").is_some() || item.get("lease_id").is_some());
    let data = data(item);
    let held = |key: &&str| data.get(key).is_some();
    // Two keys that say little each must both be there.
    (is_answer || is_payload(data)) && if keys == ["name", "policy"] { keys.iter().all(held) } else { keys.iter().any(held) }
}

/// Whether an entry is what `vault write auth/…/role/…` takes: settings that only login roles have, and no more around them.
fn is_payload(data: &Node) -> bool {
    let has = |key: &str| data.get(key).is_some();
    has("user_claim") && ["role_type", "bound_audiences", "bound_claims"].iter().any(|key| has(key))
        || has("bound_service_account_names") && has("bound_service_account_namespaces")
}

fn role(item: &Node, kind: &'static str, settings: &[&str], out: &mut Out<'_>) {
    let data = data(item);
    let name = out.stem();
    let label = out.numbered(kind, &name);
    let own = settings.iter().chain(COMMON);
    let written = |entry: &&Entry| !(entry.value.is_null() || entry.value.items().is_empty() && matches!(entry.value.kind, Kind::Seq(_)));
    let attributes = own.filter_map(|key| {
        let older = RENAMED.iter().find(|(_, new)| new == key).map(|(old, _)| *old);
        let entry = data.entry(key).filter(written).or_else(|| data.entry(older?).filter(written))?;
        // An empty text is how the server prints what isn't set.
        (entry.value.text() != Some("")).then(|| (*key, Some(Attribute::Node(entry.value.clone()))))
    });
    let own_name = if kind.contains("_jwt_") || kind.contains("_kubernetes_") || kind.contains("_approle_") { "role_name" } else { "role" };
    let named = [(own_name, text(&name)), ("backend", mount(out).and_then(|mount| text(&mount)))];
    out.resource(kind, label, item, attributes.chain(named).collect());
}

/// Where the method is mounted, if the file lies where the role does: `auth/<mount>/role/<name>.json`.
fn mount(out: &Out<'_>) -> Option<String> {
    let mount = out.place.origin().folder().strip_suffix("/role")?.rsplit_once("auth/")?.1;
    (!mount.is_empty()).then(|| mount.to_owned())
}

/// A role of the JWT method.
pub(super) fn jwt_role(item: &Node, out: &mut Out<'_>) {
    let settings = ["bound_subject", "bound_claims", "bound_claims_type", "bound_audiences", "user_claim", "role_type"];
    role(item, "vault_jwt_auth_backend_role", &settings, out);
}

/// A role of the Kubernetes method.
pub(super) fn kubernetes_role(item: &Node, out: &mut Out<'_>) {
    let settings = ["bound_service_account_names", "bound_service_account_namespaces", "audience"];
    role(item, "vault_kubernetes_auth_backend_role", &settings, out);
}

/// A role of the AppRole method.
pub(super) fn approle_role(item: &Node, out: &mut Out<'_>) {
    let settings = ["bind_secret_id", "secret_id_ttl", "secret_id_num_uses", "secret_id_bound_cidrs", "token_bound_cidrs"];
    role(item, "vault_approle_auth_backend_role", &settings, out);
}

/// A role of a method for machines of a cloud.
pub(super) fn aws_role(item: &Node, out: &mut Out<'_>) {
    let settings = ["bound_iam_principal_arn", "bound_iam_role_arn", "bound_account_id", "bound_ami_id", "bound_vpc_id", "bound_subnet_id"];
    role(item, "vault_aws_auth_backend_role", &settings, out);
}

/// The same of Azure.
pub(super) fn azure_role(item: &Node, out: &mut Out<'_>) {
    let settings = ["bound_service_principal_ids", "bound_subscription_ids", "bound_resource_groups", "bound_locations", "bound_group_ids"];
    role(item, "vault_azure_auth_backend_role", &settings, out);
}

/// The same of Google Cloud.
pub(super) fn gcp_role(item: &Node, out: &mut Out<'_>) {
    let settings = ["bound_service_accounts", "bound_projects", "bound_zones", "bound_regions", "bound_instance_groups", "bound_labels"];
    role(item, "vault_gcp_auth_backend_role", &settings, out);
}

/// Whose tokens the JWT method accepts.
pub(super) fn jwt_config(item: &Node, out: &mut Out<'_>) {
    let label = out.numbered("vault_jwt_auth_backend", "");
    let own = ["bound_issuer", "oidc_discovery_url", "jwks_url"];
    let data = data(item);
    let attributes = own.iter().filter(|key| data.str(key).is_some_and(|text| !text.is_empty())).map(|key| (*key, node(data, key)));
    out.resource("vault_jwt_auth_backend", label, item, attributes.collect());
}

/// Whether a text is a policy in Vault's own language.
pub(super) fn is_policy(text: &str) -> bool {
    let head: String = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default().to_owned();
    head.starts_with("path \"") && text.contains("capabilities")
}

/// A policy that says its name.
pub(super) fn named_policy(item: &Node, out: &mut Out<'_>) {
    let data = data(item);
    let name = data.str("name").unwrap_or_default().to_owned();
    written(item, &name, node(data, "policy"), out);
}

/// Whether an entry is a policy in the JSON that the server takes instead of its own language.
pub(super) fn is_json_policy(item: &Node) -> bool {
    let paths = || item.get("path").into_iter().flat_map(Node::entries);
    paths().next().is_some() && paths().all(|path| path.value.get("capabilities").is_some())
}

/// Such a policy; its file is named after it.
pub(super) fn json_policy(item: &Node, out: &mut Out<'_>) {
    let name = out.stem();
    let policy = text(out.place.text());
    written(item, &name, policy, out);
}

/// A policy in an answer; its file is named after it.
pub(super) fn policy(item: &Node, out: &mut Out<'_>) {
    let name = out.stem();
    written(item, &name, node(item, "policy"), out);
}

/// A policy as text; its file is named after it.
pub(super) fn policy_text(out: &mut Out<'_>) {
    let name = out.stem();
    let span = unkeyed_model::Span::new(0, out.place.text().len());
    let item = Node { span, tag: None, kind: Kind::Scalar(out.place.text().into(), crate::tree::Style::Block) };
    written(&item.clone(), &name, Some(Attribute::Node(item)), out);
}

fn written(item: &Node, name: &str, policy: Option<Attribute>, out: &mut Out<'_>) {
    let label = out.label("vault_policy", name, name);
    out.resource("vault_policy", label, item, vec![("name", text(name)), ("policy", policy)]);
}
