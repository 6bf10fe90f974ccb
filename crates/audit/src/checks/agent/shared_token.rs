//! # What it finds
//!
//! The same credential in the configuration of two or more MCP servers or agents.
//!
//! # Why it matters
//!
//! Each server can act as the other, logs can't tell them apart, and the token can't be revoked for one alone.
//!
//! # Instead
//!
//! An identity for each server, with what that server needs.

use std::collections::BTreeMap;

use unkeyed_model::Level;

use super::{agents, is_literal, persistent};
use crate::checks::check::{Check, Sink, Statement, called, list};
use crate::checks::standards::{cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "AG-02",
    title: "one credential for several servers",
    level: Level::Warning,
    standards: &[nhi("NHI9:2025"), cwe("CWE-522")],
    source: include_str!("shared_token.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let names: BTreeMap<&str, &str> = agents(view).map(|linked| (linked.workload.id.as_str(), linked.workload.name.as_str())).collect();
    for linked in agents(view) {
        for credential in persistent(view, linked).filter(|credential| is_literal(credential)) {
            let others = credential.workloads.iter().filter(|id| **id != linked.workload.id);
            let others: Vec<&str> = others.filter_map(|id| names.get(id.as_str()).copied()).collect();
            let Some((place, _)) = credential.locations.first().filter(|_| !others.is_empty()) else { continue };
            let message = format!("{} uses the same credential ({}) as {}.", linked.workload.name, called(credential), list(&others));
            let mut statement = Statement::new(CHECK.level, place, message);
            for (copy, _) in credential.locations.iter().skip(1) {
                statement = statement.with(copy, "another copy");
            }
            sink.workload(&linked.workload.id, statement);
        }
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Custody;

    use super::*;
    use crate::checks::testing::{agent, agent_findings};

    fn two() -> unkeyed_model::Estate {
        let mut estate = agent(&[]);
        let mut second = estate.facts.workloads[0].clone();
        second.id = "mcp:.mcp.json#second".into();
        estate.facts.workloads.push(second);
        estate
    }

    #[test]
    fn a_shared_token_is_a_warning_for_each() {
        let levels = agent_findings(&CHECK, &two(), |token| token.workloads.push("mcp:.mcp.json#second".into()));
        assert_eq!(levels, [Level::Warning, Level::Warning]);
    }

    #[test]
    fn a_token_of_ones_own_is_fine() {
        assert!(agent_findings(&CHECK, &two(), |_| {}).is_empty());
    }

    #[test]
    fn of_a_reference_it_is_not_known_what_it_holds() {
        let by_name = |token: &mut unkeyed_model::Artifact| {
            token.workloads.push("mcp:.mcp.json#second".into());
            token.custody = Custody::PlatformStored;
            token.name = Some("TOKEN".into());
        };
        assert!(agent_findings(&CHECK, &two(), by_name).is_empty());
    }
}
