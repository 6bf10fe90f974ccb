//! `aws iam …`, `aws rolesanywhere …`, `aws eks …` (AWS CLI command reference).

use super::Out;
use super::out::{Attribute, node, of, text};
use crate::tree::Node;

const ROLE: &str = "aws_iam_role";
const USER: &str = "aws_iam_user";
const POLICY: &str = "aws_iam_policy";

/// A role with its trust and, where the command prints them, its policies.
pub(super) fn role(item: &Node, out: &mut Out<'_>) {
    let label = holder(ROLE, item, "RoleName", out);
    out.resource(
        ROLE,
        label.clone(),
        item,
        vec![
            ("name", node(item, "RoleName")),
            ("path", node(item, "Path")),
            ("arn", node(item, "Arn")),
            ("assume_role_policy", node(item, "AssumeRolePolicyDocument")),
            ("max_session_duration", node(item, "MaxSessionDuration")),
            ("permissions_boundary", item.get("PermissionsBoundary").and_then(|boundary| node(boundary, "PermissionsBoundaryArn"))),
        ],
    );
    policies(item, (ROLE, "role", &label), "RolePolicyList", out);
}

/// A user with its policies.
pub(super) fn user(item: &Node, out: &mut Out<'_>) {
    let label = holder(USER, item, "UserName", out);
    out.resource(USER, label.clone(), item, vec![("name", node(item, "UserName")), ("arn", node(item, "Arn"))]);
    policies(item, (USER, "user", &label), "UserPolicyList", out);
}

fn holder(kind: &'static str, item: &Node, name: &str, out: &mut Out<'_>) -> String {
    let name = item.str(name).unwrap_or_default();
    out.label(kind, item.str("Arn").unwrap_or(name), name)
}

fn policies(item: &Node, (kind, holder, label): (&str, &'static str, &str), inline: &str, out: &mut Out<'_>) {
    let list = |key: &str| item.get(key).map(Node::items).unwrap_or_default().to_vec();
    for policy in list(inline) {
        let resource = if holder == "role" { "aws_iam_role_policy" } else { "aws_iam_user_policy" };
        let own = out.numbered(resource, policy.str("PolicyName").unwrap_or_default());
        out.resource(resource, own, &policy, vec![(holder, of(kind, label, "name")), ("policy", node(&policy, "PolicyDocument"))]);
    }
    for policy in list("AttachedManagedPolicies") {
        let resource = if holder == "role" { "aws_iam_role_policy_attachment" } else { "aws_iam_user_policy_attachment" };
        let own = out.numbered(resource, policy.str("PolicyName").unwrap_or_default());
        let arn = policy.str("PolicyArn").unwrap_or_default();
        // What AWS manages is known by its name; what the account defines stands in the same export.
        let defined = !arn.contains(":aws:policy/") && is_defined(arn, out);
        let policy_label = if defined { Some(policy_label(arn, out)) } else { None };
        let policy_arn = policy_label.map_or_else(|| node(&policy, "PolicyArn"), |label| of(POLICY, &label, "arn"));
        out.resource(resource, own, &policy, vec![(holder, of(kind, label, "name")), ("policy_arn", policy_arn)]);
    }
}

fn is_defined(arn: &str, out: &Out<'_>) -> bool {
    let policies = out.root.as_ref().and_then(|root| root.get("Policies")).map(Node::items).unwrap_or_default();
    policies.iter().any(|policy| policy.str("Arn") == Some(arn))
}

fn policy_label(arn: &str, out: &mut Out<'_>) -> String {
    out.label(POLICY, arn, arn.rsplit('/').next().unwrap_or(arn))
}

/// A policy of the account, in its default version.
pub(super) fn managed_policy(item: &Node, out: &mut Out<'_>) {
    let label = policy_label(item.str("Arn").unwrap_or_default(), out);
    let versions = item.get("PolicyVersionList").map(Node::items).unwrap_or_default();
    let current = versions.iter().find(|version| version.get("IsDefaultVersion").is_some_and(Node::is_true));
    let document = current.and_then(|version| node(version, "Document"));
    out.resource(POLICY, label, item, vec![("arn", node(item, "Arn")), ("policy", document)]);
}

/// A policy that stands in its holder.
pub(super) fn inline_policy(item: &Node, out: &mut Out<'_>) {
    let (kind, holder, key) = match item.get("RoleName") {
        Some(_) => ("aws_iam_role_policy", "role", "RoleName"),
        None => ("aws_iam_user_policy", "user", "UserName"),
    };
    let label = out.numbered(kind, item.str("PolicyName").unwrap_or_default());
    out.resource(kind, label, item, vec![(holder, node(item, key)), ("policy", node(item, "PolicyDocument"))]);
}

/// An access key that is in force.
pub(super) fn access_key(item: &Node, out: &mut Out<'_>) {
    if item.str("Status") == Some("Active") {
        let label = out.numbered("aws_iam_access_key", item.str("UserName").unwrap_or_default());
        let created = node(item, "CreateDate");
        out.resource("aws_iam_access_key", label, item, vec![("user", node(item, "UserName")), ("create_date", created)]);
    }
}

/// An issuer that the account knows.
pub(super) fn oidc_provider(item: &Node, out: &mut Out<'_>) {
    let url = item.str("Url").unwrap_or_default();
    let label = out.label("aws_iam_openid_connect_provider", url, url);
    let attributes =
        vec![("url", text(format!("https://{}", url.trim_start_matches("https://")))), ("client_id_list", node(item, "ClientIDList"))];
    out.resource("aws_iam_openid_connect_provider", label, item, attributes);
}

/// Roles that certificates open, and for how long.
pub(super) fn roles_anywhere_profile(item: &Node, out: &mut Out<'_>) {
    let label = out.numbered("aws_rolesanywhere_profile", item.str("name").unwrap_or_default());
    let attributes = vec![
        ("role_arns", node(item, "roleArns")),
        ("duration_seconds", node(item, "durationSeconds")),
        ("enabled", node(item, "enabled")),
    ];
    out.resource("aws_rolesanywhere_profile", label, item, attributes);
}

/// An authority whose certificates are accepted.
pub(super) fn trust_anchor(item: &Node, out: &mut Out<'_>) {
    let label = out.numbered("aws_rolesanywhere_trust_anchor", item.str("name").unwrap_or_default());
    out.resource(
        "aws_rolesanywhere_trust_anchor",
        label,
        item,
        vec![("arn", node(item, "trustAnchorArn")), ("enabled", node(item, "enabled"))],
    );
}

/// A service account with the role it gets. The list of associations leaves the role out, and says nothing without it.
pub(super) fn pod_identity(item: &Node, out: &mut Out<'_>) {
    if item.get("roleArn").is_none() {
        let detail = "the list doesn't name the roles: `aws eks describe-pod-identity-association` does";
        out.facts.skipped.push(out.place.skip(unkeyed_model::SkipReason::NotUnderstood, detail));
        return;
    }
    let label = out.numbered("aws_eks_pod_identity_association", item.str("serviceAccount").unwrap_or_default());
    let attributes: Vec<(&str, Option<Attribute>)> = vec![
        ("role_arn", node(item, "roleArn")),
        ("namespace", node(item, "namespace")),
        ("service_account", node(item, "serviceAccount")),
        ("cluster_name", node(item, "clusterName")),
    ];
    out.resource("aws_eks_pod_identity_association", label, item, attributes);
}
