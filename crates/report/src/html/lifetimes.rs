//! How long each credential lives, on one axis of time.
//!
//! One decision a reader would question: the axis is logarithmic and starts at the instant of the report. Beside a token
//! of an hour, a key of ten years would otherwise leave nothing to see.

use std::collections::BTreeMap;

use unkeyed_model::{Artifact, Class, Report, Timestamp, VendorDefault};

use super::markup::{Markup, number};
use super::overview::as_float;
use super::said::shortened;
use crate::listing::Listing;
use crate::words;

/// Lines of the chart, which fit on a printed page; what is beyond them is counted.
const MOST_LINES: usize = 60;
/// Marks of the axis: seconds, and what they are called.
const MARKS: [(f64, &str); 9] = [
    (60.0, "1 min"),
    (3_600.0, "1 h"),
    (86_400.0, "1 d"),
    (604_800.0, "7 d"),
    (2_592_000.0, "30 d"),
    (7_776_000.0, "90 d"),
    (31_536_000.0, "1 y"),
    (315_360_000.0, "10 y"),
    (1_576_800_000.0, "no end"),
];
const LABELS: f64 = 330.0;
const WIDTH: f64 = 1_120.0;
const LINE: f64 = 22.0;
const TOP: f64 = 26.0;
/// Characters that fit beside the chart.
const FIT: usize = 46;

/// Where a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Nothing ends it.
    Never,
    /// So many seconds from now.
    In(i64),
    /// At most so many seconds after it is issued, whenever that is.
    AtMost(u64),
    /// Not known.
    Unknown,
    /// So many seconds ago.
    Past(i64),
}

/// Writes the section.
pub(super) fn write(page: &mut Markup, report: &Report, listing: &Listing<'_>) {
    let mut lines: BTreeMap<(End, Class, String), usize> = BTreeMap::new();
    for artifact in listing.artifacts.iter().filter(|artifact| artifact.class != Class::Public) {
        *lines.entry((end(artifact, report.as_of), artifact.class, what(artifact))).or_default() += 1;
    }
    for path in report.workloads.iter().flat_map(|workload| &workload.identity_paths) {
        if let Some(ttl) = path.ttl {
            let what = format!("token for {} by {}", path.destination, path.mechanism);
            *lines.entry((End::AtMost(ttl.seconds), Class::RuntimeIdentity, what)).or_default() += 1;
        }
    }
    if lines.is_empty() {
        page.leaf("p", &[], "There is no credential to draw.");
        return;
    }
    page.leaf(
        "p",
        &[],
        "From the instant of the report to the end of each credential; what nothing ends runs out on the right. Hollow: at most so long \
         after each issue. Tokens that identities obtain stand below the credentials that they replace.",
    );
    let mut ordered: Vec<_> = lines.into_iter().collect();
    ordered.sort_by_key(|((end, class, _), _)| (*class == Class::RuntimeIdentity, longest_first(*end)));
    let more = ordered.len().saturating_sub(MOST_LINES);
    ordered.truncate(MOST_LINES);
    chart(page, &ordered);
    if more > 0 {
        page.leaf(
            "p",
            &[("class", "faint")],
            format!("{} not drawn; the workloads above name all.", words::counted(more, "more line is", "more lines are")),
        );
    }
}

/// A name tells credentials apart; a mask says little where there is no room for it.
fn what(artifact: &Artifact) -> String {
    if artifact.name.is_some() { words::what(artifact) } else { artifact.rule.name.clone() }
}

/// The longest-lived first, then what is not known, then what is over.
fn longest_first(end: End) -> (u8, i64) {
    match end {
        End::Never => (0, 0),
        End::In(seconds) => (1, seconds.saturating_neg()),
        End::AtMost(seconds) => (1, i64::try_from(seconds).unwrap_or(i64::MAX).saturating_neg()),
        End::Unknown => (2, 0),
        End::Past(seconds) => (3, seconds),
    }
}

fn end(artifact: &Artifact, as_of: Timestamp) -> End {
    if let Some(expires) = artifact.lifetime.expires {
        let left = expires.as_second().saturating_sub(as_of.as_second());
        return if left > 0 { End::In(left) } else { End::Past(left.saturating_neg()) };
    }
    match (artifact.lifetime.declared_seconds, artifact.lifetime.vendor_default) {
        (Some(seconds), _) | (None, VendorDefault::AtMost(seconds) | VendorDefault::Short(seconds)) => End::AtMost(seconds),
        (None, VendorDefault::Revoked) => End::Past(0),
        (None, VendorDefault::NeverExpires) => End::Never,
        (None, VendorDefault::Unstated) if artifact.class.is_persistent() => End::Never,
        (None, VendorDefault::Unstated) => End::Unknown,
    }
}

/// How far along the axis so many seconds are, from 0 to 1.
fn along(seconds: f64) -> f64 {
    let log = |value: f64| (1.0 + value / 60.0).ln();
    (log(seconds.max(0.0)) / log(MARKS[MARKS.len() - 1].0)).min(1.0)
}

fn x(seconds: f64) -> f64 {
    LABELS + along(seconds) * (WIDTH - LABELS - 40.0)
}

fn chart(page: &mut Markup, lines: &[((End, Class, String), usize)]) {
    let height = TOP + as_float(lines.len()) * LINE + 6.0;
    let view = format!("0 0 {} {}", number(WIDTH), number(height));
    let said = format!("Lifetimes of {} credentials and tokens; each workload above says the same in words.", lines.len());
    page.element("div", &[("class", "scroll chart"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Lifetimes")], |page| {
        page.element("svg", &[("viewBox", &view), ("width", &number(WIDTH)), ("role", "img"), ("aria-label", &said)], |page| {
            for (seconds, label) in std::iter::once((0.0, "now")).chain(MARKS) {
                let at = number(x(seconds));
                page.leaf("path", &[("class", "grid"), ("d", &format!("M{at} {TOP}V{}", number(height)))], "");
                page.leaf("text", &[("class", "mark"), ("x", &at), ("y", "14")], label);
            }
            for (at, ((end, class, what), count)) in lines.iter().enumerate() {
                line(page, TOP + as_float(at) * LINE, *end, *class, &format!("{what}{}", times(*count)));
            }
        });
    });
}

fn times(count: usize) -> String {
    if count > 1 { format!(" ×{count}") } else { String::new() }
}

fn line(page: &mut Markup, top: f64, end: End, class: Class, what: &str) {
    let start = x(0.0);
    let (to, style, said) = match end {
        End::Never => (WIDTH - 6.0, "life endless", "no end".to_owned()),
        End::In(seconds) => (x(seconds_of(seconds)), "life", format!("ends in {}", duration(seconds.unsigned_abs()))),
        End::AtMost(seconds) => {
            (x(as_float(usize::try_from(seconds).unwrap_or(usize::MAX))), "life hollow", format!("at most {}", duration(seconds)))
        }
        End::Unknown => (start, "life", "not known".to_owned()),
        End::Past(0) => (start, "life", "ended".to_owned()),
        End::Past(seconds) => (start, "life", format!("ended {} ago", duration(seconds.unsigned_abs()))),
    };
    page.element("g", &[], |page| {
        page.leaf("title", &[], format!("{what}: {class}, {said}"));
        page.leaf("text", &[("class", "label"), ("x", &number(LABELS - 12.0)), ("y", &number(top + 15.0))], shortened(what, FIT));
        if to > start + 1.0 {
            let class = format!("{style} k-{class}");
            let (y, width) = (number(top + 5.0), number(to - start));
            page.leaf("rect", &[("class", &class), ("x", &number(start)), ("y", &y), ("width", &width), ("height", "12"), ("rx", "2")], "");
        } else {
            page.leaf("text", &[("class", "note"), ("x", &number(start + 8.0)), ("y", &number(top + 15.0))], said);
        }
    });
}

fn seconds_of(seconds: i64) -> f64 {
    as_float(usize::try_from(seconds).unwrap_or_default())
}

fn duration(seconds: u64) -> String {
    crate::stamp::duration(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_runs_from_now_to_no_end() {
        assert_eq!((along(-5.0), along(0.0), along(f64::MAX)), (0.0, 0.0, 1.0));
        let marks: Vec<f64> = MARKS.iter().map(|(seconds, _)| x(*seconds)).collect();
        assert!(marks.windows(2).all(|pair| pair[0] + 30.0 < pair[1]), "marks stand apart: {marks:?}");
    }

    #[test]
    fn what_never_ends_comes_first_and_what_is_over_last() {
        let mut ends = [End::Past(3), End::Unknown, End::In(5), End::AtMost(9), End::Never];
        ends.sort_by_key(|end| longest_first(*end));
        assert_eq!(ends, [End::Never, End::AtMost(9), End::In(5), End::Unknown, End::Past(3)]);
    }
}
