//! Configurations of Google Cloud Deployment Manager: service accounts, their keys, pools, and who is granted what (Deployment
//! Manager documentation, "Supported resource types", "Setting access control in a configuration").

use crate::exports::{Attribute, Out, node};
use crate::tree::Node;

/// Words of which one stands in every configuration that makes such.
pub(super) const WORDS: &[&str] = &["iamMemberBinding", "gcpIamPolicy:", "iam.v1.serviceAccount", "gcp-types/iam-v1"];

/// Resources on which roles are granted, by the part of the type that names them: the kind of Terraform, and the attribute that
/// says on which.
const TARGETS: &[(&str, &str, &str)] = &[
    ("serviceAccount", "google_service_account_iam_member", "service_account_id"),
    ("bucket", "google_storage_bucket_iam_member", "bucket"),
    ("folder", "google_folder_iam_member", "folder"),
    ("organization", "google_organization_iam_member", "org_id"),
    ("project", "google_project_iam_member", "project"),
];

/// Whether a document is such a configuration.
pub(super) fn is_one(document: &Node) -> bool {
    let is_typed = |resource: &Node| resource.get("name").is_some() && resource.get("type").is_some();
    document.get("resources").is_some_and(|all| all.items().first().is_some_and(is_typed))
}

/// Reads one.
pub(super) fn read(document: &Node, out: &mut Out<'_>) {
    let resources = document.get("resources").map(Node::items).unwrap_or_default();
    for resource in resources {
        let Some(kind) = resource.str("type") else { continue };
        // `gcp-types/iam-v1:projects.serviceAccounts` and `iam.v1.serviceAccount` are one.
        let own = kind.split_once(':').map_or(kind, |(_, own)| own);
        let Some(properties) = resource.get("properties") else { continue };
        if own.ends_with("iamMemberBinding") {
            member(own, resource, properties, resources, out);
        } else if own.ends_with("serviceAccounts.key") || own.ends_with("serviceAccounts.keys") {
            let account = properties.str("parent").map(|parent| named(parent, resources));
            let label = out.numbered("google_service_account_key", "");
            out.resource("google_service_account_key", label, resource, vec![("service_account_id", account.map(Attribute::Text))]);
        } else if own.ends_with("serviceAccount") || own.ends_with("serviceAccounts") {
            let id = properties.str("accountId").unwrap_or_default();
            let label = out.label("google_service_account", id, id);
            out.resource("google_service_account", label, resource, vec![("account_id", node(properties, "accountId"))]);
        }
        for binding in resource.path(&["accessControl", "gcpIamPolicy", "bindings"]).map(Node::items).unwrap_or_default() {
            bound(own, resource, binding, resources, out);
        }
    }
}

fn member(kind: &str, resource: &Node, properties: &Node, all: &[Node], out: &mut Out<'_>) {
    let on_what = properties.get("resource").or_else(|| properties.get("bucket")).and_then(Node::text).map(|what| named(what, all));
    granted(kind, on_what, properties.str("member"), properties, all, resource, out);
}

fn bound(kind: &str, resource: &Node, binding: &Node, all: &[Node], out: &mut Out<'_>) {
    let id = ["accountId", "projectId", "name"].iter().find_map(|key| resource.path(&["properties", key])).or(resource.get("name"));
    for who in binding.get("members").map(Node::items).unwrap_or_default() {
        granted(kind, id.and_then(Node::text).map(str::to_owned), who.text(), binding, all, binding, out);
    }
}

/// Writes down one member; the role stands in `given`.
fn granted(kind: &str, on_what: Option<String>, who: Option<&str>, given: &Node, all: &[Node], at: &Node, out: &mut Out<'_>) {
    let Some((_, kind, on)) = TARGETS.iter().find(|(word, ..)| kind.contains(word)).copied() else { return };
    let label = out.numbered(kind, "");
    let who = who.map(|member| Attribute::Text(named(member, all)));
    out.resource(kind, label, at, vec![(on, on_what.map(Attribute::Text)), ("role", node(given, "role")), ("member", who)]);
}

/// A text with the account that `$(ref.NAME.email)` stands for.
fn named(text: &str, all: &[Node]) -> String {
    let Some((before, rest)) = text.split_once("$(ref.") else { return text.to_owned() };
    let Some((path, behind)) = rest.split_once(')') else { return text.to_owned() };
    let name = path.split('.').next().unwrap_or_default();
    let account = all.iter().find(|one| one.str("name") == Some(name)).and_then(|one| one.path(&["properties", "accountId"]));
    format!("{before}{}{behind}", account.and_then(Node::text).unwrap_or(name))
}
