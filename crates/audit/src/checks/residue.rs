//! Tokens that were short-lived and were kept.

mod expired;
mod live_token;

use unkeyed_model::Artifact;

use super::check::{Check, Sink, Statement};

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[&live_token::CHECK, &expired::CHECK];

/// Says something of an artifact: to each of its workloads, or alone.
pub(super) fn say(sink: &mut Sink<'_>, artifact: &Artifact, statement: &Statement) {
    if artifact.workloads.is_empty() {
        sink.alone(statement.clone());
    }
    for workload in &artifact.workloads {
        sink.workload(workload, statement.clone());
    }
}
