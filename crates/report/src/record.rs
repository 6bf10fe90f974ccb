//! One target's record: a header and rows, each a line of JSON that stands alone.
//!
//! The decision a reader would question: rows carry the target's name in every path and id, as those of a merged report do.
//! So a merge never rewrites a row, and rows of many records can lie in one table.

use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::json::{root_schema, v1, version_one};
use crate::merge::qualify;

/// A SHA-256.
pub type Sum = [u8; 32];

/// Digits of each digest in the name of a record.
const SHORT: usize = 16;
/// Digits of a finding's id.
const FINDING_ID: usize = 32;

/// One line of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "A line of an unkeyed record, version 1")]
pub struct Line {
    /// The record's name: 16 hex digits each of identity, content and config.
    pub record: String,
    /// The target's name.
    pub target: String,
    /// What it says.
    #[serde(flatten)]
    pub row: Row,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Row {
    /// The first line of each record.
    Header(Box<Header>),
    /// A credential.
    Artifact(Box<v1::Artifact>),
    /// A workload; its findings are named by their ids.
    Workload(Box<v1::Workload<String>>),
    /// Who is trusted with a principal.
    Trust(Box<v1::Trust>),
    /// A statement of a check.
    Finding(Box<Finding>),
    /// A detection rule that an artifact names.
    Rule(v1::Rule),
    /// A check that a finding names.
    Check(v1::Check),
    /// Something that was not read.
    Skipped(v1::Skipped),
    /// A file that was given as evidence.
    Evidence(v1::Evidence),
}

/// A finding with its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The finding.
    #[serde(flatten)]
    pub finding: v1::Finding,
    /// 32 hex digits, from its content.
    pub id: String,
}

/// What a record is of, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// Always 1; an incompatible form would have another number.
    #[schemars(schema_with = "version_one")]
    pub schema_version: u32,
    /// SHA-256 of the target's name, in hex.
    pub identity: String,
    /// Digest of what was read, in hex.
    pub content: String,
    /// Digest of everything that it was judged by, in hex.
    pub config: String,
    /// What became of it.
    pub state: State,
    /// Why it is not complete; null if it is.
    pub reason: Option<String>,
    /// How many lines follow.
    pub rows: Rows,
    /// How it was asked for, and all that the rows don't tell.
    pub source: v1::Source,
}

/// How far a target was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing was read.
    Failed,
    /// Something that should have been read was not.
    Partial,
    /// Everything that should have been read was.
    Complete,
}

impl State {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Partial => "partial",
            Self::Complete => "complete",
        }
    }
}

/// Lines of a record by what they say, the header left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rows {
    /// Credentials.
    pub artifacts: u64,
    /// Workloads.
    pub workloads: u64,
    /// Trusts.
    pub trusts: u64,
    /// Findings.
    pub findings: u64,
    /// Detection rules.
    pub rules: u64,
    /// Checks.
    pub checks: u64,
    /// What was not read.
    pub skipped: u64,
    /// Files of evidence.
    pub evidence: u64,
}

impl Rows {
    /// Counts one more line.
    pub fn count(&mut self, row: &Row) {
        *match row {
            Row::Header(_) => return,
            Row::Artifact(_) => &mut self.artifacts,
            Row::Workload(_) => &mut self.workloads,
            Row::Trust(_) => &mut self.trusts,
            Row::Finding(_) => &mut self.findings,
            Row::Rule(_) => &mut self.rules,
            Row::Check(_) => &mut self.checks,
            Row::Skipped(_) => &mut self.skipped,
            Row::Evidence(_) => &mut self.evidence,
        } += 1;
    }
}

/// What a record is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Of the target's name.
    pub identity: Sum,
    /// Of what is read; none: of the rows, since it can't be known before they are made, or does not decide them.
    pub content: Option<Sum>,
    /// Of everything that it is judged by.
    pub config: Sum,
}

impl Key {
    /// The name of the record, if its content is known.
    #[must_use]
    pub fn record(&self) -> Option<String> {
        self.content.map(|content| name(&hex(&self.identity), &hex(&content), &hex(&self.config)))
    }
}

/// The record of one target.
#[derive(Clone, Debug)]
pub struct Record {
    target: String,
    header: Header,
    rows: Vec<Row>,
}

impl Record {
    /// The record of a target called `target`, of which the run of one target made `report`.
    #[must_use]
    pub fn new(mut report: v1::Report, target: &str, key: Key, state: State, reason: Option<String>) -> Self {
        report.run.targets = vec![target.to_owned()];
        let source = qualify::with(&mut report, target);
        let (_, rows) = rows(report);
        let mut counts = Rows::default();
        rows.iter().for_each(|row| counts.count(row));
        let content = key.content.unwrap_or_else(|| {
            let mut sum = Sha256::new_with_prefix(state.as_str());
            rows.iter().for_each(|row| sum.update(spelled(row)));
            sum.finalize().into()
        });
        let header = Header {
            schema_version: 1,
            identity: hex(&key.identity),
            content: hex(&content),
            config: hex(&key.config),
            state,
            reason,
            rows: counts,
            source,
        };
        Self { target: target.to_owned(), header, rows }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        self.header.record()
    }

    /// Its first line.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Writes it, a line for each row.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn write(self, out: &mut dyn io::Write) -> io::Result<()> {
        let (record, target) = (self.name(), self.target);
        for row in std::iter::once(Row::Header(Box::new(self.header))).chain(self.rows) {
            let line = Line { record: record.clone(), target: target.clone(), row };
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

impl Header {
    /// The name of the record.
    #[must_use]
    pub fn record(&self) -> String {
        name(&self.identity, &self.content, &self.config)
    }

    /// Of the records of one target, the one that counts is the greatest in the order of these bytes: the latest instant, the
    /// most complete, the greater name.
    #[must_use]
    pub fn precedence(&self) -> String {
        format!("{}\0{}\0{}", self.source.run.as_of, self.state as u8, self.record())
    }
}

/// What a report says of the whole of each part, and its rows; those of one run without its name.
pub(crate) fn rows(report: v1::Report) -> (Vec<v1::Source>, Vec<Row>) {
    let ids: Vec<String> = report.findings.iter().map(finding_id).collect();
    let named = |workload: v1::Workload| {
        let own = workload.findings.iter().filter_map(|at| ids.get(usize::try_from(*at).ok()?).cloned()).collect();
        Row::Workload(Box::new(workload.with_findings(own)))
    };
    let mut rows: Vec<Row> = report.artifacts.into_iter().map(|artifact| Row::Artifact(Box::new(artifact))).collect();
    rows.extend(report.workloads.into_iter().map(named));
    rows.extend(report.trusts.into_iter().map(|trust| Row::Trust(Box::new(trust))));
    let findings = ids.iter().cloned().zip(report.findings);
    rows.extend(findings.map(|(id, finding)| Row::Finding(Box::new(Finding { finding, id }))));
    rows.extend(report.rules.into_iter().map(Row::Rule));
    rows.extend(report.checks.into_iter().map(Row::Check));
    rows.extend(report.coverage.skipped.into_iter().map(Row::Skipped));
    rows.extend(report.evidence.into_iter().map(Row::Evidence));
    (report.run.sources, rows)
}

fn finding_id(finding: &v1::Finding) -> String {
    let mut id = hex(&Sha256::digest(spelled(finding)).into());
    id.truncate(FINDING_ID);
    id
}

/// A row as text, for an order that depends on nothing else. These types have nothing that JSON can't hold.
pub(crate) fn spelled(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}

fn name(identity: &str, content: &str, config: &str) -> String {
    [identity, content, config].map(|digest| digest.get(..SHORT).unwrap_or(digest)).join("-")
}

/// A digest in hex.
#[must_use]
pub fn hex(sum: &Sum) -> String {
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The JSON Schema (draft 2020-12) of a line, as published in `docs/record-v1.schema.json`.
#[must_use]
pub fn schema() -> String {
    root_schema::<Line>()
}
