//! JSON Web Tokens (RFC 7519 in RFC 7515 compact form): decoded, never verified.
//!
//! The claims say more than any vendor table: how long the token lives, who issued it, whether it is bound to an object
//! or to a key. A token without `exp` never expires, whatever its issuer usually does.

use serde_json::{Map, Value};
use unkeyed_model::{Confidence, Destination, Lifetime, Replayable, Role, Span, VendorDefault};

use super::{Candidate, Draft, Outcome, decode, jwt_issuer};

/// Shorter signatures don't exist: HS256 has 43 characters. What is shorter was cut or made up.
const SHORTEST_SIGNATURE: usize = 40;

/// Signatures of the samples at jwt.io and in RFC 7519. A signature fits one payload only, so that a token which carries
/// one of these over other claims is an edited sample.
const SAMPLES: &[&str] = &[
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "KMUFsIDTnFmyG3nMiGM6H9FNFUROf3wh7SmqJp-QV30",
    "TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ",
    "XbPfbIHMI6arZ3Y922BhjWgQzWXcXNrz0ogtVhfEd2o",
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
];

/// Claims of a token.
pub(super) type Claims = Map<String, Value>;

/// Reads a token in compact form.
pub(crate) fn inspect(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let token = super::context::slice(candidate.text, candidate.secret);
    let Some((header, claims, length)) = read(token) else {
        return encrypted(token, draft);
    };
    draft.secret = Span::new(candidate.secret.start, candidate.secret.start + length);
    draft.verified_structure = true;
    draft.lifetime = lifetime(&claims);
    if SAMPLES.iter().any(|sample| token[..length].ends_with(sample.as_bytes())) {
        draft.public_because = Some("carries the signature of a documented sample".into());
    }
    if header.get("alg").and_then(Value::as_str).is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        draft.notes.push("alg is none: the token is not signed, whoever accepts it accepts any claim".into());
    }
    if draft.lifetime.expires.is_none() {
        draft.notes.push("no exp claim: the token never expires by itself".into());
    }
    if is_bound_to_a_key(&claims) {
        draft.replayable = Replayable::SenderConstrained;
    }
    jwt_issuer::refine(&claims, draft);
    Outcome::Keep
}

/// Header, claims and length of the token that `text` starts with. Signed tokens only; `alg: none` needs no signature.
fn read(text: &[u8]) -> Option<(Claims, Claims, usize)> {
    let mut parts = text.split(|&byte| byte == b'.');
    let (header, payload) = (parts.next()?, parts.next()?);
    let signature = parts.next()?;
    let claims = json_object(payload)?;
    let header = json_object(header)?;
    let alg = header.get("alg")?.as_str()?;
    let unsigned = alg.eq_ignore_ascii_case("none");
    if !unsigned && signature.len() < SHORTEST_SIGNATURE {
        return None;
    }
    let signature = if unsigned { 0 } else { signature.len() };
    let length = text.len().min(payload.len() + 1 + signature + header_length(text) + 1);
    Some((header, claims, length))
}

fn header_length(text: &[u8]) -> usize {
    memchr::memchr(b'.', text).unwrap_or(text.len())
}

fn json_object(part: &[u8]) -> Option<Claims> {
    match serde_json::from_slice(&decode::base64(part)?).ok()? {
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}

/// An encrypted token (RFC 7516): five parts, of which only the header can be read.
fn encrypted(token: &[u8], draft: &mut Draft) -> Outcome {
    let mut parts = token.split(|&byte| byte == b'.');
    let Some(header) = parts.next().and_then(json_object) else { return Outcome::Reject };
    let lengths: Vec<usize> = parts.take(4).map(<[u8]>::len).collect();
    if !header.contains_key("enc") || lengths.len() < 4 || lengths[1..].contains(&0) {
        return Outcome::Reject;
    }
    let length = header_length(token) + 4 + lengths.iter().sum::<usize>();
    draft.secret = Span::new(draft.secret.start, draft.secret.start + length.min(token.len()));
    draft.kind = "jwt.encrypted".into();
    draft.confidence = Confidence::Low;
    draft.lifetime = Lifetime::default();
    draft.notes.push("encrypted token: its lifetime can't be read".into());
    Outcome::Keep
}

/// `iat` (else `nbf`) to `exp`; without `exp` the token never expires.
fn lifetime(claims: &Claims) -> Lifetime {
    let stamp = |name: &str| claims.get(name).and_then(number).and_then(decode::epoch);
    let expires = stamp("exp");
    let vendor_default = if expires.is_none() { VendorDefault::NeverExpires } else { VendorDefault::Unstated };
    Lifetime { issued: stamp("iat").or_else(|| stamp("nbf")), expires, vendor_default, ..Lifetime::default() }
}

/// RFC 7519 §2 NumericDate: an integer, a fraction, or (against the standard, but common) either as a string.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
        // Beyond 2^53 a fraction of a second can't be meant; the cast saturates and `epoch` refuses it.
        #[allow(clippy::cast_possible_truncation, reason = "saturating cast of a number that is checked afterwards")]
        Some(seconds as i64)
    })
}

/// RFC 7800 and RFC 9449: the token works only with a key that isn't in it.
fn is_bound_to_a_key(claims: &Claims) -> bool {
    let Some(confirmation) = claims.get("cnf").and_then(Value::as_object) else { return false };
    ["jkt", "x5t#S256", "jwk", "kid"].iter().any(|name| confirmation.contains_key(*name))
}

/// Sets kind, role and destination.
pub(super) fn is(draft: &mut Draft, kind: &str, role: Role, destination: Option<Destination>) {
    draft.kind = kind.into();
    draft.role = role;
    draft.destination = destination.or_else(|| draft.destination.take());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::testing::inspected;
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn token(header: &str, claims: &str) -> String {
        let signature = if header.contains("none") { String::new() } else { BASE64_URL_SAFE_NO_PAD.encode([7; 32]) };
        format!("{}.{}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(header), BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    fn hs256(claims: &str) -> Option<Draft> {
        inspected(inspect, &token(r#"{"alg":"HS256"}"#, claims))
    }

    #[test]
    fn lifetime_comes_from_the_claims() {
        let draft = hs256(r#"{"sub":"a","iat":1767225600,"exp":1767229200}"#).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(3600));
        assert!(!draft.lifetime.paired);
        let draft = hs256(r#"{"sub":"a","nbf":"1767225600","exp":1767229200.5}"#).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(3600));
        let draft = hs256(r#"{"sub":"a","iat":1767225600}"#).unwrap();
        assert_eq!(draft.lifetime.vendor_default, VendorDefault::NeverExpires);
    }

    #[test]
    fn the_secret_ends_with_the_signature() {
        let whole = token(r#"{"alg":"ES256"}"#, r#"{"a":1}"#);
        let draft = inspected(inspect, &format!("{whole}.")).unwrap();
        assert_eq!(draft.secret.len(), whole.len());
        let unsigned = token(r#"{"alg":"none"}"#, r#"{"a":1}"#);
        let draft = inspected(inspect, &unsigned).unwrap();
        assert_eq!(draft.secret.len(), unsigned.len());
        assert!(draft.notes.iter().any(|note| note.contains("none")));
    }

    #[test]
    fn cut_and_made_up_tokens_are_refused() {
        let whole = token(r#"{"alg":"HS256"}"#, r#"{"a":1}"#);
        for text in [&whole[..whole.len() - 20], &whole[..20], "eyJhbGciOiJIUzI1NiJ9.eyJhbGciOiJIUzI1NiJ9.signature"] {
            assert!(inspected(inspect, text).is_none());
        }
        assert!(inspected(inspect, &token(r#"{"typ":"JWT"}"#, r#"{"a":1}"#)).is_none(), "no alg");
        assert!(inspected(inspect, &token(r#"{"alg":"HS256"}"#, "[1]")).is_none(), "claims are no object");
    }

    #[test]
    fn encrypted_tokens_have_five_parts() {
        let part = BASE64_URL_SAFE_NO_PAD.encode([7; 32]);
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        let draft = inspected(inspect, &format!("{header}.{part}.{part}.{part}.{part}")).unwrap();
        assert_eq!(&*draft.kind, "jwt.encrypted");
    }

    #[test]
    fn edited_samples_are_public() {
        let own = token(r#"{"alg":"HS256"}"#, r#"{"a":1}"#);
        let sample = format!("{}.{}", own.rsplit_once('.').unwrap().0, SAMPLES[0]);
        assert!(inspected(inspect, &sample).unwrap().public_because.is_some());
        assert!(inspected(inspect, &own).unwrap().public_because.is_none());
    }

    #[test]
    fn a_confirmation_key_constrains_the_sender() {
        let draft = hs256(r#"{"exp":1767229200,"cnf":{"jkt":"x"}}"#).unwrap();
        assert_eq!(draft.replayable, Replayable::SenderConstrained);
    }
}
