//! # What it finds
//!
//! A propagation trust that fetches the issuer's keys over anything but `https`, or that is pinned to a certificate which has
//! expired or is about to.
//!
//! # Why it matters
//!
//! Whoever sits between Oracle and a plain `http` address gives it keys of their own, and signs any token. A pinned
//! certificate stops the exchange on the day it ends; what is done in a hurry then is usually an API key.
//!
//! # Instead
//!
//! `public_key_endpoint` with the `jwks_uri` of the issuer's discovery document, over `https`, which follows rotation by itself.

use unkeyed_model::{Level, Timestamp, TrustBinding, Value};

use super::{propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-04",
    title: "issuer's keys come insecurely or run out",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("public_key.rs"),
    run,
};

/// Days before a certificate's end from which it is reported.
const SOON: i64 = 30;

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view) {
        for (level, what) in [insecure(trust), ending(trust, view.context.now)].into_iter().flatten() {
            let message = format!("The propagation trust of {} ({}) {what}.", view.name(&trust.principal), spot(&trust.location));
            sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
        }
    }
}

fn insecure(trust: &TrustBinding) -> Option<(Level, String)> {
    let endpoint = setting(trust, "public_key_endpoint").and_then(Value::known)?;
    let plain = !endpoint.is_empty() && !endpoint.starts_with("https://");
    plain.then(|| (CHECK.level, format!("fetches the issuer's keys from {endpoint}, which is not https")))
}

fn ending(trust: &TrustBinding, now: Timestamp) -> Option<(Level, String)> {
    let end: Timestamp = setting(trust, "public_certificate.expires").and_then(Value::known)?.parse().ok()?;
    let left = end.as_second() - now.as_second();
    match left {
        ..0 => Some((CHECK.level, "is pinned to a certificate that has expired".to_owned())),
        _ if left < SOON * 86_400 => {
            Some((Level::Warning, format!("is pinned to a certificate that ends on {}", end.strftime("%Y-%m-%d"))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn set(name: &str, value: Value) -> Vec<Level> {
        levels(&CHECK, &with_trust(Platform::Oci, |trust| trust.settings = vec![(name.into(), value)]))
    }

    #[test]
    fn plain_http_is_an_error() {
        assert_eq!(set("public_key_endpoint", Value::literal("http://spire.acme.example/keys")), [Level::Error]);
        assert!(set("public_key_endpoint", Value::literal("https://spire.acme.example/keys")).is_empty());
        assert!(set("public_key_endpoint", Value::unknown("var.endpoint")).is_empty());
    }

    #[test]
    fn a_certificate_is_judged_by_its_end() {
        let ends = |text: &str| set("public_certificate.expires", Value::literal(text));
        assert_eq!(ends("2026-05-31T00:00:00Z"), [Level::Error]);
        assert_eq!(ends("2026-06-20T00:00:00Z"), [Level::Warning]);
        assert!(ends("2027-06-01T00:00:00Z").is_empty());
        assert!(set("public_certificate.expires", Value::unknown("not readable")).is_empty());
    }
}
