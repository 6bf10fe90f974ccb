//! `gcloud … --format=json` (gcloud CLI reference; IAM and Cloud Asset API).

use super::Out;
use super::out::{Attribute, given, node, of, text};
use super::shapes::has;
use crate::tree::Node;

const POOL: &str = "google_iam_workload_identity_pool";
const KEY: &str = "google_service_account_key";
/// A key that doesn't expire is printed with this end (IAM API, `validBeforeTime`).
const NEVER: &str = "9999-";

/// Whether the name of an entry holds all these parts.
pub(super) fn named(item: &Node, parts: &[&str]) -> bool {
    item.str("name").is_some_and(|name| parts.iter().all(|part| name.contains(part)))
}

/// A provider of a pool: it is named after it, and says whom it accepts.
pub(super) fn is_provider(item: &Node) -> bool {
    let accepts = ["oidc", "aws", "saml", "x509", "attributeMapping"].iter().any(|key| item.get(key).is_some());
    named(item, &["/workloadIdentityPools/", "/providers/"]) && accepts
}

/// A provider, with the pool that its name tells.
pub(super) fn provider(item: &Node, out: &mut Out<'_>) {
    let name = item.str("name").unwrap_or_default();
    let (pool, provider) = name.split_once("/providers/").unwrap_or((name, ""));
    let pool_id = pool.rsplit('/').next().unwrap_or(pool);
    let pool_label = out.label(POOL, pool, pool_id);
    out.resource(POOL, pool_label.clone(), item, vec![("workload_identity_pool_id", text(pool_id)), ("name", text(pool))]);
    let inner = |key: &str, names: &[(&str, &str)]| {
        let value = item.get(key)?;
        Some(Attribute::Block(given(names.iter().map(|(theirs, ours)| (*ours, node(value, theirs))).collect())))
    };
    let kind = "google_iam_workload_identity_pool_provider";
    let label = out.label(kind, name, provider);
    let attributes = vec![
        ("workload_identity_pool_id", of(POOL, &pool_label, "workload_identity_pool_id")),
        ("attribute_condition", node(item, "attributeCondition").filter(|_| item.str("attributeCondition") != Some(""))),
        ("attribute_mapping", node(item, "attributeMapping")),
        ("disabled", node(item, "disabled")),
        ("oidc", inner("oidc", &[("issuerUri", "issuer_uri"), ("allowedAudiences", "allowed_audiences"), ("jwksJson", "jwks_json")])),
        ("aws", inner("aws", &[("accountId", "account_id")])),
        ("saml", inner("saml", &[])),
    ];
    out.resource(kind, label, item, attributes);
}

/// A service account under all its names.
pub(super) fn service_account(item: &Node, out: &mut Out<'_>) {
    let email = item.str("email").unwrap_or_default();
    let label = out.label("google_service_account", email, email.split('@').next().unwrap_or(email));
    let attributes = vec![("email", node(item, "email")), ("unique_id", node(item, "uniqueId"))];
    out.resource("google_service_account", label, item, attributes);
}

/// A key of a service account; those that Google manages never leave it, and disabled ones open nothing.
pub(super) fn key(item: &Node, out: &mut Out<'_>) {
    if item.str("keyType") == Some("SYSTEM_MANAGED") || item.get("disabled").is_some_and(Node::is_true) {
        return;
    }
    let name = item.str("name").unwrap_or_default();
    let account = name.split("/serviceAccounts/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let label = out.label(KEY, name, account);
    let ends = item.str("validBeforeTime").is_some_and(|time| !time.starts_with(NEVER));
    let attributes = vec![
        ("service_account_id", text(account)),
        ("valid_after", node(item, "validAfterTime")),
        ("valid_before", node(item, "validBeforeTime").filter(|_| ends)),
    ];
    out.resource(KEY, label, item, attributes);
}

/// What a resource's policy binds: kind of the Terraform resource, the attribute that names what it is on, and its name.
struct Target {
    kind: &'static str,
    on: Option<(&'static str, Attribute)>,
}

/// A policy with the resource it is on.
pub(super) fn found_policy(item: &Node, out: &mut Out<'_>) {
    let resource = item.str("resource").unwrap_or_default();
    let last = resource.rsplit('/').next().unwrap_or(resource);
    let on = |kind, attribute| Target { kind, on: Some((attribute, Attribute::Text(last.to_owned()))) };
    let target = if resource.contains("/serviceAccounts/") {
        on("google_service_account_iam_binding", "service_account_id")
    } else if resource.starts_with("//cloudresourcemanager.googleapis.com/projects/") {
        on("google_project_iam_binding", "project")
    } else if resource.starts_with("//cloudresourcemanager.googleapis.com/folders/") {
        on("google_folder_iam_binding", "folder")
    } else if resource.starts_with("//cloudresourcemanager.googleapis.com/organizations/") {
        on("google_organization_iam_binding", "org_id")
    } else {
        on("google_resource_iam_binding", "name")
    };
    if let Some(policy) = item.get("policy") {
        bindings(policy, &target, out);
    }
}

/// A policy alone, which doesn't say what it is on. Of a service account's the file's name may tell it; a policy with
/// roles that only projects and what is above them have is taken as a project's.
pub(super) fn policy(item: &Node, out: &mut Out<'_>) {
    let roles: Vec<&str> = item.get("bindings").map(Node::items).unwrap_or_default().iter().filter_map(|one| one.str("role")).collect();
    let stem = out.stem();
    let is_of_account = !roles.is_empty() && roles.iter().all(|role| role.starts_with("roles/iam."));
    // No resource but a project, or what is above it, takes roles of several services.
    let service = |role: &&str| role.strip_prefix("roles/").and_then(|name| name.split_once('.')).map(|(service, _)| service.to_owned());
    let services: std::collections::BTreeSet<String> = roles.iter().filter_map(service).collect();
    let is_of_project = services.len() > 1
        || stem.contains("project")
        || roles.iter().any(|role| matches!(*role, "roles/owner" | "roles/editor" | "roles/viewer") || role.ends_with("erviceAgent"));
    let target = if stem.ends_with(".gserviceaccount.com") {
        Target { kind: "google_service_account_iam_binding", on: Some(("service_account_id", Attribute::Text(stem))) }
    } else if is_of_project {
        Target { kind: "google_project_iam_binding", on: None }
    } else if is_of_account {
        Target {
            kind: "google_service_account_iam_binding",
            on: Some(("service_account_id", Attribute::Reference(format!("var.{}", plain(&stem))))),
        }
    } else {
        Target { kind: "google_unknown_iam_binding", on: None }
    };
    if !is_of_project && !matches!(&target.on, Some((_, Attribute::Text(_)))) {
        let detail = "the policy doesn't say what it is on: `gcloud asset search-all-iam-policies` does, or name the file after the \
                      service account's e-mail address";
        out.facts.skipped.push(out.place.skip(unkeyed_model::SkipReason::NotUnderstood, detail));
    }
    bindings(item, &target, out);
}

fn plain(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("account_of_{clean}")
}

fn bindings(policy: &Node, target: &Target, out: &mut Out<'_>) {
    for binding in policy.get("bindings").map(Node::items).unwrap_or_default().iter().filter(|one| has(one, &["role", "members"])) {
        let label = out.numbered(target.kind, binding.str("role").and_then(|role| role.rsplit('/').next()).unwrap_or_default());
        let condition =
            binding.get("condition").map(|condition| Attribute::Block(given(vec![("expression", node(condition, "expression"))])));
        let on = target.on.as_ref().map(|(name, value)| {
            let value = match value {
                Attribute::Reference(text) => Attribute::Reference(text.clone()),
                Attribute::Text(text) => Attribute::Text(text.clone()),
                Attribute::Node(node) => Attribute::Node(node.clone()),
                Attribute::Block(_) => Attribute::Text(String::new()),
            };
            (*name, Some(value))
        });
        let mut attributes = vec![("role", node(binding, "role")), ("members", node(binding, "members")), ("condition", condition)];
        attributes.extend(on);
        out.resource(target.kind, label, binding, attributes);
    }
}
