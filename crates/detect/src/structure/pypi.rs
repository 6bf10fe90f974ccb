//! PyPI API tokens: macaroons, whose caveats say how long they live and where they come from.
//!
//! Binary format V2 (libmacaroons `format.txt`): version byte 2, then sections of fields `type, length, data`, each section
//! closed by a zero byte: location and identifier, one section per caveat, a zero byte, the signature. A caveat of PyPI is
//! a JSON array `[tag, …]`: tag 0 is `[0, expires_at, not_before]`, 1 and 2 limit to projects, 3 to a user, 4 says that
//! trusted publishing minted it (pypi/warehouse `macaroons/caveats`). Older tokens have objects instead.

use serde_json::Value;
use unkeyed_model::{Destination, VendorDefault};

use super::jwt::number;
use super::{Candidate, Draft, Outcome, context, decode};

const END_OF_SECTION: u64 = 0;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;

/// `pypi-…`.
pub(crate) fn inspect(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let token = context::slice(candidate.text, candidate.secret);
    let Some(bytes) = token.strip_prefix(b"pypi-").and_then(decode::base64) else { return Outcome::Reject };
    let Some((location, caveats)) = read(&bytes) else { return Outcome::Reject };
    draft.verified_structure = true;
    draft.destination = Some(Destination::new("registry", location));
    for caveat in caveats {
        apply(&caveat, draft);
    }
    if draft.lifetime.expires.is_none() {
        draft.lifetime.vendor_default = VendorDefault::NeverExpires;
    }
    Outcome::Keep
}

fn apply(caveat: &Value, draft: &mut Draft) {
    let (expires, not_before) = match caveat {
        Value::Array(fields) => match (fields.first().and_then(Value::as_i64), fields.get(1), fields.get(2)) {
            (Some(0), Some(expires), Some(not_before)) => (expires, not_before),
            (Some(4), ..) => {
                draft.notes.push("minted by trusted publishing".into());
                return;
            }
            _ => return,
        },
        Value::Object(fields) => match (fields.get("exp"), fields.get("nbf")) {
            (Some(expires), Some(not_before)) => (expires, not_before),
            _ => return,
        },
        _ => return,
    };
    let end = number(expires).and_then(decode::epoch);
    // Several caveats all have to hold: the earliest end wins.
    if draft.lifetime.expires.is_none() || end < draft.lifetime.expires {
        draft.lifetime.expires = end;
        draft.lifetime.issued = number(not_before).and_then(decode::epoch);
    }
}

/// Location and caveats. `None` if it is no macaroon, or cut.
fn read(bytes: &[u8]) -> Option<(String, Vec<Value>)> {
    let mut rest = bytes.strip_prefix(b"\x02")?;
    let mut location = String::new();
    loop {
        match field(&mut rest)? {
            (END_OF_SECTION, _) => break,
            (LOCATION, data) => location = String::from_utf8_lossy(data).into_owned(),
            _ => {}
        }
    }
    let mut caveats = Vec::new();
    // A section that starts with its end closes the list.
    while rest.first()? != &0 {
        loop {
            match field(&mut rest)? {
                (END_OF_SECTION, _) => break,
                (IDENTIFIER, data) => caveats.extend(serde_json::from_slice::<Value>(data).ok()),
                _ => {}
            }
        }
    }
    Some((location, caveats))
}

/// Takes one field: its type and data. The end of a section has no data.
fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let kind = varint(rest)?;
    if kind == END_OF_SECTION {
        return Some((kind, &[]));
    }
    let length = usize::try_from(varint(rest)?).ok()?;
    let (data, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some((kind, data))
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected;
    use super::*;
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn token(caveats: &[&str]) -> String {
        let field = |kind: u8, data: &[u8]| [&[kind, u8::try_from(data.len()).unwrap()], data].concat();
        let mut bytes = [&[2][..], &field(1, b"pypi.org"), &field(2, b"00000000-dead-0000-0000-000000000000"), &[0]].concat();
        for caveat in caveats {
            bytes.extend([field(2, caveat.as_bytes()), vec![0]].concat());
        }
        bytes.extend([vec![0], field(6, &[0; 32])].concat());
        format!("pypi-{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    #[test]
    fn caveats_date_the_token() {
        let draft = inspected(inspect, &token(&["[0,1772626500,1772625600]", "[4,\"dead\"]"])).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(900));
        assert_eq!(draft.destination, Some(Destination::new("registry", "pypi.org")));
        assert_eq!(draft.notes, ["minted by trusted publishing"]);
        let draft = inspected(inspect, &token(&[r#"{"nbf":1772625600,"exp":1772629200}"#])).unwrap();
        assert_eq!(draft.lifetime.seconds(), Some(3600));
    }

    #[test]
    fn without_an_end_it_never_expires() {
        let draft = inspected(inspect, &token(&["[3,\"dead\"]", r#"{"version":1,"permissions":"user"}"#])).unwrap();
        assert_eq!(draft.lifetime.vendor_default, VendorDefault::NeverExpires);
    }

    #[test]
    fn cut_tokens_are_refused() {
        let whole = token(&["[3,\"dead\"]"]);
        assert!(inspected(inspect, &whole[..40]).is_none());
        assert!(inspected(inspect, "pypi-AgEIcHlwaS5vcmc").is_none());
    }
}
