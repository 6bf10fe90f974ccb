//! SSH private keys in OpenSSH's and PuTTY's forms, and OpenSSH certificates (PROTOCOL.key, PROTOCOL.certkeys).

use memchr::memmem;
use ssh_key::{Algorithm, Certificate, PrivateKey};
use unkeyed_model::{Lifetime, Replayable, Span, VendorDefault};

use super::{Candidate, Draft, Outcome, context, decode, pem, x509};

/// The most that PuTTY's form may take.
const LONGEST_PUTTY: usize = 16 * 1024;

/// `-----BEGIN OPENSSH PRIVATE KEY-----`.
pub(crate) fn private_key(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(armour) = pem::read(candidate.text, candidate.whole.start) else { return Outcome::Reject };
    if !armour.bytes.starts_with(b"openssh-key-v1\0") {
        return Outcome::Reject;
    }
    match PrivateKey::from_bytes(&armour.bytes) {
        Ok(key) => {
            draft.verified_structure = true;
            if key.is_encrypted() {
                x509::note_encryption(draft);
            }
            if matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256) {
                draft.replayable = Replayable::SenderConstrained;
                draft.notes.push("the key works only with its hardware token".into());
            }
        }
        // The library doesn't know every algorithm; the magic is proof enough that a key stands here, unless it was cut.
        Err(ssh_key::Error::AlgorithmUnknown | ssh_key::Error::AlgorithmUnsupported { .. }) => {}
        Err(_) => return Outcome::Reject,
    }
    draft.secret = armour.span;
    draft.normalised = Some(armour.bytes);
    Outcome::Keep
}

/// `ssh-…-cert-v01@openssh.com AAAA…`: public, but it says how long its key is trusted.
pub(crate) fn certificate(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(blob) = decode::base64(context::slice(candidate.text, candidate.secret)) else { return Outcome::Reject };
    let certificate = match Certificate::from_bytes(&blob) {
        Ok(certificate) => certificate,
        // "Forever" is the largest u64, which the library refuses as a time.
        Err(ssh_key::Error::Time) => {
            draft.verified_structure = true;
            draft.lifetime.vendor_default = VendorDefault::NeverExpires;
            draft.notes.push("valid forever".into());
            return Outcome::Keep;
        }
        Err(_) => return Outcome::Reject,
    };
    let stamp = |seconds: u64| i64::try_from(seconds).ok().and_then(decode::epoch);
    draft.verified_structure = true;
    draft.lifetime =
        Lifetime { issued: stamp(certificate.valid_after()), expires: stamp(certificate.valid_before()), ..Lifetime::default() };
    if certificate.valid_principals().is_empty() {
        draft.notes.push("names no principals: OpenSSH refuses it, or accepts it for anybody where so configured".into());
    }
    Outcome::Keep
}

/// PuTTY's `.ppk`, version 2 and 3: the private part follows `Private-Lines:`.
pub(crate) fn putty(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let start = candidate.whole.start;
    let window = &candidate.text[start..candidate.text.len().min(start + LONGEST_PUTTY)];
    let Some(found) = memmem::find(window, b"Private-Lines: ") else { return Outcome::Reject };
    let body = found + memchr::memchr(b'\n', &window[found..]).map_or(0, |end| end + 1);
    let length = memmem::find(&window[body..], b"Private-").unwrap_or(window.len() - body);
    if length < 40 {
        return Outcome::Reject;
    }
    let encryption = context::assigned_bytes(candidate.text, Span::new(start, start + found), &["Encryption"]);
    if encryption.is_some_and(|name| name != b"none") {
        x509::note_encryption(draft);
    }
    draft.verified_structure = true;
    draft.secret = Span::new(start + body, start + body + length);
    Outcome::Keep
}
