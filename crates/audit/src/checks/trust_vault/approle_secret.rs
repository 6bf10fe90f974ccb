//! # What it finds
//!
//! A Vault AppRole whose secret id never expires (`secret_id_ttl` is 0 or not written) and may be used without limit
//! (`secret_id_num_uses` is 0 or not written). One of the two, without `secret_id_bound_cidrs`, is a warning.
//!
//! # Why it matters
//!
//! Such a secret id is a password for everything the role can fetch: the durable credential has only moved one step.
//!
//! # Instead
//!
//! Log in with the platform's identity (Kubernetes, cloud, JWT). Where AppRole must stay: a short `secret_id_ttl`, one use,
//! response wrapping and bound addresses.

use unkeyed_model::{Level, Platform, TrustBinding, Value};

use super::setting;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-VLT-04",
    title: "AppRole secret id never expires",
    level: Level::Error,
    standards: &[nhi("NHI7:2025"), nhi("NHI4:2025"), cwe("CWE-613"), csf("PR.AA-01"), csf("PR.AA-04")],
    source: include_str!("approle_secret.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in view.trusts(Platform::Vault).filter(|trust| trust.trusted == "approle") {
        if setting(trust, "bind_secret_id").and_then(Value::known) == Some("false") {
            continue;
        }
        let bound = setting(trust, "secret_id_bound_cidrs").is_some();
        let (level, what) = match (is_unlimited(trust, "secret_id_ttl"), is_unlimited(trust, "secret_id_num_uses")) {
            (true, true) => (CHECK.level, "never expires and may be used without limit"),
            (true, false) if !bound => (Level::Warning, "never expires"),
            (false, true) if !bound => (Level::Warning, "may be used without limit from anywhere"),
            _ => continue,
        };
        let message = format!("The secret id of the AppRole {} ({}) {what}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

/// 0 means without limit, and is the default (Vault, AppRole API).
fn is_unlimited(trust: &TrustBinding, name: &str) -> bool {
    match setting(trust, name) {
        None => true,
        Some(value) => value.known().is_some_and(|text| text.trim_end_matches(['s', 'm', 'h']) == "0"),
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, vault};

    fn approle(settings: &[(&str, Value)]) -> Estate {
        vault(|trust| {
            trust.trusted = "approle".into();
            trust.settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        })
    }

    #[test]
    fn an_eternal_secret_id_is_an_error() {
        assert_eq!(levels(&CHECK, &approle(&[])), [Level::Error]);
        assert_eq!(levels(&CHECK, &approle(&[("secret_id_ttl", Value::literal("0"))])), [Level::Error]);
    }

    #[test]
    fn one_limit_makes_it_a_warning_and_addresses_make_it_fine() {
        let uses = ("secret_id_num_uses", Value::literal("1"));
        assert_eq!(levels(&CHECK, &approle(std::slice::from_ref(&uses))), [Level::Warning]);
        assert_eq!(levels(&CHECK, &approle(&[("secret_id_ttl", Value::literal("600"))])), [Level::Warning]);
        assert!(levels(&CHECK, &approle(&[uses.clone(), ("secret_id_bound_cidrs", Value::literal("10.0.0.0/8"))])).is_empty());
        assert!(levels(&CHECK, &approle(&[uses, ("secret_id_ttl", Value::literal("600"))])).is_empty());
    }

    #[test]
    fn unknown_limits_are_not_missing() {
        let unknown = || Value::unknown("var.ttl");
        assert!(levels(&CHECK, &approle(&[("secret_id_ttl", unknown()), ("secret_id_num_uses", unknown())])).is_empty());
        assert!(levels(&CHECK, &approle(&[("bind_secret_id", Value::literal("false"))])).is_empty());
    }
}
