//! Terraform and OpenTofu state, version 4: sensitive attributes stand there in plain text.
//!
//! `{"type": T, …, "instances": [{"attributes": {…}}]}`: the attribute's name alone says little (`value`, `result`), so the
//! resource type decides. Attributes that are ephemeral or write-only (`*_wo`) never get into the state and are no matter
//! here. The state is not parsed as a whole: it may be large, and the enclosing `"instances"` is near.

use memchr::memmem;
use unkeyed_model::{Destination, Role, Span, VendorDefault};

use super::{Candidate, Draft, Outcome, context};

/// How far an attribute may be from the head of its resource: the last is the limit.
const REACH: [usize; 3] = [1024, 8 * 1024, 64 * 1024];
/// How far the type may be from `"instances"`.
const HEAD: usize = 2048;

/// Sensitive attributes by resource type, and the kind of what stands there if it is a kind of its own. `*` is any type:
/// names that say by themselves that they are secret.
const SENSITIVE: &[(&str, &[&str], &str)] = &[
    ("aws_ecr_authorization_token", &["authorization_token", "password"], "docker.auth-ecr"),
    ("aws_iam_access_key", &["secret"], "aws.access-key"),
    ("aws_iam_access_key", &["ses_smtp_password_v4"], ""),
    ("aws_secretsmanager_secret_version", &["secret_string", "secret_binary"], ""),
    ("aws_ssm_parameter", &["value"], ""),
    ("azuread_application_password", &["value"], "azure.client-secret"),
    ("azuread_service_principal_password", &["value"], "azure.client-secret"),
    ("azurerm_key_vault_secret", &["value"], ""),
    ("cloudflare_api_token", &["value"], ""),
    ("github_actions_secret", &["plaintext_value"], ""),
    ("gitlab_project_variable", &["value"], ""),
    ("google_secret_manager_secret_version", &["secret_data"], ""),
    ("google_service_account_key", &["private_key"], "gcp.sa-key"),
    ("google_storage_hmac_key", &["secret"], "gcp.hmac-key"),
    ("kubernetes_secret", &["data", "binary_data"], ""),
    ("kubernetes_secret_v1", &["data", "binary_data"], ""),
    ("kubernetes_token_request_v1", &["token"], ""),
    ("oci_identity_auth_token", &["token"], "oci.auth-token"),
    ("oci_identity_customer_secret_key", &["key"], "oci.customer-secret-key"),
    ("oci_identity_db_credential", &["password"], "oci.db-credential"),
    ("oci_identity_smtp_credential", &["password"], "oci.smtp-credential"),
    ("random_password", &["result"], ""),
    ("tls_private_key", &["private_key_pem", "private_key_openssh", "private_key_pem_pkcs8"], "x509.private-key"),
    ("vault_approle_auth_backend_role_secret_id", &["secret_id"], "vault.approle-secret-id"),
    ("vault_generic_secret", &["data_json"], ""),
    ("vault_kv_secret_v2", &["data_json"], ""),
    ("vault_token", &["client_token"], "vault.service-token"),
    (
        "*",
        &[
            "access_token",
            "admin_password",
            "administrator_login_password",
            "auth_token",
            "client_key",
            "client_secret",
            "connection_string",
            "kube_admin_config_raw",
            "kube_config_raw",
            "master_password",
            "password",
            "primary_access_key",
            "primary_connection_string",
            "primary_key",
            "private_key",
            "private_key_pem",
            "secondary_access_key",
            "secondary_connection_string",
            "secondary_key",
            "secret_access_key",
            "secret_key",
            "shared_key",
        ],
        "",
    ),
];

/// `"ATTRIBUTE": "value"` (or `{…}` for maps) in a state file.
pub(crate) fn attribute(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    let secret = context::slice(text, candidate.secret);
    let name = context::slice(text, candidate.whole);
    let Some(name) = name.get(1..).and_then(|name| name.split(|&byte| byte == b'"').next()) else { return Outcome::Reject };
    let is_map = secret.starts_with(b"{");
    let is_text = text[..candidate.secret.start].ends_with(b"\"") && secret.len() >= 4;
    if !(is_map || is_text) || secret.starts_with(b"-----BEGIN") {
        // Keys are reported by their own rules, which pair them with certificates.
        return Outcome::Reject;
    }
    let Some(resource) = resource(text, candidate.whole.start) else { return output(candidate, draft) };
    let is_listed = |names: &[&str]| names.iter().any(|known| known.as_bytes() == name);
    let row = SENSITIVE.iter().find(|(kind, names, _)| (*kind == "*" || kind.as_bytes() == resource) && is_listed(names));
    let Some((.., kind)) = row else { return Outcome::Reject };
    if !kind.is_empty() {
        refine(kind, draft);
    }
    let (resource, name) = (String::from_utf8_lossy(resource), String::from_utf8_lossy(name));
    draft.key_path = Some(format!("{resource}.{name}"));
    draft.verified_structure = true;
    draft.destination = Some(Destination::new(provider(&resource), ""));
    if is_map {
        draft.secret = context::value_from(text, candidate.secret.start);
        if !context::slice(text, draft.secret).contains(&b'"') {
            return Outcome::Reject;
        }
    }
    Outcome::Keep
}

/// What is known of a kind beyond that it stands in a state.
fn refine(kind: &str, draft: &mut Draft) {
    const YEARS_2: u64 = 2 * 365 * 86_400;
    const HOURS_12: u64 = 12 * 3600;
    draft.kind = kind.into();
    match kind {
        "azure.client-secret" => draft.lifetime.vendor_default = VendorDefault::AtMost(YEARS_2),
        "docker.auth-ecr" => draft.lifetime.vendor_default = VendorDefault::Short(HOURS_12),
        "vault.approle-secret-id" | "vault.service-token" => draft.role = Role::Bootstrap,
        _ => {}
    }
}

/// The type of the resource whose instance holds `at`.
fn resource(text: &[u8], at: usize) -> Option<&[u8]> {
    // Widening, since a search backwards over the whole reach for every attribute would be slow.
    let instances = REACH.iter().find_map(|reach| {
        let floor = at.saturating_sub(*reach);
        memmem::find_iter(&text[floor..at], b"\"instances\"").last().map(|found| floor + found)
    })?;
    let head = instances.saturating_sub(HEAD);
    let kind = head + memmem::rfind(&text[head..instances], b"\"type\"")?;
    context::assigned_bytes(text, Span::new(kind, instances), &["type"])
}

/// `"value": "…"` of an output that is marked sensitive.
fn output(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(object) = context::object(candidate.text, candidate.whole.start) else { return Outcome::Reject };
    if context::member_bytes(candidate.text, object, "sensitive") != Some(b"true") {
        return Outcome::Reject;
    }
    draft.verified_structure = true;
    draft.notes.push("value of a sensitive output".into());
    Outcome::Keep
}

/// Where a resource's credential leads.
fn provider(resource: &str) -> &'static str {
    const PROVIDERS: &[(&str, &str)] =
        &[("aws_", "aws"), ("azure", "azure"), ("google_", "gcp"), ("kubernetes_", "k8s-api"), ("oci_", "oci"), ("vault_", "vault")];
    PROVIDERS.iter().find(|(prefix, _)| resource.starts_with(prefix)).map_or("unknown", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_from;
    use super::*;

    fn state(kind: &str, attributes: &str) -> String {
        format!(
            r#"{{"version": 4, "outputs": {{"o": {{"value": "dead-output", "type": "string", "sensitive": true}}}}, "resources": [{{"mode": "managed", "type": "{kind}", "name": "x", "provider": "p", "instances": [{{"attributes": {{{attributes}}}}}]}}]}}"#
        )
    }

    fn found(text: &str, name: &str, secret: &str) -> Option<Draft> {
        inspected_from(attribute, "terraform.tfstate", text, &format!("\"{name}\""), secret)
    }

    #[test]
    fn the_resource_type_decides() {
        let draft = found(&state("aws_iam_access_key", r#""secret": "dead-secret""#), "secret", "dead-secret").unwrap();
        assert_eq!(draft.key_path.as_deref(), Some("aws_iam_access_key.secret"));
        assert_eq!((&*draft.kind, draft.destination), ("aws.access-key", Some(Destination::new("aws", ""))));
        assert!(found(&state("random_id", r#""result": "dead-secret""#), "result", "dead-secret").is_none());
        assert!(found(&state("random_password", r#""result": "dead-secret""#), "result", "dead-secret").is_some());
        assert!(found(&state("any_thing", r#""password": "dead-secret""#), "password", "dead-secret").is_some());
    }

    #[test]
    fn maps_are_one_secret() {
        let text = state("kubernetes_secret", r#""data": {"a": "dead", "b": "dead}"}"#);
        let draft = found(&text, "data", "{").unwrap();
        assert_eq!(&text[draft.secret.start..draft.secret.end], r#"{"a": "dead", "b": "dead}"}"#);
    }

    #[test]
    fn empty_values_are_no_secrets() {
        assert!(found(&state("kubernetes_secret", r#""data": {}"#), "data", "{").is_none());
        assert!(found(&state("aws_ssm_parameter", r#""value": null, "x": 1"#), "value", "null, ").is_none());
    }

    #[test]
    fn sensitive_outputs() {
        let text = state("random_id", "");
        assert!(found(&text, "value", "dead-output").is_some());
        assert!(found(&text.replace("\"sensitive\": true", "\"a\": 1"), "value", "dead-output").is_none());
    }
}
