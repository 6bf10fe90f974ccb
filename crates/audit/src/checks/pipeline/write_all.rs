//! # What it finds
//!
//! A job whose job token may do everything: `permissions: write-all`; or one that is given a permission to write with which
//! nothing in the workflow can do anything: no command or action in it gets the token. `contents: write` is left out where the
//! checkout leaves the token behind for git.
//!
//! # Why it matters
//!
//! The job token is an identity like any other; with all permissions, one bad dependency can push code, publish
//! packages, edit releases and ask for cloud tokens.
//!
//! # Instead
//!
//! `permissions: {}` for the workflow, and in each job the few that it uses.

use unkeyed_model::Level;

use super::{may_do_all, traits};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-GH-01",
    title: "job token may do more than the job does",
    level: Level::Warning,
    standards: standards::ROLE,
    source: include_str!("write_all.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in &view.context.workloads {
        let workload = &linked.workload;
        for (permission, place) in traits(workload, "unused-permission") {
            let message = format!("Job {} is given {permission} ({}), and nothing in it gets the token.", workload.name, spot(place));
            sink.workload(&workload.id, Statement::new(CHECK.level, place, message));
        }
        let Some(place) = may_do_all(workload) else { continue };
        let message = format!("Job {} has a job token with all permissions ({}), more than any job uses.", workload.name, spot(place));
        sink.workload(&workload.id, Statement::new(CHECK.level, place, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, one_path, says, with_job};

    #[test]
    fn all_permissions_are_a_warning() {
        assert_eq!(levels(&CHECK, &with_job(Platform::Aws, |job| job.traits.push(says("permissions", "write-all")))), [Level::Warning]);
    }

    #[test]
    fn some_permissions_are_fine_and_undeclared_ones_unknown() {
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.traits.push(says("permissions", "declared")))).is_empty());
        assert!(levels(&CHECK, &one_path(Platform::Aws)).is_empty());
    }
}
