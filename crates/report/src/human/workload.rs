//! One block per workload: the verdict, why, the evidence, the credentials and findings that decide it.

use std::io;

use unkeyed_model::{Assurance, IdentityPath, Missing, WorkloadReport};

use super::gather::gathered;
use super::page::{Ink, Page, Piece, faint, ink, plain};
use super::{identity, links, marks, places};
use crate::words;

/// Column at which what a label stands for starts.
pub(super) const COLUMN: usize = 14;
/// Identity paths shown in one block unless everything is asked for.
const MOST_PATHS: usize = 4;

/// The line with the verdict, and the line that says what and where the workload is.
pub(super) fn head(page: &mut Page<'_>, workload: &WorkloadReport) -> io::Result<()> {
    let mut title = marks::title(workload);
    title.extend([plain("  "), ink(Ink::Strong, workload.id.as_str())]);
    page.flow(0, 2, &title)?;
    let place = workload.locations.first().map(|location| places::piece(location).in_ink(Ink::Faint));
    let mut about: Vec<String> = Vec::new();
    if !workload.id.ends_with(&workload.name) {
        about.push(format!("“{}”", workload.name));
    }
    about.extend(workload.environment.as_ref().map(|environment| format!("environment {environment}")));
    about.extend((workload.assurance != Assurance::Static).then(|| format!("assurance {}", workload.assurance)));
    about.extend(workload.owner.as_ref().map(|owner| format!("owner {owner}")));
    let gap = if place.is_some() && !about.is_empty() { " · " } else { "" };
    let said: Vec<Piece<'_>> = place.into_iter().chain([faint(format!("{gap}{}", about.join(" · ")))]).collect();
    page.flow(2, 2, &said)
}

/// Everything that several workloads may have in common: reasons, layers, identities, and what is missing.
pub(super) fn evidence(page: &mut Page<'_>, workload: &WorkloadReport, verbose: bool) -> io::Result<()> {
    page.blank()?;
    let mut label = "why";
    for reason in &workload.reasons {
        field(page, label, &[plain(words::reason(*reason, workload.kind)), faint(format!(" ({reason})"))])?;
        label = "";
    }
    if let Some(leaning) = workload.leaning {
        field(page, "leaning", &[plain(format!("{}, as far as these inputs show", words::verdict(leaning)))])?;
    }
    field(page, "layers", &marks::layers(&workload.layers))?;
    if !workload.destinations.is_empty() {
        let mut reached: Vec<String> = workload.destinations.iter().map(ToString::to_string).collect();
        reached.dedup();
        field(page, "reaches", &[plain(reached.join(", "))])?;
    }
    identities(page, &workload.identity_paths, verbose)?;
    links::write(page, workload, verbose)?;
    missing(page, &workload.missing)
}

/// What is missing; pieces that one thing supplies stand together.
fn missing(page: &mut Page<'_>, missing: &[Missing]) -> io::Result<()> {
    let mut label = "missing";
    for group in gathered(missing, |missing| &missing.supply) {
        for missing in &group {
            field(page, label, &[plain(missing.what.as_str())])?;
            label = "";
        }
        if let Some(Missing { supply, .. }) = group.first() {
            page.labelled(COLUMN, &faint("→"), COLUMN + 2, &[plain(supply.as_str())])?;
        }
    }
    Ok(())
}

fn identities(page: &mut Page<'_>, paths: &[IdentityPath], verbose: bool) -> io::Result<()> {
    let most = if verbose { usize::MAX } else { MOST_PATHS };
    let groups = identity::alike(paths);
    let mut label = "identity";
    for group in groups.iter().take(most) {
        field(page, label, &[ink(Ink::Strong, group.headline())])?;
        group.write(page, COLUMN)?;
        label = "";
    }
    match groups.len().checked_sub(most) {
        None | Some(0) => Ok(()),
        Some(more) => field(page, "", &[faint(format!("and {more} more: -v or --format json lists them"))]),
    }
}

/// A labelled paragraph.
pub(super) fn field(page: &mut Page<'_>, label: &str, pieces: &[Piece<'_>]) -> io::Result<()> {
    page.labelled(2, &faint(label), COLUMN, pieces)
}
