//! The first page: the roll-up, what it is made of, and what to do first.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Class, Level, Report, Verdict};

use super::markup::{Markup, number};
use super::said;
use crate::listing::Listing;
use crate::{place, stamp, words};

/// Credentials named as the most urgent.
const MOST_URGENT: usize = 8;

/// Title and roll-up.
pub(super) fn header(page: &mut Markup, report: &Report) {
    page.element("header", &[], |page| {
        page.leaf("p", &[("class", "kicker")], "Secretless readiness report");
        page.element("h1", &[], |page| page.code(report.run.targets.join(", ")));
        page.element("p", &[("class", "verdict")], |page| match report.summary.rollup {
            Some(verdict) => {
                said::badge(page, said::verdict(verdict));
                page.text(format!(" {}", said::meaning(verdict)));
            }
            None => page.text("No workload was judged."),
        });
        let complete = if report.coverage.is_complete() { "everything was read" } else { "something was not read" };
        page.leaf("p", &[("class", "faint")], format!("As of {}; {complete}.", stamp::rfc3339(report.as_of)));
    });
}

/// Figures, distribution, destinations, the gate, what is most urgent.
pub(super) fn write(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    figures(page, report, listing);
    gate(page, report);
    if !report.summary.verdicts.is_empty() {
        distribution(page, report);
        destinations(page, report);
    }
    urgent(page, listing);
}

fn figures(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    let judged: usize = report.summary.verdicts.iter().map(|(_, count)| count).sum();
    let secretless = count(report, Verdict::Secretless);
    let lasting: usize = report.summary.artifacts.iter().filter(|(class, _)| class.is_persistent()).map(|(_, count)| count).sum();
    let excepted: BTreeSet<&str> = exceptions(report, listing);
    let gaps = report.coverage.skipped.iter().filter(|skip| skip.why.is_gap()).count();
    let (complete, all) = crate::inventory::completeness(report);
    let figures = [
        (format!("{secretless} of {judged}"), "workloads are secretless"),
        (lasting.to_string(), "lasting credentials"),
        (excepted.len().to_string(), "exceptions in force"),
        (format!("{complete} of {all}"), "workloads with identity, destination and owner known"),
        (gaps.to_string(), "gaps in what was read"),
    ];
    page.element("dl", &[("class", "figures")], |page| {
        for (figure, what) in figures {
            page.element("div", &[], |page| {
                page.leaf("dt", &[], what);
                page.leaf("dd", &[], figure);
            });
        }
    });
}

fn exceptions<'r>(report: &'r Report, listing: &Listing<'r>) -> BTreeSet<&'r str> {
    let artifacts = listing.artifacts.iter().filter_map(|artifact| artifact.suppressed_by.as_ref());
    let findings = report.findings.iter().filter_map(|finding| finding.suppressed_by.as_ref());
    artifacts.chain(findings).map(|suppression| suppression.exception.as_str()).collect()
}

fn count(report: &Report, verdict: Verdict) -> usize {
    report.summary.verdicts.iter().find(|(word, _)| *word == verdict).map_or(0, |(_, count)| *count)
}

fn gate(page: &mut Markup, report: &Report) {
    let (outcome, class) = if report.summary.gate_passed { ("passed", "gate s-pass") } else { ("failed", "gate s-fail") };
    page.element("div", &[("class", class)], |page| {
        page.element("p", &[], |page| {
            page.text(format!("The gate of profile {} ", report.run.profile));
            page.leaf("b", &[], outcome);
            page.text(".");
        });
        if !report.summary.gate_reasons.is_empty() {
            page.element("ul", &[], |page| report.summary.gate_reasons.iter().for_each(|reason| page.leaf("li", &[], reason)));
        }
        report.summary.gate_remedies.iter().for_each(|remedy| page.leaf("p", &[], remedy));
        let about = "The gate decides the exit code of the run by what was required of it. It changes no verdict, and to pass it is none.";
        page.leaf("p", &[("class", "faint")], about);
    });
}

fn distribution(page: &mut Markup, report: &Report) {
    page.leaf("h3", &[], "Verdicts");
    bar(page, &report.summary.verdicts);
    page.element("table", &[("class", "fit")], |page| {
        page.head(&["Verdict", "Workloads", "Meaning"]);
        page.element("tbody", &[], |page| {
            for &verdict in Verdict::ALL {
                page.element("tr", &[], |page| {
                    page.element("th", &[("scope", "row")], |page| said::badge(page, said::verdict(verdict)));
                    page.leaf("td", &[("class", "number")], count(report, verdict).to_string());
                    page.element("td", &[], |page| {
                        page.text(said::meaning(verdict));
                        leanings(page, report, verdict);
                    });
                });
            }
        });
    });
    if report.summary.no_access_observed > 0 {
        let others = words::counted(report.summary.no_access_observed, "workload", "workloads");
        page.leaf(
            "p",
            &[("class", "faint")],
            format!("Not counted: {others} seen to authenticate to nothing, listed last as “{}”.", said::NO_ACCESS_OBSERVED),
        );
    }
}

/// What the indeterminate ones would be if every unknown layer passed; never counted as that.
fn leanings(page: &mut Markup, report: &Report, verdict: Verdict) {
    if verdict == Verdict::Indeterminate && !report.summary.leanings.is_empty() {
        let leaning = |(verdict, count): &(Verdict, usize)| format!("{count} {}", words::verdict(*verdict));
        let leanings: Vec<String> = report.summary.leanings.iter().map(leaning).collect();
        page.leaf("span", &[("class", "faint")], format!(" As far as these inputs show: {}.", leanings.join(", ")));
    }
}

/// One bar for all verdicts; the table beside it says the same.
fn bar(page: &mut Markup, verdicts: &[(Verdict, usize)]) {
    let total: usize = verdicts.iter().map(|(_, count)| count).sum();
    page.element(
        "svg",
        &[("class", "bar"), ("viewBox", "0 0 1000 24"), ("preserveAspectRatio", "none"), ("aria-hidden", "true")],
        |page| {
            let mut at = 0.0;
            for (verdict, count) in verdicts {
                let width = 1000.0 * as_float(*count) / as_float(total.max(1));
                let class = format!("f-{verdict}");
                page.leaf("rect", &[("class", &class), ("x", &number(at)), ("y", "0"), ("width", &number(width)), ("height", "24")], "");
                at += width;
            }
        },
    );
}

/// A count for a drawing, which needs no more than 52 bits of it.
pub(super) fn as_float(count: usize) -> f64 {
    count as f64
}

fn destinations(page: &mut Markup, report: &Report) {
    let mut kinds: BTreeMap<&str, BTreeMap<Verdict, usize>> = BTreeMap::new();
    for workload in &report.workloads {
        let led_to: BTreeSet<&str> = workload.destinations.iter().map(|one| one.kind.as_str()).collect();
        for kind in led_to {
            *kinds.entry(kind).or_default().entry(workload.verdict).or_default() += 1;
        }
    }
    if kinds.is_empty() {
        return;
    }
    page.leaf("h3", &[], "Verdicts by destination");
    page.wide("Verdicts by destination", |page| {
        page.element("table", &[("class", "fit counts")], |page| {
            let titles: Vec<&str> = std::iter::once("Destination").chain(Verdict::ALL.iter().map(|one| words::verdict(*one))).collect();
            page.head(&titles);
            page.element("tbody", &[], |page| kinds.iter().for_each(|(kind, verdicts)| destination(page, kind, verdicts)));
        });
    });
}

fn destination(page: &mut Markup, kind: &str, verdicts: &BTreeMap<Verdict, usize>) {
    page.element("tr", &[], |page| {
        page.element("th", &[("scope", "row")], |page| page.code(kind));
        for verdict in Verdict::ALL {
            let shown = verdicts.get(verdict).map(ToString::to_string).unwrap_or_default();
            page.leaf("td", &[("class", "number")], shown);
        }
    });
}

fn urgent(page: &mut Markup, listing: &Listing<'_>) {
    let open = |class: Class| class.is_persistent() || class == Class::ShortLived;
    let mut worst: Vec<_> =
        listing.artifacts.iter().filter(|one| one.suppressed_by.is_none() && one.level >= Level::Warning && open(one.class)).collect();
    worst.sort_by_key(|artifact| std::cmp::Reverse(artifact.rank));
    if worst.is_empty() {
        return;
    }
    page.leaf("h3", &[], "What to do first");
    page.element("ol", &[("class", "urgent")], |page| {
        for artifact in worst.iter().take(MOST_URGENT) {
            page.element("li", &[], |page| {
                page.leaf("b", &[], &artifact.rule.name);
                page.text(" ");
                page.code(artifact.name.as_deref().unwrap_or(&artifact.mask));
                if let Some((location, _)) = artifact.locations.first() {
                    page.text(" in ");
                    page.code(place::shown(location));
                }
                page.text(format!(": {}. {}", words::class(artifact.class), artifact.rule.remediation.instead));
            });
        }
    });
}
