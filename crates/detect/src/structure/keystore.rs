//! Binary keystores: PKCS#12 (RFC 7292) and Java's JKS and JCEKS. Told apart from truststores by their entries.

use std::borrow::Cow;

use memchr::memmem;
use unkeyed_model::Confidence;

use super::{Candidate, Draft, Outcome, context, decode, der};

/// The most that is read of a keystore.
const LONGEST: usize = 1024 * 1024;
/// OBJECT IDENTIFIERs keyBag and pkcs8ShroudedKeyBag, with tag and length, without their last number (1 and 2).
const KEY_BAG: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";

/// The bytes of the keystore that starts with the match: the file itself, or base64 of one.
fn bytes<'t>(candidate: &Candidate<'t>) -> Option<Cow<'t, [u8]>> {
    let start = candidate.whole.start;
    if matches!(candidate.text[start], 0x30 | 0xfe | 0xce) && !candidate.text[start + 1].is_ascii_graphic() {
        return Some(Cow::Borrowed(&candidate.text[start..candidate.text.len().min(start + LONGEST)]));
    }
    let mut digits: Vec<u8> =
        context::slice(candidate.text, candidate.secret).iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    // The run may go on into the next word; what ends the keystore is its own length.
    digits.truncate(digits.len() / 4 * 4);
    decode::base64(&digits).map(Cow::Owned)
}

/// A PKCS#12 file. Key bags are encrypted one by one and can be seen without the password; certificate bags can't.
pub(crate) fn pkcs12(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(bytes) = bytes(candidate) else { return Outcome::Reject };
    let Some(outer) = der::expect(&mut &*bytes, der::SEQUENCE) else { return Outcome::Reject };
    let kind = memmem::find(outer.body, KEY_BAG).and_then(|found| outer.body.get(found + KEY_BAG.len()));
    match kind {
        Some(1) => draft.notes.push("the private key in the keystore is not encrypted".into()),
        Some(2) => draft.notes.push("the private key in the keystore is encrypted; its password was not looked for".into()),
        _ => {
            draft.confidence = Confidence::Low;
            draft.notes.push("no private key is visible in the keystore: it may hold certificates only".into());
        }
    }
    draft.verified_structure = true;
    draft.normalised = Some(outer.whole.to_vec());
    Outcome::Keep
}

/// A JKS or JCEKS file: magic, version, number of entries, entries. Entry tag 1 is a private key, 2 a certificate, 3 (in
/// JCEKS) a secret key (`sun.security.provider.JavaKeyStore`).
pub(crate) fn jks(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(bytes) = bytes(candidate) else { return Outcome::Reject };
    if first_key_entry(&bytes).is_none() {
        return Outcome::Reject;
    }
    draft.notes.push("the keys in the keystore are encrypted; its password was not looked for".into());
    draft.verified_structure = true;
    draft.normalised = Some(bytes.into_owned());
    Outcome::Keep
}

/// `Some` if an entry holds a key. Certificates before it are skipped.
fn first_key_entry(store: &[u8]) -> Option<()> {
    let mut rest = store.get(8..)?;
    let entries = number(&mut rest, 4)?;
    for _ in 0..entries {
        if number(&mut rest, 4)? != 2 {
            return Some(());
        }
        let alias = number(&mut rest, 2)?;
        rest = rest.get(alias + 8..)?;
        let certificate_type = number(&mut rest, 2)?;
        rest = rest.get(certificate_type..)?;
        let certificate = number(&mut rest, 4)?;
        rest = rest.get(certificate..)?;
    }
    None
}

/// Takes a big-endian number of `width` bytes.
fn number(bytes: &mut &[u8], width: usize) -> Option<usize> {
    let (head, tail) = bytes.split_at_checked(width)?;
    *bytes = tail;
    Some(head.iter().fold(0, |sum, &byte| (sum << 8) | usize::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::inspected_in;
    use super::*;
    use unkeyed_model::Span;

    fn store(tags: &[u8]) -> Vec<u8> {
        let mut bytes = b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0".to_vec();
        bytes.push(u8::try_from(tags.len()).unwrap());
        for &tag in tags {
            bytes.extend([0, 0, 0, tag, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
            bytes.extend(b"X.509\0\0\0\x02ab");
        }
        bytes
    }

    #[test]
    fn truststores_are_no_keystores() {
        let jks = |bytes: Vec<u8>| inspected_in(jks, "", &bytes, Span::new(0, 8));
        assert!(jks(store(&[2, 2])).is_none());
        assert!(jks(store(&[2, 1])).is_some());
        assert!(jks(store(&[3])).is_some());
        assert!(jks(store(&[2, 2])[..30].to_vec()).is_none());
    }
}
