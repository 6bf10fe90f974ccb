//! # What it finds
//!
//! A workload that authenticates to something and for which nobody answers: no entry in the policy's inventory, no owner
//! label or tag, no CODEOWNERS line. Where no workload at all has an owner, that is said once.
//!
//! # Why it matters
//!
//! A credential without an owner is never rotated, an identity without one never removed. When it leaks, nobody knows
//! whom to call.
//!
//! # Instead
//!
//! A line in CODEOWNERS, an `owner` tag or label, or `[[inventory]]` in `unkeyed.toml`.

use unkeyed_model::{Level, Workload};

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
    let unowned: Vec<&Workload> = view
        .context
        .workloads
        .iter()
        .filter(|linked| linked.owner.is_none() && authenticates(view, linked))
        .map(|linked| &linked.workload)
        .collect();
    if let ([first, _, ..], true) = (unowned.as_slice(), view.context.workloads.iter().all(|linked| linked.owner.is_none())) {
        let message = format!(
            "{} workloads authenticate to others, and nothing in the inputs says who answers for any of them (no CODEOWNERS, no owner label or tag, no inventory).",
            unowned.len()
        );
        return sink.alone(Statement::new(CHECK.level, &first.location, message));
    }
    for workload in unowned {
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
    fn where_nobody_owns_anything_it_is_said_once() {
        let mut estate = one_path(Platform::Aws);
        let mut second = estate.facts.workloads[0].clone();
        (second.id, second.name) = ("gha:.github/workflows/other.yml#other".into(), "other".into());
        estate.facts.workloads.push(second);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
        estate.facts.workloads[0].owner = Some("@acme/api".into());
        let mut third = estate.facts.workloads[1].clone();
        (third.id, third.name) = ("gha:.github/workflows/third.yml#third".into(), "third".into());
        estate.facts.workloads.push(third);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning, Level::Warning]);
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
