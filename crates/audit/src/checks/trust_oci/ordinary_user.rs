//! # What it finds
//!
//! A propagation trust that leads to an ordinary user: one without impersonation, which maps the token's subject to a
//! person's account, or a rule whose user is not a service user.
//!
//! # Why it matters
//!
//! An ordinary user may have a password and API keys beside the trust, and acts in the audit log as a person. A service
//! user can have neither (Oracle, "Service users"): nothing durable is left that leads to it.
//!
//! # Instead
//!
//! `allow_impersonation = true` with a rule for the workload, and a user made with `service_user = true`.

use unkeyed_model::{Level, TrustBinding, Value};

use super::{is_on, propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-10",
    title: "workload acts as an ordinary user",
    level: Level::Warning,
    standards: &[nhi("NHI10:2025"), cwe("CWE-863"), csf("PR.AA-01"), csf("PR.AA-04")],
    source: include_str!("ordinary_user.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view) {
        let Some(why) = ordinary(trust) else { continue };
        let message = format!("The propagation trust of {} ({}) {why}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

fn ordinary(trust: &TrustBinding) -> Option<&'static str> {
    let is = |name: &str, wanted: &str| setting(trust, name).and_then(Value::known).is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    if is_on(trust, "allow_impersonation") {
        return is("service_user", "false").then_some("leads to a user that is not a service user");
    }
    // Not to impersonate is the default.
    let off = setting(trust, "allow_impersonation").is_none_or(|value| value.known().is_some());
    (off && is("subject_type", "user")).then_some("maps tokens to people's accounts, because it allows no impersonation")
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn set(settings: &[(&str, Value)]) -> Vec<Level> {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        levels(&CHECK, &with_trust(Platform::Oci, |trust| trust.settings = settings))
    }

    #[test]
    fn an_ordinary_user_is_a_warning() {
        let on = ("allow_impersonation", Value::literal("true"));
        assert_eq!(set(&[on, ("service_user", Value::literal("false"))]), [Level::Warning]);
        assert_eq!(set(&[("subject_type", Value::literal("User"))]), [Level::Warning]);
    }

    #[test]
    fn a_service_user_and_the_unknown_are_fine() {
        let on = || ("allow_impersonation", Value::literal("true"));
        assert!(set(&[on(), ("service_user", Value::literal("true")), ("subject_type", Value::literal("User"))]).is_empty());
        assert!(set(&[on(), ("subject_type", Value::literal("User"))]).is_empty());
        assert!(set(&[("allow_impersonation", Value::unknown("var.x")), ("subject_type", Value::literal("User"))]).is_empty());
        assert!(set(&[("subject_type", Value::literal("Resource"))]).is_empty());
    }
}
