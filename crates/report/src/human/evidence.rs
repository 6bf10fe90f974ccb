//! Files that were given as evidence from outside: what each was recognised as, and up to when it speaks.

use std::io;

use unkeyed_model::{Assurance, DatedBy, Evidence, Report};

use super::page::{Ink, Page, faint, ink, plain};
use crate::{stamp, words};

/// Writes the section, if there is any evidence.
pub(super) fn write(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.evidence.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.flow(0, 2, &[ink(Ink::Strong, "Evidence from outside"), plain(format!(": assurance {}", report.assurance()))])?;
    for evidence in &report.evidence {
        page.flow(2, 4, &[plain(evidence.path.as_str()), faint(format!("  {}", about(evidence)))])?;
    }
    Ok(())
}

fn about(evidence: &Evidence) -> String {
    let unit = if evidence.assurance == Assurance::Runtime { ("event", "events") } else { ("entry", "entries") };
    let records = usize::try_from(evidence.records).unwrap_or(usize::MAX);
    let dated = match evidence.dated {
        Some((at, DatedBy::Content)) => format!("up to {}", stamp::rfc3339(at)),
        Some((at, DatedBy::Modified)) => format!("file of {}", stamp::rfc3339(at)),
        None => "age not known".to_owned(),
    };
    format!("{}; {}; {dated}", evidence.formats.join("; "), words::counted(records, unit.0, unit.1))
}
