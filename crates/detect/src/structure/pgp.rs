//! OpenPGP private keys (RFC 9580, RFC 4880): creation time and expiry, which its owner can move at any time.
//!
//! An expiry that the holder of the key can extend alone bounds nothing, so the key counts as durable and the date is a
//! remark.

use unkeyed_model::Timestamp;

use super::{Candidate, Draft, Outcome, decode, pem};

const SECRET_KEY: u8 = 5;
const SIGNATURE: u8 = 2;
/// Subpacket "key expiration time": seconds after creation.
const KEY_EXPIRATION: u8 = 9;

/// `-----BEGIN PGP PRIVATE KEY BLOCK-----`.
pub(crate) fn inspect(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(armour) = pem::read(candidate.text, candidate.whole.start) else { return Outcome::Reject };
    let mut rest = &*armour.bytes;
    let Some((SECRET_KEY, key)) = packet(&mut rest) else { return Outcome::Reject };
    let created = key.get(1..5).map(be).and_then(decode::epoch);
    draft.lifetime.issued = created;
    draft.verified_structure = true;
    let mut expires = None;
    while let Some((tag, body)) = packet(&mut rest) {
        if tag == SIGNATURE && expires.is_none() {
            expires = expiration(body);
        }
    }
    if let Some(end) = created.zip(expires).and_then(|(created, seconds)| after(created, seconds)) {
        draft.notes.push(format!("the key says that it expires {end}; its owner can extend that"));
    }
    draft.secret = armour.span;
    draft.normalised = Some(armour.bytes);
    Outcome::Keep
}

fn after(created: Timestamp, seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(created.as_second().checked_add(seconds)?).ok()
}

fn be(bytes: &[u8]) -> i64 {
    bytes.iter().fold(0, |sum, &byte| (sum << 8) | i64::from(byte))
}

/// Takes the first packet: its tag and body. Partial lengths don't occur in keys.
fn packet<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let first = *bytes.first().filter(|&&byte| byte & 0x80 != 0)?;
    let (tag, header, length) = if first & 0x40 != 0 {
        let (header, length) = new_length(bytes.get(1..)?)?;
        (first & 0x3f, 1 + header, length)
    } else {
        let width = [1, 2, 4].get(usize::from(first & 3)).copied()?;
        ((first >> 2) & 0xf, 1 + width, usize::try_from(be(bytes.get(1..=width)?)).ok()?)
    };
    let end = header.checked_add(length)?;
    let body = bytes.get(header..end)?;
    *bytes = &bytes[end..];
    Some((tag, body))
}

/// Width and value of a length in the new format.
fn new_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*bytes.first()?);
    match first {
        0..=191 => Some((1, first)),
        192..=223 => Some((2, ((first - 192) << 8) + usize::from(*bytes.get(1)?) + 192)),
        255 => Some((5, usize::try_from(be(bytes.get(1..5)?)).ok()?)),
        _ => None,
    }
}

/// The key expiration in the hashed subpackets of a version 4 or later signature.
fn expiration(signature: &[u8]) -> Option<i64> {
    let version = *signature.first()?;
    let (width, start) = match version {
        4 => (2, 4),
        5 | 6 => (4, 4),
        _ => return None,
    };
    let length = usize::try_from(be(signature.get(start..start + width)?)).ok()?;
    let mut rest = signature.get(start + width..)?.get(..length)?;
    while !rest.is_empty() {
        let (width, length) = new_length(rest)?;
        let body = rest.get(width..width + length)?;
        if body.first().map(|kind| kind & 0x7f) == Some(KEY_EXPIRATION) {
            return body.get(1..5).map(be).filter(|&seconds| seconds > 0);
        }
        rest = &rest[width + length..];
    }
    None
}
