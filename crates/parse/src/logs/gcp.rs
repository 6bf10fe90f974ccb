//! Cloud Audit Logs (Google Cloud: "Example audit logs for workload identity federation", `AuditLog`).

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen, at, seconds, text};

/// `google.rpc.Code`: permission denied, unauthenticated.
const REFUSED: [i64; 2] = [7, 16];

pub(super) fn is_one(event: &Json) -> bool {
    at(event, &["protoPayload", "methodName"]).is_some()
}

pub(super) fn read(event: &Json) -> Said {
    let Some(payload) = event.get("protoPayload") else { return Said::new() };
    let denied = at(payload, &["status", "code"]).and_then(Json::as_i64).is_some_and(|code| REFUSED.contains(&code));
    let method = text(payload, &["methodName"]).unwrap_or_default().rsplit('.').next().unwrap_or_default();
    let who = text(payload, &["metadata", "mapped_principal"]).or_else(|| text(payload, &["authenticationInfo", "principalSubject"]));
    let subject = who.and_then(|who| who.split_once("/subject/")).map(|(_, subject)| subject.to_owned());
    let mut said = Said::new();
    match (text(payload, &["serviceName"]), method) {
        (Some("sts.googleapis.com"), "ExchangeToken") => {
            let audience = text(payload, &["request", "audience"]).or_else(|| text(payload, &["resourceName"])).unwrap_or_default();
            let provider = audience.split_once("projects/").map_or(audience, |(before, _)| &audience[before.len()..]);
            said.push((Seen { subject, ..Seen::exchange(Platform::Gcp, provider) }, Outcome { denied, seconds: None }));
        }
        (Some("iamcredentials.googleapis.com"), "GenerateAccessToken" | "GenerateIdToken") => {
            let name = text(payload, &["request", "name"]).or_else(|| text(payload, &["resourceName"])).unwrap_or_default();
            let account = name.rsplit('/').next().unwrap_or(name);
            let outcome = Outcome { denied, seconds: seconds(payload, &["request", "lifetime"]) };
            said.push((Seen { subject, ..Seen::exchange(Platform::Gcp, account) }, outcome));
        }
        _ => {}
    }
    if let Some(name) = text(payload, &["authenticationInfo", "serviceAccountKeyName"]) {
        let (account, key) = name.rsplit_once("/keys/").unwrap_or((name, ""));
        let account = account.rsplit('/').next().unwrap_or(account);
        said.push((Seen::durable(Platform::Gcp, account, "gcp.sa-key", Some(key)), Outcome { denied, seconds: None }));
    }
    said
}
