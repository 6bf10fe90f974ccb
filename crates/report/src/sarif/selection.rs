//! Which results are written: within GitHub's limit the worst ones, in the report's order.

use std::cmp::Reverse;

use unkeyed_model::{Artifact, Finding, Level, Report, Verdict, WorkloadReport};

use crate::Options;
use crate::listing::Listing;

/// GitHub refuses a run with more results (docs.github.com, "SARIF support for code scanning").
pub(super) const MOST_RESULTS: usize = 25_000;
/// GitHub shows so many of them, the most severe ones.
pub(super) const MOST_SHOWN: usize = 5_000;

/// Something that becomes a result.
pub(super) enum Candidate<'r> {
    /// A credential.
    Artifact(&'r Artifact),
    /// What a check found.
    Finding(&'r Finding),
    /// A workload's verdict, with the workload's position in the report.
    Verdict(usize, &'r WorkloadReport),
}

impl Candidate<'_> {
    /// Level and rank, for results only: the SARIF level of a verdict is [`verdict_level`].
    fn severity(&self) -> (Level, u8) {
        match self {
            Self::Artifact(artifact) => (artifact.level, artifact.rank),
            Self::Finding(finding) => (finding.level, rank(finding.level)),
            Self::Verdict(_, workload) => (verdict_level(workload.verdict), rank(verdict_level(workload.verdict))),
        }
    }
}

/// What is written, and how much is not.
pub(super) struct Selection<'r> {
    pub(super) chosen: Vec<Candidate<'r>>,
    /// Left out because of the limit.
    pub(super) dropped: usize,
    pub(super) hidden_low_confidence: usize,
    pub(super) hidden_public: usize,
}

impl<'r> Selection<'r> {
    pub(super) fn new(report: &'r Report, options: &Options, most: usize) -> Self {
        let listing = Listing::new(report, options);
        let mut candidates: Vec<Candidate<'r>> = Vec::new();
        let wanted = |artifact: &&Artifact| artifact.level > Level::None || options.show_public;
        candidates.extend(listing.artifacts.iter().copied().filter(wanted).map(Candidate::Artifact));
        candidates.extend(report.findings.iter().map(Candidate::Finding));
        candidates.extend(report.workloads.iter().enumerate().map(|(index, workload)| Candidate::Verdict(index, workload)));
        let dropped = candidates.len().saturating_sub(most);
        Self {
            chosen: worst(candidates, most),
            dropped,
            hidden_low_confidence: listing.hidden_low_confidence,
            hidden_public: listing.hidden_public,
        }
    }
}

/// The `most` worst, in the order they came in.
fn worst(candidates: Vec<Candidate<'_>>, most: usize) -> Vec<Candidate<'_>> {
    if candidates.len() <= most {
        return candidates;
    }
    let mut numbered: Vec<_> = candidates.into_iter().enumerate().collect();
    numbered.sort_by_key(|(position, candidate)| (Reverse(candidate.severity()), *position));
    numbered.truncate(most);
    numbered.sort_by_key(|(position, _)| *position);
    numbered.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The level of a verdict as a result; those that are no failure have none.
pub(super) const fn verdict_level(verdict: Verdict) -> Level {
    match verdict {
        Verdict::NotSecretless => Level::Error,
        Verdict::Partial | Verdict::Vaulted => Level::Warning,
        Verdict::Indeterminate | Verdict::Transitional | Verdict::Secretless => Level::None,
    }
}

/// The rank of a finding, which has only a level: the middle of what artifacts of that level have.
pub(super) const fn rank(level: Level) -> u8 {
    match level {
        Level::Error => 75,
        Level::Warning => 45,
        Level::Note => 15,
        Level::None => 0,
    }
}
