//! Kubernetes audit events (`audit.k8s.io/v1`; Kubernetes documentation, "Auditing", "Managing Service Accounts").

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen, at, seconds, text};

/// Set on requests with the token of a Secret, which doesn't expire.
const LEGACY: &str = "authentication.k8s.io/legacy-token";

pub(super) fn is_one(event: &Json) -> bool {
    text(event, &["apiVersion"]).is_some_and(|version| version.starts_with("audit.k8s.io/")) && event.get("verb").is_some()
}

pub(super) fn read(event: &Json) -> Said {
    // Each request is told at several stages; the last one tells its outcome.
    if text(event, &["stage"]).is_some_and(|stage| stage != "ResponseComplete") {
        return Said::new();
    }
    let code = at(event, &["responseStatus", "code"]).and_then(Json::as_u64);
    let denied = matches!(code, Some(401 | 403));
    let mut said = Said::new();
    let object = |key: &str| text(event, &["objectRef", key]);
    if let (Some("create"), Some("serviceaccounts"), Some("token"), Some(namespace), Some(name)) =
        (text(event, &["verb"]), object("resource"), object("subresource"), object("namespace"), object("name"))
    {
        let outcome = Outcome { denied, seconds: seconds(event, &["requestObject", "spec", "expirationSeconds"]) };
        let subject = Some(format!("system:serviceaccount:{namespace}:{name}"));
        said.push((Seen { subject, ..Seen::exchange(Platform::K8s, &key(namespace, name)) }, outcome));
    }
    let account = text(event, &["annotations", LEGACY]).and_then(|user| user.strip_prefix("system:serviceaccount:"));
    if let Some((namespace, name)) = account.and_then(|account| account.split_once(':')) {
        let seen = Seen::durable(Platform::K8s, &key(namespace, name), "k8s.sa-token-secret", None);
        said.push((seen, Outcome { denied, seconds: None }));
    }
    said
}

/// The key under which manifests define the account.
fn key(namespace: &str, name: &str) -> String {
    format!("k8s:sa/{namespace}/{name}")
}
