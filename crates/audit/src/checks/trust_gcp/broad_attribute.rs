//! # What it finds
//!
//! A member that is named by an attribute which many repositories share (`attribute.repository_owner/…`, an environment, a
//! ref, an event) and that may change things: through the service account it acts as, or by a role of its own.
//!
//! # Why it matters
//!
//! The pool's condition lets the tenant in; the member decides who of them has this power. Whoever may create a repository
//! of the owner, or an environment called so, takes it.
//!
//! # Instead
//!
//! `principalSet://…/attribute.repository/OWNER/NAME`, or `principal://…/subject/…` for one branch or environment.

use unkeyed_model::{Level, Platform};

use super::{federated, member};
use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::privilege::{self, Privilege};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::condition::{Condition, Test};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-04",
    title: "many repositories share an attribute that may write",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("broad_attribute.rs"),
    run,
};

/// Attributes that many repositories of an owner, or of everybody, have in common.
const BROAD: [&str; 14] = [
    "repository_owner",
    "repository_owner_id",
    "namespace_path",
    "namespace_id",
    "terraform_organization_name",
    "terraform_organization_id",
    "organization_slug",
    "actor",
    "environment",
    "event_name",
    "ref",
    "ref_type",
    "workflow",
    "aud",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in federated(view).filter(|trust| member(trust).is_some() && view.privilege(&trust.principal) == Privilege::Writes) {
        let condition = Condition::of(trust);
        let of_member = |test: &&&Test| trust.claims.iter().any(|claim| claim.name == test.claim && claim.operator == "==");
        let tests = condition.tests();
        let Some(test) = tests.iter().find(|test| BROAD.contains(&test.plain_claim()) && of_member(test)) else { continue };
        // The provider's condition may name the repository that the attribute leaves open.
        let narrow = subjects::widest(trust).is_some_and(|widest| widest.breadth > Breadth::Tenant);
        if narrow || Shared::of_value(&trust.issuer).is_none() {
            continue;
        }
        let message = format!(
            "{} may be acted as by every identity with the same {} ({}), and may change things.",
            view.name(&trust.principal),
            test.plain_claim(),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
    for grant in view.grants(Platform::Gcp).filter(|grant| privilege::of_all(&[grant]) == Privilege::Writes) {
        let Some(attribute) = attribute(&grant.principal).filter(|attribute| BROAD.contains(attribute)) else { continue };
        let message = format!(
            "Every identity of the pool with the same {attribute} has {} ({}).",
            grant.role.as_ref().and_then(|role| role.known()).unwrap_or("a role that writes"),
            spot(&grant.location),
        );
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

/// The attribute by which a member names identities.
fn attribute(member: &str) -> Option<&str> {
    let (_, rest) = member.strip_prefix("principalSet://")?.split_once("/attribute.")?;
    rest.split('/').next()
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, SubjectRule, Value};

    use super::*;
    use crate::checks::testing::{claim, gcp, levels, with_grant, writing};

    fn of(attribute: &str, condition: &str) -> Estate {
        let mut estate = gcp("principalSet://x/attribute.a/acme", Some(condition));
        let acting = &mut estate.facts.trusts[1];
        acting.subject = SubjectRule::Any;
        acting.claims.insert(0, claim(attribute, "==", "acme"));
        estate
    }

    #[test]
    fn an_owner_or_a_ref_that_writes_is_a_warning() {
        for attribute in ["assertion.repository_owner", "attribute.environment", "assertion.ref"] {
            assert_eq!(levels(&CHECK, &writing(of(attribute, "assertion.repository_owner_id == '7'"))), [Level::Warning], "{attribute}");
        }
    }

    #[test]
    fn a_repository_a_reader_and_a_narrow_condition_are_fine() {
        assert!(levels(&CHECK, &writing(of("assertion.repository", "assertion.repository_owner_id == '7'"))).is_empty());
        let mut reading = of("assertion.repository_owner", "assertion.repository_owner_id == '7'");
        reading.facts.grants[0].actions = vec!["storage.objects.get".into()];
        assert!(levels(&CHECK, &reading).is_empty());
        assert!(levels(&CHECK, &writing(of("assertion.ref", "assertion.repository_id == '7'"))).is_empty());
    }

    #[test]
    fn a_grant_of_its_own_counts_too() {
        let direct = |member: &str| {
            let estate = with_grant(Platform::Gcp, |grant| {
                grant.principal = member.into();
                grant.actions.clear();
                grant.role = Some(Value::literal("roles/storage.admin"));
            });
            levels(&CHECK, &estate)
        };
        assert_eq!(direct("principalSet://iam.googleapis.com/p/attribute.repository_owner/acme"), [Level::Warning]);
        assert!(direct("principalSet://iam.googleapis.com/p/attribute.repository/acme/api").is_empty());
        assert!(direct("${var.member}").is_empty());
    }
}
