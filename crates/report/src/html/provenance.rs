//! What made the report, from what, and by which rules: what a second run needs to come to the same.

use unkeyed_model::Report;

use super::markup::Markup;
use crate::listing::Listing;
use crate::stamp;

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, _: &Listing<'_>) {
    let run = &report.run;
    page.element("dl", &[("class", "facts")], |page| {
        page.fact("Tool", |page| page.text(format!("unkeyed {}", run.version())));
        page.fact("Command", |page| page.text(format!("{}, profile {}", run.command, run.profile)));
        page.fact("As of", |page| page.text(stamp::rfc3339(report.as_of)));
        page.fact("Inputs", |page| {
            page.element("ul", &[], |page| run.targets.iter().for_each(|target| page.element("li", &[], |page| page.code(target))));
        });
        page.fact("Rules", |page| page.code(&run.rules_digest));
        page.fact("Policy", |page| match &run.policy {
            Some((path, digest)) => {
                page.code(path);
                page.text(" ");
                page.code(digest);
            }
            None => page.text("built in"),
        });
        page.fact("Rests on", |page| page.text(report.assurance().as_str()));
        page.fact("Evidence", |page| evidence(page, report));
        if let Some((path, digest)) = &run.baseline {
            page.fact("Baseline", |page| {
                page.code(path);
                page.text(" ");
                page.code(digest);
            });
        }
        page.fact("Ids of credentials", |page| {
            page.text(if run.keyed {
                "fingerprints under the user's key, comparable between reports"
            } else {
                "numbers of this report only"
            });
        });
        page.fact("Complete", |page| page.text(if report.coverage.is_complete() { "yes" } else { "no: see the coverage" }));
    });
    let sources = run.saved.as_ref().map_or(&[][..], |saved| &saved.sources);
    if !sources.is_empty() {
        page.leaf("h3", &[], "Merged from");
        page.element("table", &[("class", "fit")], |page| {
            page.head(&["Report", "As of"]);
            page.element("tbody", &[], |page| {
                for (name, as_of) in sources {
                    page.element("tr", &[], |page| {
                        page.element("th", &[("scope", "row")], |page| page.code(name));
                        page.leaf("td", &[], stamp::rfc3339(*as_of));
                    });
                }
            });
        });
    }
    page.leaf(
        "p",
        &[("class", "faint")],
        "This page needs no network and holds no secret: values are masked before a report is made. The same run's JSON report is the \
         record; this page is one view of it.",
    );
    signature(page);
}

/// What was given beside the targets, and as of when.
fn evidence(page: &mut Markup, report: &Report) {
    if report.evidence.is_empty() {
        page.text("none was given");
        return;
    }
    page.element("ul", &[], |page| {
        for evidence in &report.evidence {
            page.element("li", &[], |page| {
                page.code(&evidence.path);
                page.text(format!(" {}", evidence.formats.join(", ")));
                if let Some((at, _)) = evidence.dated {
                    page.text(format!(", of {}", stamp::rfc3339(at)));
                }
            });
        }
    });
}

/// Where the reader signs on paper.
fn signature(page: &mut Markup) {
    page.element("div", &[("class", "signature")], |page| {
        for line in ["Reviewed by", "Date", "Signature"] {
            page.leaf("div", &[], line);
        }
    });
}
