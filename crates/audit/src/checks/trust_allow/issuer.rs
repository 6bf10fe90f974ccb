//! # What it finds
//!
//! A trust in tokens of an issuer that the policy's `trust_allow.issuers` doesn't name. Without that list, or where the issuer
//! can't be told, it says nothing.
//!
//! # Why it matters
//!
//! Who may sign tokens that are exchanged for a role decides who may have the role. An issuer that nobody has agreed on is a
//! way in that nobody watches: a second cluster, a CI system of a former vendor, somebody's own server.
//!
//! # Instead
//!
//! Take the trust out, or have the issuer added to `trust_allow.issuers` by whoever owns the policy. A `*` there stands for a
//! part of an address (`https://oidc.eks.eu-west-1.amazonaws.com/id/*`).

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::globs::Glob;
use crate::trust_match::issuer;

pub(super) const CHECK: Check = Check {
    id: "TB-POL-01",
    title: "issuer is not one that the policy allows",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("issuer.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let allowed = &view.context.policy.trust_allow.issuers;
    if allowed.is_empty() {
        return;
    }
    let allowed: Vec<Glob> = allowed.iter().map(|text| Glob::name(issuer::normal(text))).collect();
    for trust in view.facts().trusts.iter().filter(|trust| trust.trusted == "oidc") {
        let is_issuer = |text: &&str| !text.contains("${") && (!text.starts_with("arn:") || text.contains(":oidc-provider/"));
        let Some(text) = trust.issuer.known().filter(is_issuer) else { continue };
        if allowed.iter().any(|glob| glob.matches(issuer::normal(text))) {
            continue;
        }
        let message = format!(
            "The trust of {} ({}) takes tokens of {}, which trust_allow of the policy doesn't name.",
            view.name(&trust.principal),
            spot(&trust.location),
            issuer::normal(text),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Policy, TrustAllow, Value};

    use super::*;
    use crate::testing::{has_finding, now, secretless};

    fn is_found(estate: Estate, issuers: &[&str]) -> bool {
        let issuers = issuers.iter().map(|&text| text.to_owned()).collect();
        let policy = Policy { trust_allow: TrustAllow { issuers, ..TrustAllow::default() }, ..Policy::default() };
        has_finding(&crate::judge(estate, &policy, now()), CHECK.id, Level::Error)
    }

    #[test]
    fn an_issuer_that_is_not_on_the_list_is_an_error() {
        assert!(is_found(secretless(), &["https://gitlab.com"]));
        assert!(!is_found(secretless(), &["https://gitlab.com", "https://token.actions.githubusercontent.com/"]));
        assert!(!is_found(secretless(), &["https://token.*.com"]));
        assert!(!is_found(secretless(), &[]), "no list says nothing");
    }

    #[test]
    fn what_is_unknown_or_no_issuer_of_tokens_is_left_out() {
        for issuer in [Value::unknown("var.issuer"), Value::literal("arn:aws:iam::444455556666:root")] {
            let mut estate = secretless();
            estate.facts.trusts[0].issuer = issuer;
            assert!(!is_found(estate, &["https://gitlab.com"]));
        }
    }
}
