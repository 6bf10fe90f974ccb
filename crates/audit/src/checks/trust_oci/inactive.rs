//! # What it finds
//!
//! An OCI identity propagation trust that is not active: `active` is false, or not written, which means false.
//!
//! # Why it matters
//!
//! The exchange can't work. If the workload reaches OCI all the same, it does so with something else.
//!
//! # Instead
//!
//! `active = true`, or remove the trust.

use unkeyed_model::{Level, Value};

use super::{propagation, setting};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-OCI-03",
    title: "propagation trust is not active",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("inactive.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in propagation(view) {
        let why = match setting(trust, "active").map(Value::known) {
            None => "doesn't say that it is active, which means it isn't",
            Some(Some(text)) if text.eq_ignore_ascii_case("false") => "is switched off",
            Some(_) => continue,
        };
        let message = format!(
            "The propagation trust of {} ({}) {why}: access happens another way.",
            view.name(&trust.principal),
            spot(&trust.location)
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{levels, with_trust};

    fn with(active: Option<Value>) -> Estate {
        with_trust(Platform::Oci, |trust| trust.settings = active.map(|value| ("active".to_owned(), value)).into_iter().collect())
    }

    #[test]
    fn an_inactive_trust_is_a_warning() {
        assert_eq!(levels(&CHECK, &with(None)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &with(Some(Value::literal("false")))), [Level::Warning]);
    }

    #[test]
    fn an_active_one_is_fine_and_an_unknown_one_unknown() {
        assert!(levels(&CHECK, &with(Some(Value::literal("true")))).is_empty());
        assert!(levels(&CHECK, &with(Some(Value::unknown("var.active")))).is_empty());
    }
}
