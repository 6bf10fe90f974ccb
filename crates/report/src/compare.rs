//! What changed from one report to another, and how the totals went over any number of them.
//!
//! One decision a reader would question: without fingerprints, two credentials are taken for one if rule, mask, file and
//! key agree, and the line is not asked. A report must not call everything below an inserted line new.

mod credentials;
mod text;
mod trusts;
mod workloads;

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use unkeyed_model::{Level, Verdict};

use crate::json::v1;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The old report doesn't have it.
    Appeared,
    /// It is graver than before.
    Worse,
    /// An identity, trust, destination or owner is another than before: neither better nor worse by itself.
    Drift,
    /// It is less grave than before.
    Better,
    /// The new report doesn't have it.
    Gone,
}

impl ChangeKind {
    /// All, in order of urgency.
    pub const ALL: &'static [Self] = &[Self::Appeared, Self::Worse, Self::Drift, Self::Better, Self::Gone];

    /// The published spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Worse => "worse",
            Self::Drift => "drift",
            Self::Better => "better",
            Self::Gone => "gone",
        }
    }
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A workload.
    Workload,
    /// A credential.
    Credential,
    /// A trust.
    Trust,
    /// A finding.
    Finding,
}

impl Subject {
    /// The published spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Credential => "credential",
            Self::Trust => "trust",
            Self::Finding => "finding",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What became of it.
    pub change: ChangeKind,
    /// What kind of thing it is.
    pub subject: Subject,
    /// Which one: id of a workload, name and mask of a credential, check and sentence of a finding.
    pub what: String,
    /// Which fact of it changed; null where all of it did.
    pub fact: Option<String>,
    /// How it was; null if it is new.
    pub was: Option<String>,
    /// How it is; null if it is gone.
    pub is: Option<String>,
    /// Where it stands (or stood).
    pub uri: Option<String>,
}

/// The totals of one report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moment {
    /// The instant of the report.
    pub as_of: String,
    /// What it is of.
    pub targets: Vec<String>,
    /// Workloads by verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// The worst of them.
    pub rollup: Option<Verdict>,
    /// Credentials that persist.
    pub lasting: u64,
    /// Findings of level error that no exception covers.
    pub errors: u64,
    /// Whether everything was read.
    pub complete: bool,
}

/// A comparison of the oldest with the newest of several reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Always 1.
    pub schema_version: u32,
    /// All differences, the most urgent first.
    pub changes: Vec<Change>,
    /// The totals of every report, oldest first.
    pub trend: Vec<Moment>,
}

impl Comparison {
    /// Compares the first of `reports` with the last; the others count in the trend. Nothing of nothing is empty.
    #[must_use]
    pub fn new(reports: &[v1::Report]) -> Self {
        let mut changes = Vec::new();
        if let [old, .., new] = reports {
            credentials::compare(old, new, &mut changes);
            workloads::compare(old, new, &mut changes);
            trusts::compare(old, new, &mut changes);
            workloads::findings(old, new, &mut changes);
        }
        changes.sort();
        Self { schema_version: 1, changes, trend: reports.iter().map(moment).collect() }
    }

    /// How many changes are of a kind.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|change| change.change == kind).count()
    }

    /// Whether something that matters appeared or became worse.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.count(ChangeKind::Appeared) + self.count(ChangeKind::Worse) > 0
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        text::write(self, out)
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// Writes it as a page with the trend drawn.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_html(&self, out: &mut dyn io::Write) -> io::Result<()> {
        crate::html::trend(self, out)
    }
}

fn moment(report: &v1::Report) -> Moment {
    let lasting = report.summary.artifacts.iter().filter(|(class, _)| class.is_persistent()).map(|(_, count)| count).sum();
    let errors = report.findings.iter().filter(|finding| finding.level == Level::Error && finding.suppressed_by.is_none()).count();
    Moment {
        as_of: report.run.as_of.clone(),
        targets: report.run.targets.clone(),
        verdicts: report.summary.verdicts.clone(),
        rollup: report.summary.rollup,
        lasting,
        errors: errors as u64,
        complete: report.run.complete,
    }
}
