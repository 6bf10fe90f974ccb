//! What was not read, and what reading cannot show.

use std::collections::BTreeMap;
use std::io;

use unkeyed_model::{Coverage, Skip, SkipReason};

use super::page::{Ink, Page, faint, ink, plain};
use crate::words;

/// Limits named unless everything is asked for: those that users choose come first.
const MOST_LIMITS: usize = 2;
/// Paths named for one reason unless everything is asked for.
const MOST_PATHS: usize = 3;

/// What no scan of files can show (DOMAIN §0.7).
const LIMITS_OF_EVIDENCE: &str = "Files cannot show whether a credential was revoked, what happens at run time, or what is set outside these \
                                  inputs. They can disprove that a workload is secretless; they can support it, but never prove it.";

/// Writes the section.
pub(super) fn write(page: &mut Page<'_>, coverage: &Coverage, verbose: bool) -> io::Result<()> {
    page.blank()?;
    page.flow(0, 2, &[ink(Ink::Strong, "Not read")])?;
    let mut reasons: BTreeMap<(bool, SkipReason), Vec<&Skip>> = BTreeMap::new();
    for skip in &coverage.skipped {
        reasons.entry((!skip.why.is_gap(), skip.why)).or_default().push(skip);
    }
    if reasons.is_empty() {
        page.flow(2, 2, &[plain("Nothing: everything in the target was read.")])?;
    }
    for ((_, why), skips) in reasons {
        of_reason(page, why, &skips, verbose)?;
    }
    if !coverage.is_complete() {
        page.flow(2, 2, &[ink(Ink::Warning, "!"), plain(" marks what leaves the scan incomplete.")])?;
    }
    limits(page, coverage, verbose)?;
    page.blank()?;
    page.flow(2, 2, &[faint(LIMITS_OF_EVIDENCE)])
}

fn limits(page: &mut Page<'_>, coverage: &Coverage, verbose: bool) -> io::Result<()> {
    let most = if verbose { usize::MAX } else { MOST_LIMITS };
    let mut shown: Vec<String> = coverage.limits.iter().take(most).map(|(name, value)| format!("{name} {value}")).collect();
    if let Some(more) = coverage.limits.len().checked_sub(most).filter(|more| *more > 0) {
        shown.push(format!("and {more} more (-v)"));
    }
    if shown.is_empty() { Ok(()) } else { page.flow(2, 4, &[faint("limits in force: "), faint(shown.join(", "))]) }
}

fn of_reason(page: &mut Page<'_>, why: SkipReason, skips: &[&Skip], verbose: bool) -> io::Result<()> {
    let (mark, style) = if why.is_gap() { ("!", Ink::Warning) } else { ("", Ink::Strong) };
    let counted = words::counted(skips.len(), "place", "places");
    let said = [ink(style, why.as_str()), plain(format!(": {counted} ({})", words::skip_reason(why)))];
    page.labelled(2, &ink(style, mark), 4, &said)?;
    let most = if verbose { usize::MAX } else { MOST_PATHS };
    for skip in skips.iter().take(most) {
        let detail = if skip.detail.is_empty() { String::new() } else { format!("  {}", skip.detail) };
        page.flow(6, 8, &[plain(skip.path.as_str()), faint(detail)])?;
    }
    match skips.len().checked_sub(most) {
        None | Some(0) => Ok(()),
        Some(more) => page.flow(6, 8, &[faint(format!("and {more} more: -v or --format json lists them"))]),
    }
}
