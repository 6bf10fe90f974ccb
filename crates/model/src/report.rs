//! The result of a run, ready to be written in any format.

use crate::{Artifact, Assurance, CheckInfo, Class, Coverage, Evidence, Finding, RunInfo, Timestamp, TrustReport, Verdict, WorkloadReport};

/// Totals.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Artifacts by class, worst first, zero counts left out.
    pub artifacts: Vec<(Class, usize)>,
    /// Workloads by verdict, worst first; those without observed access are counted in `no_access_observed` instead.
    pub verdicts: Vec<(Verdict, usize)>,
    /// Indeterminate workloads by leaning.
    pub leanings: Vec<(Verdict, usize)>,
    /// Workloads that authenticate to nothing that can be seen.
    pub no_access_observed: usize,
    /// Worst verdict; `None` without workloads.
    pub rollup: Option<Verdict>,
    /// Whether the gate of the profile is passed.
    pub gate_passed: bool,
    /// Why not, a sentence each.
    pub gate_reasons: Vec<String>,
    /// What would make it pass, a sentence each.
    pub gate_remedies: Vec<String>,
}

/// Everything a run has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// How the run was asked for.
    pub run: RunInfo,
    /// The instant against which all lifetimes are judged.
    pub as_of: Timestamp,
    /// Totals.
    pub summary: Summary,
    /// Artifacts, sorted by first location; `public` ones included, writers leave them out unless asked.
    pub artifacts: Vec<Artifact>,
    /// Workloads, sorted by id.
    pub workloads: Vec<WorkloadReport>,
    /// Who is trusted with which principal, sorted by id.
    pub trusts: Vec<TrustReport>,
    /// Findings, sorted by check, workload, location.
    pub findings: Vec<Finding>,
    /// The checks that the findings name, sorted by id.
    pub checks: Vec<CheckInfo>,
    /// Coverage.
    pub coverage: Coverage,
    /// Files that were given as evidence, sorted.
    pub evidence: Vec<Evidence>,
}

impl Report {
    /// The most that anything here rests on.
    #[must_use]
    pub fn assurance(&self) -> Assurance {
        self.evidence.iter().map(|evidence| evidence.assurance).max().unwrap_or_default()
    }
}
