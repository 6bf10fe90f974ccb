//! Sign-ins of service principals and managed identities (Microsoft Graph, "signIn resource type"), as Graph, a storage
//! account or a Log Analytics workspace gives them: the names are the same but for their first letter.

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen};

/// Keys that hold when it happened.
pub(super) const TIMES: &[&str] = &["createdDateTime", "CreatedDateTime", "TimeGenerated", "time"];

/// The value of a key in either notation, here or under `properties`.
fn get<'j>(event: &'j Json, key: &str) -> Option<&'j Json> {
    let mut upper = key.to_owned();
    if let Some(first) = upper.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let own = |json: &'j Json| json.get(key).or_else(|| json.get(&upper));
    own(event).or_else(|| own(event.get("properties")?))
}

fn text<'j>(event: &'j Json, key: &str) -> Option<&'j str> {
    get(event, key)?.as_str().filter(|text| !text.is_empty())
}

pub(super) fn is_one(event: &Json) -> bool {
    get(event, "appId").is_some() && get(event, "servicePrincipalId").is_some() && get(event, "resourceId").is_some()
        || get(event, "clientCredentialType").is_some() && get(event, "appId").is_some()
}

pub(super) fn read(event: &Json) -> Said {
    let Some(app) = text(event, "appId") else { return Said::new() };
    let code = get(event, "status").and_then(|status| status.get("errorCode")).or_else(|| get(event, "resultType"));
    let denied = code.is_some_and(|code| !matches!(code, Json::Null) && code.as_i64() != Some(0) && code.as_str() != Some("0"));
    let outcome = Outcome { denied, seconds: None };
    let key = text(event, "servicePrincipalCredentialKeyId").filter(|key| !key.starts_with("00000000-"));
    let seen = match text(event, "clientCredentialType") {
        Some("clientSecret") => Seen::durable(Platform::Azure, app, "azure.client-secret", key),
        Some("clientAssertion" | "certificate" | "clientCertificate") => Seen::durable(Platform::Azure, app, "azure.client-cert", key),
        Some("federatedIdentityCredential" | "managedIdentity") => Seen::exchange(Platform::Azure, app),
        _ if text(event, "federatedCredentialId").is_some() => Seen::exchange(Platform::Azure, app),
        _ => return Said::new(),
    };
    vec![(seen, outcome)]
}
