//! # What it finds
//!
//! A service account that every identity of a workload identity pool may act as
//! (`principalSet://…/workloadIdentityPools/POOL/*`), or that everybody may (`allUsers`, `allAuthenticatedUsers`). Where the
//! provider's condition lets in one repository only, it is a warning.
//!
//! # Why it matters
//!
//! Whatever the pool lets in, today or after the next provider is added, has this service account's power.
//!
//! # Instead
//!
//! `principalSet://…/attribute.repository_id/ID`, or `principal://…/subject/SUBJECT`.

use unkeyed_model::{Level, Platform, SubjectRule, TrustBinding, Value};

use super::{attribute_condition, granted_set, member};
use crate::checks::breadth::Breadth;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-03",
    title: "every identity of a pool may act as the service account",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("pool_wide_member.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Gcp) {
        let Some(everybody) = everybody(trust) else { continue };
        let message = format!(
            "{everybody} may act as {} ({}): all that is let in has its power.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        let one = match trust.trusted.as_str() {
            "oidc" => subjects::widest(trust).is_some_and(|widest| widest.breadth >= Breadth::Project),
            // A condition on an account of AWS tells roles apart; that it does is TB-GCP-09's question.
            "account" => attribute_condition(trust).is_some(),
            _ => false,
        };
        let level = if one { Level::Warning } else { CHECK.level };
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
    for grant in view.grants(Platform::Gcp).filter(|grant| granted_set(&grant.principal).is_some_and(|set| set.ends_with("/*"))) {
        let message = format!("Every identity of a pool has a role ({}): all that is let in has its power.", spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

/// Who the member is, if it is everybody.
fn everybody(trust: &TrustBinding) -> Option<&str> {
    match member(trust)? {
        Value::Known(text, _) => {
            let pool = text.starts_with("principalSet://") && text.ends_with("/*");
            (pool || matches!(text.as_str(), "allUsers" | "allAuthenticatedUsers")).then_some(text)
        }
        // The pool is given by reference, as it mostly is. That its provider was found shows that it is a pool; a
        // subject or an attribute behind it would have left its mark on the trust.
        Value::Unknown(why) if why.contains("/*`") => Some("Every identity of the pool"),
        Value::Unknown(_) => {
            let of_pool = trust.trusted == "oidc" && trust.issuer.known().is_some();
            let narrowed = matches!(trust.subject, SubjectRule::Exact(_) | SubjectRule::Glob(_) | SubjectRule::Unknown(_))
                || trust.claims.iter().any(|claim| claim.name != "attribute_condition");
            (of_pool && !narrowed).then_some("Every identity of the pool")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{claim, gcp, levels};

    const POOL: &str = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci";

    #[test]
    fn a_whole_pool_is_an_error() {
        let everybody = |member: &str| {
            let mut estate = gcp(member, None);
            estate.facts.trusts[1].subject = SubjectRule::Any;
            levels(&CHECK, &estate)
        };
        assert_eq!(everybody(&format!("{POOL}/*")), [Level::Error]);
        assert_eq!(everybody("allUsers"), [Level::Error]);
    }

    #[test]
    fn a_pool_of_one_repository_is_a_warning() {
        let mut estate = gcp(&format!("{POOL}/*"), Some("assertion.repository_id == '7'"));
        estate.facts.trusts[1].subject = SubjectRule::Expression("assertion.repository_id == '7'".into());
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn one_repository_is_fine() {
        assert!(levels(&CHECK, &gcp(&format!("{POOL}/attribute.repository/acme/api"), None)).is_empty());
    }

    #[test]
    fn a_pool_by_reference_is_a_whole_pool_unless_something_narrows_it() {
        let mut estate = gcp("x", Some("assertion.repository_owner_id == '1'"));
        let acting = &mut estate.facts.trusts[1];
        acting.settings[0].1 = Value::unknown("`principalSet://…/${pool.name}/*`");
        acting.subject = SubjectRule::Expression("assertion.repository_owner_id == '1'".into());
        assert_eq!(levels(&CHECK, &estate), [Level::Error]);
        let acting = &mut estate.facts.trusts[1];
        acting.settings[0].1 = Value::unknown("`principalSet://…/${pool.name}/attribute.repository/acme/api`");
        acting.claims.push(claim("attribute.repository", "==", "acme/api"));
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn an_unknown_member_says_nothing() {
        let mut estate = gcp("x", None);
        let acting = &mut estate.facts.trusts[1];
        (acting.settings[0].1, acting.trusted) = (Value::unknown("local.member"), "account".into());
        assert!(levels(&CHECK, &estate).is_empty());
    }
}
