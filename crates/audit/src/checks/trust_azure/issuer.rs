//! # What it finds
//!
//! A federated credential whose issuer is not an `https` address, or is that of GitHub, GitLab, HCP Terraform or Buildkite
//! with a `/` behind it, which their tokens don't have. (Whether it is the issuer of the cluster or the platform
//! on which the workload runs is TB-AZ-05's question.)
//!
//! # Why it matters
//!
//! Entra fetches the keys that a token is checked with from the issuer. Over `http` whoever sits in between gives it keys
//! of their own; a text that is no address can't be fetched at all, and access happens another way. Entra compares the issuer
//! letter by letter (Microsoft Entra, "Workload identity federation").
//!
//! # Instead
//!
//! The issuer exactly as its discovery document gives it, starting with `https://`; for AKS take it from the cluster's
//! `oidc_issuer_url`.

use unkeyed_model::Level;

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer::Shared;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-09",
    title: "issuer is not one that tokens name",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("issuer.rs"),
    run,
};

/// Why no token is from an issuer as it is written, or nobody could be sure that it is.
fn fault(issuer: &str) -> Option<&'static str> {
    let ends_bare = matches!(Shared::of(issuer), Some(Shared::GitHub | Shared::GitLab | Shared::Terraform | Shared::Buildkite));
    match () {
        () if !issuer.trim().starts_with("https://") => Some("which is not an https address"),
        () if ends_bare && issuer.ends_with('/') => Some("which no token names with a / at its end"),
        () => None,
    }
}

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in super::federated(view) {
        let Some((issuer, fault)) = trust.issuer.known().and_then(|issuer| Some((issuer, fault(issuer)?))) else { continue };
        let message = format!(
            "The federated credential of {} ({}) trusts the issuer \"{issuer}\", {fault}.",
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
    fn a_slash_that_no_token_has_is_an_error() {
        assert_eq!(levels_for(Value::literal("https://token.actions.githubusercontent.com/")), [Level::Error]);
        assert!(levels_for(Value::literal("https://token.actions.githubusercontent.com")).is_empty());
    }

    #[test]
    fn https_and_the_unknown_are_fine() {
        assert!(levels_for(Value::literal("https://westeurope.oic.prod-aks.azure.com/t/c/")).is_empty());
        assert!(levels_for(Value::unknown("azurerm_kubernetes_cluster.main.oidc_issuer_url")).is_empty());
    }
}
