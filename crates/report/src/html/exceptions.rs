//! The exceptions in force, what they cover, and how long they still do.

use std::collections::BTreeMap;

use unkeyed_model::{Report, Suppression, Timestamp};

use super::markup::{Markup, number};
use super::overview::as_float;
use super::{said, workload};
use crate::listing::Listing;
use crate::words;

/// Days that fill the bar of a countdown: the longest that a policy grants unless it says otherwise (DOMAIN §7).
const FULL: usize = 180;
/// Days left from which on an exception needs attention (EX-SOON).
const SOON: i64 = 14;

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    let mut exceptions: BTreeMap<&str, (&Suppression, Vec<String>)> = BTreeMap::new();
    for artifact in &listing.artifacts {
        if let Some(suppression) = &artifact.suppressed_by {
            exceptions.entry(&suppression.exception).or_insert((suppression, Vec::new())).1.push(words::what(artifact));
        }
    }
    for finding in &report.findings {
        if let Some(suppression) = &finding.suppressed_by {
            exceptions.entry(&suppression.exception).or_insert((suppression, Vec::new())).1.push(finding.check.to_owned());
        }
    }
    if exceptions.is_empty() {
        page.leaf("p", &[], "No exception is in force.");
    } else {
        page.wide("Exceptions", |page| {
            page.element("table", &[], |page| {
                page.head(&["Exception", "Ends", "Owner", "Reason", "Exit plan", "Covers"]);
                page.element("tbody", &[], |page| {
                    exceptions.values().for_each(|(suppression, covered)| row(page, suppression, covered, report.as_of));
                });
            });
        });
    }
    let about: Vec<_> = report.findings.iter().filter(|finding| finding.check.starts_with("EX-")).collect();
    if !about.is_empty() {
        page.leaf("h3", &[], "Findings on exceptions");
        page.element("ul", &[("class", "findings")], |page| about.iter().for_each(|one| workload::finding(page, one)));
    }
}

fn row(page: &mut Markup, suppression: &Suppression, covered: &[String], as_of: Timestamp) {
    page.element("tr", &[], |page| {
        page.element("th", &[("scope", "row")], |page| page.code(&suppression.exception));
        page.element("td", &[], |page| countdown(page, &suppression.expires, as_of));
        for text in [&suppression.owner, &suppression.justification, &suppression.exit_plan] {
            page.leaf("td", &[], text);
        }
        page.leaf("td", &[], covered.join(", "));
    });
}

fn countdown(page: &mut Markup, expires: &str, as_of: Timestamp) {
    page.leaf("div", &[], expires);
    // An exception ends with the start of its day (DOMAIN §7: as_of ≥ expires).
    let Ok(end) = format!("{expires}T00:00:00Z").parse::<Timestamp>() else { return };
    let days = said::days(as_of, end);
    let state = if days <= SOON { "s-fail" } else { "s-pass" };
    let left = usize::try_from(days).unwrap_or_default();
    let said = if days > 0 { format!("{} left", words::counted(left, "day", "days")) } else { "over".to_owned() };
    page.leaf("div", &[("class", &format!("state {state}"))], said);
    page.element("svg", &[("class", "countdown"), ("viewBox", "0 0 100 4"), ("aria-hidden", "true")], |page| {
        let width = (100.0 * as_float(left) / as_float(FULL)).min(100.0);
        page.leaf("rect", &[("class", "track"), ("width", "100"), ("height", "4")], "");
        page.leaf("rect", &[("class", &format!("left {state}")), ("width", &number(width)), ("height", "4")], "");
    });
}
