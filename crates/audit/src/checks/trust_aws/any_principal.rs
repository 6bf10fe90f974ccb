//! # What it finds
//!
//! An AWS role whose trust allows any principal (`"Principal": "*"`, `"AWS": "*"`, `"Federated": "*"`) without a
//! condition.
//!
//! # Why it matters
//!
//! Every AWS account in the world, or every identity provider, can become the role.
//!
//! # Instead
//!
//! Name the principal; if a wildcard can't be avoided, add `aws:PrincipalOrgID` or `aws:PrincipalArn`.

use unkeyed_model::{Level, Platform};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-10",
    title: "anybody may become the role",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("any_principal.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Aws) {
        let any = trust.trusted == "any" || trust.issuer.known() == Some("*");
        if !any || !trust.claims.is_empty() {
            continue;
        }
        let message = format!(
            "The trust of {} ({}) allows any principal without a condition: everybody can become it.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Value;

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    #[test]
    fn any_principal_is_an_error() {
        let bad = with_trust(Platform::Aws, |trust| trust.trusted = "any".into());
        assert_eq!(levels(&CHECK, &bad), [Level::Error]);
        assert_eq!(levels(&CHECK, &with_trust(Platform::Aws, |trust| trust.issuer = Value::literal("*"))), [Level::Error]);
    }

    #[test]
    fn a_condition_or_a_named_principal_is_fine() {
        let tied = with_trust(Platform::Aws, |trust| {
            trust.trusted = "any".into();
            trust.claims = vec![claim("aws:PrincipalOrgID", "StringEquals", "o-1")];
        });
        assert!(levels(&CHECK, &tied).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |_| {})).is_empty());
    }

    #[test]
    fn an_unknown_principal_is_not_any() {
        let unknown = with_trust(Platform::Aws, |trust| {
            trust.trusted = "account".into();
            trust.issuer = Value::unknown("var.principal");
        });
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
