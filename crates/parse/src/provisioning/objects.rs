//! Custom resources of operators that manage clouds and Vault: Crossplane, AWS Controllers for Kubernetes, Azure Service
//! Operator, Config Connector, Bank-Vaults, Vault Config Operator; clusters of eksctl; and what tools print in YAML.
//!
//! Crossplane's providers and Config Connector are made from Terraform's by rule, so that kind and attributes are turned back by
//! name (Upbound Marketplace; Google Cloud, "Config Connector resources"); only kinds that make trusts and grants are read.

use std::rc::Rc;

use super::{ansible, deployment, vault};
use crate::exports::{self, Attribute, Out, given, node, of, text};
use crate::tree::{Entry, Kind, Node, Style};
use crate::{terraform, yaml};

/// Words of the operators' API groups.
pub(super) const GROUPS: &[&str] = &[
    "crossplane.io",
    "upbound.io",
    "services.k8s.aws",
    "cnrm.cloud.google.com",
    "managedidentity.azure.com",
    "redhatcop.redhat.io",
    "vault.banzaicloud.com",
    "eksctl.io",
];

/// Kinds by a word of their group, with the kind of Terraform and the attribute that names their principal.
const KINDS: &[(&str, &str, &str)] = &[
    ("iam.aws", "Role", "aws_iam_role"),
    ("iam.services", "Role", "aws_iam_role"),
    ("iam.aws", "RolePolicy", "aws_iam_role_policy"),
    ("iam.aws", "RolePolicyAttachment", "aws_iam_role_policy_attachment"),
    ("managedidentity.azure", "FederatedIdentityCredential", "azurerm_federated_identity_credential"),
    ("gcp", "WorkloadIdentityPoolProvider", "google_iam_workload_identity_pool_provider"),
    ("gcp", "ServiceAccountIAMMember", "google_service_account_iam_member"),
    ("gcp", "ProjectIAMMember", "google_project_iam_member"),
    ("cnrm", "IAMWorkloadIdentityPoolProvider", "google_iam_workload_identity_pool_provider"),
    ("cnrm", "ResourceManagerPolicy", "google_organization_policy"),
    ("cnrm", "IAMPolicyMember", "google_service_account_iam_member"),
    ("vault", "AuthBackendRole", "vault_jwt_auth_backend_role"),
];

/// The type of Terraform that a kind is made from: its name by rule, if such a type is read.
fn resource_of(group: &str, kind: &str) -> Option<&'static str> {
    if let Some((_, _, listed)) = KINDS.iter().find(|(word, name, _)| group.contains(word) && *name == kind) {
        return Some(listed);
    }
    let service = group.split('.').next().unwrap_or_default();
    let provider = ["aws", "gcp", "azuread", "azure"].into_iter().find(|name| group.contains(&format!(".{name}.")) || service == *name);
    let provider = provider.or_else(|| group.ends_with("services.k8s.aws").then_some("aws"))?;
    let prefix = match provider {
        "gcp" => "google",
        "azure" => "azurerm",
        other => other,
    };
    let kind = terraform::snake_case(&kind.replace("IAM", "Iam"));
    [format!("{prefix}_{service}_{kind}"), format!("{prefix}_{kind}")].iter().find_map(|name| terraform::read_type(name))
}

/// Attributes under the names that the operators have for them.
const RENAMED: &[(&str, &str)] = &[
    ("assume_role_policy_document", "assume_role_policy"),
    ("audiences", "audience"),
    ("policy_document", "policy"),
    ("policies", "managed_policy_arns"),
];

/// Reads the objects of a manifest.
pub(super) fn read(out: &mut Out<'_>) {
    // What is no manifest is said by who reads manifests.
    for document in &yaml::parse(out.place).nodes {
        match document.kind {
            Kind::Seq(_) => ansible::read(document, out),
            _ if document.get("apiVersion").is_some() => object(document, out),
            _ if deployment::is_one(document) => deployment::read(document, out),
            _ => exports::write_trust(document, out),
        }
    }
}

fn object(object: &Node, out: &mut Out<'_>) {
    let (Some(version), Some(kind)) = (object.str("apiVersion"), object.str("kind")) else { return };
    let group = version.split('/').next().unwrap_or_default();
    if group == "eksctl.io" {
        return cluster(object, out);
    }
    let Some(spec) = object.get("spec") else { return };
    match group {
        "redhatcop.redhat.io" => return vault::object(object, kind, spec, out),
        "vault.banzaicloud.com" => return spec.get("externalConfig").into_iter().for_each(|held| vault::bank(held, out)),
        _ => {}
    }
    if group == "iam.cnrm.cloud.google.com" && matches!(kind, "IAMPolicy" | "IAMPartialPolicy") {
        return policy(object, spec, out);
    }
    let is_managed = GROUPS.iter().any(|known| group.ends_with(known));
    let Some(listed) = resource_of(group, kind).filter(|_| is_managed) else { return };
    let spec = spec.get("forProvider").unwrap_or(spec);
    let name = object.path(&["metadata", "name"]).and_then(Node::text).unwrap_or_default();
    let target = spec.path(&["resourceRef", "kind"]).and_then(Node::text);
    let is_project = kind == "IAMPolicyMember" && target != Some("IAMServiceAccount");
    let resource = if is_project { "google_project_iam_member" } else { listed };
    let label = out.label(resource, name, name);
    let mut attributes: Vec<(String, Attribute)> = Vec::new();
    for entry in spec.entries() {
        let plain = snake_case(entry.name());
        let plain = RENAMED.iter().find(|(theirs, _)| *theirs == plain).map_or(plain.as_str(), |(_, ours)| ours).to_owned();
        if plain == "member_from" {
            let named = entry.value.get("serviceAccountRef").and_then(account);
            attributes.extend(named.map(|member| ("member".to_owned(), Attribute::Node(member))));
        } else if resource == "aws_iam_role" && matches!(plain.as_str(), "policy_refs" | "inline_policies") {
            attached(&plain, &entry.value, &label, out);
        } else if let Some(referred) = plain.strip_suffix("_ref") {
            attributes.extend(reference(resource, referred, &entry.value));
        } else if plain == "resource_ref" || plain.ends_with("_selector") || matches!(plain.as_str(), "role_ref" | "owner") {
            continue;
        } else {
            attributes.push((plain, Attribute::Node(snaked(&entry.value))));
        }
    }
    if resource == "aws_iam_role" && !attributes.iter().any(|(name, _)| name == "name") {
        attributes.extend(text(name).map(|name| ("name".to_owned(), name)));
    }
    out.add(resource, label, object, attributes);
}

/// Policies that a role of AWS Controllers for Kubernetes has: others that it refers to, and its own.
fn attached(field: &str, held: &Node, role: &str, out: &mut Out<'_>) {
    let role = || of("aws_iam_role", role, "name");
    for policy in held.items().iter().filter(|_| field == "policy_refs") {
        const KIND: &str = "aws_iam_role_policy_attachment";
        let arn = policy.path(&["from", "name"]).and_then(Node::text).and_then(|name| of("aws_iam_policy", &label_of(name), "arn"));
        let own = out.numbered(KIND, "");
        out.resource(KIND, own, policy, vec![("role", role()), ("policy_arn", arn)]);
    }
    for policy in held.entries() {
        const KIND: &str = "aws_iam_role_policy";
        let own = out.numbered(KIND, "");
        out.resource(KIND, own, &policy.value, vec![("role", role()), ("policy", Some(Attribute::Node(policy.value.clone())))]);
    }
}

/// The bindings of a whole policy of Config Connector.
fn policy(object: &Node, spec: &Node, out: &mut Out<'_>) {
    let target = |key: &str| spec.path(&["resourceRef", key]).and_then(Node::text);
    let (kind, on) = match target("kind") {
        Some("IAMServiceAccount") => ("google_service_account_iam_binding", "service_account_id"),
        Some("Folder") => ("google_folder_iam_binding", "folder"),
        Some("Organization") => ("google_organization_iam_binding", "org_id"),
        Some("Project") => ("google_project_iam_binding", "project"),
        _ => return,
    };
    let on_what = target("external").or_else(|| target("name")).map(|name| Attribute::Text(name.to_owned()));
    for binding in spec.get("bindings").map(Node::items).unwrap_or_default() {
        let members = binding.get("members").map(Node::items).unwrap_or_default().iter();
        let items: Rc<[Node]> =
            members.map(|member| named(member).unwrap_or_else(|| member.get("member").unwrap_or(member).clone())).collect();
        let members = Attribute::Node(Node { kind: Kind::Seq(items), ..object.clone() });
        let own = out.numbered(kind, "");
        let role = binding.get("role").cloned().map(Attribute::Node);
        out.resource(kind, own, binding, vec![(on, on_what.clone()), ("role", role), ("members", Some(members))]);
    }
}

/// A member by the object that stands for it (`memberFrom.serviceAccountRef`).
fn named(member: &Node) -> Option<Node> {
    member.path(&["memberFrom", "serviceAccountRef"]).and_then(account)
}

fn account(account: &Node) -> Option<Node> {
    let name = account.str("external").or_else(|| account.str("name"))?;
    Some(Node { kind: Kind::Scalar(Rc::from(format!("serviceAccount:{name}")), Style::Plain), ..account.clone() })
}

/// Who of AWS administers a cluster of eksctl, and policies that it attaches to the roles of service accounts (eksctl documentation, "IAM Roles for Service Accounts", "EKS
/// Pod Identity Associations").
fn cluster(object: &Node, out: &mut Out<'_>) {
    const KIND: &str = "aws_iam_role_policy_attachment";
    for mapping in object.get("iamIdentityMappings").map(Node::items).unwrap_or_default() {
        let is_master =
            mapping.get("groups").is_some_and(|groups| groups.items().iter().any(|group| group.text() == Some("system:masters")));
        if is_master {
            const KIND: &str = "aws_eks_access_policy_association";
            let own = out.numbered(KIND, "");
            let scope = Attribute::Block(given(vec![("type", text("cluster"))]));
            let attributes = vec![
                ("principal_arn", node(mapping, "arn")),
                ("policy_arn", text("AmazonEKSClusterAdminPolicy")),
                ("access_scope", Some(scope)),
            ];
            out.resource(KIND, own, mapping, attributes);
        }
    }
    let accounts = ["serviceAccounts", "podIdentityAssociations"].iter().filter_map(|key| object.path(&["iam", key]));
    for account in accounts.flat_map(Node::items) {
        let name = account.path(&["metadata", "name"]).and_then(Node::text).or_else(|| account.str("serviceAccountName"));
        let role = account.str("roleName").map_or_else(|| format!("eksctl-{}", name.unwrap_or_default()), str::to_owned);
        let mut attach = |at: &Node, policy: Attribute| {
            let own = out.numbered(KIND, "");
            out.resource(KIND, own, at, vec![("role", text(role.clone())), ("policy_arn", Some(policy))]);
        };
        for arn in ["attachPolicyARNs", "permissionPolicyARNs"].iter().filter_map(|key| account.get(key)).flat_map(Node::items) {
            attach(arn, Attribute::Node(arn.clone()));
        }
        // Policies that eksctl writes itself, under its name for them.
        for policy in account.get("wellKnownPolicies").map(Node::entries).unwrap_or_default() {
            if policy.value.text() == Some("true") {
                attach(&policy.value, Attribute::Text(policy.name().to_owned()));
            }
        }
        for policy in ["attachPolicy", "permissionPolicy"].iter().filter_map(|key| account.get(key)) {
            let own = out.numbered("aws_iam_role_policy", "");
            let attributes = vec![("role", text(role.clone())), ("policy", Some(Attribute::Node(policy.clone())))];
            out.resource("aws_iam_role_policy", own, policy, attributes);
        }
    }
}

/// What another object of the folder is referred to for.
fn reference(resource: &str, attribute: &str, to: &Node) -> Option<(String, Attribute)> {
    // Of a path that is outside of the cluster the last part is the name, but of an account.
    let external = to.str("external").map(|path| if path.contains('@') { path } else { path.rsplit('/').next().unwrap_or(path) });
    let name = to.str("name").or(external)?;
    let plain = label_of(name);
    let target = match (resource, attribute) {
        ("aws_iam_role_policy" | "aws_iam_role_policy_attachment", "role") => of("aws_iam_role", &plain, "name"),
        ("google_service_account_iam_member", "resource" | "service_account_id") => Some(Attribute::Text(name.to_owned())),
        _ => Some(Attribute::Text(name.to_owned())),
    };
    let attribute = match (resource, attribute) {
        ("google_service_account_iam_member", "resource") => "service_account_id",
        ("google_iam_workload_identity_pool_provider", "workload_identity_pool") => "workload_identity_pool_id",
        (_, other) => other,
    };
    target.map(|target| (attribute.to_owned(), target))
}

fn label_of(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' }).collect()
}

/// The value with its keys in Terraform's notation; names of claims hold dots and stay.
fn snaked(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Map(entries) => {
            let key = |entry: &Entry| Node {
                kind: Kind::Scalar(
                    Rc::from(if entry.name().contains('.') { entry.name().to_owned() } else { snake_case(entry.name()) }),
                    Style::Plain,
                ),
                ..entry.key.clone()
            };
            Kind::Map(entries.iter().map(|entry| Entry { key: key(entry), value: snaked(&entry.value), span: entry.span }).collect())
        }
        Kind::Seq(items) => Kind::Seq(items.iter().map(snaked).collect()),
        scalar @ Kind::Scalar(..) => scalar.clone(),
    };
    Node { kind, ..node.clone() }
}

pub(super) fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}
