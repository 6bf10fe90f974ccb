//! Totals, the gate, and what the exit code will be.

use std::io;

use unkeyed_model::{Class, Coverage, ReadCounts, Report, Verdict};

use super::page::{Ink, Page, Piece, faint, ink, plain};
use super::{marks, workload};
use crate::listing::Listing;
use crate::{inventory, stamp, words};

/// Reasons of the gate shown unless everything is asked for.
const MOST_REASONS: usize = 5;

/// Digits of a file's digest that are shown.
const SHOWN_DIGITS: usize = 12;

/// Writes the section.
pub(super) fn write(page: &mut Page<'_>, report: &Report, listing: &Listing<'_>, verbose: bool) -> io::Result<()> {
    page.blank()?;
    page.flow(0, 2, &[ink(Ink::Strong, "Summary")])?;
    if !report.workloads.is_empty() {
        workloads(page, report)?;
    }
    artifacts(page, listing)?;
    workload::field(page, "read", &[plain(read(report.coverage.read))])?;
    basis(page, report)?;
    gate(page, report, verbose)?;
    workload::field(page, "exit code", &exit(report.summary.gate_passed, &report.coverage))
}

fn workloads(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let summary = &report.summary;
    let mut label = "workloads";
    for (verdict, count) in &summary.verdicts {
        let (symbol, _, style) = marks::verdict(*verdict);
        let mut pieces = vec![ink(style, format!("{symbol} {count} {}", words::verdict(*verdict)))];
        if *verdict == Verdict::Indeterminate && !summary.leanings.is_empty() {
            let leanings: Vec<String> =
                summary.leanings.iter().map(|(leaning, count)| format!("{count} leaning {}", words::verdict(*leaning))).collect();
            pieces.push(plain(format!(", of which {}", leanings.join(", "))));
        }
        workload::field(page, label, &pieces)?;
        label = "";
    }
    if summary.no_access_observed > 0 {
        let text = format!("– {} without observed access, not counted", summary.no_access_observed);
        workload::field(page, label, &[plain(text)])?;
    }
    let (complete, all) = inventory::completeness(report);
    if all > 0 {
        let text = format!("{complete} of {all} say who they are, where each way in leads and who answers for it");
        workload::field(page, "inventory", &[plain(text)])?;
    }
    let Some(rollup) = summary.rollup else { return Ok(()) };
    let (_, _, style) = marks::verdict(rollup);
    workload::field(page, "roll-up", &[ink(style, words::verdict(rollup)), plain(" (the worst workload decides)")])
}

/// Counts what is listed, so that it adds up with what is seen above.
fn artifacts(page: &mut Page<'_>, listing: &Listing<'_>) -> io::Result<()> {
    let counts: Vec<String> = Class::ALL
        .iter()
        .map(|class| (class, listing.artifacts.iter().filter(|artifact| artifact.class == *class).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| format!("{count} {class}"))
        .collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    workload::field(page, "credentials", &[plain(counts)])?;
    let hidden =
        [(listing.hidden_low_confidence, "of lower confidence (--confidence low)"), (listing.hidden_public, "public (--show-public)")];
    let hidden: Vec<String> = hidden.iter().filter(|(count, _)| *count > 0).map(|(count, which)| format!("{count} {which}")).collect();
    if hidden.is_empty() { Ok(()) } else { workload::field(page, "", &[faint(format!("not listed: {}", hidden.join(", ")))]) }
}

fn read(counts: ReadCounts) -> String {
    let ReadCounts { files, bytes, blobs, layers, remembered } = counts;
    let mut said = vec![format!("{} {}", thousands(files), if files == 1 { "file" } else { "files" }), size(bytes)];
    if blobs > 0 {
        said.push(format!("{} git blobs", thousands(blobs)));
    }
    if remembered > 0 {
        said.push(format!("{} git blobs and image files known from an earlier run", thousands(remembered)));
    }
    if layers > 0 {
        said.push(format!("{} image layers", thousands(layers)));
    }
    said.join(", ")
}

/// Whether the gate is passed, why not, and what would make it pass.
pub(super) fn gate(page: &mut Page<'_>, report: &Report, verbose: bool) -> io::Result<()> {
    let summary = &report.summary;
    let compared = report.run.compared_with.as_ref().map_or_else(String::new, |earlier| format!(", what was added since {earlier}"));
    let profile = plain(format!(" (profile {}{compared})", report.run.profile));
    let outcome = if summary.gate_passed { ink(Ink::Good, "passed") } else { ink(Ink::Error, "failed") };
    workload::field(page, "gate", &[outcome, profile])?;
    let most = if verbose { usize::MAX } else { MOST_REASONS };
    for reason in summary.gate_reasons.iter().take(most) {
        page.labelled(workload::COLUMN, &faint("·"), workload::COLUMN + 2, &[plain(reason.as_str())])?;
    }
    if let Some(more) = summary.gate_reasons.len().checked_sub(most).filter(|more| *more > 0) {
        page.labelled(workload::COLUMN, &faint("·"), workload::COLUMN + 2, &[faint(format!("and {more} more reasons: -v lists them"))])?;
    }
    let mut label = "to pass";
    for remedy in &summary.gate_remedies {
        workload::field(page, label, &[plain(remedy.as_str())])?;
        label = "";
    }
    Ok(())
}

fn exit(passed: bool, coverage: &Coverage) -> Vec<Piece<'static>> {
    let gaps = coverage.skipped.iter().filter(|skip| skip.why.is_gap()).count();
    let incomplete = format!("the scan is incomplete, {} could not be read", words::counted(gaps, "place", "places"));
    match (passed, gaps) {
        (false, 0) => vec![plain("1: the gate failed")],
        (false, _) => vec![plain(format!("1: the gate failed; {incomplete}, too"))],
        (true, 0) => vec![plain("0")],
        (true, _) => vec![plain(format!("0, with --strict or --require 3: {incomplete}"))],
    }
}

/// When, and by which files.
fn basis(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let run = &report.run;
    let policy = match &run.policy {
        None => "built-in policy".to_owned(),
        Some(policy) if run.own_policy.as_ref() == Some(policy) => format!("policy {}, found at the target", file(policy)),
        Some(policy) => format!("policy {}", file(policy)),
    };
    let text = format!("as of {}, {policy}, unkeyed {}", stamp::rfc3339(report.as_of), report.run.version());
    workload::field(page, "judged", &[plain(text)])?;
    if let Some(own) = run.own_policy.as_ref().filter(|own| run.policy.as_ref() != Some(*own)) {
        workload::field(page, "not used", &[plain(format!("policy {}, found at the target", file(own)))])?;
    }
    match &run.baseline {
        Some(baseline) => workload::field(page, "baseline", &[plain(file(baseline))]),
        None => Ok(()),
    }
}

/// A file by its path and the beginning of its digest; JSON has all of it.
fn file((path, digest): &(String, String)) -> String {
    format!("{path} (sha256 {}…)", digest.get(..SHOWN_DIGITS).unwrap_or(digest))
}

/// `1,204`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// `18.2 MB`, in powers of ten.
fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1_204, 1_000_000].map(thousands), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!([0, 999, 1_049, 19_087_411, 3_500_000_000].map(size), ["0 bytes", "999 bytes", "1.0 kB", "19.0 MB", "3.5 GB"]);
    }
}
