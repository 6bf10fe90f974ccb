//! What the checks say.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use unkeyed_model::{Finding, Level};

use super::credentials::fact;
use super::page::{Page, faint, ink, plain};
use super::{marks, places};

/// Places shown of one finding, and findings of one check in one block, unless everything is asked for.
const MOST: usize = 3;
/// The same for notes, which are only good to know.
const MOST_NOTES: usize = 1;

/// Writes findings, worst first, those of one check together.
pub(super) fn write(page: &mut Page<'_>, findings: &[&Finding], verbose: bool) -> io::Result<()> {
    let mut groups: BTreeMap<(Reverse<Level>, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_shown(finding, verbose)) {
        groups.entry((Reverse(finding.level), finding.check)).or_default().push(finding);
    }
    for ((Reverse(level), check), group) in groups {
        let most = if level > Level::Note { MOST } else { MOST_NOTES };
        // One more than that is shown rather than spoken of.
        let shown = if verbose || group.len() <= most + 1 { group.len() } else { most };
        for finding in &group[..shown] {
            page.blank()?;
            one(page, finding)?;
        }
        if shown < group.len() {
            page.blank()?;
            page.flow(2, 4, &[faint(format!("and {} more of {check}: -v or --format json lists them", group.len() - shown))])?;
        }
    }
    Ok(())
}

/// An exception that is in force is said where it applies, beside the credential; its record is only for machines.
pub(super) fn is_shown(finding: &Finding, verbose: bool) -> bool {
    verbose || finding.check != "EX-VALID"
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
        page.labelled(4, &faint("-->"), 8, &[places::piece(location), faint(format!("  {remarks}"))])?;
    }
    if let Some(more) = finding.locations.len().checked_sub(MOST).filter(|more| *more > 0) {
        page.flow(4, 8, &[faint(format!("and {more} more places"))])?;
    }
    for (location, how) in finding.related.iter().take(MOST * 2) {
        page.labelled(5, &faint("="), 7, &[places::piece(location), plain(format!(": {how}"))])?;
    }
    if let Some(suppression) = &finding.suppressed_by {
        fact(page, "excepted", &format!("{} until {}, owner {}", suppression.exception, suppression.expires, suppression.owner))?;
    }
    Ok(())
}
