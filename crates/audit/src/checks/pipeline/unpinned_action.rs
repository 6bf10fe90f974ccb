//! # What it finds
//!
//! A job that may ask for identity tokens and runs actions of third parties by branch or tag (`@main`, `@v1`) instead of
//! by commit. Actions of GitHub itself and of the repository's own owner are left out.
//!
//! # Why it matters
//!
//! A tag can be moved. Whoever controls the action's repository, or takes it over, runs code inside the job and can ask
//! for its tokens.
//!
//! # Instead
//!
//! Pin to the full commit id, with the version as a comment, and let a bot update it.

use unkeyed_model::Level;

use super::{may_ask, traits};
use crate::checks::check::{Check, Sink, Statement, list};
use crate::checks::standards::{csf, cwe, nhi};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-CI-03",
    title: "unpinned action runs where tokens may be asked for",
    level: Level::Warning,
    standards: &[nhi("NHI3:2025"), nhi("NHI6:2025"), cwe("CWE-829"), csf("PR.PS-01")],
    source: include_str!("unpinned_action.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let slug = view.context.estate.repository.as_ref().and_then(|repository| repository.slug_on("github.com"));
    let own = slug.and_then(|slug| slug.split('/').next());
    let foreign = |action: &str| {
        let owner = action.split('/').next().unwrap_or_default();
        !["actions", "github"].contains(&owner) && own.is_none_or(|own| !own.eq_ignore_ascii_case(owner))
    };
    for linked in &view.context.workloads {
        let workload = &linked.workload;
        let Some(allowed) = may_ask(workload) else { continue };
        let unpinned: Vec<_> = traits(workload, "unpinned-action").filter(|(action, _)| foreign(action)).collect();
        let Some((_, first)) = unpinned.first() else { continue };
        let names: Vec<&str> = unpinned.iter().map(|(action, _)| *action).collect();
        let message = format!(
            "Job {} may ask for identity tokens and runs {} by a name that can be moved to other code.",
            workload.name,
            list(&names),
        );
        let mut statement = Statement::new(CHECK.level, first, message).with(allowed, "allows tokens");
        for (action, place) in unpinned.iter().skip(1) {
            statement = statement.with(place, format!("runs {action}"));
        }
        sink.workload(&workload.id, statement);
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, Platform};

    use super::*;
    use crate::checks::testing::{findings, levels, says, with_job};

    fn job(traits: &[(&str, &str)]) -> Estate {
        with_job(Platform::Aws, |job| job.traits = traits.iter().map(|(name, value)| says(name, value)).collect())
    }

    const TOKEN: (&str, &str) = ("id-token", "write");

    #[test]
    fn all_unpinned_actions_of_a_job_are_one_warning() {
        let found = findings(&CHECK, &job(&[TOKEN, ("unpinned-action", "x/y@v1"), ("unpinned-action", "z/w@main")]));
        assert_eq!((found.len(), found[0].level), (1, Level::Warning));
        assert!(found[0].message.contains("x/y@v1 and z/w@main"), "{}", found[0].message);
    }

    #[test]
    fn githubs_own_and_ones_own_actions_are_left_out() {
        assert!(levels(&CHECK, &job(&[TOKEN, ("unpinned-action", "actions/checkout@v4"), ("unpinned-action", "Acme/ci@main")])).is_empty());
    }

    #[test]
    fn without_tokens_it_is_another_tools_business() {
        assert!(levels(&CHECK, &job(&[("unpinned-action", "x/y@v1")])).is_empty());
    }
}
