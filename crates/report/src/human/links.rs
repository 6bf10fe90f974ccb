//! The definitions elsewhere that a verdict rests on: what is drawn in, what makes a secret, what a role is and may do.

use std::collections::BTreeSet;
use std::io;

use unkeyed_model::{Location, WorkloadReport};

use super::gather::gathered;
use super::page::{Page, faint, plain};
use super::{places, workload};
use crate::words;

/// Links shown of one workload, and places of each, unless everything is asked for.
const MOST_LINKS: usize = 5;
const MOST_PLACES: usize = 3;

/// Writes the links of a workload; those of one name and kind stand together.
pub(super) fn write(page: &mut Page<'_>, workload: &WorkloadReport, verbose: bool) -> io::Result<()> {
    let groups = gathered(&workload.links, |link| (link.relation, &link.name));
    let (most, most_places) = if verbose { (usize::MAX, usize::MAX) } else { (MOST_LINKS, MOST_PLACES) };
    let mut label = "rests on";
    for group in groups.iter().take(most) {
        let Some(first) = group.first() else { continue };
        let ends: BTreeSet<&Location> = group.iter().map(|link| &link.to).collect();
        let ends = places::listed(ends.into_iter(), most_places);
        workload::field(page, label, &[plain(words::relation(first)), faint(format!(" → {ends}"))])?;
        label = "";
    }
    let more = groups.len().saturating_sub(most);
    if more > 0 {
        workload::field(page, "", &[faint(format!("and {more} more: -v or --format json lists them"))])?;
    }
    match workload.hidden_links {
        0 => Ok(()),
        hidden => workload::field(page, "", &[faint(format!("and {hidden} beyond those that reports keep of one workload"))]),
    }
}
