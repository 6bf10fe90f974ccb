//! Trusts of two reports.

use unkeyed_model::{SubjectRule, TrustBinding, TrustChange, TrustReport, Value};

use super::{Change, ChangeKind, Subject};
use crate::json::v1;

/// Adds what changed of the trusts: a wider one is worse, a narrower one better.
pub(super) fn compare(old: &v1::Report, new: &v1::Report, changes: &mut Vec<Change>) {
    let model = |report: &v1::Report| report.trusts.iter().map(v1::Trust::to_model).collect::<Vec<TrustReport>>();
    let (old, new) = (model(old), model(new));
    for (change, before, after) in TrustChange::between(&old, &new) {
        let Some(trust) = after.or(before).map(|report| &report.binding) else { continue };
        let said = |report: Option<&TrustReport>| report.map(|report| admitted(&report.binding));
        changes.push(Change {
            change: match change {
                TrustChange::Added => ChangeKind::Appeared,
                TrustChange::Widened => ChangeKind::Worse,
                TrustChange::Changed => ChangeKind::Drift,
                TrustChange::Narrowed => ChangeKind::Better,
                TrustChange::Gone => ChangeKind::Gone,
            },
            subject: Subject::Trust,
            what: trust.principal.clone(),
            fact: None,
            was: said(before),
            is: said(after),
            uri: Some(v1::Place::new(&trust.location).uri),
        });
    }
}

/// What a trust admits: subject, issuer, audience, conditions.
fn admitted(trust: &TrustBinding) -> String {
    let subject = match &trust.subject {
        SubjectRule::Exact(texts) | SubjectRule::Glob(texts) => texts.join(", "),
        SubjectRule::Expression(text) => text.clone(),
        SubjectRule::Any => "any subject".to_owned(),
        SubjectRule::Unknown(_) => "unknown subject".to_owned(),
    };
    let mut parts = vec![subject, trust.issuer.known().unwrap_or("unknown issuer").to_owned()];
    let texts = |values: &[Value]| values.iter().map(|value| value.known().unwrap_or("unknown")).collect::<Vec<_>>().join(", ");
    parts.push(trust.audiences.as_deref().map_or_else(|| "any audience".to_owned(), texts));
    parts.extend(trust.claims.iter().map(|claim| format!("{} {} {}", claim.name, claim.operator, texts(&claim.values))));
    parts.join("; ")
}
