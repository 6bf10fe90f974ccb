//! A line for each place of each credential and finding, in the form of a compiler's: `path:line:column: level: message [rule]`.
//!
//! For editors, which jump to such lines, and for `grep`. One decision a reader would question: what is whole-file stands at
//! line 1, column 1, because readers of the form know no line without a number.

use std::collections::BTreeSet;
use std::io;

use unkeyed_model::{Artifact, Finding, Level, Location, Report};

use crate::index::short;
use crate::listing::Listing;
use crate::{Options, place, printable, words};

/// Writes what counts: levels error, warning and note, without what a valid exception covers.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let listing = Listing::new(report, options);
    let credentials = listing.artifacts.into_iter().filter(|artifact| counts(artifact.level, artifact.suppressed_by.is_some()));
    let findings = report.findings.iter().filter(|finding| counts(finding.level, finding.suppressed_by.is_some()));
    let lines: BTreeSet<Line> = credentials.flat_map(of_credential).chain(findings.filter_map(of_finding)).collect();
    for Line { path, line, column, level, message, rule, elsewhere } in &lines {
        let text = format!("{path}:{line}:{column}: {level}: {message}{elsewhere} [{rule}]");
        writeln!(out, "{}", printable(&text))?;
    }
    Ok(())
}

/// Fields in the order in which lines are sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    path: String,
    line: u32,
    column: u32,
    level: Level,
    message: String,
    rule: String,
    elsewhere: String,
}

const fn counts(level: Level, is_excepted: bool) -> bool {
    !matches!(level, Level::None) && !is_excepted
}

fn of_credential(artifact: &Artifact) -> impl Iterator<Item = Line> {
    let message = format!("{} credential: {}", artifact.class, words::what(artifact));
    artifact.locations.iter().map(move |(at, _)| line(at, artifact.level, message.clone(), &artifact.rule.id))
}

fn of_finding(finding: &Finding) -> Option<Line> {
    Some(line(finding.locations.first()?, finding.level, finding.message.clone(), finding.check))
}

fn line(at: &Location, level: Level, message: String, rule: &str) -> Line {
    let origin = &at.origin;
    let path = if origin.path.is_empty() { place::STREAM } else { &origin.path };
    let layer = origin.layer.as_deref().map(|layer| format!(" (layer {})", short(layer.strip_prefix("sha256:").unwrap_or(layer))));
    let commit = origin.commit.as_deref().map(|commit| format!(" (commit {})", short(commit)));
    Line {
        path: path.to_owned(),
        line: at.region.line.max(1),
        column: at.region.column.max(1),
        level,
        message,
        rule: rule.to_owned(),
        elsewhere: commit.into_iter().chain(layer).collect(),
    }
}
