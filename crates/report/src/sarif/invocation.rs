//! How the run went, and what it did not read.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{Invocation, Notification, ReportingDescriptorReference};
use unkeyed_model::{Report, Skip, SkipReason};

use super::describe::{TRUNCATED, skipped_id};
use super::selection::{MOST_SHOWN, Selection};
use super::{location, text};
use crate::{stamp, words};

/// So many files are named for each reason; the rest is counted, as the JSON report has them all.
const MOST_NAMED: usize = 100;

/// The invocation. It counts as successful unless unkeyed itself failed on something: gaps are warnings, and the
/// readiness properties say whether the scan is complete.
pub(super) fn invocation(report: &Report, selection: &Selection<'_>) -> Invocation {
    let failed = report.coverage.skipped.iter().any(|skip| skip.why == SkipReason::InternalError);
    let mut notifications = skipped(&report.coverage.skipped);
    if selection.dropped > 0 {
        let said = format!("{} results are left out, the least severe ones; the JSON report has them all.", selection.dropped);
        notifications.push(notification(TRUNCATED.to_owned(), "warning", &said));
    }
    if selection.chosen.len() > MOST_SHOWN {
        let said = format!("GitHub code scanning shows the {MOST_SHOWN} most severe of the {} results.", selection.chosen.len());
        notifications.push(notification(TRUNCATED.to_owned(), "note", &said));
    }
    Invocation::builder()
        .execution_successful(!failed)
        .end_time_utc(stamp::rfc3339(report.as_of))
        .tool_execution_notifications(notifications)
        .build()
}

fn skipped(all: &[Skip]) -> Vec<Notification> {
    let mut by_reason: BTreeMap<SkipReason, Vec<&Skip>> = BTreeMap::new();
    for skip in all {
        by_reason.entry(skip.why).or_default().push(skip);
    }
    by_reason.into_iter().flat_map(|(why, skips)| of_reason(why, &skips)).collect()
}

fn of_reason(why: SkipReason, skips: &[&Skip]) -> Vec<Notification> {
    let level = match why {
        SkipReason::InternalError => "error",
        _ if why.is_gap() => "warning",
        _ => "note",
    };
    let mut said: Vec<Notification> = skips.iter().take(MOST_NAMED).map(|skip| one(skip, level)).collect();
    if let Some(more) = skips.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        let counted = words::counted(more, "more place", "more places");
        said.push(notification(skipped_id(why), level, &format!("Not read: {counted} ({}).", words::skip_reason(why))));
    }
    said
}

fn one(skip: &Skip, level: &str) -> Notification {
    let detail = if skip.detail.is_empty() { String::new() } else { format!(": {}", skip.detail) };
    let said = format!("Not read: {} ({}){detail}", skip.path, words::skip_reason(skip.why));
    let mut notification = notification(skipped_id(skip.why), level, &text::sentence(&said));
    notification.locations = Some(vec![location::file(&skip.path)]);
    notification
}

fn notification(id: String, level: &str, said: &str) -> Notification {
    Notification::builder()
        .descriptor(ReportingDescriptorReference::builder().id(id).build())
        .level(json!(level))
        .message(text::message(said))
        .build()
}
