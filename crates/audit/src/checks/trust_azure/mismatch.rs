//! # What it finds
//!
//! A workload that logs in to Azure as an application or managed identity none of whose federated credentials can accept
//! its token: another branch or environment, another case of letters, another issuer or audience.
//!
//! # Why it matters
//!
//! The binding has drifted from the workload, or never fitted. Either the login fails, or the workload gets in another
//! way that nobody meant to keep.
//!
//! # Instead
//!
//! Make issuer, subject and audience equal to what the job's token says, letter by letter; print the token's claims once
//! from the job to compare.

use unkeyed_model::{Level, Platform};

use super::dead_wildcard::is_dead;
use crate::checks::check::{Check, Sink, Statement};
use crate::checks::view::View;
use crate::checks::{standards, subjects, unmatched};

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-05",
    title: "no federated credential accepts the workload's token",
    level: Level::Error,
    standards: standards::DRIFT,
    source: include_str!("mismatch.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for case in unmatched::cases(view).filter(|case| case.path.platform == Platform::Azure) {
        // TB-AZ-02 has said why.
        if case.trusts.iter().all(|trust| subjects::of(trust).iter().any(|subject| is_dead(&subject.text))) {
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
    use crate::checks::testing::{exact, levels, with_trust};

    #[test]
    fn a_token_that_no_credential_accepts_is_an_error() {
        for subject in ["repo:acme/api:ref:refs/heads/master", "repo:acme/api:environment:Prod"] {
            assert_eq!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = exact(subject))), [Level::Error], "{subject}");
        }
        let issuer = with_trust(Platform::Azure, |trust| trust.issuer = Value::literal("https://gitlab.com"));
        assert_eq!(levels(&CHECK, &issuer), [Level::Error]);
    }

    #[test]
    fn an_accepted_token_is_fine_and_a_dead_wildcard_is_said_elsewhere() {
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |_| {})).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.subject = exact("repo:acme/api:*"))).is_empty());
    }

    #[test]
    fn what_is_not_known_is_no_mismatch() {
        let subject = with_trust(Platform::Azure, |trust| trust.subject = SubjectRule::Unknown("var.subject".into()));
        assert!(levels(&CHECK, &subject).is_empty());
        let mut no_trust = with_trust(Platform::Azure, |_| {});
        no_trust.facts.trusts.clear();
        assert!(levels(&CHECK, &no_trust).is_empty());
    }
}
