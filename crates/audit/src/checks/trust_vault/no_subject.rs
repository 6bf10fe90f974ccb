//! # What it finds
//!
//! A Vault JWT login role that binds neither the subject nor a claim that tells workloads apart: no `bound_subject`, and no
//! `bound_claims`, or only such that say nothing of who asks (`aud`, `iss`; for a shared issuer also `ref`, `actor` and the
//! like). For an issuer of one's own, or one that is not known from the inputs, it is a warning.
//!
//! # Why it matters
//!
//! Every token of the issuer with the right audience logs in. For an issuer that serves many tenants that is everybody,
//! and the audience is chosen by whoever asks for the token.
//!
//! # Instead
//!
//! `bound_claims = { repository_id = "ID", environment = "production" }`, or `bound_subject` with the exact subject.

use unkeyed_model::{Level, SubjectRule, TrustBinding};

use super::jwt;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-VLT-01",
    title: "login role binds neither subject nor claims",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("no_subject.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in jwt(view).filter(|trust| trust.subject == SubjectRule::Any) {
        let shared = Shared::of_value(&trust.issuer).is_some();
        if binds(trust, shared) {
            continue;
        }
        let level = if shared { CHECK.level } else { Level::Warning };
        let issuer = trust.issuer.known().unwrap_or("its issuer");
        let bound = trust.claims.iter().any(|claim| says_who(&claim.name));
        let what = if bound { "binds only claims that everybody's tokens can have" } else { "binds neither subject nor claims" };
        let message = format!(
            "The login role {} ({}) {what}: any token of {issuer} {}logs in.",
            view.name(&trust.principal),
            spot(&trust.location),
            if bound { "that has them " } else { "" },
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

/// Whether a claim says anything of whoever holds the token.
fn says_who(name: &str) -> bool {
    !matches!(name.trim_start_matches('/'), "aud" | "iss" | "exp" | "iat" | "nbf" | "jti")
}

/// Whether a claim tells workloads apart: of an issuer that serves many tenants, the tenant at least.
fn binds(trust: &TrustBinding, shared: bool) -> bool {
    if shared { subjects::names_tenant(trust) } else { trust.claims.iter().any(|claim| says_who(&claim.name)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{claim, findings, levels, vault};

    #[test]
    fn a_role_that_binds_nothing_is_an_error() {
        assert_eq!(levels(&CHECK, &vault(|trust| trust.subject = SubjectRule::Any)), [Level::Error]);
    }

    #[test]
    fn claims_that_say_nothing_of_who_asks_bind_nothing() {
        for name in ["aud", "ref", "actor"] {
            let bad = vault(|trust| {
                trust.subject = SubjectRule::Any;
                trust.claims = vec![claim(name, "eq", "x")];
            });
            let found = findings(&CHECK, &bad);
            assert_eq!(found[0].level, Level::Error, "{name}");
            assert_eq!(found[0].message.contains("neither subject nor claims"), name == "aud");
        }
    }

    #[test]
    fn an_issuer_of_ones_own_knows_fewer() {
        let own = |name: Option<&str>| {
            let estate = vault(|trust| {
                (trust.subject, trust.issuer) = (SubjectRule::Any, unkeyed_model::Value::literal("https://nomad.acme.example"));
                trust.claims = name.map(|name| claim(name, "eq", "x")).into_iter().collect();
            });
            levels(&CHECK, &estate)
        };
        assert_eq!((own(None), own(Some("aud"))), (vec![Level::Warning], vec![Level::Warning]));
        assert!(own(Some("nomad_namespace")).is_empty());
    }

    #[test]
    fn a_subject_or_a_claim_binds() {
        assert!(levels(&CHECK, &vault(|_| {})).is_empty());
        let by_claim = vault(|trust| {
            trust.subject = SubjectRule::Any;
            trust.claims = vec![claim("repository_id", "eq", "42")];
        });
        assert!(levels(&CHECK, &by_claim).is_empty());
    }

    #[test]
    fn unknown_subjects_and_roles_for_people_say_nothing() {
        assert!(levels(&CHECK, &vault(|trust| trust.subject = SubjectRule::Unknown("var.subject".into()))).is_empty());
        let people = vault(|trust| {
            trust.subject = SubjectRule::Any;
            trust.settings.clear();
        });
        assert!(levels(&CHECK, &people).is_empty());
    }
}
