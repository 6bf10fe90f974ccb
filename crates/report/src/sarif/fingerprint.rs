//! Fingerprints that find the same result again after lines have moved.
//!
//! They are made of what a result says (rule, path, structural path, mask), never of where its lines are, and equal ones
//! are numbered in order. Nothing secret goes in: a mask is already what anybody may read.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Gives fingerprints and remembers how often each was given.
#[derive(Default)]
pub(super) struct Fingerprints {
    given: BTreeMap<String, u32>,
}

impl Fingerprints {
    /// The `partialFingerprints` of a result that is known by `parts`.
    pub(super) fn of(&mut self, parts: &[&str]) -> BTreeMap<String, String> {
        let identity = digest(parts);
        let ordinal = self.given.entry(identity.clone()).or_default();
        *ordinal += 1;
        BTreeMap::from([
            // GitHub matches alerts by this key alone, in the form hash:ordinal.
            ("primaryLocationLineHash".to_owned(), format!("{}:{ordinal}", &identity[..16])),
            ("unkeyedFingerprint/v1".to_owned(), digest(&[&identity, &ordinal.to_string()])),
        ])
    }
}

/// 128 bits in hex; the parts are separated, so that no two lists of parts run together.
fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_results_are_numbered_and_parts_do_not_run_together() {
        let mut fingerprints = Fingerprints::default();
        let first = fingerprints.of(&["ab", "c"]);
        let second = fingerprints.of(&["ab", "c"]);
        let other = fingerprints.of(&["a", "bc"]);
        assert_eq!(first["primaryLocationLineHash"].split_once(':').unwrap().1, "1");
        assert_eq!(second["primaryLocationLineHash"].split_once(':').unwrap().1, "2");
        assert_ne!(first["unkeyedFingerprint/v1"], second["unkeyedFingerprint/v1"]);
        assert_ne!(first["unkeyedFingerprint/v1"], other["unkeyedFingerprint/v1"]);
        assert_eq!(first, Fingerprints::default().of(&["ab", "c"]));
    }
}
