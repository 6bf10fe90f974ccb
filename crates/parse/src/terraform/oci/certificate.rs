//! The certificate that a propagation trust is pinned to: until when it serves.

use unkeyed_model::Timestamp;
use x509_parser::pem::parse_x509_pem;

/// Longest certificate that is read, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// The end of its validity; `None` if it can't be read. Oracle takes the text with and without its frame.
pub(super) fn expiry(text: &str) -> Option<Timestamp> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let text = text.trim();
    let framed = if text.starts_with("-----BEGIN") {
        text.to_owned()
    } else {
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let (_, pem) = parse_x509_pem(framed.as_bytes()).ok()?;
    let certificate = pem.parse_x509().ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl req -x509 -newkey ed25519 -subj /CN=issuer.acme.example -days 3650`; the key was thrown away.
    const CERTIFICATE: &str = include_str!("certificate.pem");

    #[test]
    fn the_end_is_read_with_and_without_frame() {
        let bare: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
        assert!(expiry(CERTIFICATE).is_some());
        assert_eq!(expiry(CERTIFICATE), expiry(&bare));
    }

    #[test]
    fn anything_else_is_not_known() {
        for text in ["", "x", "-----BEGIN CERTIFICATE-----", "AAAA"] {
            assert!(expiry(text).is_none(), "{text}");
        }
        assert!(expiry(&"A".repeat(MAX_BYTES + 1)).is_none());
    }
}
