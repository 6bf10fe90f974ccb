//! Credentials of AI agents and of the servers they call.

mod auto_approve;
mod committed_secret;
mod personal_token;
mod shared_token;
mod static_bearer;

use unkeyed_model::{Artifact, Custody, WorkloadKind};

use super::check::Check;
use super::view::View;
use crate::context::Linked;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] =
    &[&static_bearer::CHECK, &shared_token::CHECK, &committed_secret::CHECK, &personal_token::CHECK, &auto_approve::CHECK];

/// Agents and their servers.
fn agents<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Linked> {
    view.context.workloads.iter().filter(|linked| matches!(linked.workload.kind, WorkloadKind::Mcp | WorkloadKind::Agent))
}

/// What an agent holds that stays valid.
fn persistent<'a>(view: &View<'a>, linked: &'a Linked) -> impl Iterator<Item = &'a Artifact> {
    linked.artifacts.iter().filter_map(|&at| view.context.artifacts.get(at)).filter(|artifact| artifact.class.is_persistent())
}

/// Whether the value itself stands in the configuration.
fn is_literal(artifact: &Artifact) -> bool {
    artifact.custody == Custody::Embedded && artifact.name.is_none()
}

fn has_trait(linked: &Linked, name: &str, value: &str) -> bool {
    linked.workload.traits.iter().any(|(key, found, _)| key == name && found == value)
}
