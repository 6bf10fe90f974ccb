//! As much of DER (X.690) as keys need: taking values apart, and building a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7)
//! from a private key, so that it can be compared with the one in a certificate.

use sha2::{Digest, Sha256};
use unkeyed_model::PairKey;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_1: u8 = 0xa1;
/// `[1] IMPLICIT BIT STRING` of RFC 5958.
const PUBLIC_KEY: u8 = 0x81;

/// OBJECT IDENTIFIER rsaEncryption, with the NULL that follows it (RFC 3279 §2.3.1).
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const RSA_OID: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// OBJECT IDENTIFIER id-ecPublicKey.
const EC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
const EC_OID: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";

/// One value: its tag, its content, its whole encoding.
#[derive(Clone, Copy)]
pub(super) struct Tlv<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// Takes the first value off `bytes`. `None` if it is cut.
pub(super) fn take<'a>(bytes: &mut &'a [u8]) -> Option<Tlv<'a>> {
    let (&tag, &first) = (bytes.first()?, bytes.get(1)?);
    let (length, header) = match first {
        0..=0x7f => (usize::from(first), 2),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let length = bytes.get(2..2 + count)?.iter().fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte));
            (length, 2 + count)
        }
        _ => return None,
    };
    let end = header.checked_add(length)?;
    let tlv = Tlv { tag, body: bytes.get(header..end)?, whole: &bytes[..end] };
    *bytes = &bytes[end..];
    Some(tlv)
}

/// Takes the first value off `bytes` if it has this tag.
pub(super) fn expect<'a>(bytes: &mut &'a [u8], tag: u8) -> Option<Tlv<'a>> {
    let mut rest = *bytes;
    let tlv = take(&mut rest).filter(|tlv| tlv.tag == tag)?;
    *bytes = rest;
    Some(tlv)
}

fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|&&byte| byte == 0).count()..];
    match digits {
        [] => out.push(0),
        [short @ 0..=0x7f] => out.push(*short),
        // A length has at most 8 bytes.
        _ => {
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            out.extend_from_slice(digits);
        }
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// The pair key of a public key in its SubjectPublicKeyInfo encoding.
pub(super) fn pair_key(spki: &[u8]) -> PairKey {
    let digest = Sha256::digest(spki);
    PairKey(digest.iter().fold(String::from("spki:"), |text, byte| text + &format!("{byte:02x}")))
}

/// A private key whose structure was recognised.
pub(super) struct Key {
    /// Its public half, where the encoding carries it. Deriving it (Ed25519 in PKCS#8 v1) would need curve arithmetic.
    pub(super) spki: Option<Vec<u8>>,
    /// It is encrypted; nothing else can be told.
    pub(super) encrypted: bool,
}

impl Key {
    fn clear(spki: Option<Vec<u8>>) -> Self {
        Self { spki, encrypted: false }
    }
}

/// Recognises PKCS#8 (RFC 5958), its encrypted form, PKCS#1 (RFC 8017 A.1.2), SEC 1 (RFC 5915) and the traditional DSA
/// form. `None` if it is none of them, or cut.
pub(super) fn private_key(der: &[u8]) -> Option<Key> {
    let mut outer = expect(&mut &*der, SEQUENCE)?.body;
    if let Some(algorithm) = expect(&mut outer, SEQUENCE) {
        let ciphertext = expect(&mut outer, OCTET_STRING)?;
        let is_encrypted = !algorithm.body.is_empty() && !ciphertext.body.is_empty();
        return is_encrypted.then_some(Key { spki: None, encrypted: true });
    }
    let version = expect(&mut outer, INTEGER)?;
    let mut probe = outer;
    match take(&mut probe)?.tag {
        SEQUENCE => pkcs8(outer),
        OCTET_STRING if version.body == [1] => Some(Key::clear(sec1(outer, None))),
        INTEGER => integers(outer),
        _ => None,
    }
}

fn pkcs8(mut fields: &[u8]) -> Option<Key> {
    let algorithm = expect(&mut fields, SEQUENCE)?;
    let mut inner = expect(&mut fields, OCTET_STRING)?.body;
    let oid = take(&mut &*algorithm.body)?.body;
    let spki = if oid == RSA_OID {
        let mut fields = expect(&mut inner, SEQUENCE)?.body;
        expect(&mut fields, INTEGER)?;
        return integers(fields);
    } else if oid == EC_OID {
        let mut fields = expect(&mut inner, SEQUENCE)?.body;
        expect(&mut fields, INTEGER)?;
        sec1(fields, Some(algorithm.whole))
    } else {
        let _attributes = expect(&mut fields, CONTEXT_0);
        expect(&mut fields, PUBLIC_KEY).map(|public| encode(SEQUENCE, &[algorithm.whole, &encode(BIT_STRING, &[public.body])]))
    };
    Some(Key::clear(spki))
}

/// What follows the version of PKCS#1 (nine integers, the first two public) and of DSA (five).
fn integers(mut fields: &[u8]) -> Option<Key> {
    let modulus = expect(&mut fields, INTEGER)?;
    let exponent = expect(&mut fields, INTEGER)?;
    let mut others = 0;
    while expect(&mut fields, INTEGER).is_some() {
        others += 1;
    }
    match others {
        6.. => {
            let public = encode(SEQUENCE, &[modulus.whole, exponent.whole]);
            let algorithm = encode(SEQUENCE, &[RSA]);
            Some(Key::clear(Some(encode(SEQUENCE, &[&algorithm, &encode(BIT_STRING, &[&[0], &public])]))))
        }
        3 => Some(Key::clear(None)),
        _ => None,
    }
}

/// What follows the version of RFC 5915: the private number, `[0]` the curve, `[1]` the public point.
fn sec1(mut fields: &[u8], algorithm: Option<&[u8]>) -> Option<Vec<u8>> {
    expect(&mut fields, OCTET_STRING)?;
    let curve = expect(&mut fields, CONTEXT_0).map(|curve| encode(SEQUENCE, &[EC, curve.body]));
    let point = expect(&mut fields, CONTEXT_1)?;
    let algorithm = algorithm.or(curve.as_deref())?;
    Some(encode(SEQUENCE, &[algorithm, point.body]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_every_size_survive() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let body = vec![5; length];
            let encoded = encode(OCTET_STRING, &[&body]);
            let mut rest = &*encoded;
            assert_eq!(take(&mut rest).unwrap().body, body);
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn cut_values_are_refused() {
        let encoded = encode(SEQUENCE, &[&encode(INTEGER, &[&[1; 300]])]);
        for end in 0..encoded.len() {
            assert!(take(&mut &encoded[..end]).is_none());
            assert!(private_key(&encoded[..end]).is_none());
        }
        assert!(take(&mut &b"\x30\x84\xff\xff\xff\xff\x00"[..]).is_none());
    }
}
