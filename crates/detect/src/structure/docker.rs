//! Registry logins in Docker's and Podman's `auths` (docs.docker.com/reference/cli/docker/login).
//!
//! The user name tells what the password is: cloud registries document fixed names for tokens and keys.

use unkeyed_model::{Destination, Lifetime, Role, Span, VendorDefault};

use super::{Candidate, Draft, Outcome, context, decode};

const HOUR: u64 = 3600;

/// `"auth": "BASE64(user:password)"`.
pub(crate) fn auth(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(pair) = decode::base64(context::slice(candidate.text, candidate.secret)) else { return Outcome::Reject };
    let Some(colon) = memchr::memchr(b':', &pair) else { return Outcome::Reject };
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    if user.is_empty() || password.is_empty() || !user.iter().all(u8::is_ascii_graphic) || !password.is_ascii() {
        return Outcome::Reject;
    }
    draft.verified_structure = true;
    name_registry(candidate, draft);
    let short = |seconds| Lifetime { vendor_default: VendorDefault::Short(seconds), ..Lifetime::default() };
    match user {
        b"AWS" => {
            draft.kind = "docker.auth-ecr".into();
            draft.lifetime = short(12 * HOUR);
        }
        b"oauth2accesstoken" => {
            draft.kind = "docker.auth-gcp".into();
            draft.lifetime = short(HOUR);
        }
        b"_json_key" | b"_json_key_base64" => {
            draft.kind = "gcp.sa-key".into();
            draft.notes.push("the password is a service account's key file".into());
        }
        // Azure Container Registry: the password is a refresh token of 3 hours.
        b"00000000-0000-0000-0000-000000000000" => {
            draft.kind = "docker.auth-acr".into();
            draft.lifetime = short(3 * HOUR);
        }
        _ => {}
    }
    Outcome::Keep
}

/// `"identitytoken"` or `"registrytoken"`: what a login leaves instead of the password.
pub(crate) fn token(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    if context::slice(candidate.text, candidate.whole).starts_with(b"\"identitytoken") {
        draft.role = Role::Refresh;
    }
    name_registry(candidate, draft);
    Outcome::Keep
}

/// The key of the object around the match is the registry.
fn name_registry(candidate: &Candidate<'_>, draft: &mut Draft) {
    let host = context::object(candidate.text, candidate.whole.start).and_then(|object| key_of(candidate.text, object));
    let host = host.map(|span| String::from_utf8_lossy(context::slice(candidate.text, span)).into_owned()).unwrap_or_default();
    draft.destination = Some(Destination::new("registry", host));
}

/// `"KEY": {` before an object.
fn key_of(text: &[u8], object: Span) -> Option<Span> {
    let before = text[object.start.saturating_sub(300)..object.start].trim_ascii_end();
    let before = before.strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"")?;
    let start = memchr::memrchr(b'"', before)? + 1;
    let offset = object.start.saturating_sub(300);
    Some(Span::new(offset + start, offset + before.len()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected_from, inspected_in};
    use super::*;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    fn login(host: &str, user: &str) -> Option<Draft> {
        let secret = BASE64_STANDARD.encode(format!("{user}:dead-password"));
        let text = format!(r#"{{"auths": {{"{host}" : {{"auth": "{secret}"}}}}}}"#);
        inspected_from(auth, "", &text, "\"auth\"", &secret)
    }

    #[test]
    fn users_tell_the_lifetime() {
        let ecr = login("1.dkr.ecr.eu-west-1.amazonaws.com", "AWS").unwrap();
        assert_eq!(ecr.lifetime.vendor_default, VendorDefault::Short(43_200));
        assert_eq!(ecr.destination, Some(Destination::new("registry", "1.dkr.ecr.eu-west-1.amazonaws.com")));
        assert_eq!(login("gcr.io", "oauth2accesstoken").unwrap().lifetime.vendor_default, VendorDefault::Short(3600));
        assert_eq!(&*login("gcr.io", "_json_key").unwrap().kind, "gcp.sa-key");
        assert_eq!(&*login("https://index.docker.io/v1/", "me").unwrap().kind, "test.rule");
    }

    #[test]
    fn what_is_no_login_is_refused() {
        assert!(inspected_in(auth, "", b"bm9jb2xvbg==", Span::new(0, 12)).is_none());
        assert!(login("r", "").is_none());
    }
}
