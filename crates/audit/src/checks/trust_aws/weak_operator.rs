//! # What it finds
//!
//! An AWS trust that compares the subject, the audience or another claim of the issuer with `ForAllValues:`, with an
//! `…IfExists` operator, or with a negative one (`StringNotEquals`, `StringNotLike`).
//!
//! # Why it matters
//!
//! `ForAllValues:` and `…IfExists` are true when the claim is absent from the token (AWS IAM User Guide, "Condition
//! operators"), so that they don't demand anything. A negative operator lists whom to keep out and lets in everybody
//! who was not thought of.
//!
//! # Instead
//!
//! `StringEquals`, or `StringLike` where a wildcard is needed, without prefix and suffix. If `ForAllValues:` must stay,
//! add a `Null` condition that demands the claim.

use unkeyed_model::{Claim, Level, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;
use crate::trust_match::condition;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-07",
    title: "operator accepts tokens that lack the claim",
    level: Level::Error,
    standards: &[nhi("NHI4:2025"), cwe("CWE-697"), cwe("CWE-863"), csf("PR.AA-04")],
    source: include_str!("weak_operator.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        for claim in trust.claims.iter().filter(|claim| is_of_token(claim)) {
            let Some(why) = weakness(trust, claim) else { continue };
            let message = format!(
                "The trust of {} ({}) tests {} with {}, {why}.",
                view.name(&trust.principal),
                spot(&trust.location),
                claim.name,
                as_written(claim),
            );
            sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
        }
    }
}

/// Claims of the token, not of the request: `aws:TagKeys` is rightly tested with `ForAllValues:`.
fn is_of_token(claim: &Claim) -> bool {
    let name = claim.name.to_ascii_lowercase();
    !name.starts_with("aws:") && !name.starts_with("sts:")
}

fn weakness(trust: &TrustBinding, claim: &Claim) -> Option<&'static str> {
    if matches!(condition::how(claim), Some((_, true))) && is_subject_or_audience(claim) {
        return Some("which only keeps out what it lists");
    }
    let optional = claim.if_exists || claim.set_qualifier.as_deref() == Some("ForAllValues");
    (optional && !is_demanded(trust, &claim.name)).then_some("which also holds when the claim is absent")
}

fn is_subject_or_audience(claim: &Claim) -> bool {
    let name = claim.name.to_ascii_lowercase();
    name.ends_with(":sub") || name.ends_with(":aud")
}

/// Whether a `Null` condition demands that the claim be there.
fn is_demanded(trust: &TrustBinding, name: &str) -> bool {
    trust.claims.iter().any(|claim| {
        claim.operator.eq_ignore_ascii_case("Null")
            && claim.name.eq_ignore_ascii_case(name)
            && claim.values.iter().all(|value| value.known() == Some("false"))
    })
}

fn as_written(claim: &Claim) -> String {
    let qualifier = claim.set_qualifier.as_deref().map(|qualifier| format!("{qualifier}:")).unwrap_or_default();
    format!("{qualifier}{}{}", claim.operator, if claim.if_exists { "IfExists" } else { "" })
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, Value};

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    const SUB: &str = "token.actions.githubusercontent.com:sub";

    fn levels_of(claims: Vec<Claim>) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.claims = claims))
    }

    #[test]
    fn operators_that_hold_without_the_claim_are_errors() {
        let plain = claim(SUB, "StringLike", "repo:acme/api:*");
        let for_all = Claim { set_qualifier: Some("ForAllValues".into()), ..plain.clone() };
        assert_eq!(levels_of(vec![for_all.clone()]), [Level::Error]);
        assert_eq!(levels_of(vec![Claim { if_exists: true, ..plain }]), [Level::Error]);
        assert_eq!(levels_of(vec![claim(SUB, "StringNotLike", "repo:evil/*")]), [Level::Error]);
        assert!(levels_of(vec![for_all, claim(SUB, "Null", "false")]).is_empty());
    }

    #[test]
    fn plain_operators_and_request_tags_are_fine() {
        assert!(levels_of(vec![claim(SUB, "StringLike", "repo:acme/api:*")]).is_empty());
        let tags = Claim { set_qualifier: Some("ForAllValues".into()), ..claim("aws:TagKeys", "StringEquals", "team") };
        assert!(levels_of(vec![tags]).is_empty());
    }

    #[test]
    fn an_unknown_value_changes_nothing() {
        let unknown = Claim { values: vec![Value::unknown("var.subject")], ..claim(SUB, "StringLike", "") };
        assert!(levels_of(vec![unknown]).is_empty());
    }
}
