//! # What it finds
//!
//! A log in which a durable credential was used: an access key, a client secret, a service account's key, the token of a
//! Secret. It is an error where a scanned workload becomes the same identity by federation, else a warning.
//!
//! # Why it matters
//!
//! The migration is not complete, whatever the files say: somebody still holds a credential that needs no workload, no
//! issuer and no conditions, and it works.
//!
//! # Instead
//!
//! Find who sends the requests (address and user agent stand in the log), move it to the identity, then deactivate the
//! credential, watch the log for refusals, and delete it.

use unkeyed_model::{Level, ObservedAct};

use super::{times, users};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "OB-01",
    title: "durable credential was seen in use",
    level: Level::Error,
    standards: standards::MIXED,
    source: include_str!("durable_use.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for seen in view.facts().observed.iter().filter(|seen| seen.act == ObservedAct::DurableUse && seen.allowed > 0) {
        let is_federated = !users(view, seen).is_empty();
        let kind = seen.credential.as_deref().unwrap_or("durable credential");
        let which = seen.credential_id.as_ref().map_or_else(|| kind.to_owned(), |id| format!("{kind} {id}"));
        let beside = if is_federated { ", which workloads here reach by federation" } else { "" };
        let message = format!(
            "{which} of {}{beside}, was used {} ({}).",
            view.name(&seen.principal),
            times(seen.allowed, seen),
            spot(&seen.location)
        );
        let level = if is_federated { CHECK.level } else { Level::Warning };
        sink.principal(&seen.principal, &Statement::new(level, &seen.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{KEY, levels, one_path, with_observed};

    fn with(principal: &str, allowed: u64) -> Estate {
        with_observed(one_path(Platform::Gcp), principal, |seen| {
            seen.act = ObservedAct::DurableUse;
            seen.credential = Some("gcp.sa-key".into());
            seen.allowed = allowed;
        })
    }

    #[test]
    fn a_key_of_a_federated_identity_is_an_error_and_of_another_a_warning() {
        assert_eq!(levels(&CHECK, &with(KEY, 3)), [Level::Error]);
        assert_eq!(levels(&CHECK, &with("someone@acme.example", 3)), [Level::Warning]);
    }

    #[test]
    fn refused_uses_and_exchanges_are_none() {
        assert!(levels(&CHECK, &with(KEY, 0)).is_empty());
        assert!(levels(&CHECK, &with_observed(one_path(Platform::Gcp), KEY, |_| {})).is_empty());
    }
}
