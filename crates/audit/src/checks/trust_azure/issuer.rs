//! # What it finds
//!
//! A federated credential whose issuer is not an `https` address. (Whether it is the issuer of the cluster or the platform
//! on which the workload runs is TB-AZ-05's question.)
//!
//! # Why it matters
//!
//! Entra fetches the keys that a token is checked with from the issuer. Over `http` whoever sits in between gives it keys
//! of their own; a text that is no address can't be fetched at all, and access happens another way.
//!
//! # Instead
//!
//! The issuer exactly as its discovery document gives it, starting with `https://`; for AKS take it from the cluster's
//! `oidc_issuer_url`.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-09",
    title: "issuer is not an https address",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("issuer.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let Some(issuer) = trust.issuer.known().filter(|issuer| !issuer.trim().starts_with("https://")) else { continue };
        let message = format!(
            "The federated credential of {} ({}) trusts the issuer \"{issuer}\", which is not an https address.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Platform, Value};

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn levels_for(issuer: Value) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Azure, |trust| trust.issuer = issuer))
    }

    #[test]
    fn anything_but_https_is_an_error() {
        assert_eq!(levels_for(Value::literal("http://oidc.acme.example")), [Level::Error]);
        assert_eq!(levels_for(Value::literal("token.actions.githubusercontent.com")), [Level::Error]);
    }

    #[test]
    fn https_and_the_unknown_are_fine() {
        assert!(levels_for(Value::literal("https://westeurope.oic.prod-aks.azure.com/t/c/")).is_empty());
        assert!(levels_for(Value::unknown("azurerm_kubernetes_cluster.main.oidc_issuer_url")).is_empty());
    }
}
