//! Makes one report of many.
//!
//! The order and grouping of the parts do not matter, and a part that is given twice counts once: reports from a hundred
//! pipelines may be merged as they arrive, and merged reports merged again. One decision a reader would question: each
//! report has a name, with which its paths and ids then begin. Two repositories may both hold `deploy.yml`, and most of
//! them are scanned as `.`, so that nothing in the reports themselves tells them apart.
//!
//! Rows go to shelves, which give them back sorted; where a shelf keeps them is not known here. So the rows of an estate
//! never need be in memory.

mod credential;
mod keys;
pub(crate) mod qualify;
pub mod shelf;
mod totals;
mod written;

use std::io;

use crate::json::v1;
use crate::record::{Row, rows, spelled};
use shelf::{Heap, Shelf, Sorted};
pub use written::Folded;

/// Why parts can't be merged.
#[derive(Debug, thiserror::Error)]
pub enum Unmergeable {
    /// Two parts contradict each other.
    #[error("two different reports are called `{0}`; name them apart with NAME=FILE")]
    Conflict(String),
    /// A shelf fails.
    #[error("the rows can't be sorted: {0}")]
    Shelf(#[from] io::Error),
    /// What was merged can't be read again.
    #[error("the merged report can't be read: {0}")]
    Form(#[from] serde_json::Error),
}

/// One report of all `parts`, each with its name; a part that is merged itself keeps the names of its own.
///
/// # Errors
/// If two different reports have one name.
pub fn merge(parts: impl IntoIterator<Item = (String, v1::Report)>) -> Result<v1::Report, Unmergeable> {
    let mut fold = Fold::new(&|| Ok(Box::<Heap>::default()))?;
    for (name, report) in parts {
        fold.report(&name, report)?;
    }
    let mut json = Vec::new();
    fold.finish()?.write(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

/// How shelves are made.
pub type MakeShelf<'m> = &'m dyn Fn() -> io::Result<Box<dyn Shelf>>;

/// Takes parts in any order.
pub struct Fold<'m> {
    make: MakeShelf<'m>,
    shelves: Shelves<Box<dyn Shelf>>,
    /// By the id of a finding, the workloads that have it.
    held: Box<dyn Shelf>,
}

/// One place for each kind of row.
struct Shelves<S> {
    sources: S,
    artifacts: S,
    workloads: S,
    trusts: S,
    findings: S,
    rules: S,
    checks: S,
    skipped: S,
    evidence: S,
}

impl std::fmt::Debug for Fold<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fold(..)")
    }
}

impl<'m> Fold<'m> {
    /// Nothing yet.
    ///
    /// # Errors
    /// If no shelf can be made.
    pub fn new(make: MakeShelf<'m>) -> io::Result<Self> {
        let shelves = Shelves {
            sources: make()?,
            artifacts: make()?,
            workloads: make()?,
            trusts: make()?,
            findings: make()?,
            rules: make()?,
            checks: make()?,
            skipped: make()?,
            evidence: make()?,
        };
        Ok(Self { make, shelves, held: make()? })
    }

    /// Adds a report; `name` is that of a run that has no sources of its own.
    ///
    /// # Errors
    /// If a shelf fails.
    pub fn report(&mut self, name: &str, mut report: v1::Report) -> io::Result<()> {
        if report.run.sources.is_empty() {
            report.run.sources = vec![qualify::with(&mut report, name)];
        }
        let (sources, rows) = rows(report);
        sources.iter().try_for_each(|source| self.source(source))?;
        rows.into_iter().try_for_each(|row| self.row(row))
    }

    /// Adds a row of a record.
    ///
    /// # Errors
    /// If a shelf fails.
    pub fn row(&mut self, row: Row) -> io::Result<()> {
        let to = &mut self.shelves;
        match row {
            Row::Header(header) => self.source(&header.source),
            Row::Artifact(artifact) => put(&mut to.artifacts, artifact.id.as_bytes(), &*artifact),
            Row::Workload(mut workload) => {
                for finding in std::mem::take(&mut workload.findings) {
                    self.held.put(finding.as_bytes(), workload.id.as_bytes())?;
                }
                put(&mut to.workloads, workload.id.as_bytes(), &*workload)
            }
            Row::Trust(trust) => put(&mut to.trusts, trust.id.as_bytes(), &*trust),
            Row::Finding(finding) => put(&mut to.findings, &keys::finding(&finding), &*finding),
            Row::Rule(rule) => put(&mut to.rules, rule.id.as_bytes(), &rule),
            Row::Check(check) => put(&mut to.checks, check.id.as_bytes(), &check),
            Row::Skipped(skipped) => put(&mut to.skipped, &keys::skipped(&skipped), &skipped),
            Row::Evidence(evidence) => put(&mut to.evidence, evidence.uri.as_bytes(), &evidence),
        }
    }

    fn source(&mut self, source: &v1::Source) -> io::Result<()> {
        put(&mut self.shelves.sources, source.name.as_bytes(), source)
    }

    /// What all of it comes to.
    ///
    /// # Errors
    /// If two different reports have one name, or a shelf fails.
    pub fn finish(self) -> Result<Folded, Unmergeable> {
        let Shelves { sources, artifacts, workloads, trusts, findings, rules, checks, skipped, evidence } = self.shelves;
        let rows = Shelves {
            sources: sources.sorted()?,
            artifacts: artifacts.sorted()?,
            workloads: workloads.sorted()?,
            trusts: trusts.sorted()?,
            findings: findings.sorted()?,
            rules: rules.sorted()?,
            checks: checks.sorted()?,
            skipped: skipped.sorted()?,
            evidence: evidence.sorted()?,
        };
        Folded::new(self.make, rows, &*self.held.sorted()?)
    }
}

fn put(shelf: &mut Box<dyn Shelf>, key: &[u8], row: &impl serde::Serialize) -> io::Result<()> {
    shelf.put(key, spelled(row).as_bytes())
}

/// Rows as a shelf gives them back.
type SortedRows = Box<dyn Sorted>;
