//! # What it finds
//!
//! An AWS role that trusts another account without a condition that ties the request to one customer of that account:
//! `sts:ExternalId`, `aws:SourceArn`, `aws:SourceAccount`, `aws:PrincipalOrgID`, `aws:PrincipalOrgPaths` or a principal
//! tag.
//!
//! # Why it matters
//!
//! A vendor's account acts for many customers. Whoever can make the vendor use another customer's role ARN borrows
//! this role: the confused deputy. It is an error where the inputs show which accounts are one's own and the trusted
//! one is not among them, else a warning.
//!
//! # Instead
//!
//! Add `StringEquals` on `sts:ExternalId` with the value the vendor generated for you, or `aws:PrincipalOrgID` for
//! accounts of your own organisation. A vendor that supports no external id is named in the policy's
//! `trust_allow.vendor_accounts` with `require_external_id = false`.

use std::collections::BTreeSet;

use unkeyed_model::{Level, Platform, SubjectRule, TrustBinding};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-09",
    title: "another account is trusted without an external id",
    level: Level::Error,
    standards: &[nhi("NHI3:2025"), cwe("CWE-441"), csf("PR.AA-04"), csf("PR.AA-05")],
    source: include_str!("foreign_account.rs"),
    run,
};

/// Condition keys that tie a request to one customer or one organisation, or to a person at a device, which no vendor's service is.
const TIES: [&str; 8] = [
    "sts:externalid",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let own = own_accounts(view);
    for trust in view.trusts(Platform::Aws).filter(|trust| trust.trusted == "account") {
        let Some(account) = trust.issuer.known().and_then(account) else { continue };
        let vendor = view.context.policy.trust_allow.vendor_accounts.iter().find(|vendor| vendor.id == account);
        if own.contains(account) || is_tied(trust) || vendor.is_some_and(|vendor| !vendor.require_external_id) {
            continue;
        }
        let (level, whose) = match (vendor, own.is_empty()) {
            (Some(vendor), _) => (CHECK.level, format!("which is {}'s", vendor.name)),
            (None, true) => (Level::Warning, "which may not be yours".to_owned()),
            (None, false) => (CHECK.level, "which is none of the accounts used here".to_owned()),
        };
        let message = format!(
            "The trust of {} ({}) admits account {account}, {whose}, without sts:ExternalId or an organisation condition: a confused deputy can use it.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

fn is_tied(trust: &TrustBinding) -> bool {
    trust.claims.iter().any(|claim| {
        let name = claim.name.to_ascii_lowercase();
        // A service shows no device, and that is let through by what only holds where one is shown.
        TIES.iter().any(|tie| name.starts_with(tie)) && !(claim.if_exists && name.starts_with("aws:multifactor"))
    })
}

/// The account of an account id or an ARN.
fn account(text: &str) -> Option<&str> {
    let account = if text.starts_with("arn:") { text.split(':').nth(4)? } else { text };
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

/// Accounts that the inputs use as their own: of the roles they define and become, of providers, of what they grant.
fn own_accounts<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let facts = view.facts();
    let roles = facts.principals.iter().filter(|principal| principal.platform == Platform::Aws).flat_map(|principal| &principal.names);
    let providers = view.trusts(Platform::Aws).filter(|trust| trust.trusted == "oidc").filter_map(|trust| trust.issuer.known());
    let granted = view.grants(Platform::Aws).flat_map(|grant| &grant.resources).filter_map(|resource| resource.known());
    let destinations = view.context.workloads.iter().flat_map(|linked| &linked.destinations);
    let reached = destinations.filter(|destination| destination.kind == "aws").map(|destination| destination.name.as_str());
    let trusted = view.trusts(Platform::Aws).filter(|trust| trust.trusted == "account").flat_map(|trust| match &trust.subject {
        SubjectRule::Exact(arns) => arns.as_slice(),
        _ => &[],
    });
    let named = trusted.map(String::as_str).filter(|arn| is_defined(view, arn));
    roles.map(String::as_str).chain(providers).chain(granted).chain(reached).chain(named).filter_map(account).collect()
}

/// Whether an ARN is that of a role or user which the inputs define by its name.
fn is_defined(view: &View<'_>, arn: &str) -> bool {
    let Some((_, path)) = arn.split_once(":role/").or_else(|| arn.split_once(":user/")) else { return false };
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut own = view.facts().principals.iter().filter(|principal| principal.platform == Platform::Aws);
    own.any(|principal| principal.names.iter().any(|known| known == name))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Policy, TrustAllow, Value, VendorAccount};

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    fn trusting(issuer: Value) -> Estate {
        with_trust(Platform::Aws, |trust| {
            trust.trusted = "account".into();
            trust.issuer = issuer;
            trust.subject = unkeyed_model::SubjectRule::Any;
        })
    }

    fn at_home(mut estate: Estate) -> Estate {
        estate.facts.principals[0].names.push("arn:aws:iam::111122223333:role/deploy".into());
        estate
    }

    #[test]
    fn the_account_of_a_role_that_the_inputs_define_is_ones_own() {
        let mut estate = trusting(Value::literal("444455556666"));
        estate.facts.trusts[0].subject = SubjectRule::Exact(vec!["arn:aws:iam::444455556666:role/apps/task".into()]);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.principals[0].names.push("task".into());
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn a_foreign_account_is_an_error_where_ones_own_is_known() {
        let vendor = trusting(Value::literal("arn:aws:iam::444455556666:root"));
        assert_eq!(levels(&CHECK, &vendor), [Level::Warning]);
        assert_eq!(levels(&CHECK, &at_home(vendor)), [Level::Error]);
    }

    #[test]
    fn an_external_id_or_ones_own_account_is_fine() {
        assert!(levels(&CHECK, &at_home(trusting(Value::literal("111122223333")))).is_empty());
        let mut tied = at_home(trusting(Value::literal("444455556666")));
        tied.facts.trusts[0].claims.push(claim("sts:ExternalId", "StringEquals", "a3f1"));
        assert!(levels(&CHECK, &tied).is_empty());
        let mut person = at_home(trusting(Value::literal("444455556666")));
        person.facts.trusts[0].claims.push(claim("aws:MultiFactorAuthPresent", "Bool", "true"));
        assert!(levels(&CHECK, &person).is_empty());
        person.facts.trusts[0].claims[0].if_exists = true;
        assert_eq!(levels(&CHECK, &person), [Level::Error]);
    }

    #[test]
    fn a_vendor_that_the_policy_names_may_do_without() {
        let found = |require_external_id| {
            let vendor = VendorAccount { id: "444455556666".into(), name: "Acme".into(), require_external_id };
            let trust_allow = TrustAllow { vendor_accounts: vec![vendor], ..TrustAllow::default() };
            let policy = Policy { trust_allow, ..Policy::default() };
            let report = crate::judge(trusting(Value::literal("444455556666")), &policy, crate::testing::now());
            report.findings.iter().find(|finding| finding.check == CHECK.id).map(|finding| finding.message.contains("which is Acme's"))
        };
        assert_eq!((found(true), found(false)), (Some(true), None));
    }

    #[test]
    fn an_unknown_account_says_nothing() {
        assert!(levels(&CHECK, &at_home(trusting(Value::unknown("var.account")))).is_empty());
    }
}
