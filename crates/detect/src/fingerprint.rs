//! The keyed digest by which equal credentials are recognised without being kept.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use unkeyed_model::Fingerprint;

/// The key under which fingerprints are made: the user's, or one made for this run.
#[derive(Clone)]
pub struct FingerprintKey(Hmac<Sha256>);

impl FingerprintKey {
    /// Any bytes; 32 random ones are best.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        // HMAC takes keys of every length, so that the other arm is never taken.
        Self(Hmac::new_from_slice(bytes).unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// What tells this key from others without giving it away.
    #[must_use]
    pub fn id(&self) -> String {
        self.digest("unkeyed.fingerprint-key", b"").hex().chars().take(16).collect()
    }

    /// HMAC-SHA256 over the digest of a whole content, which may be a secret and little else.
    #[must_use]
    pub fn of_content(&self, sum: &[u8; 32]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(b"unkeyed.content\0");
        mac.update(sum);
        mac.finalize().into_bytes().into()
    }

    /// HMAC-SHA256 over kind, NUL and secret, truncated to 128 bits.
    pub(crate) fn digest(&self, kind: &str, secret: &[u8]) -> Fingerprint {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(secret);
        let full = mac.finalize().into_bytes();
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        Fingerprint(short)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_hmac_sha256_truncated() {
        // RFC 4231 test case 2, whose data is "what do ya want for nothing?", can't be split by NUL; computed with Python:
        // hmac.new(b"key", b"a.b\0secret", "sha256").hexdigest()[:32]
        assert_eq!(FingerprintKey::new(b"key").digest("a.b", b"secret").hex(), EXPECTED);
    }

    const EXPECTED: &str = "304a518488a9b39a4ff2e9d668da78a9";

    #[test]
    fn kind_key_and_secret_all_count() {
        let one = FingerprintKey::new(b"key").digest("a", b"s");
        assert_ne!(one, FingerprintKey::new(b"kez").digest("a", b"s"));
        assert_ne!(one, FingerprintKey::new(b"key").digest("b", b"s"));
        assert_ne!(one, FingerprintKey::new(b"key").digest("a", b"t"));
    }
}
