//! SPIRE server's audit log (SPIRE documentation, "SPIRE Server Configuration Reference", `audit_log_enabled`).

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen, text};

pub(super) fn is_one(event: &Json) -> bool {
    text(event, &["type"]) == Some("audit") && text(event, &["method"]).is_some() && text(event, &["msg"]).is_some()
}

pub(super) fn read(event: &Json) -> Said {
    let is_issue = text(event, &["method"]).is_some_and(|method| method.ends_with("SVID") || method.contains("SVIDs"));
    let id = text(event, &["spiffe_id"]).filter(|_| is_issue);
    let denied = text(event, &["status"]).is_some_and(|status| status != "success");
    id.map(|id| (Seen::exchange(Platform::Spiffe, id), Outcome { denied, seconds: None })).into_iter().collect()
}
