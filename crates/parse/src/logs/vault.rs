//! Vault's audit device (Vault documentation, "Audit devices", `audit log entry schema`). Values are hashed there; names
//! of roles in the metadata of a login are not.

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen, seconds, text};

pub(super) fn is_one(event: &Json) -> bool {
    matches!(text(event, &["type"]), Some("request" | "response"))
        && text(event, &["request", "path"]).is_some()
        && event.get("time").is_some()
}

pub(super) fn read(event: &Json) -> Said {
    let path = text(event, &["request", "path"]).unwrap_or_default();
    // A refused login has no response.
    let denied = text(event, &["error"]).is_some();
    // What the root token asked for; it doesn't end by itself.
    let of_root = || event.get("auth")?.get("policies")?.as_array().filter(|all| all.iter().any(|policy| policy.as_str() == Some("root")));
    if text(event, &["type"]) == Some("response") && of_root().is_some() {
        let used = Outcome { denied, seconds: None };
        return vec![(Seen::durable(Platform::Vault, "root", "vault.root-token", None), used)];
    }
    let is_login = path.starts_with("auth/") && path.ends_with("/login");
    if !is_login || (text(event, &["type"]) == Some("request") && !denied) {
        return Said::new();
    }
    let auth = event.get("response").and_then(|response| response.get("auth")).or_else(|| event.get("auth"));
    let metadata = |key: &str| text(auth?, &["metadata", key]);
    // A refused login has no metadata; what was asked for is hashed, unless the mount says otherwise.
    let asked = || text(event, &["request", "data", "role"]).filter(|role| !role.starts_with("hmac-"));
    let role = metadata("role").or_else(|| metadata("role_name")).or_else(asked).unwrap_or("a role that is not told");
    let outcome = Outcome { denied, seconds: auth.and_then(|auth| seconds(auth, &["token_ttl"])).filter(|seconds| *seconds > 0) };
    if path.contains("approle") || text(event, &["request", "mount_type"]) == Some("approle") || metadata("role_name").is_some() {
        return vec![(Seen::durable(Platform::Vault, role, "vault.approle-secret-id", None), outcome)];
    }
    let subject = metadata("service_account_namespace")
        .zip(metadata("service_account_name"))
        .map(|(namespace, name)| format!("system:serviceaccount:{namespace}:{name}"));
    vec![(Seen { subject, ..Seen::exchange(Platform::Vault, role) }, outcome)]
}
