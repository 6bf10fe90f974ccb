//! # What it finds
//!
//! A remote MCP server that is called with a stored credential: a bearer token in a header, a key in the URL.
//!
//! # Why it matters
//!
//! The server's operator receives the token with every request and could use it; so can whoever reads the
//! configuration. It is the same token in every session, for every action.
//!
//! # Instead
//!
//! Leave the header out and let the client do the server's OAuth login; for unattended agents, workload identity
//! federation with short-lived tokens for this server alone.

use unkeyed_model::Level;

use super::{agents, has_trait, persistent};
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::view::View;
use crate::checks::{mixed_mode, standards};

pub(super) const CHECK: Check = Check {
    id: "AG-01",
    title: "stored credential for a remote MCP server",
    level: Level::Error,
    standards: standards::AGENT,
    source: include_str!("static_bearer.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in agents(view).filter(|linked| has_trait(linked, "remote", "true")) {
        for credential in persistent(view, linked) {
            let Some(place) = mixed_mode::place(credential, linked) else { continue };
            let message = format!(
                "The MCP server {} is remote and is called with a stored credential, {} ({}), the same for every session.",
                linked.workload.name,
                called(credential),
                spot(place),
            );
            sink.workload(&linked.workload.id, Statement::new(CHECK.level, place, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Class;

    use super::*;
    use crate::checks::testing::{agent, agent_findings};

    #[test]
    fn a_stored_credential_for_a_remote_server_is_an_error() {
        let levels = agent_findings(&CHECK, &agent(&[("remote", "true")]), |_| {});
        assert_eq!(levels, [Level::Error]);
        let referenced = agent_findings(&CHECK, &agent(&[("remote", "true")]), |token| token.class = Class::ReferenceStored);
        assert_eq!(referenced, [Level::Error]);
    }

    #[test]
    fn a_local_server_or_a_short_token_is_fine() {
        assert!(agent_findings(&CHECK, &agent(&[]), |_| {}).is_empty());
        assert!(agent_findings(&CHECK, &agent(&[("remote", "true")]), |token| token.class = Class::ShortLived).is_empty());
    }

    #[test]
    fn a_candidate_of_unknown_nature_says_nothing() {
        assert!(agent_findings(&CHECK, &agent(&[("remote", "true")]), |token| token.class = Class::Unknown).is_empty());
    }
}
