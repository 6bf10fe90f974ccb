//! # What it finds
//!
//! An OCI identity propagation trust that may impersonate service users by a rule which is not an exact equality on the
//! subject: `sub eq *`, `sub eq spiffe://acme/*`, `sub co acme`, or a rule on another claim. A trust whose
//! `client_claim_values` list whole subjects is bound by these.
//!
//! # Why it matters
//!
//! The grammar has two operators only. `eq` accepts `*` as a wildcard, so that it proves nothing by itself, and `co`
//! means "contains". Whatever subject fits becomes the service user.
//!
//! # Instead
//!
//! `sub eq spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, one rule for each workload.

use unkeyed_model::{Claim, Level, TrustBinding, Value};

use super::{is_on, propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-01",
    title: "impersonation rule is not an exact subject",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("loose_rule.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view).filter(|trust| is_on(trust, "allow_impersonation")) {
        if lists_subjects(trust) {
            continue;
        }
        let Some((level, claim)) = trust.claims.iter().find_map(|claim| Some((looseness(claim)?, claim))) else { continue };
        let value = claim.values.first().and_then(Value::known).unwrap_or_default();
        let message = format!(
            "The propagation trust ({}) lets everybody whose token fits \"{} {} {value}\" impersonate {}.",
            spot(&trust.location),
            claim.name,
            claim.operator,
            view.name(&trust.principal),
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

/// Whether the accepted clients are subjects, each written out.
fn lists_subjects(trust: &TrustBinding) -> bool {
    let by_subject = setting(trust, "client_claim_name").and_then(Value::known) == Some("sub");
    let whole = |value: &Value| value.known().is_none_or(|text| !text.contains('*'));
    by_subject && trust.audiences.as_ref().is_some_and(|subjects| !subjects.is_empty() && subjects.iter().all(whole))
}

fn looseness(claim: &Claim) -> Option<Level> {
    let value = claim.values.first().and_then(Value::known)?;
    let subject = claim.name.eq_ignore_ascii_case("sub");
    match claim.operator.as_str() {
        "eq" if subject && !value.contains('*') => None,
        "eq" | "co" if subject => Some(CHECK.level),
        "eq" | "co" => Some(Level::Warning),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    fn ruled(name: &str, operator: &str, value: &str) -> Estate {
        with_trust(Platform::Oci, |trust| {
            trust.settings = vec![("allow_impersonation".into(), Value::literal("true"))];
            trust.claims = vec![claim(name, operator, value)];
        })
    }

    #[test]
    fn a_wildcard_or_a_part_is_an_error() {
        for (operator, value) in [("eq", "*"), ("eq", "spiffe://acme/*"), ("co", "acme")] {
            assert_eq!(levels(&CHECK, &ruled("sub", operator, value)), [Level::Error], "{operator} {value}");
        }
        assert_eq!(levels(&CHECK, &ruled("groups", "co", "ops")), [Level::Warning]);
    }

    #[test]
    fn an_exact_subject_is_fine_and_so_is_a_trust_that_impersonates_nobody() {
        assert!(levels(&CHECK, &ruled("sub", "eq", "spiffe://acme/ns/ci/sa/deploy")).is_empty());
        let mut off = ruled("sub", "eq", "*");
        off.facts.trusts[0].settings[0].1 = Value::literal("false");
        assert!(levels(&CHECK, &off).is_empty());
    }

    #[test]
    fn listed_subjects_bind_whatever_the_rule_says() {
        let with = |subject: &str| {
            let mut listed = ruled("sub", "eq", "*");
            listed.facts.trusts[0].settings.push(("client_claim_name".into(), Value::literal("sub")));
            listed.facts.trusts[0].audiences = Some(vec![Value::literal(subject)]);
            levels(&CHECK, &listed)
        };
        assert!(with("repo:acme/api:environment:prod").is_empty());
        assert_eq!(with("repo:acme/*"), [Level::Error]);
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        let mut unknown = ruled("sub", "eq", "*");
        unknown.facts.trusts[0].claims[0].values = vec![Value::unknown("var.rule")];
        assert!(levels(&CHECK, &unknown).is_empty());
        let mut switch = ruled("sub", "eq", "*");
        switch.facts.trusts[0].settings[0].1 = Value::unknown("var.impersonate");
        assert!(levels(&CHECK, &switch).is_empty());
    }
}
