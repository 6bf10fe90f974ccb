//! # What it finds
//!
//! An OCI identity propagation trust for an issuer that serves many tenants, without `client_claim_name` and
//! `client_claim_values`.
//!
//! # Why it matters
//!
//! These two are what binds the token's audience. Without them a token that was made for any other service can be
//! exchanged for an OCI session.
//!
//! # Instead
//!
//! `client_claim_name = "aud"` and one value that is used for OCI alone.

use unkeyed_model::Level;

use super::{propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::issuer::{self, Shared};

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-02",
    title: "audience of the exchange is not bound",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("no_client_claim.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view) {
        let Some(issuer) = trust.issuer.known().filter(|issuer| Shared::of(issuer).is_some()) else { continue };
        if setting(trust, "client_claim_name").is_some() && trust.audiences.is_some() {
            continue;
        }
        let message = format!(
            "The propagation trust of {} ({}) takes tokens of {} whatever audience they were made for.",
            view.name(&trust.principal),
            spot(&trust.location),
            issuer::normal(issuer),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform, TrustBinding, Value};

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn bound(change: impl FnOnce(&mut TrustBinding)) -> Estate {
        with_trust(Platform::Oci, |trust| {
            trust.settings = vec![("client_claim_name".into(), Value::literal("aud"))];
            change(trust);
        })
    }

    #[test]
    fn an_unbound_audience_is_an_error() {
        assert_eq!(levels(&CHECK, &bound(|trust| trust.audiences = None)), [Level::Error]);
        assert_eq!(levels(&CHECK, &bound(|trust| trust.settings.clear())), [Level::Error]);
    }

    #[test]
    fn a_bound_one_or_an_issuer_of_ones_own_is_fine() {
        assert!(levels(&CHECK, &bound(|_| {})).is_empty());
        let own = bound(|trust| {
            trust.audiences = None;
            trust.issuer = Value::literal("https://spire.acme.example");
        });
        assert!(levels(&CHECK, &own).is_empty());
    }

    #[test]
    fn what_is_not_known_is_not_missing() {
        let unknown = bound(|trust| {
            trust.settings[0].1 = Value::unknown("var.claim");
            trust.audiences = Some(vec![Value::unknown("var.audience")]);
        });
        assert!(levels(&CHECK, &unknown).is_empty());
        assert!(levels(&CHECK, &bound(|trust| (trust.audiences, trust.issuer) = (None, Value::unknown("var.issuer")))).is_empty());
    }
}
