//! Pure judgement: matches, facts, policy and the present instant become artifacts, classes, findings and verdicts.
//!
//! One decision a reader would question: nothing here reads a clock, a file or the bytes of a secret. The same inputs
//! give the same report, byte for byte, on any day.

mod adoption;
mod artifacts;
mod assemble;
mod attribution;
mod checks;
mod classes;
mod context;
mod decision;
mod destinations;
mod evidence;
mod exceptions;
mod extents;
mod gate;
mod globs;
mod guidance;
mod judgement;
mod keys;
mod layers;
mod lexicon;
mod linking;
mod missing;
mod outside;
mod owners;
mod reachability;
mod sets;
mod severity;
mod standards;
mod store_readers;
mod summary;
mod trust_match;

#[cfg(test)]
mod testing;

use unkeyed_model::{CheckInfo, Estate, Policy, Report, RuleInfo, Timestamp};

/// Judges everything that was found and read.
#[must_use]
pub fn judge(estate: Estate, policy: &Policy, now: Timestamp) -> Report {
    judgement::judge(estate, policy, now)
}

/// What reports say of a credential that no detection rule found: of a use by name (`ref.gha-secret`) or of a declaration
/// (`declared.aws.access-key`).
#[must_use]
pub fn guidance(id: &str) -> Option<RuleInfo> {
    guidance::page(id)
}

/// Every check there is, sorted by id.
#[must_use]
pub fn checks() -> Vec<CheckInfo> {
    let mut all = checks::infos();
    all.extend(exceptions::infos());
    all.sort_by_key(|info| info.id);
    all
}
