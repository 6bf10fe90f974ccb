//! A comparison as a page: what changed, and the totals of every report drawn.

use std::io;

use unkeyed_model::Verdict;

use super::markup::{Markup, number};
use super::overview::as_float;
use crate::compare::{Change, ChangeKind, Comparison, Moment};
use crate::words;

/// Rows of one kind of change; the JSON holds all.
const MOST_ROWS: usize = 500;
/// Columns of the chart: the newest ones.
const MOST_MOMENTS: usize = 60;
const WIDTH: f64 = 1_000.0;
const MOST_WIDTH: f64 = 140.0;
const HEIGHT: f64 = 180.0;
const BOTTOM: f64 = 40.0;

/// Writes the page.
pub(crate) fn write(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    let page = super::document("Secretless readiness: changes", |page| {
        header(page, comparison);
        page.element("main", &[("id", "main")], |page| {
            super::section(page, "trend", "Trend", |page| trend(page, comparison));
            for &kind in ChangeKind::ALL {
                let changes: Vec<&Change> = comparison.changes.iter().filter(|change| change.change == kind).collect();
                super::section(page, kind.as_str(), title(kind), |page| table(page, &changes));
            }
        });
    });
    out.write_all(page.as_bytes())
}

const fn title(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Appeared => "Appeared",
        ChangeKind::Worse => "Worse",
        ChangeKind::Drift => "Drift",
        ChangeKind::Better => "Better",
        ChangeKind::Gone => "Gone",
    }
}

fn header(page: &mut Markup, comparison: &Comparison) {
    page.element("header", &[], |page| {
        page.leaf("p", &[("class", "kicker")], "Secretless readiness: what changed");
        if let [first, .., last] = comparison.trend.as_slice() {
            page.element("h1", &[], |page| page.code(last.targets.join(", ")));
            page.leaf("p", &[], format!("From {} to {}.", first.as_of, last.as_of));
            if first.targets != last.targets {
                page.leaf("p", &[("class", "faint")], format!("The first report is of {}.", first.targets.join(", ")));
            }
        }
        page.element("dl", &[("class", "figures")], |page| {
            for &kind in ChangeKind::ALL {
                page.element("div", &[], |page| {
                    page.leaf("dt", &[], kind.as_str());
                    page.leaf("dd", &[], comparison.count(kind).to_string());
                });
            }
        });
    });
}

fn table(page: &mut Markup, changes: &[&Change]) {
    if changes.is_empty() {
        page.leaf("p", &[], "Nothing.");
        return;
    }
    page.wide("Changes", |page| {
        page.element("table", &[("class", "changes")], |page| {
            page.head(&["What", "Which", "Fact", "Was", "Is", "Where"]);
            page.element("tbody", &[], |page| {
                for change in changes.iter().take(MOST_ROWS) {
                    page.element("tr", &[], |page| {
                        page.leaf("td", &[], change.subject.as_str());
                        page.element("th", &[("scope", "row")], |page| page.code(&change.what));
                        for cell in [&change.fact, &change.was, &change.is, &change.uri] {
                            page.element("td", &[], |page| page.code(cell.as_deref().unwrap_or_default()));
                        }
                    });
                }
            });
        });
    });
    if let Some(more) = changes.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
        page.leaf("p", &[("class", "faint")], format!("and {more} more; --format json lists all."));
    }
}

fn trend(page: &mut Markup, comparison: &Comparison) {
    let first = comparison.trend.len().saturating_sub(MOST_MOMENTS);
    let moments = &comparison.trend[first..];
    page.leaf("h3", &[], "Workloads by verdict");
    columns(page, "Workloads by verdict", moments, |moment| {
        let count = |verdict: &Verdict| moment.verdicts.get(verdict).copied().unwrap_or_default();
        Verdict::ALL.iter().rev().map(|verdict| (verdict.as_str(), count(verdict))).collect()
    });
    page.leaf("h3", &[], "Lasting credentials");
    columns(page, "Lasting credentials", moments, |moment| vec![("not-secretless", moment.lasting)]);
    page.leaf("h3", &[], "Errors in trust, role and token lifetime");
    columns(page, "Errors", moments, |moment| vec![("partial", moment.errors)]);
    totals(page, moments);
}

/// A column for each report, made of parts in their colours; it leads to the report's row in the table below.
fn columns(page: &mut Markup, label: &str, moments: &[Moment], parts: impl Fn(&Moment) -> Vec<(&'static str, u64)>) {
    let height_of = |moment: &Moment| parts(moment).iter().map(|(_, count)| count).sum::<u64>();
    let highest = moments.iter().map(height_of).max().unwrap_or_default();
    if highest == 0 {
        page.leaf("p", &[], "None in any of these reports.");
        return;
    }
    let step = (WIDTH / as_float(moments.len())).min(MOST_WIDTH);
    let width = number(step * as_float(moments.len()));
    let view = format!("0 0 {width} {}", number(HEIGHT + BOTTOM));
    let said = format!("{label} in {} reports; each column leads to its row in the table below.", moments.len());
    let facts = [("class", "trend"), ("viewBox", view.as_str()), ("width", &width), ("role", "group"), ("aria-label", &said)];
    page.element("div", &[("class", "scroll")], |page| {
        page.element("svg", &facts, |page| {
            for (at, moment) in moments.iter().enumerate() {
                let (x, parts) = (as_float(at) * step, parts(moment));
                let spoken: Vec<String> =
                    parts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
                let spoken = format!("{}: {}", moment.as_of, if spoken.is_empty() { "none".to_owned() } else { spoken.join(", ") });
                page.element("a", &[("href", &format!("#{}", row_id(at))), ("aria-label", &spoken)], |page| {
                    bars(page, moment, &parts, (x, step * 0.7), highest);
                    if step > 60.0 {
                        page.leaf("text", &[("class", "mark"), ("x", &number(x)), ("y", &number(HEIGHT + 16.0))], day(&moment.as_of));
                    }
                });
            }
        })
    });
}

/// The parts of a column on each other, their sum on top, and behind them what can be clicked.
fn bars(page: &mut Markup, moment: &Moment, parts: &[(&'static str, u64)], (x, width): (f64, f64), highest: u64) {
    let float = |count: u64| as_float(usize::try_from(count).unwrap_or(usize::MAX));
    let rect = |page: &mut Markup, class: &str, y: f64, height: f64| {
        let (x, y, width, height) = (number(x), number(y), number(width), number(height));
        page.leaf("rect", &[("class", class), ("x", &x), ("y", &y), ("width", &width), ("height", &height)], "");
    };
    rect(page, "hit", 0.0, HEIGHT + BOTTOM);
    let mut y = HEIGHT;
    for (verdict, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let height = (HEIGHT - 20.0) * float(*count) / float(highest);
        y -= height;
        page.element("g", &[], |page| {
            page.leaf("title", &[], format!("{}: {count} {verdict}", moment.as_of));
            rect(page, &format!("f-{verdict}"), y, height);
        });
    }
    let sum: u64 = parts.iter().map(|(_, count)| count).sum();
    page.leaf("text", &[("x", &number(x)), ("y", &number(y - 6.0))], sum.to_string());
}

/// Where the totals of a report stand.
fn row_id(at: usize) -> String {
    format!("moment-{at}")
}

/// The day of an instant that is written as RFC 3339 has it.
fn day(as_of: &str) -> &str {
    as_of.get(..10).unwrap_or(as_of)
}

fn totals(page: &mut Markup, moments: &[Moment]) {
    page.wide("Totals of each report", |page| {
        page.element("table", &[("class", "fit counts")], |page| {
            let verdicts = Verdict::ALL.iter().map(|verdict| words::verdict(*verdict));
            let titles: Vec<&str> = std::iter::once("As of").chain(verdicts).chain(["lasting", "errors", "complete"]).collect();
            page.head(&titles);
            page.element("tbody", &[], |page| {
                for (at, moment) in moments.iter().enumerate() {
                    page.element("tr", &[("id", &row_id(at))], |page| {
                        page.leaf("th", &[("scope", "row")], &moment.as_of);
                        let verdicts = Verdict::ALL.iter().map(|verdict| moment.verdicts.get(verdict).copied().unwrap_or_default());
                        for count in verdicts.chain([moment.lasting, moment.errors]) {
                            page.leaf("td", &[("class", "number")], count.to_string());
                        }
                        page.leaf("td", &[("class", "number")], if moment.complete { "yes" } else { "no" });
                    });
                }
            });
        });
    });
}
