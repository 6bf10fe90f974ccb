//! Requests that AWS credentials signed in advance: presigned URLs (Signature versions 4 and 2), and the tokens that are
//! such a URL in disguise (RDS IAM tokens, EKS tokens, short-term Bedrock keys).
//!
//! They carry their own dates. They also end with the credential that signed them, which may be earlier.

use memchr::memmem;
use unkeyed_model::{Destination, Span};

use super::{Candidate, Draft, Outcome, aws, context, decode};

/// The API server's authenticator accepts an EKS token for 15 minutes, whatever `X-Amz-Expires` says
/// (kubernetes-sigs/aws-iam-authenticator, `pkg/token`).
const EKS_TOKEN_SECONDS: i64 = 15 * 60;

/// `X-Amz-Signature=` in a URL that has the other parameters too.
pub(crate) fn presigned_v4(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let url = context::url_run(candidate.text, candidate.secret);
    let text = context::slice(candidate.text, url);
    if !apply_v4(text, draft) {
        return Outcome::Reject;
    }
    if context::contains_ignore_case(text, "action=connect&dbuser=") {
        draft.kind = "aws.rds-token".into();
    }
    draft.related.push(url);
    Outcome::Keep
}

/// Sets lifetime and destination by the parameters of a Signature Version 4 query.
fn apply_v4(url: &[u8], draft: &mut Draft) -> bool {
    let Some(issued) = parameter(url, b"X-Amz-Date=").and_then(decode::basic_time) else { return false };
    let seconds = parameter(url, b"X-Amz-Expires=").and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok());
    draft.lifetime.issued = Some(issued);
    draft.lifetime.expires = seconds.and_then(|seconds| decode::epoch(issued.as_second().checked_add(seconds)?));
    draft.verified_structure = true;
    draft.destination = parameter(url, b"X-Amz-Credential=").and_then(aws::account).or_else(|| Some(Destination::new("aws", "")));
    if parameter(url, b"X-Amz-Credential=").is_some_and(|id| id.starts_with(b"AKIA")) {
        draft.notes.push("signed with a long-term access key, which is stored where it was signed".into());
    }
    true
}

/// The value of a query parameter (`name=`, as documented: these names have one spelling).
fn parameter<'u>(url: &'u [u8], name: &[u8]) -> Option<&'u [u8]> {
    let start = memmem::find(url, name)? + name.len();
    let length = url[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    Some(&url[start..start + length])
}

/// Signature Version 2: `AWSAccessKeyId=…&Expires=EPOCH&Signature=…`, in any order.
pub(crate) fn presigned_v2(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let url = context::url_run(candidate.text, candidate.whole);
    let text = context::slice(candidate.text, url);
    let Some(found) = memmem::find(text, b"Signature=") else { return Outcome::Reject };
    let start = found + b"Signature=".len();
    let length = text[start..].iter().take_while(|&&byte| byte != b'&').count();
    let expires = parameter(text, b"Expires=").and_then(decode::time);
    if length < 27 || expires.is_none() {
        return Outcome::Reject;
    }
    draft.secret = Span::new(url.start + start, url.start + start + length);
    draft.lifetime.expires = expires;
    draft.verified_structure = true;
    draft.destination = parameter(text, b"AWSAccessKeyId=").and_then(aws::account).or_else(|| Some(Destination::new("aws", "")));
    draft.related.push(url);
    Outcome::Keep
}

/// `k8s-aws-v1.` and a presigned `GetCallerIdentity` URL in base64url.
pub(crate) fn eks_token(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let token = context::slice(candidate.text, candidate.secret);
    let url = token.get(b"k8s-aws-v1.".len()..).and_then(decode::base64);
    if !url.is_some_and(|url| apply_v4(&url, draft)) {
        return Outcome::Reject;
    }
    draft.lifetime.expires = draft.lifetime.issued.and_then(|issued| decode::epoch(issued.as_second() + EKS_TOKEN_SECONDS));
    Outcome::Keep
}

/// `bedrock-api-key-` and a presigned `CallWithBearerToken` URL in base64.
pub(crate) fn bedrock_short(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let token = context::slice(candidate.text, candidate.secret);
    let url = token.get(b"bedrock-api-key-".len()..).and_then(decode::base64);
    if !url.is_some_and(|url| apply_v4(&url, draft)) {
        return Outcome::Reject;
    }
    Outcome::Keep
}

/// `ABSK` and `BedrockAPIKey-NAME-at-ACCOUNT:SECRET` in base64.
pub(crate) fn bedrock_long(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let token = context::slice(candidate.text, candidate.secret);
    let Some(user_and_secret) = token.get(4..).and_then(decode::base64) else { return Outcome::Reject };
    let Some(colon) = memchr::memchr(b':', &user_and_secret) else { return Outcome::Reject };
    let user = &user_and_secret[..colon];
    if !user.starts_with(b"BedrockAPIKey") {
        return Outcome::Reject;
    }
    let account = memmem::rfind(user, b"-at-").and_then(|found| std::str::from_utf8(&user[found + 4..]).ok());
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    draft.destination = Some(Destination::new("aws", account.filter(is_account).unwrap_or_default()));
    draft.verified_structure = true;
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected, inspected_at};
    use super::*;
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    const QUERY: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAY34FZKBOKMUTVV7A%2F20260304%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260304T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host";

    fn signature() -> String {
        "0f".repeat(32)
    }

    #[test]
    fn version_4_has_a_date_and_a_length() {
        let text = format!("see <https://b.s3.amazonaws.com/k?{QUERY}&X-Amz-Signature={}> now", signature());
        let draft = inspected_at(presigned_v4, "a.md", &text, &signature()).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(900));
        assert_eq!(draft.destination, Some(Destination::new("aws", "609629065308")));
        assert!(text[draft.related[0].start..].starts_with("https://"));
        let without = text.replace("X-Amz-Date", "X-Date");
        assert!(inspected_at(presigned_v4, "a.md", &without, &signature()).is_none());
    }

    #[test]
    fn version_2_has_only_an_end() {
        let text =
            "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIAY34FZKBOKMUTVV7A&Signature=c2lnbmF0dXJlc2lnbmF0dXJlMTI%3D&Expires=1772625600";
        let draft = inspected_at(presigned_v2, "", text, "AKIAY34FZKBOKMUTVV7A").unwrap();
        assert_eq!(draft.lifetime.expires, decode::epoch(1_772_625_600));
        assert_eq!(&text[draft.secret.start..draft.secret.end], "c2lnbmF0dXJlc2lnbmF0dXJlMTI%3D");
    }

    #[test]
    fn tokens_that_wrap_a_url() {
        let url = format!("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&{QUERY}&X-Amz-Signature={}", signature());
        let draft = inspected(eks_token, &format!("k8s-aws-v1.{}", BASE64_URL_SAFE_NO_PAD.encode(&url))).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(900));
        let draft = inspected(bedrock_short, &format!("bedrock-api-key-{}", BASE64_STANDARD.encode(&url))).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(900));
        assert!(inspected(bedrock_short, "bedrock-api-key-AAAA").is_none());
        let draft =
            inspected(bedrock_long, &format!("ABSK{}", BASE64_STANDARD.encode("BedrockAPIKey-dead-at-123456789012:not-a-secret"))).unwrap();
        assert_eq!(draft.destination, Some(Destination::new("aws", "123456789012")));
    }
}
