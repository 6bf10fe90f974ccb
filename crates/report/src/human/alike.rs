//! Workloads that say the same: one block for all, with their names by file.

use std::collections::BTreeMap;
use std::io;

use unkeyed_model::WorkloadReport;

use super::gather::gathered;
use super::page::{Ink, Page, faint, ink, plain};
use super::{marks, workload};

/// Names listed for one file, and files listed, unless everything is asked for.
const MOST_NAMES: usize = 12;
const MOST_FILES: usize = 12;

/// Workloads that share one block; a single one has its own.
pub(super) struct Group<'r> {
    pub(super) members: Vec<&'r WorkloadReport>,
    /// The block below the title, ready to be written.
    pub(super) evidence: Vec<u8>,
}

/// Groups `workloads` in their order. Only those without credentials and findings share a block, if it reads the same.
pub(super) fn grouped<'r>(workloads: Vec<&'r WorkloadReport>, page: &Page<'_>, verbose: bool) -> io::Result<Vec<Group<'r>>> {
    let mut written: Vec<(&WorkloadReport, Vec<u8>)> = Vec::with_capacity(workloads.len());
    for workload in workloads {
        let mut evidence = Vec::new();
        workload::evidence(&mut Page::new(&mut evidence, page.options()), workload, verbose)?;
        written.push((workload, evidence));
    }
    let groups = gathered(&written, |(workload, evidence)| {
        let own = !workload.artifacts.is_empty() || !workload.findings.is_empty();
        (own.then_some(&workload.id), workload.verdict, workload.leaning, evidence)
    });
    let members = |group: Vec<&(&'r WorkloadReport, Vec<u8>)>| group.iter().map(|(workload, _)| *workload).collect();
    Ok(groups
        .into_iter()
        .filter_map(|group| {
            let evidence = group.first()?.1.clone();
            Some(Group { members: members(group), evidence })
        })
        .collect())
}

/// The title of a group of several, and the names of its members by file.
pub(super) fn head(page: &mut Page<'_>, group: &Group<'_>, verbose: bool) -> io::Result<()> {
    let Some(first) = group.members.first() else { return Ok(()) };
    let mut title = marks::title(first);
    title.push(ink(Ink::Strong, format!("  {} workloads with the same evidence", group.members.len())));
    page.flow(0, 2, &title)?;
    names(page, &group.members, verbose)
}

/// The names of workloads, a paragraph for each file.
pub(super) fn names(page: &mut Page<'_>, workloads: &[&WorkloadReport], verbose: bool) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for workload in workloads {
        let (file, name) = workload.id.split_once('#').unwrap_or((&workload.id, ""));
        files.entry(file).or_default().push(name);
    }
    let (most_files, most_names) = if verbose { (usize::MAX, usize::MAX) } else { (MOST_FILES, MOST_NAMES) };
    for (file, names) in files.iter().take(most_files) {
        let mut shown = names.iter().take(most_names).copied().collect::<Vec<_>>().join(", ");
        if let Some(more) = names.len().checked_sub(most_names).filter(|more| *more > 0) {
            shown += &format!(" and {more} more");
        }
        let colon = if shown.is_empty() { "" } else { ": " };
        page.flow(2, 6, &[plain(*file), faint(colon), plain(shown)])?;
    }
    match files.len().checked_sub(most_files) {
        None | Some(0) => Ok(()),
        Some(more) => page.flow(2, 6, &[faint(format!("and {more} more places: -v or --format json lists them"))]),
    }
}
