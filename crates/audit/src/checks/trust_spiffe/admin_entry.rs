//! # What it finds
//!
//! A registration entry for a workload, not for SPIRE itself, with `admin: true` or `downstream: true`.
//!
//! # Why it matters
//!
//! An admin may use the server's whole API: create entries, take any identity. A downstream entry may have intermediate
//! certificates signed, with which it issues any id of the trust domain. One workload that is broken into is all of them then.
//!
//! # Instead
//!
//! Leave both out. Nested SPIRE servers and the controller manager are what they are for.

use unkeyed_model::Level;

use super::{entries, is_for_spire, is_on};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-03",
    title: "workload may issue identities",
    level: Level::Error,
    standards: standards::TRUST_WIDE,
    source: include_str!("admin_entry.rs"),
    run,
};

const POWERS: [(&str, &str); 2] = [("admin", "use the server's whole API"), ("downstream", "have certificates signed for any id")];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in entries(view).filter(|trust| !is_for_spire(trust)) {
        for (switch, power) in POWERS.iter().filter(|(switch, _)| is_on(trust, switch)) {
            let message = format!("{} ({}) is {switch}: it may {power}.", view.name(&trust.principal), spot(&trust.location));
            sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, spiffe};

    fn with(switch: &str, value: &str, id: &str) -> Vec<Level> {
        levels(&CHECK, &spiffe(&[("spiffeID", id), (switch, value)], &[("selectors", "k8s:ns:shop")], |_| {}))
    }

    #[test]
    fn power_over_the_server_is_an_error() {
        assert_eq!(with("admin", "true", "spiffe://acme.internal/web"), [Level::Error]);
        assert_eq!(with("downstream", "true", "spiffe://spire.acme.internal/web"), [Level::Error]);
    }

    #[test]
    fn spire_itself_and_what_is_off_or_unknown_are_fine() {
        assert!(with("downstream", "true", "spiffe://acme.internal/nested/spire-server").is_empty());
        assert!(with("admin", "false", "spiffe://acme.internal/web").is_empty());
        assert!(with("admin", "{{ .Values.admin }}", "spiffe://acme.internal/web").is_empty());
    }
}
