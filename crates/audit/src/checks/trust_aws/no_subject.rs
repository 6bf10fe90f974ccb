//! # What it finds
//!
//! An AWS role that trusts an issuer serving many tenants (GitHub, GitLab.com, HCP Terraform, Buildkite …) without any
//! condition that names a tenant: no `…:sub`, and none of the claims that stand for it (`repository_id`,
//! `repository_owner_id`, `job_workflow_ref`, `enterprise_id` …). A condition on the audience alone doesn't count. For an issuer
//! of one's own, or one that is not known from the inputs, it is a warning; for a cluster's see TB-AWS-11.
//!
//! # Why it matters
//!
//! The issuer signs tokens for everybody. The audience is chosen by whoever asks for the token, so that any repository
//! on the platform can become the role. AWS refuses new and changed trust policies of this kind for well-known
//! issuers, but existing ones stay in force until they are next edited.
//!
//! # Instead
//!
//! Add `StringEquals` on the issuer's `:sub` with the repository and the branch or environment that deploys, or on
//! `:repository_id` together with `:ref`.

use unkeyed_model::{Level, SubjectRule};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::{self, Shared};

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-01",
    title: "shared issuer is trusted without naming a tenant",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("no_subject.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        if trust.subject != SubjectRule::Any || subjects::names_tenant(trust) {
            continue;
        }
        let issuer = trust.issuer.known().map(issuer::normal);
        let (level, who) = match issuer.map(|issuer| (issuer, Shared::of(issuer))) {
            // These vendors give each customer an audience of its own.
            Some((_, Some(Shared::Other))) if trust.audiences.is_some() => continue,
            _ if issuer::is_of_cluster(&trust.issuer) => continue,
            Some((_, Some(_))) => (CHECK.level, "every tenant of that issuer"),
            Some((_, None)) | None => (Level::Warning, "everybody whom that issuer knows"),
        };
        let lacking = if trust.audiences.is_none() { "subject or audience" } else { "subject" };
        let message = format!(
            "The trust of {} ({}) accepts any token of {}, because no condition names a {lacking}: {who} can become it.",
            view.name(&trust.principal),
            spot(&trust.location),
            issuer.unwrap_or("its issuer"),
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, Value};

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    #[test]
    fn a_condition_on_the_audience_alone_is_no_binding() {
        let bad = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Any);
        assert_eq!(levels(&CHECK, &bad), [Level::Error]);
        let negative = with_trust(Platform::Aws, |trust| {
            trust.subject = SubjectRule::Any;
            trust.claims = vec![claim("token.actions.githubusercontent.com:sub", "StringNotLike", "repo:evil/*")];
        });
        assert_eq!(levels(&CHECK, &negative), [Level::Error]);
    }

    #[test]
    fn a_subject_or_a_tenant_claim_is_one() {
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |_| {})).is_empty());
        let by_id = with_trust(Platform::Aws, |trust| {
            trust.subject = SubjectRule::Any;
            trust.claims = vec![claim("token.actions.githubusercontent.com:repository_id", "StringEquals", "42")];
        });
        assert!(levels(&CHECK, &by_id).is_empty());
    }

    fn unbound(issuer: Value) -> Vec<Level> {
        let change = |trust: &mut unkeyed_model::TrustBinding| (trust.subject, trust.issuer) = (SubjectRule::Any, issuer);
        levels(&CHECK, &with_trust(Platform::Aws, change))
    }

    #[test]
    fn for_other_issuers_it_is_a_warning_or_said_elsewhere() {
        assert_eq!(unbound(Value::literal("https://gitlab.acme.example")), [Level::Warning]);
        assert_eq!(unbound(Value::unknown("module.eks.oidc_provider")), [Level::Warning]);
        assert!(unbound(Value::literal("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF")).is_empty());
        assert!(unbound(Value::literal("https://accounts.google.com")).is_empty());
    }

    #[test]
    fn an_unknown_subject_is_not_missing() {
        let subject = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &subject).is_empty());
    }
}
