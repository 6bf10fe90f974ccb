//! # What it finds
//!
//! A Vault secrets engine, or a role of one, whose leases may last longer than a day (`default_ttl`, `max_ttl`,
//! `default_lease_ttl_seconds`, `max_lease_ttl_seconds`).
//!
//! # Why it matters
//!
//! A dynamic credential is worth its name because it ends soon after its use. A database user that lives for weeks is a
//! stored password with an audit entry.
//!
//! # Instead
//!
//! `default_ttl` of an hour or less and `max_ttl` of a day or less; whoever runs longer asks again.

use std::collections::BTreeMap;

use unkeyed_model::{Level, Platform, SessionPolicy};

use super::{DAY, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-VLT-02",
    title: "lease lasts longer than a day",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("vault_lease.rs"),
    run,
};

/// Lengths of leases, as secrets engines call them.
const SETTINGS: &[&str] =
    &["default_ttl", "max_ttl", "default_sts_ttl", "max_sts_ttl", "ttl", "default_lease_ttl_seconds", "max_lease_ttl_seconds"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut longest: BTreeMap<&str, (&SessionPolicy, u64)> = BTreeMap::new();
    for (session, seconds) in sessions(view, Platform::Vault, SETTINGS).filter(|(_, seconds)| *seconds > DAY) {
        let known = longest.entry(&session.principal).or_insert((session, seconds));
        if seconds > known.1 {
            *known = (session, seconds);
        }
    }
    for (principal, (session, seconds)) in longest {
        let message =
            format!("Leases of {} may last {} ({}: {}).", view.name(principal), length(seconds), spot(&session.location), session.setting);
        sink.principal(principal, &Statement::new(CHECK.level, &session.location, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{findings, lasting, levels};

    #[test]
    fn more_than_a_day_is_one_warning() {
        let mut estate = lasting(Platform::Vault, "default_ttl", Some(172_800));
        let longer = SessionPolicy { setting: "max_ttl".into(), seconds: Some(604_800), ..estate.facts.sessions[0].clone() };
        estate.facts.sessions.push(longer);
        let found = findings(&CHECK, &estate);
        assert!(found.len() == 1 && found[0].level == Level::Warning && found[0].message.contains("7 days"));
    }

    #[test]
    fn a_day_is_fine_and_an_unknown_length_unknown() {
        assert!(levels(&CHECK, &lasting(Platform::Vault, "max_ttl", Some(86_400))).is_empty());
        assert!(levels(&CHECK, &lasting(Platform::Vault, "max_ttl", None)).is_empty());
        assert!(levels(&CHECK, &lasting(Platform::Vault, "token_ttl", Some(604_800))).is_empty());
    }
}
