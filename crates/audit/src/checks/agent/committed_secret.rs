//! # What it finds
//!
//! An agent's or MCP server's configuration with a credential in it, in a file that git tracks. Outside a repository it is
//! a warning, because it can't be told whether the file is shared.
//!
//! # Why it matters
//!
//! `.mcp.json` and its like are made to be shared with the project: the token goes to everybody who clones it, and into
//! its history.
//!
//! # Instead
//!
//! Name the value (`${env:NAME}`, an input that is prompted for) and keep it out of the file; revoke the one that was
//! committed.

use unkeyed_model::{Level, Location, Tracked};

use super::{agents, is_literal, persistent};
use crate::checks::check::{Check, Sink, Statement, called, spot};
use crate::checks::standards::{ai, csf, cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "AG-03",
    title: "shared agent configuration holds a credential",
    level: Level::Error,
    standards: &[nhi("NHI2:2025"), nhi("NHI10:2025"), cwe("CWE-540"), cwe("CWE-260"), csf("PR.DS-01"), ai("MEASURE 2.7")],
    source: include_str!("committed_secret.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in agents(view) {
        for credential in persistent(view, linked).filter(|credential| is_literal(credential)) {
            let own = |location: &&Location| location.origin.path == linked.workload.location.origin.path;
            let Some(place) = credential.locations.iter().map(|(location, _)| location).find(own) else { continue };
            let (level, what) = match place.origin.tracked {
                Some(Tracked::Tracked) => (CHECK.level, "is shared with the repository"),
                None => (Level::Warning, "may be shared"),
                Some(Tracked::Untracked | Tracked::Ignored) => continue,
            };
            let message = format!(
                "The configuration of {} ({}) holds a credential, {}, and {what}.",
                linked.workload.name,
                spot(place),
                called(credential),
            );
            sink.workload(&linked.workload.id, Statement::new(level, place, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Class;

    use super::*;
    use crate::checks::testing::{agent, agent_findings, tracked};

    #[test]
    fn a_tracked_literal_is_an_error() {
        assert_eq!(agent_findings(&CHECK, &agent(&[]), |token| tracked(token, Some(Tracked::Tracked))), [Level::Error]);
    }

    #[test]
    fn a_file_that_stays_at_home_or_a_reference_is_fine() {
        assert!(agent_findings(&CHECK, &agent(&[]), |token| tracked(token, Some(Tracked::Ignored))).is_empty());
        let reference = |token: &mut unkeyed_model::Artifact| {
            tracked(token, Some(Tracked::Tracked));
            token.name = Some("TOKEN".into());
            token.class = Class::ReferenceStored;
        };
        assert!(agent_findings(&CHECK, &agent(&[]), reference).is_empty());
    }

    #[test]
    fn outside_a_repository_it_is_a_warning() {
        assert_eq!(agent_findings(&CHECK, &agent(&[]), |token| tracked(token, None)), [Level::Warning]);
    }
}
