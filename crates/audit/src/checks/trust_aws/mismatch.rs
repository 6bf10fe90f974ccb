//! # What it finds
//!
//! A workload that becomes a role or principal (on AWS, Google Cloud, OCI, Vault) none of whose trusts can accept its token:
//! another issuer (GitHub Enterprise, ghe.com), another branch, environment or service account, another audience.
//! Azure has TB-AZ-05. On AWS also a trust in an issuer with `http://`, which no token names.
//!
//! # Why it matters
//!
//! The trust is dead for this workload. Either access fails, or it happens another way that nobody meant to keep.
//!
//! # Instead
//!
//! Make issuer, subject and audience of the trust equal to what the workload's token says; print the token's claims
//! once from the job to compare.

use unkeyed_model::{Level, Platform};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{standards, unmatched};

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-08",
    title: "no trust accepts the workload's token",
    level: Level::Error,
    standards: standards::DRIFT,
    source: include_str!("mismatch.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let Some(issuer) = trust.issuer.known().filter(|issuer| issuer.starts_with("http://")) else { continue };
        let message = format!(
            "The trust of {} ({}) is in {issuer}, and issuers are addresses with https: no token comes from there.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
    for case in unmatched::cases(view).filter(|case| case.path.platform != Platform::Azure) {
        // TB-AWS-17 has said why.
        if case.trusts.iter().all(|trust| super::dead_subject::is_dead(trust)) {
            continue;
        }
        let mut statement = Statement::new(CHECK.level, case.place, case.sentence(view));
        for trust in &case.trusts {
            statement = statement.with(&trust.location, "doesn't accept it");
        }
        sink.workload(&case.linked.workload.id, statement);
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{SubjectRule, Value};

    use super::*;
    use crate::checks::testing::{exact, findings, levels, with_trust};

    #[test]
    fn a_token_that_no_trust_accepts_is_an_error() {
        let branch = with_trust(Platform::Aws, |trust| trust.subject = exact("repo:acme/api:ref:refs/heads/main"));
        let found = findings(&CHECK, &branch);
        assert_eq!((found.len(), found[0].level), (1, Level::Error));
        assert!(found[0].message.contains("\"repo:acme/api:environment:prod\" for sts.amazonaws.com"), "{}", found[0].message);
        let issuer = with_trust(Platform::Aws, |trust| trust.issuer = Value::literal("https://token.actions.acme.ghe.com"));
        assert_eq!(levels(&CHECK, &issuer), [Level::Error]);
    }

    #[test]
    fn an_issuer_without_encryption_is_nobodys() {
        let mut plain = with_trust(Platform::Aws, |trust| trust.issuer = Value::literal("http://token.actions.githubusercontent.com"));
        plain.facts.workloads.clear();
        assert_eq!(levels(&CHECK, &plain), [Level::Error]);
    }

    #[test]
    fn an_accepted_token_is_fine_and_a_dead_subject_is_said_elsewhere() {
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |_| {})).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.subject = exact("repo:acme/api:*"))).is_empty());
    }

    #[test]
    fn what_is_not_known_is_no_mismatch() {
        let unknown = with_trust(Platform::Aws, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
