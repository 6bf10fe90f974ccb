//! An artifact that is not classed yet.

use std::sync::Arc;

use unkeyed_model::{
    Artifact, Class, Confidence, Content, Custody, Destination, Fingerprint, Level, Lifetime, LifetimeBasis, LifetimeConfidence, Location,
    Reachability, Replayable, Role, RuleInfo, StoreKind,
};

/// An artifact with the facts that only classing and attribution ask for.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What will be reported; class, level and what follows from them are set last.
    pub(crate) artifact: Artifact,
    /// It stands where credentials stand (class C15).
    pub(crate) typed_position: bool,
    /// What a use by name holds.
    pub(crate) content: Content,
    /// The store of a use by name.
    pub(crate) store: Option<StoreKind>,
    /// Keyed digest of a value.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Its certificate belongs to an authority: expiry limits nothing.
    pub(crate) authority: bool,
}

impl Draft {
    /// A draft with nothing decided.
    pub(crate) fn new(rule: Arc<RuleInfo>, kind: &str, custody: Custody, role: Role, mask: String) -> Self {
        Self {
            artifact: Artifact {
                id: String::new(),
                rule,
                kind: kind.to_owned(),
                name: None,
                class: Class::Unknown,
                class_rule: "C16",
                level: Level::None,
                rank: 0,
                confidence: Confidence::High,
                custody,
                role,
                replayable: Replayable::Unknown,
                reachability: Reachability::Runtime,
                lifetime: Lifetime::default(),
                lifetime_basis: LifetimeBasis::None,
                lifetime_confidence: LifetimeConfidence::Assumed,
                mask,
                locations: Vec::new(),
                related: Vec::new(),
                destination: None,
                workloads: Vec::new(),
                public_because: None,
                standards: Vec::new(),
                notes: Vec::new(),
                fingerprint: None,
                markers: Vec::new(),
                silenced_by: None,
                suppressed_by: None,
            },
            typed_position: false,
            content: Content::Durable,
            store: None,
            fingerprint: None,
            authority: false,
        }
    }

    /// Whether it is no credential at all, as far as detection says.
    pub(crate) fn is_public(&self) -> bool {
        self.artifact.public_because.is_some() || matches!(self.artifact.role, Role::Identifier | Role::TrustAnchor)
    }

    /// Adds a workload that has it.
    pub(crate) fn belongs_to(&mut self, workload: &str) {
        if let Err(at) = self.artifact.workloads.binary_search_by(|known| known.as_str().cmp(workload)) {
            self.artifact.workloads.insert(at, workload.to_owned());
        }
    }

    /// What a use by name adds to the value that it means.
    pub(crate) fn used_for(&mut self, role: Role, destination: Option<&Destination>) {
        if role == Role::Bootstrap && !self.is_public() {
            self.artifact.role = Role::Bootstrap;
        }
        if self.artifact.destination.is_none() {
            self.artifact.destination = destination.cloned();
        }
    }

    /// Places, in the order of the report.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Location> {
        self.artifact.locations.iter().map(|(location, _)| location)
    }
}
