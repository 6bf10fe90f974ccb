//! A comparison for people.

use std::io;

use super::{Change, ChangeKind, Comparison, Moment};
use crate::{printable, words};

/// Changes of one kind that are shown; JSON and HTML hold all.
const MOST_CHANGES: usize = 100;

/// Writes the changes by kind, then the totals.
pub(super) fn write(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    for &kind in ChangeKind::ALL {
        let changes: Vec<&Change> = comparison.changes.iter().filter(|change| change.change == kind).collect();
        for change in changes.iter().take(MOST_CHANGES) {
            writeln!(out, "{}", printable(&line(change)))?;
        }
        if let Some(more) = changes.len().checked_sub(MOST_CHANGES).filter(|more| *more > 0) {
            writeln!(out, "{}: and {more} more; --format json lists them", kind.as_str())?;
        }
    }
    let counts: Vec<String> = ChangeKind::ALL.iter().map(|kind| format!("{} {}", comparison.count(*kind), kind.as_str())).collect();
    writeln!(out, "\n{}", counts.join(", "))?;
    comparison.trend.iter().try_for_each(|moment| writeln!(out, "{}", printable(&totals(moment))))
}

fn line(change: &Change) -> String {
    let Change { change: kind, subject, what, fact, was, is, uri } = change;
    let fact = fact.as_ref().map(|fact| format!(" {fact}")).unwrap_or_default();
    let place = uri.as_ref().map(|uri| format!("  {uri}")).unwrap_or_default();
    let how = match (was, is) {
        (Some(was), Some(is)) => format!("{was} → {is}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    format!("{:9} {:11} {what}:{fact} {how}{place}", kind.as_str(), subject.as_str())
}

fn totals(moment: &Moment) -> String {
    let judged: u64 = moment.verdicts.values().sum();
    let secretless = moment.verdicts.get(&unkeyed_model::Verdict::Secretless).copied().unwrap_or_default();
    let rollup = moment.rollup.map_or("nothing judged", words::verdict);
    let complete = if moment.complete { "" } else { ", incomplete" };
    format!(
        "{}: {rollup}; {secretless} of {judged} secretless, {} lasting credentials, {} errors{complete}",
        moment.as_of, moment.lasting, moment.errors
    )
}
