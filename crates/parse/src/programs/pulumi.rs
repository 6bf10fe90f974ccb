//! Programs of Pulumi in TypeScript, JavaScript, Python, Go, Java and C# (Pulumi documentation, "Resources", "Inputs and outputs").
//!
//! The decision a reader would question: as with Pulumi in YAML, a resource is written out as Terraform's of the same rule, so that
//! the same readers judge it. Only kinds that make trusts, grants or credentials of identities are; what a program
//! computes is a variable without a value.

mod documents;

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value as Json;
use unkeyed_model::Span;

use super::literal::{self, Names};
use super::names;
use crate::exports::{Attribute, Out};
use crate::policy_document::hole;
use crate::provisioning;
use crate::terraform;

/// Most resources of a program that are read.
const MAX_RESOURCES: usize = 1_000;

/// How a program of Pulumi names its providers.
pub(super) const IMPORTS: &[&str] = &["@pulumi/", "pulumi_", GO, JAVA, SHARP];

/// What stands before the providers' names in Go.
const GO: &str = "github.com/pulumi/pulumi-";

/// The same in Java and in C#.
const JAVA: &str = "com.pulumi.";
const SHARP: &str = "Pulumi.";

/// Kinds that are read, besides those whose resources make trusts and grants.
const KINDS: &[&str] = &[
    "aws_iam_openid_connect_provider",
    "aws_iam_policy",
    "aws_iam_policy_attachment",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy",
    "aws_iam_user_policy_attachment",
    "aws_rolesanywhere_profile",
    "azuread_app_role_assignment",
    "azuread_application",
    "azuread_application_federated_identity_credential",
    "azuread_application_flexible_federated_identity_credential",
    "azuread_application_password",
    "azuread_application_registration",
    "azuread_directory_role_assignment",
    "azuread_service_principal",
    "azuread_service_principal_password",
    "azurerm_federated_identity_credential",
    "azurerm_role_assignment",
    "azurerm_role_definition",
    "azurerm_user_assigned_identity",
    "google_folder_iam_binding",
    "google_folder_iam_member",
    "google_iam_workload_identity_pool",
    "google_iam_workload_identity_pool_provider",
    "google_organization_iam_binding",
    "google_organization_iam_member",
    "google_project_iam_binding",
    "google_project_iam_member",
    "google_service_account",
    "google_service_account_iam_binding",
    "google_service_account_iam_member",
    "google_service_account_key",
    "oci_identity_domains_identity_propagation_trust",
    "oci_identity_dynamic_group",
    "oci_identity_policy",
    "vault_approle_auth_backend_role",
    "vault_jwt_auth_backend",
    "vault_jwt_auth_backend_role",
    "vault_kubernetes_auth_backend_role",
    "vault_policy",
];

/// Attributes under the names that native providers have for them.
const RENAMED: &[(&str, &str, &str)] = &[
    ("azurerm_federated_identity_credential", "audiences", "audience"),
    ("azurerm_federated_identity_credential", "resource_name", "parent_id"),
];

/// Attributes whose keys are those of a policy document.
const DOCUMENTS: &[&str] = &["assume_role_policy", "policy"];

/// Blocks whose names and fields are written in the program's notation.
const BLOCKS: &[&str] = &["oidc", "saml", "aws", "x509", "impersonation_service_users", "inline_policies", "condition"];

/// A resource where it is made.
struct Made<'t> {
    at: usize,
    kind: &'static str,
    /// The variable that holds it.
    variable: &'t str,
    /// Where its arguments begin.
    open: usize,
}

/// Whether a program makes resources with Pulumi.
pub(crate) fn is_one(text: &str) -> bool {
    IMPORTS.iter().any(|import| text.contains(import))
}

/// Where the resources of a program stand.
pub(super) fn ranges(text: &str, names: &Names) -> Vec<Range<usize>> {
    let ends = |one: &Made<'_>| Some(one.open..one.open + literal::arguments(&text[one.open..], names)?.1);
    made(text).iter().filter_map(ends).collect()
}

/// Writes down the resources of a program.
pub(crate) fn read(out: &mut Out<'_>) {
    let text = out.place.text();
    let (names, made) = (names::names(text), made(text));
    let label = |one: &Made<'_>| {
        let (all, _) = literal::arguments(&text[one.open..], &names)?;
        // Go's context stands before it.
        let names = || all.iter().take(2).filter(|one| one.name.is_none()).filter_map(|one| one.value.as_str());
        let name = names().find(|name| hole::is_known(name)).or_else(|| names().next())?.to_owned();
        Some((name, all))
    };
    let found: Vec<_> = made.iter().filter_map(|one| Some((one, label(one)?))).collect();
    let documents = documents::of(text, &names);
    let mut addresses = BTreeMap::new();
    let mut labels = Vec::new();
    for (one, (name, _)) in &found {
        let label = out.numbered(one.kind, &hole::shown(name));
        if !one.variable.is_empty() {
            addresses.insert(one.variable, format!("{}.{label}", one.kind));
        }
        labels.push(label);
    }
    for ((one, (_, arguments)), label) in found.iter().zip(labels) {
        let span = Span::new(one.at, one.at);
        let object = arguments.iter().skip(1).filter(|argument| argument.name.is_none()).find_map(|argument| argument.value.as_object());
        let keywords = arguments.iter().filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())));
        let fields = object.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).chain(keywords);
        let mut attributes: Vec<(String, Attribute)> = Vec::new();
        for (name, value) in fields.filter(|(name, _)| hole::is_known(name) && name != "opts") {
            let name = terraform::snake_case(&name);
            let name =
                RENAMED.iter().find(|(kind, theirs, _)| *kind == one.kind && *theirs == name).map_or(name, |(.., ours)| (*ours).to_owned());
            let value = value.as_str().and_then(|text| documents::taken(text, &documents)).cloned().unwrap_or(value);
            let value = referring(&value, &addresses, !DOCUMENTS.contains(&name.as_str()) && BLOCKS.contains(&name.as_str()));
            attributes.extend(written(&name, &value, span));
        }
        let node = provisioning::node(&Json::Null, span);
        out.add(one.kind, label, &node, attributes);
    }
}

/// An attribute, or the nested blocks that it stands for.
fn written(name: &str, value: &Json, span: Span) -> Vec<(String, Attribute)> {
    let block = |fields: &serde_json::Map<String, Json>| {
        let inner = fields.iter().map(|(name, value)| (name.clone(), Attribute::Node(provisioning::node(value, span))));
        (name.to_owned(), Attribute::Block(inner.collect()))
    };
    match value {
        Json::Object(fields) if BLOCKS.contains(&name) => vec![block(fields)],
        Json::Array(items) if BLOCKS.contains(&name) => items.iter().filter_map(Json::as_object).map(block).collect(),
        other => vec![(name.to_owned(), Attribute::Node(provisioning::node(other, span)))],
    }
}

/// The calls that make resources of the kinds that are read.
fn made(text: &str) -> Vec<Made<'_>> {
    let packages = packages(text);
    let mut found = Vec::new();
    for (open, _) in text.match_indices('(') {
        let length = text[..open].bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
        let path = &text[open - length..open];
        let before = text[..open - length].trim_end();
        // Java and C# name a class alone, and make it with a word.
        let is_new = before.ends_with("new");
        let Some(kind) = kind(path, &packages).or_else(|| is_new.then(|| imported(path, &packages))?) else { continue };
        let before = before.trim_end_matches("new").trim_end();
        found.push(Made { at: open - length, kind, variable: variable(before), open: open + 1 });
        if found.len() == MAX_RESOURCES {
            break;
        }
    }
    found
}

/// The name that a value is given behind `text`.
fn variable(text: &str) -> &str {
    let Some(left) = text.strip_suffix('=').map(str::trim_end) else { return "" };
    let line = left.rsplit(['\n', ';', '{']).next().unwrap_or_default().trim();
    let line = ["export ", "const ", "let ", "var "].iter().fold(line, |line, word| line.strip_prefix(word).unwrap_or(line).trim_start());
    let named = line.split([':', ',']).next().unwrap_or_default().trim();
    // `Role role`: the type stands first.
    named.rsplit(' ').next().unwrap_or_default()
}

/// Kind of the resource that a path of names makes (`aws.iam.Role`, `iam.Role`).
fn kind(path: &str, packages: &BTreeMap<String, String>) -> Option<&'static str> {
    let (first, rest) = path.split_once('.')?;
    let package = packages.get(first)?;
    of_whole(&format!("{package}.{rest}"))
}

/// The same of a class that is named alone, by its own import or by that of everything around it.
fn imported(name: &str, packages: &BTreeMap<String, String>) -> Option<&'static str> {
    let own = packages.get(name).and_then(|whole| of_whole(whole));
    let around = || packages.iter().filter(|(key, _)| key.ends_with('*')).find_map(|(_, package)| of_whole(&format!("{package}.{name}")));
    own.or_else(around)
}

/// Kind of the resource that a whole path names, its provider first.
fn of_whole(whole: &str) -> Option<&'static str> {
    let mut parts = whole.trim_start_matches('.').split('.');
    let (provider, rest): (&str, Vec<&str>) = (parts.next()?, parts.collect());
    let (name, modules) = rest.split_last()?;
    let name = name.strip_prefix("New").unwrap_or(name);
    let module = modules.iter().rev().find(|module| !is_version(module)).copied().unwrap_or("index");
    let module = module.replace("app_role", "appRole");
    let provider = provider.to_ascii_lowercase().replace("azurenative", "azure-native");
    // Classes of C# stand in parts that begin large.
    let module = if module.starts_with(|c: char| c.is_ascii_uppercase()) { module.to_ascii_lowercase() } else { module };
    let kind = terraform::pulumi_type(&format!("{provider}:{module}:{name}"))?;
    KINDS.iter().find(|known| **known == kind).copied().or_else(|| terraform::read_type(&kind))
}

/// Whether a part of a path is the version of an interface (`v20230131`, `v1`).
fn is_version(part: &str) -> bool {
    part.strip_prefix(['v', 'V']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// What the program calls its providers, or parts of them: `aws` for `aws`, `iam` for `aws.iam`.
fn packages(text: &str) -> BTreeMap<String, String> {
    // A whole path begins with the word itself.
    let mut found = BTreeMap::from([(SHARP.trim_end_matches('.').to_owned(), String::new())]);
    for line in text.lines().filter(|line| IMPORTS.iter().any(|import| line.contains(import))) {
        let line = line.trim().trim_end_matches(';');
        if let Some((own, path)) = line.split_once(GO) {
            found.extend(of_go(own, path.trim_end_matches('"')));
        } else if let Some((_, path)) = line.split_once(JAVA).filter(|_| line.starts_with("import ")) {
            let (package, class) = path.rsplit_once('.').unwrap_or(("", path));
            let (key, whole) = if class == "*" { (path, package) } else { (class, path) };
            found.insert(key.to_owned(), whole.to_owned());
        } else if let Some((own, path)) = line.strip_prefix("using ").and_then(|rest| rest.split_once(SHARP)) {
            let own = own.trim().trim_end_matches('=').trim();
            found.insert(if own.is_empty() { format!("{path}.*") } else { own.to_owned() }, path.to_owned());
        } else if let Some((left, right)) = line.split_once("@pulumi/") {
            let mut parts = right.trim_end_matches(['"', '\'', ')']).splitn(2, '/');
            let provider = parts.next().unwrap_or_default().trim_end_matches(['"', '\'', ')']);
            let within = parts.next().map(|rest| format!(".{}", rest.replace('/', "."))).unwrap_or_default();
            let names = left.trim_start_matches("import").trim_start_matches("const").split(" from").next().unwrap_or_default();
            if let Some((_, inside)) = names.split_once('{') {
                for name in inside.split('}').next().unwrap_or_default().split(',').map(str::trim) {
                    let (theirs, own) = name.split_once(" as ").or_else(|| name.split_once(':')).unwrap_or((name, name));
                    found.insert(own.trim().to_owned(), format!("{provider}{within}.{}", theirs.trim()));
                }
            } else {
                let name = names.rsplit("* as ").next().unwrap_or_default();
                let name = name.trim().split([' ', '=']).next().unwrap_or_default();
                found.insert(name.to_owned(), format!("{provider}{within}"));
            }
        } else if let Some((from, names)) = line.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
            let Some(path) = from.trim().strip_prefix("pulumi_") else { continue };
            let path = path.replacen("azure_native", "azure-native", 1);
            for name in names.trim_matches(['(', ')']).split(',').map(str::trim) {
                let (theirs, own) = name.split_once(" as ").unwrap_or((name, name));
                found.insert(own.trim().to_owned(), format!("{path}.{}", theirs.trim()));
            }
        } else if let Some(rest) = line.strip_prefix("import pulumi_") {
            let (path, own) = rest.split_once(" as ").map_or((rest, format!("pulumi_{rest}")), |(path, own)| (path, own.trim().to_owned()));
            found.insert(own, path.trim().replacen("azure_native", "azure-native", 1));
        }
    }
    found
}

/// A package of Go: `iam` for `…aws/sdk/v6/go/aws/iam`, or the name in front of it.
fn of_go(own: &str, path: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !is_version(part)).collect();
    let (provider, modules): (&str, &[&str]) = match parts.iter().position(|part| *part == "go") {
        Some(at) => (parts.get(at + 1)?, parts.get(at + 2..)?),
        None => (parts.first()?.trim_end_matches("-sdk"), parts.get(1..)?),
    };
    let own = own.trim_start_matches("import").trim_matches(['"', ' ', '\t']);
    let name = if own.is_empty() { modules.last().unwrap_or(&provider) } else { own };
    let whole = std::iter::once(provider).chain(modules.iter().copied()).collect::<Vec<_>>().join(".");
    Some((name.to_owned(), whole))
}

/// The value with what it takes from other resources as expressions of the configuration language, and keys of blocks in its notation.
fn referring(value: &Json, addresses: &BTreeMap<&str, String>, is_block: bool) -> Json {
    match value {
        Json::String(text) => Json::String(expressions(text, addresses)),
        Json::Array(items) => Json::Array(items.iter().map(|item| referring(item, addresses, is_block)).collect()),
        Json::Object(fields) => {
            let key = |name: &str| if is_block { terraform::snake_case(name) } else { expressions(name, addresses) };
            Json::Object(fields.iter().map(|(name, value)| (key(name), referring(value, addresses, is_block))).collect())
        }
        other => other.clone(),
    }
}

/// A text whose holes are expressions: `${aws_iam_role.ci.arn}`, `${var.repository}`.
fn expressions(text: &str, addresses: &BTreeMap<&str, String>) -> String {
    hole::filled(text, &|written| written.replace("${", "$${"), &|what| {
        let path = what.trim().replace(['!', '?'], "").replace("()", "");
        let is_path =
            |text: &str| text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        let known =
            addresses.iter().filter(|(name, _)| path.strip_prefix(**name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        let target = known.max_by_key(|(name, _)| name.len());
        match target {
            Some((name, address)) if is_path(&path) => {
                let attributes: Vec<String> = path[name.len()..].split('.').map(terraform::snake_case).collect();
                format!("${{{address}{}}}", attributes.join("."))
            }
            _ => {
                let plain: String = path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(60).collect();
                format!("${{var.{}}}", plain.trim_matches('_'))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_tell_what_providers_are_called() {
        let text = "import * as aws from \"@pulumi/aws\";\nimport { iam, s3 as store } from '@pulumi/aws';\nconst gcp = require('@pulumi/gcp');\n\
                    import pulumi_azuread as azuread\nfrom pulumi_gcp import projects, serviceaccount as sa\nfrom pulumi_azure_native import authorization\n";
        let packages = packages(text);
        let of = |path: &str| kind(path, &packages).unwrap_or_default();
        assert_eq!(
            [of("aws.iam.Role"), of("iam.Role"), of("gcp.projects.IAMMember")],
            ["aws_iam_role", "aws_iam_role", "google_project_iam_member"]
        );
        assert_eq!(of("azuread.ApplicationPassword"), "azuread_application_password");
        assert_eq!([of("sa.Key"), of("authorization.v20220401.RoleAssignment")], ["google_service_account_key", "azurerm_role_assignment"]);
        let java = super::packages("import com.pulumi.gcp.projects.IAMMember;\nimport com.pulumi.aws.iam.*;\n");
        let sharp = super::packages("using Pulumi;\nusing Pulumi.AzureNative.Authorization;\nusing Aws = Pulumi.Aws;\n");
        assert_eq!([imported("IAMMember", &java), imported("Role", &java)], [Some("google_project_iam_member"), Some("aws_iam_role")]);
        assert_eq!(
            [imported("RoleAssignment", &sharp), kind("Aws.Iam.Role", &sharp)],
            [Some("azurerm_role_assignment"), Some("aws_iam_role")]
        );
        assert_eq!([kind("Pulumi.Gcp.ServiceAccount.Key", &sharp), imported("Role", &sharp)], [Some("google_service_account_key"), None]);
        assert_eq!([of("store.Bucket"), of("aws.iam.getRole"), of("other.iam.Role")], ["", "", ""]);
    }

    #[test]
    fn variables_stand_in_front_of_what_they_hold() {
        assert_eq!(variable("x\nexport const role ="), "role");
        assert_eq!(variable("    self.role ="), "self.role");
        assert_eq!(variable("const role: aws.iam.Role ="), "role");
        assert_eq!([variable("    Role role ="), variable("role, err :=")], ["role", "role"]);
        assert_eq!([variable("return"), variable("f(")], ["", ""]);
    }
}
