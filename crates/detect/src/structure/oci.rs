//! Oracle Cloud: profiles of the SDK and CLI configuration file, and OAuth client secrets of identity domains.

use memchr::memmem;
use unkeyed_model::{Destination, Span, VendorDefault};

use super::{Candidate, Draft, Outcome, context};

/// How long the CLI makes a session by default (`oci session authenticate`: 60 minutes).
const SESSION_SECONDS: u64 = 3600;

/// `fingerprint = aa:bb:…` in a profile that names a key: an API signing key, or a session's key if the profile has a
/// token. The profile proves that the key file is there; the fingerprint tells which key it is.
pub(crate) fn profile(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    let section = context::section(text, candidate.whole.start);
    let find = |name: &str| context::assigned(text, section, name);
    let Some(key) = find("key_file").or_else(|| find("key_content")) else { return Outcome::Reject };
    draft.verified_structure = true;
    draft.related.push(key);
    if let Some(token) = find("security_token_file") {
        draft.kind = "oci.session-token".into();
        draft.lifetime.vendor_default = VendorDefault::Short(SESSION_SECONDS);
        draft.related.push(token);
        draft.notes.push("a session: the token file carries its end".into());
    } else if find("user").is_none() {
        return Outcome::Reject;
    }
    if let Some(phrase) = find("pass_phrase") {
        draft.related.push(phrase);
        draft.notes.push("the key's passphrase stands beside it".into());
    }
    let tenancy = find("tenancy").map(|span| String::from_utf8_lossy(context::slice(text, span)).into_owned());
    draft.destination = Some(Destination::new("oci", tenancy.unwrap_or_default()));
    Outcome::Keep
}

/// The secret of a confidential application: looks for the identity domain beside it.
pub(crate) fn client_secret(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    const HOST: &[u8] = b".identity.oraclecloud.com";
    let near = context::slice(candidate.text, context::around(candidate.text, candidate.whole, 600, 600));
    let domain = memmem::find(near, HOST).map(|end| {
        let length = near[..end].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        String::from_utf8_lossy(&near[end - length..end + HOST.len()]).into_owned()
    });
    let client = context::assigned(candidate.text, context::around(candidate.text, candidate.whole, 600, 600), "client_id");
    draft.related.extend(client.filter(|span: &Span| !span.overlaps(candidate.secret)));
    draft.destination = Some(Destination::new("oci", domain.unwrap_or_default()));
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_at;
    use super::*;

    const FINGERPRINT: &str = "0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19";

    fn draft(rest: &str) -> Option<Draft> {
        let text =
            format!("[OTHER]\nsecurity_token_file=/x\n[DEFAULT]\nfingerprint={FINGERPRINT}\nkey_file=~/.oci/k.pem\n{rest}[LAST]\nuser=u\n");
        inspected_at(profile, ".oci/config", &text, FINGERPRINT)
    }

    #[test]
    fn a_profile_with_user_and_key_is_durable() {
        let draft = draft("user=ocid1.user.oc1..a\ntenancy=ocid1.tenancy.oc1..b\npass_phrase=dead\n").unwrap();
        assert_eq!(&*draft.kind, "test.rule");
        assert_eq!(draft.related.len(), 2);
        assert_eq!(draft.destination, Some(Destination::new("oci", "ocid1.tenancy.oc1..b")));
    }

    #[test]
    fn a_profile_with_a_token_is_a_session() {
        let draft = draft("tenancy=t\nsecurity_token_file=~/.oci/token\n").unwrap();
        assert_eq!((&*draft.kind, draft.lifetime.vendor_default), ("oci.session-token", VendorDefault::Short(3600)));
    }

    #[test]
    fn other_sections_dont_count() {
        assert!(draft("").is_none(), "user stands in the next section");
    }
}
