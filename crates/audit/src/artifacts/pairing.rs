//! Joins a private key with the certificates for it: the certificate says how long the key is good for.
//!
//! One decision a reader would question: only certificates of the same folder count. The same public key elsewhere may
//! be an older or a test certificate, and a lifetime is too weighty to be taken from afar.

use std::collections::BTreeMap;

use unkeyed_model::{Artifact, Lifetime, Location, Match, PairKey, Role};

type Scope = (String, Option<String>, Option<String>, PairKey);

/// Certificates by folder and public key.
#[derive(Debug)]
pub(crate) struct Certificates {
    by_key: BTreeMap<Scope, Vec<Certificate>>,
}

#[derive(Debug)]
struct Certificate {
    lifetime: Lifetime,
    location: Location,
    authority: bool,
}

impl Certificates {
    /// Indexes the certificates among the occurrences.
    pub(crate) fn new(matches: &[Match]) -> Self {
        let mut by_key: BTreeMap<Scope, Vec<Certificate>> = BTreeMap::new();
        for found in matches.iter().filter(|found| is_certificate(found)) {
            let Some(scope) = scope(found) else { continue };
            let authority = found.role == Role::TrustAnchor;
            by_key.entry(scope).or_default().push(Certificate { lifetime: found.lifetime, location: found.location.clone(), authority });
        }
        for certificates in by_key.values_mut() {
            certificates.sort_by(|one, other| one.location.cmp(&other.location));
        }
        Self { by_key }
    }

    /// Gives a key the lifetime of its certificate (of several: the one that ends last) and points to them.
    pub(crate) fn adopt(&self, found: &Match, key: &mut Artifact, authority: &mut bool) {
        if is_certificate(found) {
            return;
        }
        let Some(certificates) = scope(found).and_then(|scope| self.by_key.get(&scope)) else { return };
        key.related.extend(certificates.iter().map(|certificate| certificate.location.clone()));
        *authority |= certificates.iter().any(|certificate| certificate.authority);
        let last = certificates.iter().map(|certificate| certificate.lifetime).max_by_key(|lifetime| (lifetime.expires, *lifetime));
        if let Some(last) = last.filter(|last| last.expires.is_some() && key.lifetime.expires < last.expires) {
            key.lifetime = Lifetime { issued: last.issued, expires: last.expires, declared_seconds: None, paired: true, ..key.lifetime };
        }
    }
}

fn is_certificate(found: &Match) -> bool {
    matches!(found.role, Role::Identifier | Role::TrustAnchor)
}

fn scope(found: &Match) -> Option<Scope> {
    let origin = &found.location.origin;
    Some((origin.folder().to_owned(), origin.commit.clone(), origin.layer.clone(), found.pair.clone()?))
}
