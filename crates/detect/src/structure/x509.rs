//! Private keys and certificates in PEM (RFC 5280, RFC 5958).
//!
//! A key has no lifetime of its own. It gets one from the certificate for the same public key, which may stand in another
//! file: both carry the same pair key, and the audit joins them. A certificate authority's key is durable whatever its
//! certificate says, so its certificate is reported without an end.

use unkeyed_model::{Confidence, PairKey, Role, Timestamp, VendorDefault};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::{Candidate, Draft, Outcome, context, der, gcp, pem};

/// Names of variables and files that say whose key it is: what the name contains, the kind, the role.
const OWNERS: &[(&str, &str, Role)] = &[
    ("oci_cli_key_content", "oci.api-key", Role::Access),
    ("azure_client_cert", "azure.client-cert", Role::Access),
    ("oci_api_key", "oci.api-key", Role::Access),
    ("github_app", "github.app-private-key", Role::Bootstrap),
    ("gh_app", "github.app-private-key", Role::Bootstrap),
    ("githubapp", "github.app-private-key", Role::Bootstrap),
    ("id_rsa", "ssh.private-key", Role::Access),
    ("id_dsa", "ssh.private-key", Role::Access),
    ("id_ecdsa", "ssh.private-key", Role::Access),
    ("ssh", "ssh.private-key", Role::Access),
];

/// A private key that is not in OpenSSH's own form.
pub(crate) fn private_key(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let begin = candidate.whole.start;
    if gcp::is_service_account_key(candidate.text, begin) {
        // Reported once, as what it is: `gcp.sa-key`.
        return Outcome::Reject;
    }
    let Some(armour) = pem::read(candidate.text, begin) else { return Outcome::Reject };
    draft.secret = armour.span;
    if armour.encrypted {
        note_encryption(draft);
    } else {
        let Some(key) = der::private_key(&armour.bytes) else { return Outcome::Reject };
        if key.encrypted {
            note_encryption(draft);
        }
        draft.pair = key.spki.as_deref().map(der::pair_key);
        draft.verified_structure = true;
    }
    draft.normalised = Some(armour.bytes);
    name_owner(candidate, draft);
    Outcome::Keep
}

pub(super) fn note_encryption(draft: &mut Draft) {
    draft.confidence = Confidence::Medium;
    draft.notes.push("the key is encrypted; its passphrase was not looked for".into());
}

fn name_owner(candidate: &Candidate<'_>, draft: &mut Draft) {
    let name = context::assigned_name(candidate.text, candidate.whole.start).unwrap_or_default();
    let file = candidate.origin.file_name();
    let speaks_of = |part: &str| context::contains_ignore_case(name, part) || context::contains_ignore_case(file.as_bytes(), part);
    if let Some(&(_, kind, role)) = OWNERS.iter().find(|(part, ..)| speaks_of(part)) {
        draft.kind = kind.into();
        draft.role = role;
    } else if candidate.origin.folder().ends_with(".oci") {
        draft.kind = "oci.api-key".into();
    } else if is_github_download(file) {
        draft.kind = "github.app-private-key".into();
        draft.role = Role::Bootstrap;
    }
}

/// GitHub hands out an app's key as `NAME.2026-03-04.private-key.pem`.
fn is_github_download(file: &str) -> bool {
    let stem = file.strip_suffix(".private-key.pem").unwrap_or_default();
    let date = stem.as_bytes().last_chunk::<10>();
    date.is_some_and(|date| {
        date.iter().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() })
    })
}

/// A certificate: not secret, but it dates its key, and may be a SPIFFE identity.
pub(crate) fn certificate(candidate: &Candidate<'_>, draft: &mut Draft) -> Outcome {
    let Some(armour) = pem::read(candidate.text, candidate.whole.start) else { return Outcome::Reject };
    let Some(facts) = facts(&armour.bytes) else { return Outcome::Reject };
    draft.role = if facts.is_authority { Role::TrustAnchor } else { Role::Identifier };
    draft.verified_structure = true;
    if facts.is_spiffe {
        draft.kind = "spiffe.x509-svid".into();
    }
    facts.date(draft);
    draft.pair = Some(facts.pair);
    draft.secret = armour.span;
    draft.normalised = Some(armour.bytes);
    Outcome::Keep
}

/// What a certificate says of its key.
pub(super) struct Facts {
    /// Same as the key's.
    pub(super) pair: PairKey,
    issued: Option<Timestamp>,
    expires: Option<Timestamp>,
    is_authority: bool,
    is_spiffe: bool,
}

impl Facts {
    /// Gives the lifetime to a draft, the certificate's own or its key's.
    pub(super) fn date(&self, draft: &mut Draft) {
        draft.lifetime.issued = self.issued;
        if self.is_authority {
            draft.lifetime.vendor_default = VendorDefault::NeverExpires;
            let end = self.expires.map_or_else(|| "an unreadable date".to_owned(), |end| end.to_string());
            draft.notes.push(format!("certificate authority, valid until {end}; its key counts as durable all the same"));
        } else {
            draft.lifetime.expires = self.expires;
        }
    }
}

/// Reads a certificate.
pub(super) fn facts(der: &[u8]) -> Option<Facts> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let stamp = |time: x509_parser::time::ASN1Time| Timestamp::from_second(time.timestamp()).ok();
    let is_spiffe = |name: &GeneralName<'_>| matches!(name, GeneralName::URI(uri) if uri.starts_with("spiffe://"));
    let names = certificate.subject_alternative_name().ok().flatten();
    Some(Facts {
        pair: der::pair_key(certificate.public_key().raw),
        issued: stamp(certificate.validity().not_before),
        expires: stamp(certificate.validity().not_after),
        is_authority: certificate.is_ca(),
        is_spiffe: names.is_some_and(|names| names.value.general_names.iter().any(is_spiffe)),
    })
}

#[cfg(test)]
mod tests {
    use super::is_github_download;

    #[test]
    fn downloads_of_github_are_told_by_their_name() {
        assert!(is_github_download("acme-ci.2026-03-04.private-key.pem"));
        for other in ["private-key.pem", "a.private-key.pem", "acme.2026-03-04.pem"] {
            assert!(!is_github_download(other), "{other}");
        }
    }
}
