//! # What it finds
//!
//! An agent or MCP server whose every action is approved in advance (`autoApprove`, `alwaysAllow` with `*`) and that holds
//! a durable credential.
//!
//! # Why it matters
//!
//! Nothing stands between a text the agent reads and what the credential can do: no person, no policy, no expiry.
//!
//! # Instead
//!
//! Approve the harmless actions by name and leave the others to a person; give the server tokens that are issued for one
//! task.

use unkeyed_model::Level;

use super::{agents, persistent};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "AG-05",
    title: "every action is approved in advance, with a durable credential",
    level: Level::Error,
    standards: standards::AGENT,
    source: include_str!("auto_approve.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in agents(view) {
        let approves_all = linked.workload.traits.iter().find(|(name, value, _)| name == "auto-approve" && value == "*");
        let (Some((.., place)), Some(credential)) = (approves_all, persistent(view, linked).next()) else { continue };
        let message = format!(
            "{} approves every action in advance ({}) and holds a {} credential: whatever it reads can use it.",
            linked.workload.name,
            spot(place),
            credential.class,
        );
        let mut statement = Statement::new(CHECK.level, place, message);
        if let Some((location, _)) = credential.locations.first() {
            statement = statement.with(location, "the credential");
        }
        sink.workload(&linked.workload.id, statement);
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Class;

    use super::*;
    use crate::checks::testing::{agent, agent_findings};

    #[test]
    fn all_actions_with_a_credential_is_an_error() {
        assert_eq!(agent_findings(&CHECK, &agent(&[("auto-approve", "*")]), |_| {}), [Level::Error]);
    }

    #[test]
    fn some_actions_or_no_credential_is_fine() {
        assert!(agent_findings(&CHECK, &agent(&[("auto-approve", "read_file")]), |_| {}).is_empty());
        assert!(agent_findings(&CHECK, &agent(&[("auto-approve", "*")]), |token| token.class = Class::RuntimeIdentity).is_empty());
    }

    #[test]
    fn a_candidate_of_unknown_nature_says_nothing() {
        assert!(agent_findings(&CHECK, &agent(&[("auto-approve", "*")]), |token| token.class = Class::Unknown).is_empty());
    }
}
