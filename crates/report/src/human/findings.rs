//! What the checks say.

use std::collections::BTreeMap;
use std::io;

use unkeyed_model::{Finding, Level};

use super::credentials::fact;
use super::page::{Page, faint, ink, plain};
use super::{marks, places};
use crate::place;

/// Findings of one check shown in one block unless everything is asked for.
const MOST: usize = 3;

/// Writes findings, worst first.
pub(super) fn write(page: &mut Page<'_>, findings: &[&Finding], verbose: bool) -> io::Result<()> {
    let mut sorted: Vec<&Finding> = findings.to_vec();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in sorted {
        let count = counts.entry(finding.check).or_default();
        *count += 1;
        if verbose || *count <= MOST {
            page.blank()?;
            one(page, finding)?;
        }
    }
    for (check, count) in counts.into_iter().filter(|(_, count)| !verbose && *count > MOST) {
        page.blank()?;
        page.flow(2, 4, &[faint(format!("and {} more of {check}: -v or --format json lists them", count - MOST))])?;
    }
    Ok(())
}

fn one(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let level = match finding.level {
        Level::None => "info",
        level => level.as_str(),
    };
    page.flow(
        2,
        4,
        &[ink(marks::level(finding.level), format!("{level}[{}]", finding.check)), plain(": "), plain(finding.message.as_str())],
    )?;
    for location in finding.locations.iter().take(MOST) {
        let remarks = places::remarks(location).join(" · ");
        page.flow(4, 8, &[faint("--> "), plain(place::shown(location)), faint(format!("  {remarks}"))])?;
    }
    if let Some(more) = finding.locations.len().checked_sub(MOST).filter(|more| *more > 0) {
        page.flow(4, 8, &[faint(format!("and {more} more places"))])?;
    }
    for (location, how) in finding.related.iter().take(MOST * 2) {
        page.flow(5, 7, &[faint("= "), plain(format!("{}: {how}", place::shown(location)))])?;
    }
    if let Some(suppression) = &finding.suppressed_by {
        fact(page, "excepted", &format!("{} until {}, owner {}", suppression.exception, suppression.expires, suppression.owner))?;
    }
    Ok(())
}
