//! Google Cloud credential files, keys and tokens.
//!
//! Most of Google's credentials are JSON objects with a `type`. Every rule here points at the secret member, and the
//! inspector asks the object around it what it is; so one file yields one credential.

use unkeyed_model::{Destination, Lifetime, Role, Span, VendorDefault};

use super::jwt_issuer::service_account_project;
use super::{Candidate, Draft, Outcome, context, decode, der, pem};

/// Whether the PEM text at `begin` is the `private_key` of a service account's key file.
pub(super) fn is_service_account_key(text: &[u8], begin: usize) -> bool {
    begin > 0
        && text[begin - 1] == b'"'
        && context::is_near(text, begin, b"\"service_account\"")
        && type_of(text, begin - 1) == Some(b"service_account")
}

fn type_of(text: &[u8], at: usize) -> Option<&[u8]> {
    context::member_bytes(text, context::object(text, at)?, "type")
}

/// `"private_key": "-----BEGIN …` in an object of type `service_account`.
pub(crate) fn service_account(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    if !is_service_account_key(text, candidate.secret.start) {
        return Outcome::Reject;
    }
    let Some(armour) = pem::read(text, candidate.secret.start) else { return Outcome::Reject };
    let Some(key) = der::private_key(&armour.bytes) else { return Outcome::Reject };
    let object = context::object(text, candidate.whole.start);
    let get = |name: &str| object.and_then(|object| context::member(text, object, name));
    let text_of = |span: Option<Span>| span.map(|span| String::from_utf8_lossy(context::slice(text, span)).into_owned());
    let email = get("client_email");
    let project = text_of(get("project_id")).or_else(|| text_of(email).map(|email| service_account_project(&email).to_owned()));
    draft.secret = armour.span;
    draft.normalised = Some(armour.bytes);
    draft.pair = key.spki.as_deref().map(der::pair_key);
    draft.verified_structure = true;
    draft.related.extend(get("private_key_id").into_iter().chain(email));
    draft.destination = Some(Destination::new("gcp", project.unwrap_or_default()));
    Outcome::Keep
}

/// `"type": "external_account"`: configuration of workload identity federation. Public, unless somebody wrote a secret into
/// the headers with which the subject token is fetched.
pub(crate) fn external_account(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    if !context::is_near(text, candidate.whole.start, b"\"credential_source\"") {
        return Outcome::Reject;
    }
    let Some(object) = context::object(text, candidate.whole.start) else { return Outcome::Reject };
    let Some(source) = context::member(text, object, "credential_source") else { return Outcome::Reject };
    draft.verified_structure = true;
    let headers = context::member(text, source, "headers");
    let header =
        headers.and_then(|headers| ["Authorization", "authorization"].iter().find_map(|name| context::member(text, headers, name)));
    let literal = header.filter(|&span| is_literal(context::slice(text, span)));
    if let Some(secret) = literal {
        draft.secret = secret;
        draft.role = Role::Bootstrap;
        draft.typed_position = true;
        draft.notes.push("the header that fetches the subject token holds a literal credential".into());
        return Outcome::Keep;
    }
    draft.role = Role::Identifier;
    draft.public_because = Some("workload identity federation configuration without a secret".into());
    if context::member(text, source, "executable").is_some() {
        draft.notes.push("an executable supplies the subject token; what it prints can't be seen here".into());
    }
    Outcome::Keep
}

fn is_literal(value: &[u8]) -> bool {
    value.len() > 12 && !value.iter().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'*'))
}

/// `"refresh_token"` in the files of `gcloud auth application-default login` and workforce federation.
pub(crate) fn authorized_user(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let text = candidate.text;
    if !context::is_near(text, candidate.whole.start, b"authorized_user\"") {
        return Outcome::Reject;
    }
    let Some(object) = context::object(text, candidate.whole.start) else { return Outcome::Reject };
    let get = |name: &str| context::member(text, object, name);
    match get("type").map(|span| context::slice(text, span)) {
        Some(b"authorized_user") => {}
        Some(b"external_account_authorized_user") => draft.kind = "gcp.external-account-authorized-user".into(),
        _ => return Outcome::Reject,
    }
    if type_of(text, object.start) == Some(b"impersonated_service_account") {
        draft.notes.push("source credential of an impersonated service account".into());
    }
    draft.verified_structure = true;
    draft.related.extend(get("client_id").into_iter().chain(get("client_secret")));
    draft.destination = Some(Destination::new("gcp", ""));
    draft.notes.push("a person's credential: a workload that uses it acts as that person".into());
    Outcome::Keep
}

/// `ya29.…`, with the end that stands beside it in token caches.
pub(crate) fn access_token(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let near = context::around(candidate.text, candidate.whole, 400, 400);
    let expires = context::assigned_bytes(candidate.text, near, &["token_expiry", "expiry", "expireTime", "expires_at", "expiration"]);
    if let Some(end) = expires.and_then(decode::time) {
        draft.lifetime = Lifetime { expires: Some(end), paired: true, ..draft.lifetime };
    }
    Outcome::Keep
}

/// `AIza…`. Google's mobile and web configuration files publish one by design, which is harmless only as long as the key
/// is restricted: a key of a project with the Generative Language API opens that too.
pub(crate) fn api_key(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let file = candidate.origin.file_name();
    let near = context::slice(candidate.text, context::around(candidate.text, candidate.whole, 300, 600));
    let is_web = context::contains_ignore_case(near, "authdomain") && context::contains_ignore_case(near, "messagingsenderid");
    if is_web || matches!(file, "google-services.json" | "GoogleService-Info.plist" | "firebase-config.json" | "firebaseConfig.js") {
        draft.kind = "gcp.api-key-published".into();
        draft.lifetime.vendor_default = VendorDefault::Unstated;
        draft.typed_position = false;
        draft.notes.push(
            "published by design in application configuration; harmless only if the key is restricted to its application and APIs".into(),
        );
    }
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::{inspected_at, inspected_in};
    use super::*;

    fn external(source: &str) -> Option<Draft> {
        let text = format!(r#"{{"audience":"a","type": "external_account","credential_source":{source}}}"#);
        inspected_at(external_account, "", &text, r#""type": "external_account""#)
    }

    #[test]
    fn federation_configuration_is_public() {
        let draft = external(r#"{"file":"/var/run/token","format":{"type":"text"}}"#).unwrap();
        assert!(draft.public_because.is_some());
        assert_eq!(draft.role, Role::Identifier);
        assert!(
            external(r#"{"url":"http://a","headers":{"Authorization":"Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN"}}"#)
                .unwrap()
                .public_because
                .is_some()
        );
    }

    #[test]
    fn a_literal_header_is_a_credential() {
        let draft = external(r#"{"url":"http://a","headers":{"Authorization":"Bearer 0123456789abcdef"}}"#).unwrap();
        assert!(draft.public_because.is_none());
        assert_eq!(draft.secret.len(), "Bearer 0123456789abcdef".len());
    }

    #[test]
    fn refresh_tokens_belong_to_their_type() {
        let text = |kind: &str| format!(r#"{{"client_id":"c","client_secret":"s","refresh_token":"dead","type":"{kind}"}}"#);
        let draft = |text: &str| inspected_at(authorized_user, "", text, r#""refresh_token":"dead""#);
        assert_eq!(draft(&text("authorized_user")).unwrap().related.len(), 2);
        assert_eq!(&*draft(&text("external_account_authorized_user")).unwrap().kind, "gcp.external-account-authorized-user");
        assert!(draft(&text("other")).is_none());
        let nested = format!(r#"{{"type":"impersonated_service_account","source_credentials":{}}}"#, text("authorized_user"));
        assert!(draft(&nested).unwrap().notes[0].contains("impersonated"));
    }

    #[test]
    fn published_api_keys_are_no_certainty() {
        let key = Span::new(0, 39);
        let text = "AIza".to_owned() + &"x".repeat(35);
        let draft = inspected_in(api_key, "app/google-services.json", text.as_bytes(), key).unwrap();
        assert_eq!((&*draft.kind, draft.lifetime.vendor_default), ("gcp.api-key-published", VendorDefault::Unstated));
        assert_eq!(&*inspected_in(api_key, "a.py", text.as_bytes(), key).unwrap().kind, "test.rule");
    }

    #[test]
    fn a_sibling_expiry_dates_an_access_token() {
        let text = r#"{"access_token":"ya29.dead","token_expiry":"2026-03-04T12:00:00Z"}"#;
        let draft = inspected_at(access_token, "", text, "ya29.dead").unwrap();
        assert!(draft.lifetime.paired && draft.lifetime.expires.is_some());
    }
}
