//! Credentials and findings as tables (RFC 4180), for spreadsheets and whoever assigns the work.
//!
//! One decision a reader would question: a credential has a row for each of its places, because each place is work of its
//! own; `id` holds the rows together.

use std::io;

use crate::index::Index;
use crate::json::v1;
use crate::printable;

const CREDENTIALS: [&str; 38] = [
    "id",
    "place",
    "class",
    "level",
    "rank",
    "confidence",
    "rule",
    "kind",
    "provider",
    "description",
    "name",
    "mask",
    "uri",
    "line",
    "column",
    "surface",
    "tracked",
    "commit",
    "layer",
    "image_path",
    "key_path",
    "custody",
    "role",
    "replayable",
    "reachability",
    "issued",
    "expires",
    "lifetime_seconds",
    "lifetime_basis",
    "destination",
    "workloads",
    "standards",
    "instead",
    "revoke",
    "exception",
    "exception_owner",
    "exception_expires",
    "exit_plan",
];

const FINDINGS: [&str; 16] = [
    "check",
    "level",
    "title",
    "message",
    "workload",
    "verdict",
    "owner",
    "uri",
    "line",
    "column",
    "commit",
    "standards",
    "exception",
    "exception_owner",
    "exception_expires",
    "exit_plan",
];

/// Writes a row for each place of each credential.
pub(crate) fn credentials(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let index = Index::new(report);
    let mut table = csv::Writer::from_writer(out);
    table.write_record(CREDENTIALS)?;
    for artifact in &report.artifacts {
        for (number, location) in (1..).zip(&artifact.locations) {
            let place = format!("{number} of {}", artifact.locations.len());
            let row = credential(&index, artifact, &location.place, place);
            table.write_record(row.iter().map(|cell| inert(cell)))?;
        }
    }
    table.flush()
}

fn credential(index: &Index<'_>, artifact: &v1::Artifact, at: &v1::Place, place: String) -> [String; CREDENTIALS.len()] {
    let lifetime = &artifact.lifetime;
    let [exception, owner, expires, plan] = exception(artifact.suppressed_by.as_ref());
    [
        artifact.id.clone(),
        place,
        artifact.class.to_string(),
        artifact.level.to_string(),
        artifact.rank.to_string(),
        artifact.confidence.to_string(),
        artifact.rule.clone(),
        artifact.kind.clone(),
        artifact.provider.clone(),
        index.rule_name(artifact).to_owned(),
        text(artifact.name.as_deref()),
        artifact.mask.clone(),
        at.uri.clone(),
        number(at.line),
        number(at.column),
        at.surface.to_string(),
        at.tracked.map(|tracked| tracked.to_string()).unwrap_or_default(),
        text(at.commit.as_deref()),
        text(at.layer.as_deref()),
        text(at.image_path.as_deref()),
        text(at.key_path.as_deref()),
        artifact.custody.to_string(),
        artifact.role.to_string(),
        artifact.replayable.to_string(),
        artifact.reachability.to_string(),
        text(lifetime.issued.as_deref()),
        text(lifetime.expires.as_deref()),
        number(lifetime.seconds),
        lifetime.basis.to_string(),
        artifact.destination.as_ref().map(ToString::to_string).unwrap_or_default(),
        artifact.workloads.join(" "),
        standards(&artifact.standards),
        text(artifact.remediation.instead.as_deref()),
        text(artifact.remediation.revoke.as_deref()),
        exception,
        owner,
        expires,
        plan,
    ]
}

/// Writes a row for each finding.
pub(crate) fn findings(report: &v1::Report, out: &mut dyn io::Write) -> io::Result<()> {
    let index = Index::new(report);
    let mut table = csv::Writer::from_writer(out);
    table.write_record(FINDINGS)?;
    for finding in &report.findings {
        let row = finding_row(&index, finding);
        table.write_record(row.iter().map(|cell| inert(cell)))?;
    }
    table.flush()
}

fn finding_row(index: &Index<'_>, finding: &v1::Finding) -> [String; FINDINGS.len()] {
    let workload = finding.workload.as_deref().and_then(|id| index.workload(id));
    let at = finding.locations.first();
    let [exception, owner, expires, plan] = exception(finding.suppressed_by.as_ref());
    [
        finding.check.clone(),
        finding.level.to_string(),
        index.title(finding).to_owned(),
        finding.message.clone(),
        text(finding.workload.as_deref()),
        workload.map(|workload| workload.verdict.to_string()).unwrap_or_default(),
        text(workload.and_then(|workload| workload.owner.as_deref())),
        text(at.map(|at| at.uri.as_str())),
        number(at.and_then(|at| at.line)),
        number(at.and_then(|at| at.column)),
        text(at.and_then(|at| at.commit.as_deref())),
        standards(&finding.standards),
        exception,
        owner,
        expires,
        plan,
    ]
}

fn exception(suppression: Option<&v1::Suppression>) -> [String; 4] {
    suppression.map_or_else(Default::default, |suppression| {
        let v1::Suppression { exception, owner, expires, exit_plan, .. } = suppression.clone();
        [exception, owner, expires, exit_plan]
    })
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn standards(standards: &[v1::Standard]) -> String {
    standards.iter().map(|standard| format!("{}:{}", standard.taxonomy, standard.id)).collect::<Vec<_>>().join(" ")
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection") and no terminal for a command.
pub(crate) fn inert(cell: &str) -> String {
    let shown = printable(cell);
    if shown.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{shown}") } else { shown.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(inert(cell), format!("'{cell}"));
        }
        assert_eq!(inert("a=b"), "a=b");
        assert!(!inert("a\u{1b}[31m\n=2").contains(['\u{1b}', '\n']));
    }
}
