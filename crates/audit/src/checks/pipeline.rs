//! How pipelines may ask for tokens, and whose code runs while they may.

mod foreign_code;
mod registry_token;
mod self_hosted;
mod several_audiences;
mod token_for_all_jobs;
mod unpinned_action;
mod write_all;

use unkeyed_model::{Location, Workload};

use super::check::Check;
use super::view::View;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &foreign_code::CHECK,
    &token_for_all_jobs::CHECK,
    &unpinned_action::CHECK,
    &self_hosted::CHECK,
    &several_audiences::CHECK,
    &registry_token::CHECK,
    &write_all::CHECK,
];

/// Triggers that run with the rights of the base repository on behalf of somebody who may be a stranger.
const BASE_RIGHTS: [&str; 5] = ["pull_request_target", "workflow_run", "issue_comment", "repository_dispatch", "workflow_dispatch"];

/// Values of a trait, with their places.
fn traits<'w>(workload: &'w Workload, name: &'w str) -> impl Iterator<Item = (&'w str, &'w Location)> {
    workload.traits.iter().filter(move |(key, ..)| key == name).map(|(_, value, location)| (value.as_str(), location))
}

/// Where a job is allowed to ask for identity tokens.
fn may_ask(workload: &Workload) -> Option<&Location> {
    traits(workload, "id-token").find(|(value, _)| *value == "write").map(|(_, location)| location)
}

/// Where a job's token is given all permissions.
fn may_do_all(workload: &Workload) -> Option<&Location> {
    traits(workload, "permissions").find(|(value, _)| *value == "write-all").map(|(_, location)| location)
}

/// A job that fetches code which is not its repository's own, under base rights.
struct Foreign<'w> {
    /// The event.
    trigger: &'w str,
    /// Where the code is fetched.
    place: &'w Location,
    /// It is a pull request's; else whatever ref whoever starts the job names.
    is_pull_request: bool,
}

fn runs_foreign_code(workload: &Workload) -> Option<Foreign<'_>> {
    let of_pull_request = |(code, _): &(&str, &Location)| code.starts_with("pull-request");
    let (code, place) = traits(workload, "checks-out").find(of_pull_request).or_else(|| traits(workload, "checks-out").next())?;
    let (trigger, _) = traits(workload, "trigger").find(|(trigger, _)| BASE_RIGHTS.contains(trigger))?;
    Some(Foreign { trigger, place, is_pull_request: of_pull_request(&(code, place)) })
}

/// A job of these inputs that runs foreign code and may ask for tokens: its id, and the place.
pub(super) fn runs_foreign_code_with_token<'a>(view: &View<'a>) -> Option<(&'a str, &'a Location)> {
    view.context.workloads.iter().find_map(|linked| {
        may_ask(&linked.workload)?;
        let foreign = runs_foreign_code(&linked.workload).filter(|foreign| foreign.is_pull_request)?;
        Some((linked.workload.id.as_str(), foreign.place))
    })
}
