//! `unkeyed scan` and `unkeyed audit`: the whole pipeline, once.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use unkeyed_model::{Before, Previous, Report, Requirement};
use unkeyed_source::{Commits, GitScope, Options};

use super::setup::Setup;
use super::{adjust, diff, records};
use crate::args::{Profile, RunArgs};
use crate::cache::Cache;
use crate::progress::Progress;
use crate::{Budget, Exit, Gather, gather, output};

/// Runs `command` (`scan` or `audit`) and writes its reports.
pub(crate) fn run(command: &str, args: &RunArgs, require: &[Requirement]) -> anyhow::Result<Exit> {
    if let Some(folder) = &args.estate.records {
        return records::run(command, args, require, folder);
    }
    let destinations = output::destinations(args)?;
    use_threads(args)?;
    let mut setup = Setup::new(args)?;
    setup.policy.require = require.to_vec();
    let cache = args.cache.as_ref().map(|folder| Cache::open(folder, &setup.rules_digest, setup.policy_digest())).transpose()?;
    let stop = Arc::new(AtomicBool::new(false));
    stop_on_interrupt(&stop);
    let progress = Progress::new(!args.no_progress && !args.quiet);
    let options = options(command, args, cache.as_ref());
    let job = Gather {
        targets: &args.targets,
        evidence: &args.evidence,
        options: &options,
        cache: cache.as_ref(),
        detector: &setup.detector,
        progress: &progress,
        budget: &Budget::unlimited(),
        stop: &stop,
    };
    let previous = args.previous.as_deref().map(previous).transpose()?;
    let mut before = Before { baseline: setup.baseline(args.quiet), earlier: None, previous };
    let mut estate = gather(&job)?;
    let profile = profile(command, args).as_str();
    if let Some(base) = &args.diff {
        let (earlier, commit) = diff::earlier(base, &setup, args, &job, profile)?;
        if !args.no_history {
            diff::add_commits(&commit, &mut estate, &job)?;
        }
        before.earlier = Some(earlier);
    }
    if let Some(cache) = &cache {
        cache.save()?;
    }
    estate.coverage.skipped.extend(adjust::said(&setup.detector, &setup.changes, setup.policy_path()));
    progress.stage("judging");
    setup.sign(&mut estate, command, profile, args);
    estate.run.compared_with = before.earlier.as_ref().map(|earlier| earlier.name.clone());
    let report = unkeyed_audit::judge_after(estate, &setup.policy, setup.now, &before);
    progress.finish();
    output::write(&report, &destinations, args)?;
    let exit = exit(&report, args.strict || !require.is_empty(), stop.load(Ordering::Relaxed));
    if exit == Exit::Incomplete && !args.quiet {
        output::warn("the scan is incomplete: see what was not read in the report (exit code 3)");
    }
    // The program ends here; to free thousands of rules one by one would take longer than to scan a small file.
    std::mem::forget(setup);
    Ok(exit)
}

/// Sets how many threads share the work.
pub(super) fn use_threads(args: &RunArgs) -> anyhow::Result<()> {
    if args.threads > 0 {
        rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global().context("--threads")?;
    }
    Ok(())
}

/// The trusts of a saved report.
fn previous(path: &Path) -> anyhow::Result<Previous> {
    let name = unkeyed_source::path_text(path);
    let report = super::report::read(path)?.to_model().with_context(|| name.clone())?;
    Ok(Previous { name, trusts: report.trusts })
}

/// Which gate decides: for a change the one that speaks of what it adds.
pub(super) fn profile(command: &str, args: &RunArgs) -> Profile {
    let usual = if command == "audit" && args.diff.is_none() { Profile::Audit } else { Profile::Ci };
    args.profile.unwrap_or(usual)
}

pub(super) fn options(command: &str, args: &RunArgs, cache: Option<&Cache>) -> Options {
    Options {
        excludes: args.exclude.clone(),
        // A change is what git tracks; what it ignores was not there before either.
        tracked_only: args.tracked_only || args.diff.is_some(),
        max_file_bytes: args.max_file_size,
        threads: args.threads,
        git: git_scope(command, args),
        index: None,
        show_authors: args.show_authors,
        prefix: String::new(),
        platform: args.platform.clone(),
        known: cache.map(Cache::known).unwrap_or_default(),
    }
}

/// What of repositories is read: by `audit` everything, unless the user says otherwise.
pub(super) fn git_scope(command: &str, args: &RunArgs) -> GitScope {
    if args.staged {
        GitScope::Staged
    } else if args.since.is_some() || args.range.is_some() || !args.branch.is_empty() {
        GitScope::Commits(Commits { since: args.since, range: args.range.clone(), branches: args.branch.clone() })
    } else if command == "audit" && !args.no_history && args.diff.is_none() {
        GitScope::Everything
    } else {
        GitScope::WorkingTree
    }
}

fn exit(report: &Report, strict: bool, interrupted: bool) -> Exit {
    if interrupted {
        Exit::Interrupted
    } else if !report.summary.gate_passed {
        Exit::GateFailed
    } else if strict && !report.coverage.is_complete() {
        Exit::Incomplete
    } else {
        Exit::Ok
    }
}

pub(super) fn stop_on_interrupt(stop: &Arc<AtomicBool>) {
    let stop = Arc::clone(stop);
    let handler = move || stop.store(true, Ordering::Relaxed);
    if let Err(error) = ctrlc::set_handler(handler) {
        output::warn(&format!("an interrupt will end the run without a report: {error}"));
    }
}
