//! Pulumi in YAML, settings of its stacks, and exported stacks, written out as configuration language.
//!
//! The decision a reader would question: most of Pulumi's providers are made from Terraform's by rule, so that type and
//! attributes can be turned back by the same rule (Pulumi docs, "Pulumi YAML reference", "pulumi stack export"). Types of
//! native providers have no counterpart and are left out, which is said.

use std::collections::BTreeMap;

use super::rendered::{Rendered, Writer, quoted, snake_case};
use crate::tree::Node;

/// Providers that are made from Terraform's, with the prefix of their types there.
const PROVIDERS: &[(&str, &str)] = &[
    ("aws", "aws"),
    ("azure", "azurerm"),
    ("azuread", "azuread"),
    ("gcp", "google"),
    ("oci", "oci"),
    ("vault", "vault"),
    ("github", "github"),
    ("gitlab", "gitlab"),
    ("random", "random"),
    ("tls", "tls"),
    ("cloudflare", "cloudflare"),
    ("datadog", "datadog"),
];

/// Modules whose name is not part of the type.
const WITHOUT_MODULE: &[&str] =
    &["index", "ec2", "core", "appservice", "authorization", "armmsi", "compute/azure", "containerapp", "containerservice"];

/// Types that don't follow the rule.
const IRREGULAR: &[(&str, &str)] = &[
    ("aws:rds:Instance", "aws_db_instance"),
    ("aws:iam:OpenIdConnectProvider", "aws_iam_openid_connect_provider"),
    ("azure:authorization:Assignment", "azurerm_role_assignment"),
    ("azure-native:authorization:RoleAssignment", "azurerm_role_assignment"),
    ("azure-native:managedidentity:FederatedIdentityCredential", "azurerm_federated_identity_credential"),
    ("azure-native:managedidentity:UserAssignedIdentity", "azurerm_user_assigned_identity"),
    ("azure:containerapp:App", "azurerm_container_app"),
    ("gcp:serviceaccount:Account", "google_service_account"),
    ("gcp:serviceaccount:IAMMember", "google_service_account_iam_member"),
    ("gcp:serviceaccount:IAMBinding", "google_service_account_iam_binding"),
    ("gcp:serviceaccount:Key", "google_service_account_key"),
    ("gcp:projects:IAMMember", "google_project_iam_member"),
    ("gcp:projects:IAMBinding", "google_project_iam_binding"),
    ("gcp:folder:IAMMember", "google_folder_iam_member"),
    ("gcp:folder:IAMBinding", "google_folder_iam_binding"),
    ("gcp:organizations:IAMMember", "google_organization_iam_member"),
    ("gcp:organizations:IAMBinding", "google_organization_iam_binding"),
    ("vault:appRole:AuthBackendRole", "vault_approle_auth_backend_role"),
    ("vault:approle:AuthBackendRole", "vault_approle_auth_backend_role"),
    ("gcp:cloudrun:Service", "google_cloud_run_service"),
    ("gcp:cloudrunv2:Service", "google_cloud_run_v2_service"),
    ("gcp:cloudrunv2:Job", "google_cloud_run_v2_job"),
    ("gcp:secretmanager:Secret", "google_secret_manager_secret"),
    ("gcp:secretmanager:SecretVersion", "google_secret_manager_secret_version"),
];

/// Terraform's name of a type token: `aws:iam:Role` and `aws:iam/role:Role` are `aws_iam_role`.
pub(crate) fn type_of(token: &str) -> Option<String> {
    let mut parts = token.splitn(3, ':');
    let (provider, module, name) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
    // `aws:Provider`-like tokens have no module.
    let (module, name) = if name.is_empty() { ("index", module) } else { (module.split('/').next().unwrap_or(module), name) };
    let short = format!("{provider}:{module}:{name}");
    if let Some((_, known)) = IRREGULAR.iter().find(|(of, _)| *of == short) {
        return Some((*known).to_owned());
    }
    let (_, prefix) = PROVIDERS.iter().find(|(known, _)| *known == provider)?;
    let (name, module) = (snake_case(name), module.to_ascii_lowercase());
    let name = name.strip_prefix(&format!("{prefix}_")).unwrap_or(&name);
    let middle = if WITHOUT_MODULE.contains(&module.as_str()) { String::new() } else { format!("{module}_") };
    Some(format!("{prefix}_{middle}{name}"))
}

/// Writes a file out: a project, the settings of a stack, or an export.
pub(super) fn render(root: &Node) -> Rendered {
    let mut writer = Writer::new();
    writer.snake = true;
    if let Some(resources) = root.path(&["deployment", "resources"]) {
        writer.templates = false;
        resources.items().iter().for_each(|resource| exported(&mut writer, resource));
    } else if root.get("name").is_some() && root.get("runtime").is_some() {
        project(&mut writer, root);
    } else {
        writer.snake = false;
        settings(&mut writer, root);
        return writer.finish(true);
    }
    writer.finish(false)
}

/// `Pulumi.yaml`: settings with their defaults, resources, outputs.
fn project(writer: &mut Writer, root: &Node) {
    let resources = root.get("resources").map(Node::entries).unwrap_or_default();
    let addresses: BTreeMap<String, String> = resources
        .iter()
        .filter_map(|entry| Some((entry.name().to_owned(), format!("{}.{}", type_of(entry.value.str("type")?)?, label(entry.name())))))
        .collect();
    let variables: Vec<String> =
        root.get("variables").map(Node::entries).unwrap_or_default().iter().map(|entry| entry.name().to_owned()).collect();
    writer.rewrite = Box::new(move |text| rewritten(text, &addresses, &variables));
    for setting in root.get("config").or_else(|| root.get("configuration")).map(Node::entries).unwrap_or_default() {
        let body = setting.value.get("default").or_else(|| setting.value.get("value"));
        let secret = setting.value.get("secret").is_some_and(Node::is_true);
        variable(writer, setting.name(), body, secret, setting.span);
    }
    for local in root.get("variables").map(Node::entries).unwrap_or_default() {
        writer.out.push_str("locals {\n");
        let start = writer.out.len();
        writer.out.push_str(&format!(" {} = ", label(local.name())));
        writer.value(&local.value);
        writer.close(start, local.span, "");
    }
    for entry in resources {
        let Some(token) = entry.value.str("type") else { continue };
        let empty = entry.value.clone();
        let properties = entry.value.get("properties").unwrap_or(&empty);
        if let Some(provider) = token.strip_prefix("pulumi:providers:") {
            writer.block("provider", &[provider], properties, entry.span, "");
        } else if let Some(kind) = type_of(token) {
            writer.block("resource", &[&kind, &label(entry.name())], properties, entry.span, "");
        }
    }
}

fn variable(writer: &mut Writer, name: &str, default: Option<&Node>, secret: bool, span: unkeyed_model::Span) {
    let start = writer.out.len();
    writer.out.push_str(&format!("variable {} {{\n sensitive = {secret}\n", quoted(&label(name), false)));
    if let Some(default) = default {
        writer.out.push_str(" default = ");
        writer.value(default);
    }
    writer.close(start, span, "");
}

/// `Pulumi.<stack>.yaml`: what stands there in plain text. Encrypted values are found as such.
fn settings(writer: &mut Writer, root: &Node) {
    for entry in root.get("config").map(Node::entries).unwrap_or_default() {
        if entry.value.text().is_some_and(|text| !text.is_empty()) {
            writer.out.push_str(&format!("{} = ", label(entry.name().rsplit(':').next().unwrap_or_default())));
            writer.value(&entry.value);
            writer.out.push('\n');
        }
    }
}

/// A resource of an exported stack, with the values that it was made with.
fn exported(writer: &mut Writer, resource: &Node) {
    let name = resource.str("urn").and_then(|urn| urn.rsplit("::").next()).unwrap_or_default();
    let values = resource.get("inputs").or_else(|| resource.get("outputs"));
    if let (Some(kind), Some(values)) = (resource.str("type").and_then(type_of), values) {
        writer.block("resource", &[&kind, &label(name)], values, resource.span, "");
    }
}

/// A name without the characters that addresses are split at.
fn label(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect();
    if clean.starts_with(|c: char| c.is_ascii_digit() || c == '-') { format!("_{clean}") } else { clean }
}

/// Turns `${role.arn}` into `${aws_iam_role.role.arn}`, and any other name into a variable's.
fn rewritten(text: &str, addresses: &BTreeMap<String, String>, locals: &[String]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push_str("${");
        let length = after.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let (name, behind) = after.split_at(length);
        match addresses.get(name) {
            Some(address) => out.push_str(address),
            None if locals.iter().any(|local| local == name) => out.push_str(&format!("local.{}", label(name))),
            None => out.push_str(&format!("var.{}", label(name))),
        }
        let (attributes, following) = behind.split_once('}').unwrap_or((behind, ""));
        out.push_str(&attributes.split('.').map(snake_case).collect::<Vec<_>>().join("."));
        if behind.contains('}') {
            out.push('}');
        }
        rest = following;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::type_of;

    #[test]
    fn tokens_are_turned_back_by_rule() {
        let of = |token| type_of(token).unwrap_or_default();
        assert_eq!(of("aws:iam:Role"), "aws_iam_role");
        assert_eq!(of("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), "aws_iam_role_policy_attachment");
        assert_eq!(of("aws:ec2/instance:Instance"), "aws_instance");
        assert_eq!(of("azuread:index/applicationPassword:ApplicationPassword"), "azuread_application_password");
        assert_eq!(of("random:RandomPassword"), "random_password");
        assert_eq!(of("gcp:serviceaccount/account:Account"), "google_service_account");
        assert_eq!(of("oci:Identity/dynamicGroup:DynamicGroup"), "oci_identity_dynamic_group");
        assert_eq!(of("azure-native:authorization:RoleAssignment"), "azurerm_role_assignment");
        assert_eq!(of("azure-native:web:WebApp"), "");
    }
}
