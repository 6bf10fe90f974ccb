//! CloudTrail ("CloudTrail record contents", "Logging IAM and AWS STS API calls with AWS CloudTrail").

use serde_json::Value as Json;
use unkeyed_model::Platform;

use super::events::{Outcome, Said, Seen, at, seconds, text};

/// Prefix of the ids of access keys that don't expire (IAM user guide, "Understanding unique ID prefixes").
const DURABLE: &str = "AKIA";
/// Parts of error codes that say that access was refused.
const REFUSED: &[&str] =
    &["AccessDenied", "Unauthorized", "InvalidClientTokenId", "InvalidIdentityToken", "ExpiredToken", "IDPRejectedClaim"];

pub(super) fn is_one(event: &Json) -> bool {
    ["eventSource", "eventName", "eventTime"].iter().all(|key| event.get(key).is_some())
}

pub(super) fn read(event: &Json) -> Said {
    let denied = text(event, &["errorCode"]).is_some_and(|code| REFUSED.iter().any(|part| code.contains(part)));
    let outcome = Outcome { denied, seconds: seconds(event, &["requestParameters", "durationSeconds"]) };
    let role = text(event, &["requestParameters", "roleArn"]);
    let mut said = Said::new();
    match (text(event, &["eventName"]), role) {
        (Some("AssumeRoleWithWebIdentity"), Some(role)) => {
            let subject =
                text(event, &["responseElements", "subjectFromWebIdentityToken"]).or_else(|| text(event, &["userIdentity", "userName"]));
            let issuer = text(event, &["responseElements", "provider"]).or_else(|| text(event, &["userIdentity", "identityProvider"]));
            let issuer = issuer.map(|issuer| issuer.split_once(":oidc-provider/").map_or(issuer, |(_, url)| url).to_owned());
            said.push((Seen { subject: subject.map(str::to_owned), issuer, ..Seen::exchange(Platform::Aws, role) }, outcome));
        }
        (Some("CreateSession"), Some(role)) if text(event, &["eventSource"]) == Some("rolesanywhere.amazonaws.com") => {
            said.push((Seen::exchange(Platform::Aws, role), outcome));
        }
        _ => {}
    }
    if let Some(key) = text(event, &["userIdentity", "accessKeyId"]).filter(|key| key.starts_with(DURABLE)) {
        let user = text(event, &["userIdentity", "arn"]).unwrap_or("an unnamed user");
        let used = Outcome { denied, seconds: None };
        said.push((Seen::durable(Platform::Aws, user, "aws.access-key", Some(key)), used));
        // The role that the key assumes is reached with it, too.
        if let (Some("AssumeRole"), Some(role), Some(_)) = (text(event, &["eventName"]), role, at(event, &["userIdentity"])) {
            said.push((Seen::durable(Platform::Aws, role, "aws.access-key", Some(key)), used));
        }
    }
    said
}
