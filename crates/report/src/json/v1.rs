//! Version 1 of the JSON report: the types that are published.
//!
//! Frozen: fields may be added, none may change or go; the test that compares `docs/report-v1.schema.json` guards it.
//! Whatever is not known is `null`, never left out.

mod artifact;
mod place;
mod source;
mod trust;
mod workload;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unkeyed_model::{Assurance, Class, DatedBy, Level, SkipReason, Verdict};

use super::words::{Counts, Word, version_one};
pub use artifact::{Artifact, Lifetime, Location, Remediation, Rule, Snippet, Standard, Suppression, VendorDefault};
pub use place::{Git, ImagePlace, Mode, Place, Process};
pub use source::Source;
pub use trust::{Condition, Setting, SubjectRule, Trust, TrustSubject};
pub use workload::{Destination, IdentityPath, Layers, Link, Missing, PredictedToken, Ttl, Value, ValueBasis, Workload};

/// Everything that a run of unkeyed has to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "unkeyed report, version 1")]
pub struct Report {
    /// Always 1; an incompatible form would have another number.
    #[schemars(schema_with = "version_one")]
    pub schema_version: u32,
    /// What made the report.
    pub tool: Tool,
    /// How it was asked for.
    pub run: Run,
    /// Totals.
    pub summary: Summary,
    /// Credentials, in order of their first location.
    pub artifacts: Vec<Artifact>,
    /// What was judged, in order of id.
    pub workloads: Vec<Workload>,
    /// Who is trusted with which principal, in order of id.
    #[serde(default)]
    pub trusts: Vec<Trust>,
    /// What the checks say; workloads refer to them by position, from 0.
    pub findings: Vec<Finding>,
    /// The detection rules that `artifacts` name, in order of id.
    pub rules: Vec<Rule>,
    /// The checks that `findings` name, in order of id.
    pub checks: Vec<Check>,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// Files that were given as evidence from outside, in order of path.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// A file that was given as evidence from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Relative reference (RFC 3986).
    pub uri: String,
    /// What it was recognised as: the commands or services that make such files.
    pub formats: Vec<String>,
    /// What it adds.
    #[schemars(with = "Word<Assurance>")]
    pub assurance: Assurance,
    /// Entries or events that were read.
    pub records: u64,
    /// The instant up to which it speaks, RFC 3339 in UTC; null: not known.
    pub dated: Option<String>,
    /// How that instant is known.
    #[schemars(with = "Option<Word<DatedBy>>")]
    pub dated_by: Option<DatedBy>,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `unkeyed`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digest of the active rule set.
    pub rules_digest: String,
    /// Digest of the policy file; null: the built-in policy.
    pub policy_digest: Option<String>,
}

/// How the run was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The instant against which lifetimes are judged, RFC 3339 in UTC.
    pub as_of: String,
    /// Targets as given.
    pub targets: Vec<String>,
    /// `scan`, `audit`, `hook` or `merge`.
    pub command: String,
    /// `pre-commit`, `ci` or `audit`.
    pub profile: String,
    /// Whether everything that should have been read was read.
    pub complete: bool,
    /// Path of the policy file as given; null: the built-in policy.
    pub policy: Option<String>,
    /// The policy file at the target's root, whether it is in force or not.
    pub target_policy: Option<FileDigest>,
    /// The baseline that is used.
    pub baseline: Option<FileDigest>,
    /// The earlier state, if only what was added since then is gated.
    pub compared_with: Option<String>,
    /// Whether artifact ids are fingerprints under the user's key and may be compared between runs.
    pub keyed: bool,
    /// The most that anything here rests on: files, what platforms' tools print, what their logs recorded.
    #[serde(default)]
    #[schemars(with = "Word<Assurance>")]
    pub assurance: Assurance,
    /// The commit and the images that were read, by digest.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// The reports of which this one is made (`unkeyed report merge`), in order of name; empty for the report of one run.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// Something that was read, by the digest that an attestation can be bound to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// What it is called: the remote of a repository, the reference of an image.
    pub name: String,
    /// The key of an in-toto DigestSet: `gitCommit`, `sha256`.
    pub algorithm: String,
    /// The digest in hex.
    pub digest: String,
}

/// A file that the run went by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileDigest {
    /// Its path, as given.
    pub path: String,
    /// SHA-256 of its content, in hex.
    pub digest: String,
}

/// Totals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Artifacts by class, those that are not listed included.
    #[schemars(with = "Counts<Class>")]
    pub artifacts: BTreeMap<Class, u64>,
    /// How many are not listed because they are below the confidence asked for.
    pub hidden_low_confidence: u64,
    /// How many are not listed because they are public.
    pub hidden_public: u64,
    /// Workloads by verdict; those without observed access are counted in `no_access_observed` instead.
    #[schemars(with = "Counts<Verdict>")]
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Indeterminate workloads by the verdict they lean to.
    #[schemars(with = "Counts<Verdict>")]
    pub leanings: BTreeMap<Verdict, u64>,
    /// Workloads that authenticate to nothing that can be seen.
    pub no_access_observed: u64,
    /// How complete the inventory is.
    #[serde(default)]
    pub inventory: Inventory,
    /// The worst verdict; null without workloads.
    #[schemars(with = "Option<Word<Verdict>>")]
    pub rollup: Option<Verdict>,
    /// Whether the gate of the profile is passed.
    pub gate: Gate,
    /// Why not, a sentence each.
    pub gate_reasons: Vec<String>,
    /// What would make it pass, a sentence each.
    pub gate_remedies: Vec<String>,
}

/// How many workloads say of each way in who they are, where it leads and who answers for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inventory {
    /// Those that do.
    pub complete: u64,
    /// All with observed access.
    pub workloads: u64,
}

/// Outcome of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// Nothing stands against it.
    Pass,
    /// Something does.
    Fail,
}

/// One statement of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Id of the check.
    pub check: String,
    /// How bad.
    #[schemars(with = "Word<Level>")]
    pub level: Level,
    /// One sentence: what, where, why there.
    pub message: String,
    /// Id of the workload it concerns, if it concerns one.
    pub workload: Option<String>,
    /// Where, most telling first.
    pub locations: Vec<Place>,
    /// What belongs to it.
    pub related: Vec<Related>,
    /// Standards that speak of it.
    pub standards: Vec<Standard>,
    /// The exception that covers it.
    pub suppressed_by: Option<Suppression>,
}

/// A place that belongs to a finding, with a phrase that says how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub location: Place,
    /// How it belongs.
    pub message: String,
}

/// A check that a finding names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// What it says, in a few words.
    pub title: String,
    /// Its manual page.
    pub doc: String,
    /// Level when it fires, unless circumstances change it.
    #[schemars(with = "Word<Level>")]
    pub level: Level,
    /// Standards.
    pub standards: Vec<Standard>,
}

/// What was read and what was not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Amounts that were read.
    pub read: Read,
    /// What was not read, in order of path.
    pub skipped: Vec<Skipped>,
    /// Limits in force, each with its unit in the name.
    pub limits: BTreeMap<String, u64>,
}

/// Amounts that were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Read {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Git blobs.
    pub blobs: u64,
    /// Image layers.
    pub layers: u64,
    /// Git blobs, layers and files of images that were not read because an earlier run with the same rules found nothing in them
    /// (--cache).
    #[serde(default)]
    pub remembered: u64,
}

/// One thing that was not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// Relative reference (RFC 3986).
    pub uri: String,
    /// Why.
    #[schemars(with = "Word<SkipReason>")]
    pub why: SkipReason,
    /// Details for people.
    pub detail: String,
    /// Whether it leaves the scan incomplete.
    pub gap: bool,
}
