//! The nouns every other crate speaks: what is scanned, what is found in it, and what is said about it.
//!
//! Ground floor of the house: no I/O, no clock, no regex. One decision a reader would question: only
//! [`Unit`] can hold the bytes of a credential. It implements no serialization and its `Debug` prints a name and a
//! length, so that everything which leaves the hot half ([`Match`], [`Facts`], [`Report`]) *cannot* leak a secret.
//! `Debug` of the other types is safe to print.

mod artifact;
mod before;
mod coverage;
mod credential;
mod estate;
mod evidence;
mod facts;
mod finding;
mod identity;
mod image_place;
mod lifetime;
mod link;
mod location;
mod matched;
mod policy;
mod report;
mod rule_info;
mod texts;
mod trust;
mod trust_change;
mod unit;
mod value;
mod verdict;
mod workload;

pub use artifact::{Artifact, ArtifactId, Silence};
pub use before::{Baseline, Before, Earlier, Known, Previous};
pub use coverage::{Coverage, ReadCounts, Skip, SkipReason};
pub use credential::{Class, Confidence, Custody, Level, Reachability, Replayable, Role};
pub use estate::{Estate, Repository, RunInfo, Saved, Subject};
pub use evidence::{Assurance, DatedBy, Evidence, Observed, ObservedAct, SubjectForm};
pub use facts::{Declaration, Facts, OwnerRule, Slot, SlotEncoding, StoredSecret};
pub use finding::{CheckInfo, Finding, Standard, Suppression};
pub use identity::{Destination, IdentityKind, IdentityPath, PredictedToken, Reach, Ttl, TtlBasis};
pub use image_place::{Fate, ImagePlace};
pub use lifetime::{Lifetime, LifetimeBasis, LifetimeConfidence, VendorDefault};
pub use link::{Link, Relation};
pub use location::{
    DecodeStep, FileMode, GitPlace, GitState, LineIndex, Location, Origin, Process, Region, Span, Surface, Tracked, has_extension,
};
pub use matched::{Fingerprint, Marker, Match, PairKey, Snippet};
pub use policy::{
    Exception, ExceptionCategory, ExceptionMatch, FallbackPath, FallbackStorage, Gate, InventoryEntry, Milestone, PlatformStoredAs, Policy,
    Requirement, Selector, SelectorField, Thresholds, TrustAllow, VendorAccount,
};
pub use report::{Report, Summary};
pub use rule_info::{Remediation, RuleInfo};
pub use trust::{Claim, Platform, Principal, ResourceScope, RoleGrant, SessionPolicy, SubjectRule, TrustBinding, TrustReport};
pub use trust_change::{ChangedTrust, TrustChange};
pub use unit::{Copied, Lineage, Unit, Window};
pub use value::{Basis, Value};
pub use verdict::{LayerState, Layers, Missing, Reason, Verdict};
pub use workload::{Content, ImageBuild, Reference, StoreKind, Use, Workload, WorkloadKind, WorkloadReport};

/// A point in time, UTC. Re-exported so that all crates agree on one type.
pub use jiff::Timestamp;
