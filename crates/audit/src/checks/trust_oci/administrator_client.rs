//! # What it finds
//!
//! A propagation trust whose exchange client (`oauth_clients`) is an application that also holds the role Identity Domain
//! Administrator.
//!
//! # Why it matters
//!
//! The client's secret stands wherever tokens are exchanged. Whoever reads it there administers the domain: makes users,
//! trusts and keys of their own.
//!
//! # Instead
//!
//! Two applications: one that administers the domain and is used to set the trust up, and one without roles that
//! exchanges tokens (Oracle, "Token Exchange Grant Type: Exchanging a JSON Web Token for a UPST").

use unkeyed_model::{Level, RoleGrant, Value};

use super::propagation;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-09",
    title: "exchange client administers the domain",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("administrator_client.rs"),
    run,
};

const ROLE: &str = "Identity Domain Administrator";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view) {
        let clients = trust.settings.iter().filter(|(name, _)| name == "oauth_client").filter_map(|(_, value)| value.known());
        for client in clients {
            let Some(grant) = view.grants_of(client).iter().find(|grant| administers(grant)) else { continue };
            let message = format!(
                "{}, the exchange client of the propagation trust ({}), also holds the role {ROLE} ({}).",
                view.name(client),
                spot(&trust.location),
                spot(&grant.location),
            );
            let statement = Statement::new(CHECK.level, &grant.location, message).with(&trust.location, "the trust");
            sink.principal(&trust.principal, &statement);
        }
    }
}

fn administers(grant: &RoleGrant) -> bool {
    grant.role.as_ref().and_then(Value::known) == Some(ROLE)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{KEY, levels, with_trust};

    fn client_with(role: Value) -> Estate {
        let mut estate = with_trust(Platform::Oci, |trust| trust.settings = vec![("oauth_client".into(), Value::literal(KEY))]);
        estate.facts.grants[0].role = Some(role);
        estate
    }

    #[test]
    fn one_application_for_both_is_an_error() {
        assert_eq!(levels(&CHECK, &client_with(Value::literal(ROLE))), [Level::Error]);
    }

    #[test]
    fn another_role_another_client_and_the_unknown_are_fine() {
        assert!(levels(&CHECK, &client_with(Value::literal("User Administrator"))).is_empty());
        assert!(levels(&CHECK, &client_with(Value::unknown("var.role"))).is_empty());
        let mut other = client_with(Value::literal(ROLE));
        other.facts.trusts[0].settings[0].1 = Value::literal("tf:infra#oci_identity_domains_app.exchange");
        assert!(levels(&CHECK, &other).is_empty());
    }
}
