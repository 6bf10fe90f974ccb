//! A detection rule as the engine uses it: checked, and with its names resolved.

use std::sync::Arc;

use unkeyed_model::{Confidence, Custody, Replayable, Role, RuleInfo, VendorDefault};

use crate::structure::Inspector;

/// The text of one `rules/<provider>.toml`, embedded or read by the caller.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// File name, for messages; its stem must equal the file's `provider`.
    pub name: String,
    /// TOML text.
    pub text: String,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// What reports show.
    pub(crate) info: Arc<RuleInfo>,
    /// Artifact kind unless an inspector refines it: the id.
    pub(crate) kind: Arc<str>,
    /// The pattern as written.
    pub(crate) pattern: String,
    /// How sure a match is, before refinement.
    pub(crate) confidence: Confidence,
    /// What the credential is for.
    pub(crate) role: Role,
    /// Whether a copy works elsewhere.
    pub(crate) replayable: Replayable,
    /// Where the value lives.
    pub(crate) custody: Custody,
    /// A generic credential-typed position (class C15).
    pub(crate) typed_position: bool,
    /// Least Shannon entropy of the secret, bits per byte.
    pub(crate) min_entropy: f64,
    /// Structure inspector.
    pub(crate) inspect: Option<Inspector>,
    /// What the vendor says of the lifetime.
    pub(crate) lifetime: VendorDefault,
    /// Exact values that are documented examples.
    pub(crate) public: Vec<String>,
}

#[cfg(test)]
impl Rule {
    /// A rule with nothing but an id, for tests of inspectors and pairing.
    pub(crate) fn named(id: &str) -> Arc<Self> {
        Arc::new(Self {
            info: Arc::new(RuleInfo { id: id.into(), ..RuleInfo::default() }),
            kind: id.into(),
            pattern: String::new(),
            confidence: Confidence::Medium,
            role: Role::Access,
            replayable: Replayable::Bearer,
            custody: Custody::Embedded,
            typed_position: false,
            min_entropy: 0.0,
            inspect: None,
            lifetime: VendorDefault::Unstated,
            public: Vec::new(),
        })
    }
}
