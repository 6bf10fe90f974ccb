//! # What it finds
//!
//! An agent or MCP server that holds a person's access token for a source host, such as a GitHub or GitLab personal access
//! token. A token used by name is a warning.
//!
//! # Why it matters
//!
//! The agent acts with all of the person's rights, in every repository, and under the person's name. The token lives
//! for months and is the same in every session.
//!
//! # Instead
//!
//! The host's own remote MCP server with OAuth, or a GitHub App whose installation token is limited to the repositories
//! the agent works on and lives an hour.

use unkeyed_model::{Artifact, Level};

use super::{agents, is_literal, persistent};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::view::View;
use crate::checks::{mixed_mode, standards};

pub(super) const CHECK: Check = Check {
    id: "AG-04",
    title: "agent holds a person's access token",
    level: Level::Error,
    standards: standards::AGENT,
    source: include_str!("personal_token.rs"),
    run,
};

/// Kinds that are a person's token wherever they stand.
const KINDS: [&str; 5] = ["github.pat-", "github.oauth", "gitlab.pat", "bitbucket.app-password", "azure.devops-pat"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in agents(view) {
        for credential in persistent(view, linked).filter(|credential| is_personal(credential)) {
            let Some(place) = mixed_mode::place(credential, linked) else { continue };
            let level = if is_literal(credential) { CHECK.level } else { Level::Warning };
            let message =
                format!("{} holds a personal access token ({}), with all of that person's rights.", linked.workload.name, spot(place),);
            sink.workload(&linked.workload.id, Statement::new(level, place, message));
        }
    }
}

fn is_personal(credential: &Artifact) -> bool {
    // A token used by name may have another where it is stored.
    let keys = credential.locations.iter().filter_map(|(location, _)| location.key_path.as_deref());
    let named = credential.name.as_deref().into_iter().chain(keys).any(|name| name.to_ascii_uppercase().contains("PERSONAL_ACCESS_TOKEN"));
    named || KINDS.iter().any(|kind| credential.kind.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Class, Custody};

    use super::*;
    use crate::checks::testing::{agent, agent_findings};

    /// The rule files are not part of this crate; they only prove that no kind is misspelt.
    #[test]
    fn every_kind_is_a_rules_id_or_the_start_of_one() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");
        for kind in KINDS {
            let (provider, _) = kind.split_once('.').unwrap();
            let rules = std::fs::read_to_string(format!("{folder}/{provider}.toml")).unwrap();
            assert!(rules.contains(&format!("\nid = \"{kind}")), "{kind}");
        }
    }

    #[test]
    fn a_personal_token_is_an_error_and_by_name_a_warning() {
        assert_eq!(agent_findings(&CHECK, &agent(&[]), |token| token.kind = "github.pat-classic".into()), [Level::Error]);
        let by_name = |token: &mut Artifact| {
            token.kind = "ref.environment".into();
            token.name = Some("GITHUB_PERSONAL_ACCESS_TOKEN".into());
            (token.class, token.custody) = (Class::ReferenceStored, Custody::PlatformStored);
        };
        assert_eq!(agent_findings(&CHECK, &agent(&[]), by_name), [Level::Warning]);
    }

    #[test]
    fn other_tokens_are_left_alone() {
        assert!(agent_findings(&CHECK, &agent(&[]), |token| token.kind = "slack.bot-token".into()).is_empty());
    }

    #[test]
    fn a_revoked_or_unknown_token_says_nothing() {
        let expired = |token: &mut Artifact| (token.kind, token.class) = ("github.pat-classic".into(), Class::Expired);
        assert!(agent_findings(&CHECK, &agent(&[]), expired).is_empty());
    }
}
