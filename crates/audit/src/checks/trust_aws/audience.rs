//! # What it finds
//!
//! An AWS role that trusts an OpenID Connect provider without a condition on the audience, or, for GitHub, with an
//! audience other than `sts.amazonaws.com`, such as the owner's address that GitHub uses when nothing is asked for.
//! Where nothing names the subject either, TB-AWS-01 says so alone.
//!
//! # Why it matters
//!
//! The audience says for whom a token was made. Without it, a token that the workload sends to any other service can
//! be presented to AWS by that service. The owner's address is the same for every service that forgets to ask.
//!
//! # Instead
//!
//! `StringEquals` on the issuer's `:aud` with `sts.amazonaws.com`, which the official action asks for.

use unkeyed_model::{Level, SubjectRule, Value};

use crate::checks::check::{Check, Sink, Statement, list, spot};
use crate::checks::view::View;
use crate::checks::{standards, subjects};
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-06",
    title: "audience of the trust is open or shared",
    level: Level::Warning,
    standards: standards::TRUST,
    source: include_str!("audience.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        if trust.subject == SubjectRule::Any && !subjects::names_tenant(trust) {
            continue;
        }
        let shared = Shared::of_value(&trust.issuer);
        let why = match &trust.audiences {
            None => "has no condition on the audience, so that a token made for another service is accepted".to_owned(),
            Some(audiences) if shared == Some(Shared::GitHub) => {
                let known: Vec<&str> = audiences.iter().filter_map(Value::known).collect();
                if known.len() < audiences.len() || known.contains(&"sts.amazonaws.com") || known.is_empty() {
                    continue;
                }
                format!("expects the audience {}, which is not made for AWS alone", list(&known))
            }
            Some(_) => continue,
        };
        let message = format!("The trust of {} ({}) {why}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn with(audiences: Option<Value>) -> Estate {
        with_trust(Platform::Aws, |trust| trust.audiences = audiences.map(|audience| vec![audience]))
    }

    #[test]
    fn an_open_or_shared_audience_is_a_warning() {
        assert_eq!(levels(&CHECK, &with(None)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &with(Some(Value::literal("https://github.com/acme")))), [Level::Warning]);
    }

    #[test]
    fn without_any_condition_the_other_check_speaks() {
        let nothing = with_trust(Platform::Aws, |trust| {
            trust.audiences = None;
            trust.subject = SubjectRule::Any;
        });
        assert!(levels(&CHECK, &nothing).is_empty());
    }

    #[test]
    fn the_audience_of_aws_is_fine_and_an_unknown_one_is_not_missing() {
        assert!(levels(&CHECK, &with(Some(Value::literal("sts.amazonaws.com")))).is_empty());
        assert!(levels(&CHECK, &with(Some(Value::unknown("var.audience")))).is_empty());
    }
}
