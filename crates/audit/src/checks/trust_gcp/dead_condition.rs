//! # What it finds
//!
//! A workload identity pool whose condition or member compares a claim for equality with a text that holds `*`.
//!
//! # Why it matters
//!
//! `==` in CEL and the attribute of a `principalSet` know no wildcards: no token has that text, the trust is dead, and
//! access happens another way.
//!
//! # Instead
//!
//! The whole value, or `assertion.sub.startsWith('repo:OWNER/REPO:')` where a beginning is meant.

use unkeyed_model::{Level, SubjectRule, TrustBinding, Value};

use super::{federated, member, providers};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::condition::{Condition, How, Test};
use crate::trust_match::pattern::certain;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-11",
    title: "condition can never hold",
    level: Level::Error,
    standards: standards::DRIFT,
    source: include_str!("dead_condition.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for provider in providers(view) {
        if let Some(statement) = statement(view, provider.trust) {
            sink.principals(&provider.principals(), &statement);
        }
    }
    for trust in federated(view).filter(|trust| member(trust).is_some()) {
        // The provider's condition has had its say.
        let mut own = trust.clone();
        own.claims.retain(|claim| claim.name != "attribute_condition");
        if matches!(own.subject, SubjectRule::Expression(_)) {
            own.subject = SubjectRule::Any;
        }
        if let Some(statement) = statement(view, &own) {
            sink.principal(&trust.principal, &statement);
        }
    }
}

fn statement(view: &View<'_>, trust: &TrustBinding) -> Option<Statement> {
    let (claim, text) = dead(trust)?;
    let message = format!(
        "The trust of {} ({}) demands that {claim} be \"{text}\" literally, star included: no token has it.",
        view.name(&trust.principal),
        spot(&trust.location),
    );
    Some(Statement::new(CHECK.level, &trust.location, message))
}

/// The claim and the value of a test that no token passes, if the condition can't do without it.
fn dead(trust: &TrustBinding) -> Option<(String, String)> {
    let condition = Condition::of(trust);
    let test = required(&condition).into_iter().find(|test| is_dead(test))?;
    Some((test.plain_claim().to_owned(), test.values.first().and_then(Value::known)?.to_owned()))
}

fn is_dead(test: &Test) -> bool {
    let starred = |value: &Value| value.known().is_some_and(|text| certain(text).contains('*'));
    test.how == How::Is && !test.negated && test.plain_claim() != "aud" && !test.values.is_empty() && test.values.iter().all(starred)
}

/// The tests that must hold whatever else does.
fn required(condition: &Condition) -> Vec<&Test> {
    match condition {
        Condition::All(parts) => parts.iter().flat_map(required).collect(),
        Condition::Test(test) => vec![test],
        Condition::Either(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{claim, gcp, levels};

    fn conditioned(condition: &str) -> Estate {
        let mut estate = gcp("principal://x/subject/y", None);
        estate.facts.trusts.truncate(1);
        estate.facts.trusts[0].subject = SubjectRule::Any;
        estate.facts.trusts[0].claims = vec![claim("attribute_condition", "cel", condition)];
        estate
    }

    #[test]
    fn a_star_under_equality_is_dead() {
        assert_eq!(levels(&CHECK, &conditioned("assertion.repository == 'acme/*'")), [Level::Error]);
        assert_eq!(levels(&CHECK, &conditioned("assertion.ref == 'x' && assertion.sub == 'repo:acme/*'")), [Level::Error]);
    }

    #[test]
    fn a_star_in_a_member_is_dead_too_and_a_condition_is_said_once() {
        let mut estate = gcp("principalSet://x/attribute.repository/acme/*", Some("assertion.ref == 'x'"));
        estate.facts.trusts.iter_mut().for_each(|trust| trust.subject = SubjectRule::Any);
        estate.facts.trusts[1].claims.push(claim("attribute.repository", "==", "acme/*"));
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
        assert_eq!(levels(&CHECK, &gcp("principal://x/subject/y", Some("assertion.ref == 'x*'"))), [Level::Error]);
    }

    #[test]
    fn a_way_around_it_or_a_whole_value_lives() {
        assert!(levels(&CHECK, &conditioned("assertion.repository == 'acme/*' || assertion.repository == 'acme/api'")).is_empty());
        assert!(levels(&CHECK, &conditioned("assertion.repository in ['acme/*', 'acme/api']")).is_empty());
        assert!(levels(&CHECK, &conditioned("assertion.repository == 'acme/api'")).is_empty());
    }

    #[test]
    fn what_can_not_be_read_says_nothing() {
        assert!(levels(&CHECK, &conditioned("assertion.repository.matches('acme/.*')")).is_empty());
    }
}
