//! Markdown for a job summary or the comment on a pull request: the worst first, and never more than fits.
//!
//! One decision a reader would question: the limit is in bytes and below GitHub's of 65 536 characters for a comment
//! (a job summary may have 1 MiB), so that one output serves both and every forge. What is left out is counted.

use std::cmp::Reverse;
use std::io;

use unkeyed_model::Level;

use crate::index::{Index, shown};
use crate::json::v1;
use crate::{printable, words};

/// The whole is no longer than this many bytes.
const MOST_BYTES: usize = 60_000;
/// Kept free for the sentences that say what is left out.
const RESERVE: usize = 1_000;
/// A cell shows so many characters.
const MOST_CELL: usize = 240;
/// The reasons of a gate that are told.
const MOST_REASONS: usize = 10;

/// A section with a table, worst row first.
struct Section {
    title: &'static str,
    head: &'static str,
    rows: Vec<String>,
    /// What a row is, and rows are.
    noun: (&'static str, &'static str),
}

/// Writes the report as Markdown.
pub(crate) fn write(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let index = Index::new(report);
    let mut page = summary(report);
    let sections = [workloads(report), credentials(&index, report), findings(&index, report), unread(report)];
    let mut left = sections.iter().filter(|section| !section.rows.is_empty()).count();
    for section in sections.iter().filter(|section| !section.rows.is_empty()) {
        // What a short section doesn't need falls to the later ones.
        let share = MOST_BYTES.saturating_sub(RESERVE + page.len()) / left;
        page += &told(section, share);
        left -= 1;
    }
    out.write_all(page.as_bytes())
}

fn summary(report: &v1::Report) -> String {
    let verdict = report.summary.rollup.map_or("credentials", words::verdict);
    let gate = if report.summary.gate == v1::Gate::Pass { "passed" } else { "**failed**" };
    let mut page = format!("# unkeyed: {verdict}\n\nGate {gate} (profile {}, as of {}).", report.run.profile, report.run.as_of);
    if !report.run.complete {
        page += " **The scan is incomplete.**";
    }
    page.push('\n');
    let reasons = &report.summary.gate_reasons;
    if !reasons.is_empty() {
        page.push('\n');
    }
    for reason in reasons.iter().take(MOST_REASONS) {
        page += &format!("- {}\n", text(reason));
    }
    if let Some(more) = reasons.len().checked_sub(MOST_REASONS).filter(|more| *more > 0) {
        page += &format!("- and {}\n", words::counted(more, "more reason", "more reasons"));
    }
    let verdicts = report.summary.verdicts.iter().filter(|(_, count)| **count > 0);
    let counted: Vec<String> = verdicts.map(|(verdict, count)| format!("{count} {}", words::verdict(*verdict))).collect();
    if !counted.is_empty() {
        page += &format!("\nWorkloads: {}", counted.join(", "));
        if report.summary.no_access_observed > 0 {
            page += &format!("; {} without observed access", report.summary.no_access_observed);
        }
        page += ".\n";
    }
    page
}

fn told(section: &Section, share: usize) -> String {
    let mut told = format!("\n## {}\n\n{}", section.title, section.head);
    let mut rows = 0;
    for row in &section.rows {
        if told.len() + row.len() > share {
            break;
        }
        told += row;
        rows += 1;
    }
    let more = section.rows.len() - rows;
    if more > 0 {
        let what = words::counted(more, &format!("more {}", section.noun.0), &format!("more {}", section.noun.1));
        told += &format!("\n{what} left out here, none worse than those above; the JSON report has all.\n");
    }
    told
}

fn workloads(report: &v1::Report) -> Section {
    let mut judged: Vec<&v1::Workload> = report.workloads.iter().filter(|workload| !workload.no_access_observed).collect();
    judged.sort_by_key(|workload| workload.verdict);
    let row = |workload: &&v1::Workload| {
        let reasons = workload.reasons.first().map_or("", |reason| words::reason(*reason, workload.kind));
        let leaning = workload.leaning.map(|leaning| format!(", leaning to {}", words::verdict(leaning))).unwrap_or_default();
        let owner = workload.owner.as_deref().map(code).unwrap_or_default();
        format!("| {} | {}{leaning} | {reasons} | {owner} |\n", code(&workload.id), words::verdict(workload.verdict))
    };
    Section {
        title: "Workloads",
        head: "| Workload | Verdict | Why | Owner |\n|---|---|---|---|\n",
        rows: judged.iter().map(row).collect(),
        noun: ("workload is", "workloads are"),
    }
}

fn credentials(index: &Index<'_>, report: &v1::Report) -> Section {
    let mut shown_ones: Vec<&v1::Artifact> = report.artifacts.iter().filter(|artifact| artifact.level > Level::None).collect();
    shown_ones.sort_by_key(|artifact| (artifact.suppressed_by.is_some(), Reverse((artifact.level, artifact.rank))));
    let row = |artifact: &&v1::Artifact| {
        let first = artifact.locations.first().map(|location| code(&shown(&location.place))).unwrap_or_default();
        let more = match artifact.locations.len() {
            0 | 1 => String::new(),
            places => format!(" and {} more", places - 1),
        };
        let advice = match (&artifact.suppressed_by, &artifact.remediation.instead) {
            (Some(exception), _) => format!("exception {} until {}", code(&exception.exception), text(&exception.expires)),
            (None, Some(instead)) => text(instead),
            (None, None) => String::new(),
        };
        format!("| {} | {} | {} | {first}{more} | {advice} |\n", artifact.level, code(&index.what(artifact)), artifact.class)
    };
    Section {
        title: "Credentials",
        head: "| Level | What | Class | Where | Instead |\n|---|---|---|---|---|\n",
        rows: shown_ones.iter().map(row).collect(),
        noun: ("credential is", "credentials are"),
    }
}

fn findings(index: &Index<'_>, report: &v1::Report) -> Section {
    let mut all: Vec<&v1::Finding> = report.findings.iter().collect();
    all.sort_by_key(|finding| (finding.suppressed_by.is_some(), Reverse(finding.level)));
    let row = |finding: &&v1::Finding| {
        let at = finding.locations.first().map(|at| code(&shown(at))).unwrap_or_default();
        let exception = finding.suppressed_by.as_ref().map(|exception| format!(" (exception {})", code(&exception.exception)));
        let said = format!("**{}**: {}{}", text(index.title(finding)), text(&finding.message), exception.unwrap_or_default());
        format!("| {} | {} | {said} | {at} |\n", finding.level, code(&finding.check))
    };
    Section {
        title: "Findings",
        head: "| Level | Check | What | Where |\n|---|---|---|---|\n",
        rows: all.iter().map(row).collect(),
        noun: ("finding is", "findings are"),
    }
}

fn unread(report: &v1::Report) -> Section {
    let gaps = report.coverage.skipped.iter().filter(|skipped| skipped.gap);
    let row =
        |skipped: &v1::Skipped| format!("| {} | {} | {} |\n", code(&skipped.uri), words::skip_reason(skipped.why), text(&skipped.detail));
    Section {
        title: "Not read",
        head: "| What | Why | Detail |\n|---|---|---|\n",
        rows: gaps.map(row).collect(),
        noun: ("place is", "places are"),
    }
}

/// Text of the input as a code span: nothing in it is markup, a mention or a link.
fn code(input: &str) -> String {
    format!("`{}`", clipped(input).replace('`', "'").replace('|', "\\|"))
}

/// Text with words of the input in it: what would be markup is escaped.
fn text(input: &str) -> String {
    let mut safe = String::with_capacity(input.len());
    for character in clipped(input).chars() {
        match character {
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '&' => safe += "&amp;",
            // A reference keeps a mention from reaching anybody.
            '@' => safe += "&#64;",
            // Nor an issue's number.
            '#' => safe += "&#35;",
            '`' => safe.push('\''),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => safe.extend(['\\', character]),
            _ => safe.push(character),
        }
    }
    safe
}

fn clipped(input: &str) -> String {
    let shown = printable(input);
    match shown.char_indices().nth(MOST_CELL) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_input_is_markup() {
        assert_eq!(code("a`b|c\n<script>"), "`a'b\\|c\\n<script>`", "a code span is shown as it is");
        assert_eq!(text("<img> @team [x](y) *z*"), "&lt;img&gt; &#64;team \\[x\\](y) \\*z\\*");
        assert_eq!(text(&"é".repeat(1_000)).chars().count(), MOST_CELL + 1);
    }
}
