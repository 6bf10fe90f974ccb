//! # What it finds
//!
//! A workload identity pool provider for an issuer that serves many tenants (GitHub, GitLab.com, HCP Terraform …) without
//! an attribute condition. It is a warning if every binding in the inputs that uses it names one repository or less.
//!
//! # Why it matters
//!
//! Without a condition the pool accepts tokens of everybody on that platform; only the bindings stand between a
//! stranger's job and the project, and the next binding that is a little wider lets them in. Google refuses to create
//! such providers since 2024; older ones stay.
//!
//! # Instead
//!
//! `attribute_condition = "assertion.repository_owner_id == 'ID' && assertion.repository_id == 'ID'"`.

use unkeyed_model::{Level, SubjectRule, Value};

use super::{attribute_condition, is_narrow, providers};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer::{self, Shared};

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-01",
    title: "pool accepts every tenant of a shared issuer",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("no_condition.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for provider in providers(view) {
        let trust = provider.trust;
        let Some(issuer) = trust.issuer.known().filter(|issuer| Shared::of(issuer).is_some()) else { continue };
        let why = match attribute_condition(trust) {
            None if trust.subject == SubjectRule::Any => "has no attribute condition",
            Some(claim) if claim.values.first().and_then(Value::known).is_some_and(compares_claims_only) => {
                "has an attribute condition that compares claims with each other only"
            }
            _ => continue,
        };
        let narrow = !provider.members.is_empty() && provider.members.iter().all(|member| is_narrow(member));
        let (level, rest) = match narrow {
            true => (Level::Warning, "only its bindings keep others out"),
            false => (CHECK.level, "every tenant of that issuer can use it"),
        };
        let message = format!(
            "The provider of {} ({}) accepts any token of {}, because it {why}: {rest}.",
            view.name(&trust.principal),
            spot(&trust.location),
            issuer::normal(issuer),
        );
        let mut statement = Statement::new(level, &trust.location, message);
        for member in &provider.members {
            statement = statement.with(&member.location, "uses it");
        }
        sink.principals(&provider.principals(), &statement);
    }
}

/// Whether a condition says nothing but that claims are equal to claims (`attribute.repository == assertion.repository`), which
/// holds for every token.
fn compares_claims_only(condition: &str) -> bool {
    let is_claim = |side: &str| {
        let plain = side.trim();
        ["assertion.", "attribute.", "google."].iter().any(|root| plain.starts_with(root))
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    };
    condition.split("&&").all(|test| test.split_once("==").is_some_and(|(one, other)| is_claim(one) && is_claim(other)))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, TrustBinding};

    use super::*;
    use crate::checks::testing::{claim, findings, gcp, levels};

    fn open(change: impl FnOnce(&mut TrustBinding)) -> unkeyed_model::Estate {
        let mut estate = gcp("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/*", None);
        estate.facts.trusts.iter_mut().for_each(|trust| trust.subject = SubjectRule::Any);
        change(&mut estate.facts.trusts[0]);
        estate
    }

    #[test]
    fn a_provider_without_a_condition_is_an_error_for_those_behind_it() {
        let found = findings(&CHECK, &open(|_| {}));
        assert_eq!((found.len(), found[0].level), (1, Level::Error));
        assert!(found[0].workload.is_some());
    }

    #[test]
    fn narrow_bindings_make_it_a_warning() {
        let member = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/attribute.repository/acme/api";
        let mut estate = gcp(member, None);
        estate.facts.trusts.iter_mut().for_each(|trust| trust.subject = SubjectRule::Any);
        estate.facts.trusts[1].claims.push(claim("assertion.repository", "==", "acme/api"));
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn claims_that_equal_claims_keep_nobody_out() {
        let with = |condition: &str| {
            let change = |trust: &mut TrustBinding| {
                trust.subject = SubjectRule::Expression(condition.into());
                trust.claims.push(claim("attribute_condition", "cel", condition));
            };
            levels(&CHECK, &open(change))
        };
        assert_eq!(with("attribute.repository == assertion.repository && google.subject==assertion.sub"), [Level::Error]);
        assert!(with("attribute.repository == 'acme/api'").is_empty());
        assert!(with("attribute.repository == assertion.repository && assertion.ref == 'refs/heads/main'").is_empty());
    }

    #[test]
    fn a_condition_or_an_issuer_of_ones_own_is_fine() {
        let mut estate = open(|_| {});
        estate
            .facts
            .trusts
            .iter_mut()
            .for_each(|trust| trust.claims.push(claim("attribute_condition", "cel", "assertion.repository_id == '1'")));
        assert!(levels(&CHECK, &estate).is_empty());
        assert!(levels(&CHECK, &open(|trust| trust.issuer = Value::literal("https://gitlab.acme.example"))).is_empty());
    }

    #[test]
    fn what_is_not_known_is_not_missing() {
        assert!(levels(&CHECK, &open(|trust| trust.issuer = Value::unknown("var.issuer"))).is_empty());
        let unknown = unkeyed_model::Claim { values: vec![Value::unknown("var.condition")], ..claim("attribute_condition", "cel", "") };
        assert!(levels(&CHECK, &open(|trust| trust.claims.push(unknown))).is_empty());
        let mut empty = open(|_| {});
        empty.facts.trusts.retain(|trust| trust.platform != Platform::Gcp);
        assert!(levels(&CHECK, &empty).is_empty());
    }
}
