//! Pure judgement: matches, facts, policy and the present instant become artifacts, classes, findings and verdicts.
//!
//! One decision a reader would question: nothing here reads a clock, a file or the bytes of a secret. The same inputs
//! give the same report, byte for byte, on any day.

mod adoption;
mod artifacts;
mod assemble;
mod attribution;
mod bearing;
mod checks;
mod classes;
mod context;
mod decision;
mod destinations;
mod earlier;
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
mod presumed;
mod reachability;
mod sets;
mod severity;
mod silence;
mod standards;
mod store_readers;
mod summary;
mod trust_match;
mod trusts;

#[cfg(test)]
mod testing;

use std::collections::BTreeSet;

use unkeyed_model::{Before, CheckInfo, Earlier, Estate, Known, Policy, Report, RuleInfo, Timestamp};

/// Judges everything that was found and read.
#[must_use]
pub fn judge(estate: Estate, policy: &Policy, now: Timestamp) -> Report {
    judgement::judge(estate, policy, now, &Before::default())
}

/// The same where something was there before: gates leave it out.
#[must_use]
pub fn judge_after(estate: Estate, policy: &Policy, now: Timestamp, before: &Before) -> Report {
    judgement::judge(estate, policy, now, before)
}

/// What a later state is compared by, under a name.
#[must_use]
pub fn earlier(name: String, report: &Report) -> Earlier {
    earlier::of(name, report)
}

/// What a baseline made of the report knows, with so many digits of each digest.
#[must_use]
pub fn baseline_of(report: &Report, digits: usize) -> BTreeSet<Known> {
    silence::baseline_of(report, digits)
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
