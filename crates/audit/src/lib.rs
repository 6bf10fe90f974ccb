//! Pure judgement: matches, facts, policy and the present instant become artifacts, classes, findings and verdicts.
//!
//! One decision a reader would question: nothing here reads a clock, a file or the bytes of a secret. The same inputs
//! give the same report, byte for byte, on any day.

mod checks;
mod context;
mod trust_match;

use unkeyed_model::{CheckInfo, Estate, Policy, Report, Timestamp};

/// Judges everything that was found and read.
#[must_use]
pub fn judge(estate: Estate, policy: &Policy, now: Timestamp) -> Report {
    let context = context::Context { estate: &estate, policy, now, workloads: Vec::new(), artifacts: Vec::new() };
    let findings = checks::run(&context);
    Report {
        run: estate.run.clone(),
        as_of: now,
        summary: unkeyed_model::Summary::default(),
        artifacts: context.artifacts,
        workloads: Vec::new(),
        findings,
        checks: Vec::new(),
        coverage: estate.coverage.clone(),
    }
}

/// Every check there is, sorted by id.
#[must_use]
pub fn checks() -> Vec<CheckInfo> {
    checks::infos()
}
