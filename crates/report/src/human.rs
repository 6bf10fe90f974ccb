//! The report for people: a block per workload, worst first, then what belongs to none, what was not read, and the sum.
//!
//! One decision a reader would question: the summary comes last, not first. On a terminal the end is what one sees, and a
//! scan ends with its answer.

mod alike;
mod coverage;
mod credentials;
mod evidence;
mod findings;
mod gather;
mod identity;
mod links;
mod marks;
mod page;
pub(crate) mod places;
mod snippet;
mod summary;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use unkeyed_model::{Artifact, Finding, Report, WorkloadReport};

use crate::Options;
use crate::listing::Listing;
use alike::Group;
use credentials::Credentials;
use page::{Ink, Page, faint, ink, plain};

/// Writes the report as text.
pub(crate) fn write(report: &Report, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let listing = Listing::new(report, options);
    let mut page = Page::new(out, options);
    let mut credentials = Credentials::new(report.as_of, options.verbose);
    heading(&mut page, report)?;
    if report.run.command == "audit" || !report.workloads.is_empty() {
        workloads(&mut page, report, &listing, options, &mut credentials)?;
    }
    loose_credentials(&mut page, report, &listing, &mut credentials)?;
    loose_findings(&mut page, report, options)?;
    evidence::write(&mut page, report)?;
    coverage::write(&mut page, &report.coverage, options.verbose)?;
    summary::write(&mut page, report, &listing, options.verbose)
}

/// Writes only what the gate says.
pub(crate) fn write_gate(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    summary::gate(&mut Page::new(out, options), report, options.verbose)
}

/// What was looked at, and how much there is to read.
fn heading(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let targets = report.run.targets.join(", ");
    let found = match report.run.command.as_str() {
        "audit" => format!(": {}, worst first", crate::words::counted(report.workloads.len(), "workload", "workloads")),
        _ => String::new(),
    };
    page.flow(0, 2, &[ink(Ink::Strong, format!("unkeyed {} ", report.run.command)), ink(Ink::Strong, targets), plain(found)])
}

fn workloads(
    page: &mut Page<'_>,
    report: &Report,
    listing: &Listing<'_>,
    options: &Options,
    credentials: &mut Credentials,
) -> io::Result<()> {
    if report.workloads.is_empty() {
        page.blank()?;
        return page.flow(0, 0, &[plain("No workload was recognised in these inputs.")]);
    }
    page.flow(0, 0, &[faint(marks::LEGEND)])?;
    let by_id: BTreeMap<&str, &Artifact> = listing.artifacts.iter().map(|artifact| (artifact.id.as_str(), *artifact)).collect();
    let (quiet, mut judged): (Vec<_>, Vec<_>) =
        report.workloads.iter().partition(|workload| workload.no_access_observed && workload.findings.is_empty());
    judged.sort_by_key(|workload| (workload.verdict, workload.leaning));
    for group in alike::grouped(judged, page, options.verbose)? {
        page.blank()?;
        block(page, &group, report, &by_id, options, credentials)?;
    }
    without_access(page, &quiet, options)
}

fn block(
    page: &mut Page<'_>,
    group: &Group<'_>,
    report: &Report,
    by_id: &BTreeMap<&str, &Artifact>,
    options: &Options,
    credentials: &mut Credentials,
) -> io::Result<()> {
    let [workload] = group.members.as_slice() else {
        alike::head(page, group, options.verbose)?;
        return page.paste(&group.evidence);
    };
    workload::head(page, workload)?;
    page.paste(&group.evidence)?;
    let listed: Vec<&Artifact> = workload.artifacts.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
    credentials.write(page, &listed, workload.locations.first())?;
    let hidden = workload.artifacts.len() - listed.len();
    if hidden > 0 {
        let which = crate::words::counted(hidden, "credential", "credentials");
        page.blank()?;
        page.flow(2, 4, &[faint(format!("not listed: {which} of lower confidence (--confidence low)"))])?;
    }
    let said: Vec<&Finding> = workload.findings.iter().filter_map(|index| report.findings.get(*index)).collect();
    findings::write(page, &said, options.verbose)
}

fn without_access(page: &mut Page<'_>, quiet: &[&WorkloadReport], options: &Options) -> io::Result<()> {
    let Some(first) = quiet.first() else { return Ok(()) };
    page.blank()?;
    let mut title = marks::title(first);
    title.push(plain(format!(
        "  {} that authenticate to nothing, as far as these inputs show",
        crate::words::counted(quiet.len(), "workload", "workloads")
    )));
    page.flow(0, 2, &title)?;
    alike::names(page, quiet, options.verbose)
}

/// Credentials that belong to no workload; in a scan, all of them.
fn loose_credentials(page: &mut Page<'_>, report: &Report, listing: &Listing<'_>, credentials: &mut Credentials) -> io::Result<()> {
    let audit = report.run.command == "audit" || !report.workloads.is_empty();
    let loose: Vec<&Artifact> = listing.artifacts.iter().copied().filter(|artifact| !audit || artifact.workloads.is_empty()).collect();
    if loose.is_empty() {
        if audit {
            return Ok(());
        }
        page.blank()?;
        return page.flow(0, 0, &[plain("No credential was found in what was read.")]);
    }
    if audit {
        page.blank()?;
        page.flow(0, 2, &[ink(Ink::Strong, "Credentials that belong to no workload")])?;
    }
    credentials.write(page, &loose, None)
}

/// Findings that no block has shown.
fn loose_findings(page: &mut Page<'_>, report: &Report, options: &Options) -> io::Result<()> {
    let shown: BTreeSet<usize> = report.workloads.iter().flat_map(|workload| workload.findings.iter().copied()).collect();
    let loose: Vec<&Finding> =
        report.findings.iter().enumerate().filter(|(index, _)| !shown.contains(index)).map(|(_, finding)| finding).collect();
    let loose: Vec<&Finding> = loose.into_iter().filter(|finding| findings::is_shown(finding, options.verbose)).collect();
    if loose.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.flow(0, 2, &[ink(Ink::Strong, "Findings that belong to no workload")])?;
    findings::write(page, &loose, options.verbose)
}
