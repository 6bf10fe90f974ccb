//! What detection says of one occurrence of a credential, without its bytes.

use std::fmt;
use std::sync::Arc;

use crate::{Confidence, Custody, Destination, Lifetime, Location, Replayable, Role, RuleInfo};

/// Keyed digest of a credential (HMAC-SHA256 truncated to 128 bit over kind, NUL, normalised secret).
///
/// Never a plain hash: passwords are low-entropy. Whether the key is the user's or one made for this run is known to
/// whoever made it; only digests under the user's key may be published.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A per-run key makes the value differ from run to run; printing it would only make logs non-deterministic.
        f.write_str("Fingerprint(..)")
    }
}

impl Fingerprint {
    /// Lower-case hex, for reports made under the user's own key.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A public value that two halves of a credential share: they belong together wherever both carry the same key.
/// For key and certificate it is `spki:` and the hex SHA-256 of the public key; never derived from secret bytes alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairKey(pub String);

/// One line of source with everything token-like masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snippet {
    /// The line, at most some 160 characters, control characters escaped, secrets masked with `*`.
    pub text: String,
    /// Where the credential's mask starts in `text`, in characters from 0.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
}

/// A remark beside a credential by which somebody asks a tool to be silent about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Marker {
    /// Another tool's, as its documentation writes it (`gitleaks:allow`).
    Foreign(&'static str),
    /// Ours, with the exception that it points to, if it names one.
    Own(Option<String>),
}

/// One occurrence of a credential.
#[derive(Clone, Debug)]
pub struct Match {
    /// The rule that found it.
    pub rule: Arc<RuleInfo>,
    /// Row key of DOMAIN §2.4, possibly refined by structure (`k8s.sa-token-bound` for a JWT).
    pub kind: Arc<str>,
    /// Exactly the secret's bytes.
    pub location: Location,
    /// Where parts that belong to it stand: the key id of a pair, the certificate of a key.
    pub related: Vec<Location>,
    /// How sure.
    pub confidence: Confidence,
    /// Checksum, parse or pairing confirmed it.
    pub verified_structure: bool,
    /// What it is for.
    pub role: Role,
    /// Where the value lives: `Embedded`, or `EncryptedAtRest` for what stands here encrypted.
    pub custody: Custody,
    /// Whether a copy works elsewhere.
    pub replayable: Replayable,
    /// Lifetime facts.
    pub lifetime: Lifetime,
    /// It stands where credentials stand (`password:`, `*_SECRET=`, URI userinfo): class C15 if nothing else is known.
    pub typed_position: bool,
    /// Keyed digest.
    pub fingerprint: Fingerprint,
    /// Safe form for people: public prefix and length class, never secret characters beyond DOMAIN §2.1 `display`.
    pub mask: String,
    /// Why it is no credential (documented example, placeholder), if so: class C0.
    pub public_because: Option<String>,
    /// Joins halves across files of one folder.
    pub pair: Option<PairKey>,
    /// Where it leads, if the credential says (account id in an AWS key id, host of a connection string).
    pub destination: Option<Destination>,
    /// Remarks for the report ("alg is none", "key is encrypted, passphrase not seen").
    pub notes: Vec<String>,
    /// The line, masked.
    pub snippet: Option<Snippet>,
    /// The remark that stands beside it.
    pub marker: Option<Marker>,
}
