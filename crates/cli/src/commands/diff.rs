//! `--diff BASE`: what the target was where the change left BASE, and what the commits of the change brought.
//!
//! One decision a reader would question: the state before is not read from a report but judged anew, by the policy and at the
//! instant of this run. Otherwise an exception that ran out or a stricter policy would look like the change's doing.

use std::collections::BTreeSet;

use anyhow::bail;
use unkeyed_model::{Before, Earlier, Estate, Fingerprint};
use unkeyed_source::{Commits, GitScope, Options};

use super::setup::Setup;
use crate::args::RunArgs;
use crate::{Gather, gather};

/// Digits of a commit's id that are shown.
const SHORT: usize = 8;

/// Judges the state before. `job` says how the run itself reads.
pub(super) fn earlier(base: &str, setup: &Setup, args: &RunArgs, job: &Gather<'_>, profile: &str) -> anyhow::Result<(Earlier, String)> {
    let [target] = &args.targets[..] else { bail!("--diff compares one repository with its past; give one target") };
    let commit = unkeyed_source::fork_point(target, base)?;
    let options = Options { git: GitScope::At(commit.clone()), ..job.options.clone() };
    let mut estate = gather(&Gather { options: &options, cache: None, ..*job })?;
    setup.sign(&mut estate, "audit", profile, args);
    let report = unkeyed_audit::judge_after(estate, &setup.policy, setup.now, &Before::default());
    let name = format!("{base} ({})", commit.get(..SHORT).unwrap_or_default());
    Ok((unkeyed_audit::earlier(name, &report), commit))
}

/// Adds what the commits since `commit` brought, as far as the files don't have it anyway.
pub(super) fn add_commits(commit: &str, estate: &mut Estate, job: &Gather<'_>) -> anyhow::Result<()> {
    let commits = Commits { range: Some(format!("{commit}..HEAD")), ..Commits::default() };
    let options = Options { git: GitScope::Commits(commits), ..job.options.clone() };
    let mut past = gather(&Gather { evidence: &[], options: &options, cache: None, ..*job })?;
    let present: BTreeSet<(&str, Fingerprint)> =
        estate.matches.iter().map(|found| (found.location.origin.path.as_str(), found.fingerprint)).collect();
    past.matches.retain(|found| !present.contains(&(found.location.origin.path.as_str(), found.fingerprint)));
    estate.matches.append(&mut past.matches);
    estate.coverage.skipped.append(&mut past.coverage.skipped);
    estate.coverage.read.blobs += past.coverage.read.blobs;
    estate.coverage.read.bytes += past.coverage.read.bytes;
    Ok(())
}
