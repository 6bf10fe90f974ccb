//! # What it finds
//!
//! A pool provider for AWS without a condition on the role, and with a member that doesn't name one either.
//!
//! # Why it matters
//!
//! Every role of the AWS account, and whoever may create one, comes through: a function for tests has the power that the
//! backup job was meant to have.
//!
//! # Instead
//!
//! `attribute_condition = "assertion.arn.startsWith('arn:aws:sts::ACCOUNT:assumed-role/ROLE/')"`, or members by
//! `attribute.aws_role` (Google Cloud, "Configure Workload Identity Federation with AWS or Azure").

use unkeyed_model::{Claim, Level, Platform, TrustBinding, Value};

use super::{attribute_condition, member};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-GCP-09",
    title: "every role of an AWS account comes through the pool",
    level: Level::Warning,
    standards: standards::TRUST_WIDE,
    source: include_str!("aws_role.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let from_aws = || view.trusts(Platform::Gcp).filter(|trust| trust.trusted == "account");
    for trust in from_aws().filter(|trust| member(trust).is_none() && attribute_condition(trust).is_none_or(is_about_account)) {
        let members: Vec<&TrustBinding> = from_aws().filter(|other| member(other).is_some() && other.issuer == trust.issuer).collect();
        if !members.is_empty() && members.iter().all(|member| names_role(member)) {
            continue;
        }
        let message = format!(
            "The provider of {} ({}) lets in every role of the AWS account {}.",
            view.name(&trust.principal),
            spot(&trust.location),
            trust.issuer.known().unwrap_or("that is set elsewhere"),
        );
        let keys: Vec<&str> = std::iter::once(trust).chain(members).map(|trust| trust.principal.as_str()).collect();
        sink.principals(&keys, &Statement::new(CHECK.level, &trust.location, message));
    }
}

/// Whether the condition only repeats the account, which the provider demands anyway.
fn is_about_account(condition: &Claim) -> bool {
    let text = condition.values.first().and_then(Value::known);
    text.is_some_and(|text| text.contains("assertion.account") && !text.contains("arn") && !text.contains("aws_role"))
}

fn names_role(trust: &TrustBinding) -> bool {
    let text = member(trust).map(|member| match member {
        Value::Known(text, _) | Value::Unknown(text) => text.as_str(),
    });
    text.is_some_and(|text| ["/attribute.aws_role/", "/attribute.arn/", "/subject/"].iter().any(|part| text.contains(part)))
        || trust.claims.iter().any(|claim| claim.name != "attribute_condition" && !claim.name.ends_with("account"))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{gcp, levels};

    fn aws(member: &str, condition: Option<&str>) -> Estate {
        let mut estate = gcp(member, condition);
        for trust in &mut estate.facts.trusts {
            trust.trusted = "account".into();
            trust.issuer = Value::literal("111122223333");
        }
        estate
    }

    #[test]
    fn no_role_anywhere_is_a_warning() {
        assert_eq!(levels(&CHECK, &aws("principalSet://x/workloadIdentityPools/p/*", None)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &aws("principalSet://x/*", Some("assertion.account == '111122223333'"))), [Level::Warning]);
        let mut account = aws("principalSet://x/attribute.account/111122223333", None);
        for trust in &mut account.facts.trusts {
            trust.claims = vec![crate::checks::testing::claim("assertion.account", "==", "111122223333")];
        }
        assert_eq!(levels(&CHECK, &account), [Level::Warning]);
    }

    #[test]
    fn a_role_in_the_condition_or_in_every_member_is_fine() {
        assert!(levels(&CHECK, &aws("principalSet://x/attribute.aws_role/backup", None)).is_empty());
        assert!(levels(&CHECK, &aws("principalSet://x/*", Some("attribute.aws_role == 'backup'"))).is_empty());
        let mut unknown = aws("principalSet://x/*", None);
        let claim = crate::checks::testing::claim("attribute_condition", "cel", "");
        unknown.facts.trusts[0].claims = vec![Claim { values: vec![Value::unknown("var.condition")], ..claim }];
        assert!(levels(&CHECK, &unknown).is_empty());
        assert!(levels(&CHECK, &gcp("principal://x/subject/y", None)).is_empty());
    }
}
