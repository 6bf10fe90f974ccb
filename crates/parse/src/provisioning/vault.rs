//! Login roles and policies of Vault: `vault write auth/…`, `vault policy write`, requests to `/v1/auth/…` (Vault CLI and API
//! documentation: JWT, Kubernetes and AppRole methods), objects of operators and tasks that say the same.

mod operators;

use std::rc::Rc;

use super::script::{self, Call};
use crate::exports::{Attribute, Out, given, of, text};
use crate::tree::{Kind, Node, Style};

pub(super) use self::operators::{bank, object};

const BACKEND: &str = "vault_jwt_auth_backend";

/// A login method of which only its lengths are known.
const TUNED: &str = "vault_auth_backend";

/// A secrets engine.
const MOUNT: &str = "vault_mount";

/// Settings that are lists, written with commas.
const LISTS: &[&str] = &[
    "bound_account_id",
    "bound_audiences",
    "bound_group_ids",
    "bound_instance_groups",
    "bound_locations",
    "bound_projects",
    "bound_regions",
    "bound_resource_groups",
    "bound_scale_sets",
    "bound_service_accounts",
    "bound_service_principal_ids",
    "bound_subscription_ids",
    "bound_zones",
    "bound_iam_principal_arn",
    "bound_iam_role_arn",
    "bound_service_account_names",
    "bound_service_account_namespaces",
    "secret_id_bound_cidrs",
    "token_bound_cidrs",
    "token_policies",
    "policies",
];

/// Settings that are lengths of time.
const LENGTHS: &[&str] = &["token_ttl", "token_max_ttl", "token_period", "token_explicit_max_ttl", "secret_id_ttl"];

/// Older names of settings.
const RENAMED: &[(&str, &str)] = &[("ttl", "token_ttl"), ("max_ttl", "token_max_ttl"), ("period", "token_period")];

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    if call.runs(&["policy", "write"]) {
        let last = call.arguments().last().unwrap_or_default();
        let name = call.argument_after("write").unwrap_or_default();
        return policy(&call.node(), &name, call.content(&last).map(Attribute::Text), out);
    }
    if call.runs(&["secrets", "tune"]) || call.runs(&["secrets", "enable"]) {
        return engine(call, out);
    }
    if call.runs(&["auth", "tune"]) || call.runs(&["auth", "enable"]) {
        return tuned(call, out);
    }
    let Some(path) = call.argument_after("write").filter(|_| call.runs(&["write"])) else { return };
    written(&call.node(), &path, settings(call), out);
}

/// How long tokens of a login method live unless a role says less (Vault CLI, "auth tune").
fn tuned(call: &Call<'_>, out: &mut Out<'_>) {
    let length = |name: &str| call.option(&[name, &format!("-{name}")]).map(Attribute::Text);
    let tune = given(vec![("default_lease_ttl", length("-default-lease-ttl")), ("max_lease_ttl", length("-max-lease-ttl"))]);
    let mount = call.option(&["-path", "--path"]).or_else(|| call.arguments().filter(|word| !word.starts_with('-')).last());
    let Some(mount) = mount.filter(|_| !tune.is_empty()) else { return };
    let mount = mount.trim_matches('/');
    let label = out.label(TUNED, mount, mount);
    out.resource(TUNED, label, &call.node(), vec![("path", text(mount)), ("tune", Some(Attribute::Block(tune)))]);
}

/// How long what a secrets engine hands out lives unless its roles say less; a path tells the kind where the command doesn't.
fn engine(call: &Call<'_>, out: &mut Out<'_>) {
    let length = |name: &str| {
        call.option(&[name, &format!("-{name}")]).and_then(|text| seconds(&text)).map(|length| Attribute::Text(length.to_string()))
    };
    let lengths =
        given(vec![("default_lease_ttl_seconds", length("-default-lease-ttl")), ("max_lease_ttl_seconds", length("-max-lease-ttl"))]);
    let Some(last) = call.arguments().filter(|word| !word.starts_with('-')).last().filter(|_| !lengths.is_empty()) else { return };
    let path = call.option(&["-path", "--path"]).unwrap_or_else(|| last.clone());
    let (path, kind) = (path.trim_matches('/'), last.trim_matches('/'));
    let label = out.label(MOUNT, path, path);
    let mut attributes = given(vec![("path", text(path)), ("type", text(kind))]);
    attributes.extend(lengths);
    out.add(MOUNT, label, &call.node(), attributes);
}

/// Reads a request to the server.
pub(super) fn request(call: &Call<'_>, out: &mut Out<'_>) {
    let path = call.arguments().find_map(|word| word.split_once("/v1/").map(|(_, path)| path.to_owned()));
    let body = call.option(&["-d", "--data", "--data-raw", "--data-binary", "--json"]).and_then(|given| call.content(&given));
    let (Some(path), Some(body)) = (path, body.or_else(|| call.input.clone()).and_then(|text| call.parsed(&text))) else { return };
    written(&call.node(), &path, body.entries().iter().map(|entry| (entry.name().to_owned(), entry.value.clone())).collect(), out);
}

/// What is written under a path of the server.
pub(super) fn written(at: &Node, path: &str, settings: Vec<(String, Node)>, out: &mut Out<'_>) {
    let Some(rest) = path.trim_start_matches('/').strip_prefix("auth/") else { return lease(at, path, settings, out) };
    let settings: Vec<(String, Node)> = settings.into_iter().map(|(name, value)| plain(&name, value)).collect();
    if let Some((mount, name)) = rest.split_once("/role/") {
        // What is written below a role (`…/secret-id`) makes no trust.
        if !name.contains('/') {
            role(at, mount, name, &settings, out);
        }
    } else if let Some(mount) = rest.strip_suffix("/config") {
        let own = ["bound_issuer", "oidc_discovery_url", "jwks_url"].iter().any(|key| settings.iter().any(|(name, _)| name == key));
        if own {
            let label = out.label(BACKEND, mount, mount);
            let mut attributes = settings;
            attributes.push(("path".to_owned(), script::scalar(mount, at.span)));
            let attributes = attributes.into_iter().map(|(name, value)| (name, Attribute::Node(value))).collect();
            out.add(BACKEND, label, at, attributes);
        }
    }
}

/// A role of a secrets engine, whose leases or certificates last (Vault API: database, AWS and PKI secrets engines).
fn lease(at: &Node, path: &str, settings: Vec<(String, Node)>, out: &mut Out<'_>) {
    if let Some(mount) = path.trim_matches('/').strip_suffix("/config/lease") {
        let kind = "vault_aws_secret_backend";
        let label = out.label(kind, mount, mount);
        let named = |name: &str| match name {
            "lease" => Some("default_lease_ttl_seconds"),
            "lease_max" => Some("max_lease_ttl_seconds"),
            _ => None,
        };
        let mut attributes = given(vec![("path", text(mount))]);
        attributes
            .extend(settings.into_iter().filter_map(|(name, value)| Some((named(&name)?.to_owned(), Attribute::Node(in_seconds(value))))));
        return out.add(kind, label, at, attributes);
    }
    let Some((mount, name)) = path.trim_matches('/').split_once("/roles/").filter(|(_, name)| !name.contains('/')) else { return };
    let has = |names: &[&str]| settings.iter().any(|(name, _)| names.contains(&name.as_str()));
    let kind = match () {
        () if has(&["db_name", "creation_statements"]) => "vault_database_secret_backend_role",
        () if has(&["credential_type", "policy_arns", "role_arns"]) => "vault_aws_secret_backend_role",
        () if has(&["allowed_domains", "allow_any_name", "allow_subdomains"]) => "vault_pki_secret_backend_role",
        () => return,
    };
    let label = out.label(kind, &format!("{mount}/{name}"), name);
    let mut attributes = given(vec![("name", text(name)), ("backend", text(mount))]);
    attributes.extend(settings.into_iter().map(|(name, value)| (name, Attribute::Node(in_seconds(value)))));
    out.add(kind, label, at, attributes);
}

/// A length of time in seconds; anything else as it is.
fn in_seconds(value: Node) -> Node {
    match value.text().and_then(seconds) {
        Some(length) => Node { kind: Kind::Scalar(Rc::from(length.to_string()), Style::Plain), ..value },
        None => value,
    }
}

/// A policy in Vault's own language.
pub(super) fn policy(at: &Node, name: &str, rules: Option<Attribute>, out: &mut Out<'_>) {
    let label = out.label("vault_policy", name, name);
    out.resource("vault_policy", label, at, vec![("name", text(name)), ("policy", rules)]);
}

/// What is set: `name=value`, `name=@file`, or all in one document.
fn settings(call: &Call<'_>) -> Vec<(String, Node)> {
    let mut all = Vec::new();
    for argument in call.arguments().skip_while(|word| word != "write").skip(2) {
        match argument.split_once('=') {
            Some((name, value)) if !argument.starts_with('-') => {
                let is_given = value.starts_with('@') || value == "-" || value.trim_start().starts_with('{');
                let content = if is_given { call.content(value) } else { None };
                let node = content.and_then(|text| call.parsed(&text)).unwrap_or_else(|| call.text(value));
                all.push((name.to_owned(), node));
            }
            _ => {
                let whole = call.content(&argument).and_then(|text| call.parsed(&text));
                let entries = whole.iter().flat_map(Node::entries);
                all.extend(entries.map(|entry| (entry.name().to_owned(), entry.value.clone())));
            }
        }
    }
    all
}

/// A setting under its present name, a list as a list and a length in seconds.
fn plain(name: &str, value: Node) -> (String, Node) {
    let name = RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
    let kind = match value.text() {
        Some(given) if LISTS.contains(&name) => {
            let parts = given.split(',').map(str::trim).filter(|part| !part.is_empty());
            Some(Kind::Seq(parts.map(|part| script::scalar(part, value.span)).collect()))
        }
        Some(given) if LENGTHS.contains(&name) => seconds(given).map(|length| Kind::Scalar(Rc::from(length.to_string()), Style::Plain)),
        _ => None,
    };
    (
        name.to_owned(),
        match kind {
            Some(kind) => Node { kind, ..value },
            None => value,
        },
    )
}

/// `10m`, `1h30m`, `600`.
fn seconds(length: &str) -> Option<u64> {
    let (mut total, mut number) = (0_u64, String::new());
    for character in length.chars() {
        let unit = match character {
            digit if digit.is_ascii_digit() => {
                number.push(digit);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if number.is_empty() { Some(total) } else { total.checked_add(number.parse().ok()?) }
}

/// A role of whichever method its settings, or the path, tell.
fn role(at: &Node, mount: &str, name: &str, settings: &[(String, Node)], out: &mut Out<'_>) {
    let has = |names: &[&str]| settings.iter().any(|(name, _)| names.contains(&name.as_str()));
    let kind = if has(&["bound_service_account_names", "bound_service_account_namespaces"]) {
        "vault_kubernetes_auth_backend_role"
    } else if mount.contains("approle") || has(&["secret_id_ttl", "secret_id_num_uses", "bind_secret_id", "secret_id_bound_cidrs"]) {
        "vault_approle_auth_backend_role"
    } else if has(&["bound_claims", "bound_audiences", "bound_subject", "user_claim", "role_type"]) {
        "vault_jwt_auth_backend_role"
    } else if has(&["bound_iam_principal_arn", "bound_account_id", "bound_ami_id", "bound_iam_role_arn"]) {
        "vault_aws_auth_backend_role"
    } else if has(&["bound_subscription_ids", "bound_service_principal_ids", "bound_resource_groups"]) {
        "vault_azure_auth_backend_role"
    } else if has(&["bound_service_accounts", "bound_projects"]) {
        "vault_gcp_auth_backend_role"
    } else {
        return;
    };
    let label = out.label(kind, &format!("{mount}/{name}"), name);
    let named = if ["aws", "azure", "gcp"].iter().any(|cloud| kind.contains(cloud)) { "role" } else { "role_name" };
    let mut attributes: Vec<(String, Attribute)> = given(vec![(named, text(name)), ("backend", text(mount))]);
    if kind == "vault_jwt_auth_backend_role" {
        let backend = out.label(BACKEND, mount, mount);
        attributes = given(vec![("role_name", text(name)), ("backend", of(BACKEND, &backend, "path"))]);
    }
    let set = settings.iter().filter(|(_, value)| !matches!(&value.kind, Kind::Seq(items) if items.is_empty()));
    attributes.extend(set.map(|(name, value)| (name.clone(), Attribute::Node(value.clone()))));
    out.add(kind, label, at, attributes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_seconds() {
        assert_eq!(["10m", "1h30m", "600", "0", "2d"].map(seconds), [Some(600), Some(5_400), Some(600), Some(0), Some(172_800)]);
        assert_eq!((seconds("$TTL"), seconds("99999999999999999999h")), (None, None));
    }
}
