//! # What it finds
//!
//! A job that may ask for identity tokens only because the whole workflow may, or through `permissions: write-all`,
//! and shows no use of one.
//!
//! # Why it matters
//!
//! Every action and script of that job can become whatever the workflow's tokens are trusted for, without need.
//!
//! # Instead
//!
//! `permissions: id-token: write` in the job that exchanges the token, and nowhere else.

use std::collections::BTreeMap;

use unkeyed_model::{Level, Reach, Value, Workload};

use super::{may_ask, may_do_all};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-CI-02",
    title: "job may ask for tokens it doesn't need",
    level: Level::Warning,
    standards: standards::PIPELINE,
    source: include_str!("token_for_all_jobs.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    // A job with permissions of its own is one for which the workflow's were not needed.
    let mut jobs: BTreeMap<&str, usize> = BTreeMap::new();
    for linked in &view.context.workloads {
        *jobs.entry(linked.workload.location.origin.path.as_str()).or_default() += 1;
    }
    for linked in &view.context.workloads {
        let workload = &linked.workload;
        let Some(place) = may_ask(workload).filter(|_| !asks(workload)) else { continue };
        let everything = may_do_all(workload).is_some();
        let own = workload.extents.iter().any(|job| job.origin == place.origin && job.region.span.contains(place.region.span));
        if !everything && (own || jobs.get(place.origin.path.as_str()).is_none_or(|jobs| *jobs < 2)) {
            continue;
        }
        let whose = if everything { "write-all" } else { "the permissions of the whole workflow" };
        let message = format!(
            "Job {} may ask for identity tokens through {whose} ({}) and shows no use of one: all its actions could ask.",
            workload.name,
            spot(place),
        );
        sink.workload(&workload.id, Statement::new(CHECK.level, place, message));
    }
}

/// Whether the job exchanges a token: anything but its own job token. Publishing to GitHub Pages needs one too, and is
/// told by its environment (docs.github.com, "Using custom workflows with GitHub Pages").
fn asks(workload: &Workload) -> bool {
    let pages = workload.environment.as_ref().and_then(Value::known) == Some("github-pages");
    pages || workload.identity_paths.iter().any(|path| path.reach != Reach::OwnPlatform && path.consumer.is_some())
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{findings, levels, one_path, says};
    use crate::testing;

    fn two_jobs(permissions: &[(&str, &str)]) -> Estate {
        let mut estate = one_path(Platform::Aws);
        let mut lint = testing::job("deploy");
        lint.id = "gha:.github/workflows/deploy.yml#lint".into();
        estate.facts.workloads.push(lint);
        for job in &mut estate.facts.workloads {
            job.extents.clear();
            job.traits = permissions.iter().map(|(name, value)| says(name, value)).collect();
        }
        estate
    }

    const TOKEN: &[(&str, &str)] = &[("permissions", "declared"), ("id-token", "write")];
    const ALL: &[(&str, &str)] = &[("permissions", "write-all"), ("id-token", "write")];

    #[test]
    fn a_job_that_shares_the_permission_without_need_is_named() {
        let found = findings(&CHECK, &two_jobs(TOKEN));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].workload.as_deref(), Some("gha:.github/workflows/deploy.yml#lint"));
    }

    #[test]
    fn it_is_not_needed_beside_jobs_that_have_their_own() {
        let mut estate = two_jobs(TOKEN);
        estate.facts.workloads[0].traits.clear();
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn write_all_is_too_much_even_for_a_single_job() {
        let mut estate = two_jobs(ALL);
        estate.facts.workloads.remove(0);
        assert_eq!(levels(&CHECK, &estate), [Level::Warning]);
    }

    #[test]
    fn a_job_of_its_own_with_its_own_permission_is_fine() {
        let mut estate = two_jobs(TOKEN);
        estate.facts.workloads.remove(0);
        assert!(levels(&CHECK, &estate).is_empty());
        assert!(levels(&CHECK, &two_jobs(&TOKEN[..1])).is_empty());
        let mut by_itself = two_jobs(TOKEN);
        let job = &mut by_itself.facts.workloads[1];
        job.extents = vec![job.traits[1].2.clone()];
        assert!(levels(&CHECK, &by_itself).is_empty());
        let mut pages = two_jobs(TOKEN);
        pages.facts.workloads[1].environment = Some(Value::literal("github-pages"));
        assert!(levels(&CHECK, &pages).is_empty());
    }
}
