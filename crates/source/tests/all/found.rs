//! A match, for the tests of what sources fill in afterwards.

use std::sync::Arc;

use unkeyed_model::{Confidence, Custody, Fingerprint, Lifetime, Location, Match, Origin, Replayable, Role, RuleInfo};

/// A match with this origin, and nothing else to tell.
pub(crate) fn found(origin: Arc<Origin>) -> Match {
    Match {
        rule: Arc::new(RuleInfo::default()),
        kind: "test".into(),
        location: Location { origin, ..Location::default() },
        related: Vec::new(),
        confidence: Confidence::High,
        verified_structure: true,
        role: Role::Access,
        custody: Custody::Embedded,
        replayable: Replayable::Bearer,
        lifetime: Lifetime::default(),
        typed_position: false,
        fingerprint: Fingerprint::default(),
        mask: String::new(),
        public_because: None,
        pair: None,
        destination: None,
        notes: Vec::new(),
        snippet: None,
        marker: None,
    }
}
