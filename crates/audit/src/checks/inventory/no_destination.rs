//! # What it finds
//!
//! A workload that holds a credential or an identity while nothing says where it leads.
//!
//! # Why it matters
//!
//! Whether an identity could replace the credential, and what a copy of it opens, depends on the destination.
//!
//! # Instead
//!
//! Name it in the policy's `[[inventory]]` (`destinations = ["aws:111122223333", "npm:@acme/api"]`).

use unkeyed_model::Level;

use super::authenticates;
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "INV-02",
    title: "nothing says where the workload authenticates to",
    level: Level::Note,
    standards: standards::INVENTORY,
    source: include_str!("no_destination.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for linked in view.context.workloads.iter().filter(|linked| authenticates(view, linked)) {
        if linked.destinations.iter().any(|destination| destination.kind != "unknown" || !destination.name.is_empty()) {
            continue;
        }
        let workload = &linked.workload;
        let message = format!("{} ({}) authenticates to something that nothing names.", workload.name, spot(&workload.location));
        sink.workload(&workload.id, Statement::new(CHECK.level, &workload.location, message));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Destination, Platform};

    use super::*;
    use crate::checks::testing::{levels, one_path, with_job};

    #[test]
    fn a_workload_that_leads_nobody_knows_where_is_a_note() {
        assert_eq!(levels(&CHECK, &one_path(Platform::Aws)), [Level::Note]);
        let unknown = with_job(Platform::Aws, |job| job.destinations = vec![Destination::new("unknown", "")]);
        assert_eq!(levels(&CHECK, &unknown), [Level::Note]);
    }

    #[test]
    fn a_named_destination_is_fine() {
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.destinations = vec![Destination::new("aws", "")])).is_empty());
    }

    #[test]
    fn one_that_touches_nothing_has_none() {
        assert!(levels(&CHECK, &with_job(Platform::Aws, |job| job.identity_paths.clear())).is_empty());
    }
}
