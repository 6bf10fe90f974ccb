//! A credential, or the proof that one is stored: all its occurrences together, classed.

use std::sync::Arc;

use crate::{
    Class, Confidence, Custody, Destination, Fingerprint, Level, Lifetime, LifetimeBasis, LifetimeConfidence, Location, Marker,
    Reachability, Replayable, Role, RuleInfo, Snippet, Standard, Suppression,
};

/// `hmac:` and 32 hex digits under the user's key, else an ordinal `cred-1`, `cred-2` … in order of first location.
pub type ArtifactId = String;

/// Why gates pass over a credential. It counts in everything else, verdicts included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// A remark of another tool stands beside each copy.
    Marker(&'static str),
    /// The baseline knows each copy.
    Baseline,
}

impl Silence {
    /// As reports write it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Marker(text) => text,
            Self::Baseline => "baseline",
        }
    }
}

/// One credential with all the places where it stands.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// Rule that found it; references and declarations have rules of their own (`ref.gha-secret`, `declared.aws.access-key`).
    pub rule: Arc<RuleInfo>,
    /// Row key of DOMAIN §2.4.
    pub kind: String,
    /// Name for references and declarations (the secret's name in its store); `None` for values.
    pub name: Option<String>,
    /// Persistence class.
    pub class: Class,
    /// The condition that decided the class, as in DOMAIN §2.3 (`C12`).
    pub class_rule: &'static str,
    /// SARIF level.
    pub level: Level,
    /// SARIF rank, 0 to 100.
    pub rank: u8,
    /// How sure.
    pub confidence: Confidence,
    /// Where the value lives.
    pub custody: Custody,
    /// What it is for.
    pub role: Role,
    /// Whether a copy works elsewhere.
    pub replayable: Replayable,
    /// Who can reach it, best case for an attacker.
    pub reachability: Reachability,
    /// Lifetime facts.
    pub lifetime: Lifetime,
    /// What the lifetime rests on.
    pub lifetime_basis: LifetimeBasis,
    /// How firm it is.
    pub lifetime_confidence: LifetimeConfidence,
    /// Safe form for people.
    pub mask: String,
    /// Where it stands, sorted; each with its masked line if there is one.
    pub locations: Vec<(Location, Option<Snippet>)>,
    /// Where its other parts stand.
    pub related: Vec<Location>,
    /// Where it leads.
    pub destination: Option<Destination>,
    /// Ids of the workloads it is attributed to, sorted.
    pub workloads: Vec<String>,
    /// Why it is public, for class `public`.
    pub public_because: Option<String>,
    /// Standards that speak of it.
    pub standards: Vec<Standard>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Keyed digest of the value; `None` for what is only named or declared.
    pub fingerprint: Option<Fingerprint>,
    /// The remarks that stand beside its copies, sorted.
    pub markers: Vec<(Marker, Location)>,
    /// Why gates pass over it.
    pub silenced_by: Option<Silence>,
    /// The exception that covers it.
    pub suppressed_by: Option<Suppression>,
}
