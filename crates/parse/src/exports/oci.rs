//! `oci …` (OCI CLI reference). The tool writes keys with hyphens, the REST interfaces in camel case, Terraform with
//! underscores; all of them are read.

use super::Out;
use super::out::{Attribute, node};
use crate::tree::{Entry, Kind, Node};

const TRUST: &str = "oci_identity_domains_identity_propagation_trust";
/// Name of the schema of a trust (Oracle, "IdentityPropagationTrust").
const SCHEMA: &str = "IdentityPropagationTrust";

/// The key as Terraform writes it.
fn plain(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    for character in key.chars() {
        match character {
            '-' => out.push('_'),
            upper if upper.is_ascii_uppercase() => {
                out.push('_');
                out.push(upper.to_ascii_lowercase());
            }
            other => out.push(other),
        }
    }
    out
}

fn get<'n>(item: &'n Node, key: &str) -> Option<&'n Entry> {
    item.entries().iter().rev().find(|entry| plain(entry.name()) == key)
}

fn value(item: &Node, key: &str) -> Option<Attribute> {
    get(item, key).filter(|entry| !entry.value.is_null()).map(|entry| Attribute::Node(entry.value.clone()))
}

/// Whether an entry has all these keys, in any of the three notations.
pub(super) fn has(item: &Node, keys: &[&str]) -> bool {
    keys.iter().all(|key| get(item, key).is_some())
}

/// A trust says so in its schemas, or has what only a trust has.
pub(super) fn is_trust(item: &Node) -> bool {
    let schemas = item.get("schemas").map(Node::items).unwrap_or_default();
    let says = schemas.iter().any(|schema| schema.text().is_some_and(|schema| schema.ends_with(SCHEMA)));
    has(item, &["issuer"]) && (says || has(item, &["allow_impersonation"]) || has(item, &["client_claim_name"]))
}

/// A trust in an issuer. Who may be impersonated is only printed when asked for.
pub(super) fn trust(item: &Node, out: &mut Out<'_>) {
    let name = item.str("name").unwrap_or_default();
    let label = out.label(TRUST, item.str("ocid").or_else(|| item.str("id")).unwrap_or(name), name);
    let mut attributes: Vec<(&str, Option<Attribute>)> = [
        "issuer",
        "active",
        "type",
        "allow_impersonation",
        "subject_type",
        "subject_claim_name",
        "subject_mapping_attribute",
        "client_claim_name",
        "client_claim_values",
        "oauth_clients",
        "public_key_endpoint",
        "public_certificate",
        "clock_skew_seconds",
    ]
    .into_iter()
    .map(|key| (key, value(item, key)))
    .collect();
    let users = get(item, "impersonation_service_users");
    for user in users.iter().flat_map(|entry| entry.value.items()) {
        let fields = user.entries().iter().map(|entry| (plain(entry.name()), Attribute::Node(entry.value.clone())));
        let fields = fields.filter(|(name, _)| matches!(name.as_str(), "rule" | "value" | "ocid"));
        attributes.push(("impersonation_service_users", Some(Attribute::Block(fields.collect()))));
    }
    if users.is_none() && get(item, "allow_impersonation").is_some_and(|allowed| allowed.value.is_true()) {
        // An unknown rule, and not the absence of one.
        let rule = Attribute::Reference("var.impersonation_service_users".to_owned());
        attributes.push(("impersonation_service_users", Some(Attribute::Block(vec![("rule".to_owned(), rule)]))));
        let detail = "the rules of impersonation are left out: `--attribute-sets all` prints them";
        out.facts.skipped.push(out.place.skip(unkeyed_model::SkipReason::NotUnderstood, detail));
    }
    out.resource(TRUST, label, item, attributes);
}

/// A rule that makes instances and resources members.
pub(super) fn dynamic_group(item: &Node, out: &mut Out<'_>) {
    let kind = "oci_identity_dynamic_group";
    let name = item.str("name").unwrap_or_default();
    let label = out.label(kind, item.str("id").unwrap_or(name), name);
    let attributes = vec![("name", node(item, "name")), ("id", node(item, "id")), ("matching_rule", value(item, "matching_rule"))];
    out.resource(kind, label, item, attributes);
}

/// Statements that allow.
pub(super) fn policy(item: &Node, out: &mut Out<'_>) {
    let kind = "oci_identity_policy";
    let name = item.str("name").unwrap_or_default();
    let label = out.label(kind, item.str("id").unwrap_or(name), name);
    out.resource(kind, label, item, vec![("name", node(item, "name")), ("statements", value(item, "statements"))]);
}

/// Whether a list is one of statements, as `oci iam policy create --statements file://…` takes it.
pub(super) fn is_statements(root: &Node) -> bool {
    let says = |item: &Node| {
        let first = item.text().and_then(|text| text.split_whitespace().next()).unwrap_or_default();
        ["allow", "endorse", "admit", "define", "deny"].iter().any(|verb| first.eq_ignore_ascii_case(verb))
    };
    matches!(&root.kind, Kind::Seq(items) if !items.is_empty() && items.iter().all(says))
}

/// Such a list as a policy without a name.
pub(super) fn statements(root: &Node, out: &mut Out<'_>) {
    let kind = "oci_identity_policy";
    let stem = out.stem();
    let label = out.numbered(kind, &stem);
    out.resource(kind, label, root, vec![("statements", Some(Attribute::Node(root.clone())))]);
}

/// A signing key of a user.
pub(super) fn api_key(item: &Node, out: &mut Out<'_>) {
    let is_active = get(item, "lifecycle_state").is_none_or(|state| state.value.text() == Some("ACTIVE"));
    if is_active {
        let kind = "oci_identity_api_key";
        let label = out.numbered(kind, "");
        out.resource(kind, label, item, vec![("user_id", value(item, "user_id")), ("time_created", value(item, "time_created"))]);
    }
}

/// A user: what it may have says that it is one.
pub(super) fn is_user(item: &Node) -> bool {
    item.str("id").is_some_and(|id| id.starts_with("ocid1.user.")) && matches!(item.kind, Kind::Map(_)) && has(item, &["capabilities"])
}

/// A user under its names.
pub(super) fn user(item: &Node, out: &mut Out<'_>) {
    let kind = "oci_identity_user";
    let name = item.str("name").unwrap_or_default();
    let label = out.label(kind, item.str("id").unwrap_or(name), name);
    out.resource(kind, label, item, vec![("name", node(item, "name")), ("id", node(item, "id"))]);
}
