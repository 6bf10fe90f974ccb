//! OSCAL 1.1 (NIST): assessment results, and a plan of action and milestones.
//!
//! Every document is complete in itself: workloads are components of the document, and the assessment plan that the
//! format wants to be named is a resource that says there was none. One decision a reader would question: a control is
//! `satisfied` only if the evidence for it is there for every workload. Missing evidence gives `not-satisfied` with the
//! reason `other`, as OSCAL has no word between.

mod common;
mod controls;
mod poam;
mod results;

use std::io;

use serde_json::Value;

use crate::document;
use crate::json::v1;
use common::Names;

/// Writes assessment results.
pub(crate) fn results(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    write(report, results::document, out)
}

/// Writes a plan of action and milestones: what is excepted, with its deadline, then what is open.
pub(crate) fn poam(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    write(report, poam::document, out)
}

fn write(report: &v1::Report, document: fn(&Names<'_>) -> Value, out: &mut dyn io::Write) -> io::Result<()> {
    let names = Names::new(report, document::digest(report)?);
    document::write(document(&names), out)
}
