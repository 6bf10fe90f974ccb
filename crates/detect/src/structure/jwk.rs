//! JSON Web Keys (RFC 7517): private where the object has `d`, or `k` for symmetric keys.

use unkeyed_model::Role;

use super::{Candidate, Draft, Outcome, context, decode};

/// `"kty": …`.
pub(crate) fn inspect(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let (text, at) = (candidate.text, candidate.whole.start);
    if !context::is_near(text, at, b"\"d\"") && !context::is_near(text, at, b"\"k\"") {
        return Outcome::Reject;
    }
    let Some(object) = context::object(text, candidate.whole.start) else { return Outcome::Reject };
    let name = if context::member_bytes(text, object, "kty") == Some(b"oct") { "k" } else { "d" };
    let Some(secret) = context::member(text, object, name) else { return Outcome::Reject };
    if decode::base64(context::slice(text, secret)).is_none_or(|bytes| bytes.len() < 16) {
        return Outcome::Reject;
    }
    draft.secret = secret;
    draft.verified_structure = true;
    draft.related.extend(context::member(text, object, "kid"));
    if context::member_bytes(text, object, "use") == Some(b"enc") {
        draft.role = Role::Access;
    }
    Outcome::Keep
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_at;
    use super::*;

    #[test]
    fn only_private_keys_count() {
        let d = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let found = |text: &str| inspected_at(inspect, "", text, "\"kty\"");
        let draft = found(&format!(r#"{{"kid":"a","kty":"EC","x":"{d}","d":"{d}"}}"#)).unwrap();
        assert_eq!((draft.secret.len(), draft.related.len()), (43, 1));
        assert!(found(&format!(r#"{{"kty":"EC","x":"{d}"}}"#)).is_none());
        assert!(found(&format!(r#"{{"kty":"oct","k":"{d}"}}"#)).is_some());
        assert!(found(&format!(r#"{{"kty":"RSA","k":"{d}"}}"#)).is_none());
        assert!(found(r#"{"kty":"EC","d":"..."}"#).is_none());
    }
}
