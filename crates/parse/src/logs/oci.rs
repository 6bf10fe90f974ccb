//! OCI Audit, version 2 (Oracle, "Contents of an Audit Log Event"), in the notations of the service and of its tool.

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen, text};

pub(super) fn is_one(event: &Json) -> bool {
    let kind = text(event, &["eventType"]).or_else(|| text(event, &["event-type"]));
    kind.is_some_and(|kind| kind.starts_with("com.oraclecloud.")) && event.get("data").is_some()
}

/// A request that is signed with an API key names it: `tenancy/user/fingerprint`. A session has a token there.
pub(super) fn read(event: &Json) -> Said {
    let status = text(event, &["data", "response", "status"]);
    let outcome = Outcome { denied: matches!(status, Some("401" | "403" | "404")), seconds: None };
    let credentials = text(event, &["data", "identity", "credentials"]).unwrap_or_default();
    let mut parts = credentials.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(tenancy), Some(user), Some(fingerprint)) if tenancy.starts_with("ocid1.tenancy.") && user.starts_with("ocid1.user.") => {
            vec![(Seen::durable(Platform::Oci, user, "oci.api-key", Some(fingerprint)), outcome)]
        }
        _ => Said::new(),
    }
}
