//! Version 1: credentials and their places.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unkeyed_model::{Class, Confidence, Custody, Level, LifetimeBasis, LifetimeConfidence, Reachability, Replayable, Role};

use super::place::Place;
use super::workload::Destination;
use crate::json::words::Word;

/// One credential, or the proof that one is stored, with all the places where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Artifact {
    /// `hmac:` and 32 hex digits under the user's key, else an ordinal of this report (`cred-1`).
    pub id: String,
    /// Id of the rule that found it.
    pub rule: String,
    /// What it is; the rule's id unless structure refined it.
    pub kind: String,
    /// Provider that issues it.
    pub provider: String,
    /// Name in its store, for references and declarations; null for values.
    pub name: Option<String>,
    /// Persistence class.
    #[schemars(with = "Word<Class>")]
    pub class: Class,
    /// The condition that decided the class (`C12`).
    pub class_rule: String,
    /// How bad, in the words of SARIF.
    #[schemars(with = "Word<Level>")]
    pub level: Level,
    /// How bad, from 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub rank: u8,
    /// How sure the detection is.
    #[schemars(with = "Word<Confidence>")]
    pub confidence: Confidence,
    /// Where the value lives.
    #[schemars(with = "Word<Custody>")]
    pub custody: Custody,
    /// What it is for.
    #[schemars(with = "Word<Role>")]
    pub role: Role,
    /// Whether a copy works elsewhere.
    #[schemars(with = "Word<Replayable>")]
    pub replayable: Replayable,
    /// Who can reach it, best case for an attacker.
    #[schemars(with = "Word<Reachability>")]
    pub reachability: Reachability,
    /// How long it lives, and how we know.
    pub lifetime: Lifetime,
    /// Safe form for people; never the secret.
    pub mask: String,
    /// In how many places it stands.
    pub copies: u64,
    /// Where it stands.
    pub locations: Vec<Location>,
    /// Where its other parts stand (the key id of a pair, the certificate of a key).
    pub related: Vec<Place>,
    /// Where it leads.
    pub destination: Option<Destination>,
    /// Ids of the workloads it is attributed to.
    pub workloads: Vec<String>,
    /// Why it is public, for class `public`.
    pub public_because: Option<String>,
    /// What to do about it.
    pub remediation: Remediation,
    /// Standards that speak of it.
    pub standards: Vec<Standard>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Why gates pass over it although it counts: `baseline`, or the remark of another tool that stands beside it.
    pub silenced_by: Option<String>,
    /// The exception that covers it.
    pub suppressed_by: Option<Suppression>,
}

/// How long a credential lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lifetime {
    /// Start of validity, RFC 3339 in UTC.
    pub issued: Option<String>,
    /// End of validity, RFC 3339 in UTC.
    pub expires: Option<String>,
    /// Length in seconds.
    pub seconds: Option<u64>,
    /// What it is derived from.
    #[schemars(with = "Word<LifetimeBasis>")]
    pub basis: LifetimeBasis,
    /// How firm it is.
    #[schemars(with = "Word<LifetimeConfidence>")]
    pub confidence: LifetimeConfidence,
    /// What the vendor says of the kind where the credential itself doesn't.
    pub vendor_default: VendorDefault,
    /// The seconds that belong to `vendor_default`.
    pub vendor_seconds: Option<u64>,
}

/// What a vendor says of a kind's lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VendorDefault {
    /// Valid until somebody revokes it.
    NeverExpires,
    /// Expires after at most `vendor_seconds`.
    AtMost,
    /// Short by nature: at most `vendor_seconds`.
    Short,
    /// Already revoked by the vendor for everybody.
    Revoked,
    /// Nothing is known.
    Unstated,
}

/// A place where a credential stands, with its line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The line with everything secret masked.
    pub snippet: Option<Snippet>,
}

/// A masked line of source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snippet {
    /// The line, secrets masked.
    pub text: String,
    /// Where the credential's mask starts in `text`, in code points from 0.
    pub start: u64,
    /// Where it ends, exclusive.
    pub end: u64,
}

/// What to do about a credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Remediation {
    /// What replaces it.
    pub instead: Option<String>,
    /// Where it is revoked: an address or a command.
    pub revoke: Option<String>,
}

/// A detection rule that an artifact names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Short name for people.
    pub name: String,
    /// Provider key.
    pub provider: String,
    /// What it finds.
    pub description: String,
    /// Address of the page that documents format or lifetime.
    pub reference: Option<String>,
}

/// A reference to a standard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standard {
    /// Name of the taxonomy (`OWASP-NHI-2025`).
    pub taxonomy: String,
    /// Id inside it (`NHI7:2025`).
    pub id: String,
}

/// A valid exception that covers an artifact or a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// Id of the exception.
    pub exception: String,
    /// Its reason.
    pub justification: String,
    /// Its owner.
    pub owner: String,
    /// When it ends.
    pub expires: String,
    /// What will replace the credential.
    pub exit_plan: String,
}
