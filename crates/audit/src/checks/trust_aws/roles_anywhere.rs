//! # What it finds
//!
//! A role that trusts IAM Roles Anywhere (`rolesanywhere.amazonaws.com`) without a condition on the trust anchor
//! (`aws:SourceArn`) or on the certificate (`aws:PrincipalTag/x509Subject/…`, `x509SAN/…`, `x509Issuer/…`).
//!
//! # Why it matters
//!
//! Any certificate of any trust anchor of the account becomes the role (IAM Roles Anywhere User Guide, "Trust model"):
//! a test authority that somebody adds tomorrow is as good as the one that was meant.
//!
//! # Instead
//!
//! `ArnEquals` on `aws:SourceArn` with the anchor, and `StringEquals` on `aws:PrincipalTag/x509Subject/CN` or the SPIFFE
//! id in `aws:PrincipalTag/x509SAN/URI`.

use unkeyed_model::{Claim, Level, Platform, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-13",
    title: "any certificate of any trust anchor becomes the role",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("roles_anywhere.rs"),
    run,
};

const SERVICE: &str = "rolesanywhere.amazonaws.com";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let of_service = view.trusts(Platform::Aws).filter(|trust| trust.trusted == "service" && trust.issuer.known() == Some(SERVICE));
    for trust in of_service.filter(|trust| !trust.claims.iter().any(ties)) {
        let message = format!(
            "The trust of {} ({}) admits any certificate of any IAM Roles Anywhere trust anchor.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

/// Whether a condition names an anchor or a certificate; one that is not known may.
fn ties(claim: &Claim) -> bool {
    let name = claim.name.to_ascii_lowercase();
    let names = ["aws:sourcearn", "aws:principaltag/x509"].iter().any(|key| name.starts_with(key));
    let demands = !claim.if_exists && claim.set_qualifier.as_deref() != Some("ForAllValues");
    let everything = |value: &Value| matches!(value.known(), Some("*" | "arn:aws:rolesanywhere:*"));
    name.contains("${") || (names && demands && !claim.values.iter().any(everything))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    fn levels_with(claims: Vec<Claim>) -> Vec<Level> {
        let estate = with_trust(Platform::Aws, |trust| {
            trust.trusted = "service".into();
            trust.issuer = Value::literal(SERVICE);
            trust.claims = claims;
        });
        levels(&CHECK, &estate)
    }

    #[test]
    fn no_anchor_and_no_certificate_is_an_error() {
        assert_eq!(levels_with(Vec::new()), [Level::Error]);
        assert_eq!(levels_with(vec![claim("aws:SourceAccount", "StringEquals", "111122223333")]), [Level::Error]);
        assert_eq!(levels_with(vec![claim("aws:SourceArn", "ArnLike", "*")]), [Level::Error]);
        let optional = Claim { if_exists: true, ..claim("aws:PrincipalTag/x509Subject/CN", "StringEquals", "web") };
        assert_eq!(levels_with(vec![optional]), [Level::Error]);
    }

    #[test]
    fn either_ties_it_and_so_may_what_is_not_known() {
        assert!(levels_with(vec![claim("aws:PrincipalTag/x509Subject/CN", "StringEquals", "web")]).is_empty());
        let unknown = Claim { values: vec![Value::unknown("var.anchor")], ..claim("aws:SourceArn", "ArnEquals", "") };
        assert!(levels_with(vec![unknown]).is_empty());
        assert!(levels_with(vec![claim("${local.key}", "StringEquals", "x")]).is_empty());
        assert!(levels(&CHECK, &with_trust(Platform::Aws, |_| {})).is_empty());
    }
}
