//! # What it finds
//!
//! A token lifetime policy of Entra whose access tokens live longer than an hour, or a length beyond the day that Entra
//! allows, which it refuses.
//!
//! # Why it matters
//!
//! An access token is a bearer token that nobody can call back. Without a policy it lives 60 to 90 minutes; a policy
//! applies to every application it is assigned to, or to the whole tenant.
//!
//! # Instead
//!
//! No policy, or an `AccessTokenLifetime` of an hour or less (Microsoft identity platform, "Configurable token lifetimes":
//! ten minutes to a day). It has no effect on tokens of managed identities.

use unkeyed_model::{Level, Platform};

use super::{DAY, HOUR, length, sessions};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TL-AZ-01",
    title: "policy gives access tokens more than an hour",
    level: Level::Warning,
    standards: standards::LIFETIME,
    source: include_str!("azure_access_token.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (session, seconds) in sessions(view, Platform::Azure, &["AccessTokenLifetime"]).filter(|(_, seconds)| *seconds > HOUR) {
        let why = if seconds > DAY { ", more than the day that Entra allows: it is refused" } else { "" };
        let message = format!(
            "The token lifetime policy {} ({}) gives access tokens {}{why}.",
            view.name(&session.principal),
            spot(&session.location),
            length(seconds),
        );
        sink.principal(&session.principal, &Statement::new(CHECK.level, &session.location, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{findings, lasting, levels};

    #[test]
    fn more_than_an_hour_is_a_warning() {
        assert_eq!(levels(&CHECK, &lasting(Platform::Azure, "AccessTokenLifetime", Some(28_800))), [Level::Warning]);
        let refused = findings(&CHECK, &lasting(Platform::Azure, "AccessTokenLifetime", Some(172_800)));
        assert!(refused[0].message.contains("refused"));
    }

    #[test]
    fn an_hour_is_fine_and_an_unreadable_length_unknown() {
        assert!(levels(&CHECK, &lasting(Platform::Azure, "AccessTokenLifetime", Some(3_600))).is_empty());
        assert!(levels(&CHECK, &lasting(Platform::Azure, "AccessTokenLifetime", None)).is_empty());
    }
}
