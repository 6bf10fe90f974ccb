//! # What it finds
//!
//! A Vault login role whose tokens can be renewed without end (`token_period`), live longer than a day, or have no limit
//! of their own, so that the server's applies (32 days unless it is configured).
//!
//! # Why it matters
//!
//! A Vault token is a bearer token for everything its policies reach. One that can be renewed for ever is a durable
//! credential with extra steps.
//!
//! # Instead
//!
//! `token_ttl = 900`, `token_max_ttl = 3600`, no `token_period`; log in again instead of renewing.

use std::collections::BTreeMap;

use unkeyed_model::{Level, Platform, SessionPolicy};

use super::{DAY, length};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-VLT-01",
    title: "Vault tokens live too long",
    level: Level::Error,
    standards: standards::LIFETIME,
    source: include_str!("vault_token.rs"),
    run,
};

/// Settings that end a token's life.
const LIMITS: [&str; 3] = ["token_ttl", "token_max_ttl", "token_explicit_max_ttl"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut sessions: BTreeMap<&str, Vec<&SessionPolicy>> = BTreeMap::new();
    for session in view.facts().sessions.iter().filter(|session| session.platform == Platform::Vault) {
        sessions.entry(&session.principal).or_default().push(session);
    }
    for trust in view.trusts(Platform::Vault) {
        let own = sessions.get(trust.principal.as_str()).map_or(&[][..], Vec::as_slice);
        let Some((level, location, what)) = judged(own, &trust.location) else { continue };
        let message = format!("Tokens of the login role {} ({}) {what}.", view.name(&trust.principal), spot(location));
        sink.principal(&trust.principal, &Statement::new(level, location, message));
    }
}

fn judged<'a>(sessions: &[&'a SessionPolicy], role: &'a unkeyed_model::Location) -> Option<(Level, &'a unkeyed_model::Location, String)> {
    let seconds = |name: &str| sessions.iter().find(|session| session.setting == name).map(|session| (session.seconds, &session.location));
    if let Some((Some(period @ 1..), location)) = seconds("token_period") {
        return Some((CHECK.level, location, format!("can be renewed without end, {} at a time", length(period))));
    }
    let limits: Vec<_> = LIMITS.iter().filter_map(|name| seconds(name)).collect();
    if limits.iter().any(|(seconds, _)| seconds.is_none()) {
        return None;
    }
    // The smallest limit counts: a token dies at the first it reaches.
    match limits
        .iter()
        .filter_map(|(seconds, location)| Some(((*seconds).filter(|seconds| *seconds > 0)?, *location)))
        .min_by_key(|(s, _)| *s)
    {
        Some((limit, location)) if limit > DAY => Some((CHECK.level, location, format!("live {}", length(limit)))),
        Some(_) => None,
        None => Some((Level::Warning, role, "have no limit of their own: the server's applies, 32 days unless configured".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, TtlBasis};

    use super::*;
    use crate::checks::testing::{KEY, levels, vault};
    use crate::testing;

    fn role(settings: &[(&str, Option<u64>)]) -> Estate {
        let mut estate = vault(|_| {});
        estate.facts.sessions = settings
            .iter()
            .map(|(setting, seconds)| SessionPolicy {
                platform: Platform::Vault,
                principal: KEY.into(),
                setting: (*setting).into(),
                seconds: *seconds,
                basis: TtlBasis::Declared,
                location: testing::place("vault.tf", 0, 9),
            })
            .collect();
        estate
    }

    #[test]
    fn long_and_endless_tokens_are_errors() {
        assert_eq!(levels(&CHECK, &role(&[("token_period", Some(3_600)), ("token_ttl", Some(600))])), [Level::Error]);
        assert_eq!(levels(&CHECK, &role(&[("token_ttl", Some(604_800))])), [Level::Error]);
    }

    #[test]
    fn no_limit_is_a_warning() {
        assert_eq!(levels(&CHECK, &role(&[])), [Level::Warning]);
        assert_eq!(levels(&CHECK, &role(&[("token_ttl", Some(0)), ("token_period", Some(0))])), [Level::Warning]);
    }

    #[test]
    fn a_short_limit_is_fine_and_an_unknown_one_unknown() {
        assert!(levels(&CHECK, &role(&[("token_ttl", Some(600)), ("token_max_ttl", Some(0))])).is_empty());
        assert!(levels(&CHECK, &role(&[("token_ttl", None)])).is_empty());
    }
}
