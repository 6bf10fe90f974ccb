//! in-toto Statements v1 about what was scanned: a Simple Verification Result, and the readiness of each workload.
//!
//! Unsigned: who signs is the caller's decision (`cosign attest-blob --statement`). One decision a reader would question:
//! without a commit or an image digest nothing is written but an error. A statement that is bound to nothing could be
//! held against anything.

use std::io;

use serde_json::{Value, json};
use unkeyed_model::{Class, LayerState, Verdict};

use crate::document;
use crate::json::v1;

/// in-toto/attestation, `spec/v1/statement.md`.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// in-toto/attestation, `spec/predicates/svr.md`.
const SVR: &str = "https://in-toto.io/attestation/svr/v0.1";
/// Our own predicate; `docs/formats.md` describes it.
const READINESS: &str = "urn:x-unkeyed:secretless-readiness:v1";

/// Writes the properties that hold; those that don't, or can't be told, are not there.
pub(crate) fn svr(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let policy = report.tool.policy_digest.as_ref().map(|digest| json!({ "name": report.run.policy, "digest": digest_set(digest) }));
    let predicate = json!({
        "verifier": { "id": verifier(report), "policy": policy },
        "timeCreated": report.run.as_of,
        "properties": properties(report),
    });
    statement(report, SVR, predicate, out)
}

/// Writes the verdict on each workload, with what it rests on.
pub(crate) fn readiness(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let predicate = json!({
        "verifier": { "id": verifier(report) },
        "asOf": report.run.as_of,
        "command": report.run.command,
        "profile": report.run.profile,
        "rulesDigest": report.tool.rules_digest,
        "policyDigest": report.tool.policy_digest,
        "reportDigest": { "sha256": document::digest(report)? },
        "complete": report.run.complete,
        "gate": report.summary.gate,
        "rollup": report.summary.rollup,
        "verdicts": report.summary.verdicts,
        "artifacts": report.summary.artifacts,
        "noAccessObserved": report.summary.no_access_observed,
        "workloads": report.workloads.iter().map(workload).collect::<Vec<_>>(),
        "coverage": { "read": report.coverage.read, "gaps": report.coverage.skipped.iter().filter(|skipped| skipped.gap).count() },
    });
    statement(report, READINESS, predicate, out)
}

fn statement(report: &v1::Report, predicate_type: &str, predicate: Value, out: &mut dyn io::Write) -> io::Result<()> {
    if report.run.subjects.is_empty() {
        let why = "an attestation needs a git commit or an image named by digest to be bound to, and none was scanned";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let subject: Vec<Value> = report
        .run
        .subjects
        .iter()
        .map(|subject| json!({ "name": subject.name, "digest": { subject.algorithm.as_str(): subject.digest } }))
        .collect();
    let statement = json!({ "_type": STATEMENT, "subject": subject, "predicateType": predicate_type, "predicate": predicate });
    document::write(statement, out)
}

/// A package URL is a URI, and names the version as the predicate recommends.
fn verifier(report: &v1::Report) -> String {
    format!("pkg:cargo/unkeyed@{}", report.tool.version)
}

/// `sha256:…` as a DigestSet.
fn digest_set(digest: &str) -> Value {
    let (algorithm, hex) = digest.split_once(':').unwrap_or(("sha256", digest));
    json!({ algorithm: hex })
}

fn workload(workload: &v1::Workload) -> Value {
    json!({
        "id": workload.id,
        "verdict": workload.verdict,
        "leaning": workload.leaning,
        "reasons": workload.reasons,
        "layers": workload.layers,
        "credentials": workload.artifacts.len() as u64 + workload.hidden_artifacts,
        "findings": workload.findings.len(),
        "noAccessObserved": workload.no_access_observed,
    })
}

/// What holds. An incomplete run verifies nothing.
fn properties(report: &v1::Report) -> Vec<&'static str> {
    if !report.run.complete {
        return Vec::new();
    }
    let none = |classes: &[Class]| classes.iter().all(|class| report.summary.artifacts.get(class).is_none_or(|count| *count == 0));
    let persistent: Vec<Class> = Class::ALL.iter().copied().filter(|class| class.is_persistent()).collect();
    let layer = |of: fn(&v1::Layers) -> LayerState| holds(report, of);
    let rollup = report.summary.rollup;
    [
        ("UNKEYED_SCAN_COMPLETE", true),
        ("UNKEYED_GATE_PASSED", report.summary.gate == v1::Gate::Pass),
        ("UNKEYED_NO_DURABLE_ARTIFACTS", none(&persistent)),
        ("UNKEYED_NO_VAULTED_STATIC_VALUES", none(&[Class::VaultFetchedStatic])),
        ("UNKEYED_NO_RECOVERABLE_TOKENS", none(&[Class::ShortLived])),
        ("UNKEYED_IDENTITY_IS_PRIMARY", layer(|layers| layers.l1)),
        ("UNKEYED_TOKENS_SHORT_LIVED", layer(|layers| layers.l2)),
        ("UNKEYED_TRUST_BINDING_EXACT", layer(|layers| layers.l3a)),
        ("UNKEYED_ROLE_SCOPE_NARROW", layer(|layers| layers.l3b)),
        ("UNKEYED_VERDICT_SECRETLESS", rollup == Some(Verdict::Secretless)),
        ("UNKEYED_VERDICT_TRANSITIONAL", rollup == Some(Verdict::Transitional)),
    ]
    .into_iter()
    .filter_map(|(property, holds)| holds.then_some(property))
    .collect()
}

/// Whether a layer passes for every workload with observed access to which it applies, and for one at least.
fn holds(report: &v1::Report, of: fn(&v1::Layers) -> LayerState) -> bool {
    let judged = report.workloads.iter().filter(|workload| !workload.no_access_observed);
    let mut states = judged.map(|workload| of(&workload.layers)).filter(|state| *state != LayerState::Na).peekable();
    states.peek().is_some() && states.all(|state| state == LayerState::Pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_keep_their_algorithm() {
        assert_eq!(digest_set("sha512:ab"), json!({ "sha512": "ab" }));
        assert_eq!(digest_set("ab"), json!({ "sha256": "ab" }));
    }
}
