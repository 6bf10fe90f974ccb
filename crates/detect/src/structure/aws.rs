//! AWS access keys: the public id, the secret, and what the id tells.
//!
//! Bits 1 to 40 of the base32 part of an id are the account number (awsteele.com/blog/2020/09/26/aws-access-key-format.html).
//! Which id, secret and session token are one credential is decided in `pairing.rs`, when all of them are known.

use unkeyed_model::{Confidence, Destination, Span};

use super::{Candidate, Draft, Outcome, context};

/// `AKIA…` or `ASIA…` alone.
pub(crate) fn key_id(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    draft.destination = account(context::slice(candidate.text, candidate.secret));
    Outcome::Keep
}

/// Forty characters where a secret access key stands.
pub(crate) fn secret_key(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    if !looks_random(context::slice(candidate.text, candidate.secret)) {
        return Outcome::Reject;
    }
    draft.confidence = Confidence::Medium;
    Outcome::Keep
}

/// An id with its secret right behind it, as in the console's CSV export.
pub(crate) fn id_and_secret(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let id = Span::new(candidate.whole.start, candidate.whole.start + 20);
    if !looks_random(context::slice(candidate.text, candidate.secret)) {
        return Outcome::Reject;
    }
    draft.destination = account(context::slice(candidate.text, id));
    draft.kind = "aws.access-key".into();
    draft.related.push(id);
    Outcome::Keep
}

/// Secret keys are 30 random bytes in base64: capitals, small letters and something else occur, which tells them from hex
/// digests and words (a random key in four thousand fails this).
fn looks_random(secret: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| secret.iter().any(class);
    let slashes = memchr::memchr_iter(b'/', secret).count();
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(|byte| !byte.is_ascii_alphabetic()) && slashes <= 6
}

/// The account that a key id belongs to.
pub(super) fn account(id: &[u8]) -> Option<Destination> {
    let mut number: u64 = 0;
    for &letter in id.get(4..14)? {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        number = (number << 5) | u64::from(digit);
    }
    // 50 bits, of which the first is a flag and the next 40 the account.
    let account = (number >> 9) & 0xff_ffff_ffff;
    // Ids made before 2019 don't carry the account: they decode to numbers that no account has.
    let is_new = id.get(4).is_some_and(|&letter| letter >= b'Q' || letter.is_ascii_digit());
    (is_new && account <= 999_999_999_999).then(|| Destination::new("aws", format!("{account:012}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_in_the_id() {
        // The published examples of the two articles that explain the encoding.
        assert_eq!(account(b"ASIAY34FZKBOKMUTVV7A"), Some(Destination::new("aws", "609629065308")));
        assert_eq!(account(b"AKIAI44QH8DHBEXAMPLE"), None);
        assert_eq!(account(b"AKIA"), None);
    }

    #[test]
    fn digests_and_paths_are_no_secret_keys() {
        assert!(!looks_random(b"da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        assert!(!looks_random(b"src/main/java/com/Acme/v1/api/Service/X1/"));
        assert!(looks_random(b"bGoa+V7gEyqDXvKRqqAJTFn4uQZbPiQJo4pf9RzJ"));
    }
}
