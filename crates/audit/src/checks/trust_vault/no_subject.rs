//! # What it finds
//!
//! A Vault JWT login role that binds neither the subject nor any claim: no `bound_subject`, no `bound_claims`.
//!
//! # Why it matters
//!
//! Every token of the issuer with the right audience logs in. For an issuer that serves many tenants that is everybody,
//! and the audience is chosen by whoever asks for the token.
//!
//! # Instead
//!
//! `bound_claims = { repository_id = "ID", environment = "production" }`, or `bound_subject` with the exact subject.

use unkeyed_model::{Level, SubjectRule};

use super::jwt;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-VLT-01",
    title: "login role binds neither subject nor claims",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("no_subject.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in jwt(view).filter(|trust| trust.subject == SubjectRule::Any && trust.claims.is_empty()) {
        let issuer = trust.issuer.known().unwrap_or("its issuer");
        let message = format!(
            "The login role {} ({}) binds neither subject nor claims: any token of {issuer} logs in.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{claim, levels, vault};

    #[test]
    fn a_role_that_binds_nothing_is_an_error() {
        assert_eq!(levels(&CHECK, &vault(|trust| trust.subject = SubjectRule::Any)), [Level::Error]);
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
