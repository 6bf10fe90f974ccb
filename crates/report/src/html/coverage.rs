//! What was read, what was not, and what no reading of files can show.

use unkeyed_model::{Report, Skip};

use super::markup::Markup;
use crate::listing::Listing;
use crate::words;

/// Rows of what was not read; the JSON report lists all.
const MOST_ROWS: usize = 300;

/// What a static scan can't establish (DOMAIN §1, end).
const LIMITS: [&str; 8] = [
    "whether a credential is valid, or was revoked;",
    "what exists in memory only;",
    "whether a denial really denies;",
    "whether what is deployed equals what was scanned;",
    "role assignments, trusts and variables that are held in a console only, unless an export of them is among the inputs;",
    "whether credentials that a kernel or proxy injects on the wire are in force;",
    "how strong an attestation is;",
    "that a workload is secretless: files can disprove it, and they can support it, but never prove it.",
];

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, _: &Listing<'_>) {
    let read = report.coverage.read;
    let amounts = [
        ("Files", read.files),
        ("Bytes", read.bytes),
        ("Git blobs", read.blobs),
        ("Image layers", read.layers),
        ("Git blobs and image files known from an earlier run", read.remembered),
    ];
    page.element("dl", &[("class", "figures small")], |page| {
        for (what, amount) in amounts.into_iter().filter(|(_, amount)| *amount > 0) {
            page.element("div", &[], |page| {
                page.leaf("dt", &[], what);
                page.leaf("dd", &[], grouped(amount));
            });
        }
    });
    page.leaf("h3", &[], "What was not read");
    skipped(page, &report.coverage.skipped);
    if !report.coverage.limits.is_empty() {
        page.leaf("h3", &[], "Limits in force");
        page.element("dl", &[("class", "facts columns")], |page| {
            for (name, value) in &report.coverage.limits {
                page.element("div", &[], |page| page.fact(name, |page| page.text(grouped(*value))));
            }
        });
    }
    page.leaf("h3", &[], "Limits of static evidence");
    page.leaf("p", &[], "Reading files, histories, images and exports cannot show:");
    page.element("ul", &[], |page| LIMITS.iter().for_each(|limit| page.leaf("li", &[], limit)));
}

fn skipped(page: &mut Markup, skipped: &[Skip]) {
    if skipped.is_empty() {
        page.leaf("p", &[], "Nothing: everything in the targets was read.");
        return;
    }
    let mut ordered: Vec<&Skip> = skipped.iter().collect();
    ordered.sort_by_key(|skip| !skip.why.is_gap());
    page.wide("What was not read", |page| {
        page.element("table", &[], |page| {
            page.head(&["Place", "Why", "Details", "Leaves the scan incomplete"]);
            page.element("tbody", &[], |page| {
                for skip in ordered.iter().take(MOST_ROWS) {
                    page.element("tr", &[], |page| {
                        page.element("th", &[("scope", "row")], |page| page.code(&skip.path));
                        page.leaf("td", &[], words::skip_reason(skip.why));
                        page.leaf("td", &[], &skip.detail);
                        let (gap, class) = if skip.why.is_gap() { ("yes", "state s-fail") } else { ("no", "") };
                        page.leaf("td", &[("class", class)], gap);
                    });
                }
            });
        });
    });
    if let Some(more) = skipped.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
        let more = words::counted(more, "more place", "more places");
        page.leaf("p", &[("class", "faint")], format!("and {more}; the JSON report lists all."));
    }
}

/// A number in groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join("\u{a0}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 12_345_678].map(super::grouped), ["0", "999", "1\u{a0}000", "12\u{a0}345\u{a0}678"]);
    }
}
