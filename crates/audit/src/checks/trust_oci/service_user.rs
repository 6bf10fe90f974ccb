//! # What it finds
//!
//! A service user that several impersonation rules lead to, or that administers the tenancy.
//!
//! # Why it matters
//!
//! Several workloads behind one user share its power and its name in the audit log. A user among the administrators turns one
//! accepted token into the whole tenancy.
//!
//! # Instead
//!
//! A service user for each workload, in a group with a policy for what that workload does.

use std::collections::BTreeMap;

use unkeyed_model::{Level, ResourceScope, RoleGrant, TrustBinding};

use super::{is_on, propagation};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-05",
    title: "service user is shared or an administrator",
    level: Level::Warning,
    standards: standards::TRUST_SHARED,
    source: include_str!("service_user.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut users: BTreeMap<&str, Vec<&TrustBinding>> = BTreeMap::new();
    for trust in propagation(view).filter(|trust| is_on(trust, "allow_impersonation") && !trust.claims.is_empty()) {
        users.entry(&trust.principal).or_default().push(trust);
    }
    for (user, rules) in users {
        let Some(first) = rules.first() else { continue };
        if let Some(second) = rules.iter().find(|rule| rule.claims != first.claims) {
            let message = format!("Several impersonation rules ({}) lead to {}.", spot(&first.location), view.name(user));
            let statement = Statement::new(CHECK.level, &first.location, message).with(&second.location, "another rule");
            sink.principal(user, &statement);
        }
        if let Some(grant) = view.grants_of(user).iter().find(|grant| administers(grant)) {
            let message = format!("{}, whom tokens impersonate, administers the tenancy ({}).", view.name(user), spot(&grant.location));
            let statement = Statement::new(CHECK.level, &grant.location, message).with(&first.location, "the rule");
            sink.principal(user, &statement);
        }
    }
}

fn administers(grant: &RoleGrant) -> bool {
    grant.scope == ResourceScope::Tenancy
        && grant.actions.iter().any(|action| action == "manage all-resources")
        && grant.condition.is_none()
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, Value};

    use super::*;
    use crate::checks::testing::{claim, levels, with_trust};

    fn ruled(second: &str) -> Estate {
        let mut estate = with_trust(Platform::Oci, |trust| {
            trust.settings = vec![("allow_impersonation".into(), Value::literal("true"))];
            trust.claims = vec![claim("sub", "eq", "spiffe://acme/a")];
        });
        let mut other = estate.facts.trusts[0].clone();
        other.claims = vec![claim("sub", "eq", second)];
        estate.facts.trusts.push(other);
        estate
    }

    #[test]
    fn two_rules_for_one_user_are_a_warning() {
        assert_eq!(levels(&CHECK, &ruled("spiffe://acme/b")), [Level::Warning]);
        assert!(levels(&CHECK, &ruled("spiffe://acme/a")).is_empty());
    }

    #[test]
    fn an_administrator_is_a_warning() {
        let mut estate = ruled("spiffe://acme/a");
        estate.facts.grants[0].actions = vec!["manage all-resources".into()];
        estate.facts.grants[0].scope = ResourceScope::Tenancy;
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.grants[0].scope = ResourceScope::Compartment;
        assert!(levels(&CHECK, &estate).is_empty());
    }

    #[test]
    fn what_is_not_known_to_impersonate_says_nothing() {
        let mut estate = ruled("spiffe://acme/b");
        estate.facts.trusts.iter_mut().for_each(|trust| trust.settings[0].1 = Value::unknown("var.impersonate"));
        assert!(levels(&CHECK, &estate).is_empty());
    }
}
