//! Turns the structure of files into [`Facts`]: who runs, which identities and stored secrets it uses, and where.
//!
//! No judgement happens here: a fact says what is written, with its exact place. The decision a reader would question:
//! one file belongs to exactly one format ([`group`] asks the rows of the table in order and the first claim wins), so
//! that no place yields two contradicting facts.

mod agents;
mod ansible;
mod arm;
mod atlantis;
mod azure_pipelines;
mod backstage;
mod bitbucket;
mod buildkite;
#[cfg(test)]
mod by_format;
mod ci;
mod circleci;
mod cloud_init;
mod cloudbuild;
mod cloudformation;
mod codebuild;
mod codeowners;
mod commands;
mod compose;
mod credential_name;
mod dependabot;
mod dockerfile;
mod dotenv;
mod drone;
mod elsewhere;
mod entra_policies;
mod env_dump;
mod environment;
mod evaluated;
mod exports;
mod facts;
mod flat;
mod gha;
mod gitlab;
mod given;
mod gke_account;
mod google_credentials;
mod host_files;
mod image;
mod interpolation;
mod jenkins;
mod json;
mod k3s;
mod k8s;
mod logs;
mod place;
mod pod_identity;
mod policy_document;
mod profiles;
mod programs;
mod provisioning;
mod receiver;
mod recipes;
mod scripts;
mod serverless;
mod shell;
mod shell_script;
mod spacelift;
mod spire;
mod systemd;
mod table;
mod terraform;
#[cfg(test)]
mod testing;
mod text_template;
mod toml;
mod travis;
mod tree;
mod trust_policy;
mod variables;
mod vault_agent;
mod weak_literal;
mod yaml;

use unkeyed_model::{Facts, Skip, SkipReason, Surface, Unit};

pub use self::logs::LogReader;

/// The files that are read together: one file, or all `.tf` files of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// Name of the format's row.
    pub format: &'static str,
    /// What the files of the group share, usually their path.
    pub key: String,
    /// What its files are.
    pub surface: Surface,
}

/// The group a unit belongs to, or `None` if no structured reader wants it.
///
/// Cheap: looks at the path and at no more than the first kilobytes. What git keeps of the past, or lies in an image,
/// configures no workload of this target, so structure is not read from it.
#[must_use]
pub fn group(unit: &Unit<'_>) -> Option<Group> {
    if matches!(unit.origin().surface, Surface::GitHistory | Surface::ImageLayer) {
        return None;
    }
    table::ROWS.iter().find_map(|row| (row.claims)(unit).map(|key| Group { format: row.name, key, surface: row.surface }))
}

/// The group of a unit that was given as evidence: what a tool printed of a platform, or any file whose structure is read.
/// `None` if it is not recognised.
#[must_use]
pub fn evidence_group(unit: &Unit<'_>) -> Option<Group> {
    exports::group(unit)
}

pub use terraform::Modules;

/// Name of the format whose groups call each other.
pub const TERRAFORM: &str = terraform::FORMAT;

/// Name of the format of everything that a tool printed of a platform.
pub const EXPORTS: &str = exports::FORMAT;

/// Kinds of the credentials that Terraform resources create, of which only the declaration is read.
pub fn declared_kinds() -> impl Iterator<Item = &'static str> {
    terraform::declared::kinds().chain(["github.actions-secret"])
}

/// Places where credentials stand that are told of one group; those beyond are found only by what they look like.
pub const MAX_SLOTS: usize = 10_000;

/// Workloads that are told of one group; a file with more is hostile or an export of a whole estate.
pub const MAX_WORKLOADS: usize = 20_000;

/// Reads the units of one group, given in the order of their paths.
#[must_use]
pub fn read(group: &Group, units: &[Unit<'_>]) -> Facts {
    read_with(group, units, &Modules::default())
}

/// The same with the modules of Terraform that folders call, and with what they hand to each other.
#[must_use]
pub fn read_with(group: &Group, units: &[Unit<'_>], modules: &Modules<'_>) -> Facts {
    let mut facts = match table::ROWS.iter().find(|row| row.name == group.format) {
        Some(row) if row.name == TERRAFORM => terraform::read_with(units, modules),
        Some(row) => (row.read)(units),
        None => Facts::default(),
    };
    if provisioning::STEPS.contains(&group.format) {
        facts.append(provisioning::read_steps(units));
    }
    // What several workloads share (an anchor, a workflow's environment, a called action) is one place all the same.
    facts.slots.sort();
    facts.slots.dedup_by(|later, first| later.location.origin == first.location.origin && later.location.region == first.location.region);
    let mut say = |detail: String| {
        let path = units.first().map_or_else(String::new, |unit| unit.origin().path.clone());
        facts.skipped.push(Skip { path, why: SkipReason::Limit, detail });
    };
    if facts.slots.len() > MAX_SLOTS {
        facts.slots.truncate(MAX_SLOTS);
        say(format!("more than {MAX_SLOTS} places where a credential stands; those beyond are found only by what they look like"));
    }
    if facts.workloads.len() > MAX_WORKLOADS {
        facts.workloads.truncate(MAX_WORKLOADS);
        say(format!("more than {MAX_WORKLOADS} workloads; those beyond were not judged"));
    }
    facts
}

/// Settles what groups say of the same thing, once all of them are read: a module that is called is what its calls make of it.
pub fn settle(facts: &mut Facts) {
    terraform::settle(facts);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Surface, Unit};

    #[test]
    fn the_past_and_what_lies_in_an_image_configure_nothing() {
        let wanted = |surface| {
            let origin = Origin { path: "Dockerfile".into(), surface, ..Origin::default() };
            super::group(&Unit::new(Arc::new(origin), &b"FROM scratch"[..])).is_some()
        };
        assert!(wanted(Surface::Worktree) && !wanted(Surface::GitHistory) && !wanted(Surface::ImageLayer));
    }

    #[test]
    fn so_many_workloads_are_told_and_more_are_said() {
        let of = |count: usize| {
            let jobs: String = (0..count).map(|at| format!("  j{at}: {{runs-on: x}}\n")).collect();
            let origin = Origin { path: ".github/workflows/a.yml".into(), ..Origin::default() };
            let unit = Unit::new(Arc::new(origin), format!("on: push\njobs:\n{jobs}").into_bytes());
            let facts = super::read(&super::group(&unit).unwrap(), std::slice::from_ref(&unit));
            (facts.workloads.len(), facts.skipped.iter().map(|skip| skip.why).collect::<Vec<_>>())
        };
        assert_eq!(of(super::MAX_WORKLOADS), (super::MAX_WORKLOADS, vec![]));
        assert_eq!(of(super::MAX_WORKLOADS + 1), (super::MAX_WORKLOADS, vec![unkeyed_model::SkipReason::Limit]));
    }

    #[test]
    fn so_many_slots_are_told_and_more_are_said() {
        let of = |count: usize| {
            let text: String = (0..count).map(|at| format!("DB_PASSWORD=x{at}\n")).collect();
            let unit = Unit::new(Arc::new(Origin { path: ".env".into(), ..Origin::default() }), text.as_bytes());
            let facts = super::read(&super::group(&unit).unwrap(), std::slice::from_ref(&unit));
            (facts.slots.len(), facts.skipped.iter().map(|skip| skip.why).collect::<Vec<_>>())
        };
        assert_eq!(of(super::MAX_SLOTS), (super::MAX_SLOTS, vec![]));
        assert_eq!(of(super::MAX_SLOTS + 1), (super::MAX_SLOTS, vec![unkeyed_model::SkipReason::Limit]));
    }
}
