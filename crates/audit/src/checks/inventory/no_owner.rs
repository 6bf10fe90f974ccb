//! # What it finds
//!
//! A workload that authenticates to something and for which nobody answers: no entry in the policy's inventory, no owner
//! label or tag, no CODEOWNERS line.
//!
//! # Why it matters
//!
//! A credential without an owner is never rotated, an identity without one never removed. When it leaks, nobody knows
//! whom to call.
//!
//! # Instead
//!
//! A line in CODEOWNERS, an `owner` tag or label, or `[[inventory]]` in `unkeyed.toml`.

use unkeyed_model::Level;

use super::authenticates;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "INV-01",
    title: "nobody answers for the workload",
    level: Level::Warning,
    standards: standards::INVENTORY,
    source: include_str!("no_owner.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in view.context.workloads.iter().filter(|linked| linked.owner.is_none() && authenticates(view, linked)) {
        let workload = &linked.workload;
        let message =
            format!("{} ({}) authenticates to others, and nothing says who answers for it.", workload.name, spot(&workload.location));
        sink.workload(&workload.id, Statement::new(CHECK.level, &workload.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Platform;

    use super::*;
    use crate::checks::testing::{levels, one_path, with_job};

    #[test]
    fn a_workload_without_an_owner_is_a_warning() {
        assert_eq!(levels(&CHECK, &one_path(Platform::Aws)), [Level::Warning]);
    }

    #[test]
    fn an_owned_one_is_fine() {
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.owner = Some("@acme/api".into()))).is_empty());
    }

    #[test]
    fn one_that_touches_nothing_needs_none() {
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.identity_paths.clear())).is_empty());
    }
}
