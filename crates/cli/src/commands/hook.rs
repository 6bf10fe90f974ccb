//! `unkeyed hook`: what the next commit would add, for git's pre-commit hook.
//!
//! One decision a reader would question: what the commit replaces is read only if something was found, and then to take it
//! off. A credential in a line that nobody touched is no reason to stop a commit, and neither is a file that was renamed.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use unkeyed_model::{Before, Report};
use unkeyed_source::{GitScope, Options};

use super::adjust;
use super::setup::Setup;
use crate::args::{HookArgs, Profile, RunArgs};
use crate::progress::Progress;
use crate::{Budget, Exit, Gather, gather, output};

/// Variables by which git tells a hook what is committed.
const GIT_DIR: &str = "GIT_DIR";
const GIT_INDEX_FILE: &str = "GIT_INDEX_FILE";

/// Judges what is staged.
pub(crate) fn run(args: &HookArgs) -> anyhow::Result<Exit> {
    let run = run_args(args)?;
    let setup = Setup::new(&run)?;
    let report = judge(&setup, &run, args.quiet)?;
    let gaps = report.coverage.skipped.iter().filter(|skip| skip.why.is_gap()).count();
    if gaps > 0 && !args.quiet {
        let first = report.coverage.skipped.iter().find(|skip| skip.why.is_gap());
        let which = first.map_or(String::new(), |skip| format!(", the first {}: {}", skip.path, skip.detail));
        output::warn(&format!("{gaps} staged places could not be read{}", unkeyed_report::printable(&which)));
    }
    if (!report.summary.gate_passed && !args.quiet) || args.verbose {
        output::write_gate(&report, args.verbose)?;
    }
    std::mem::forget(setup);
    Ok(match (report.summary.gate_passed, gaps > 0 && args.strict) {
        (false, _) => Exit::GateFailed,
        (true, true) => Exit::Incomplete,
        (true, false) => Exit::Ok,
    })
}

fn run_args(args: &HookArgs) -> anyhow::Result<RunArgs> {
    let root = match &args.target {
        Some(target) => target.clone(),
        None => root()?,
    };
    Ok(RunArgs {
        targets: vec![root.to_str().with_context(|| format!("{}: its name is no UTF-8", root.display()))?.to_owned()],
        policy: args.policy.clone(),
        baseline: args.baseline.clone(),
        as_of: args.as_of,
        profile: Some(Profile::PreCommit),
        quiet: true,
        rules: args.rules.clone(),
        ..RunArgs::plain()?
    })
}

/// The root of the repository that the hook runs in: git starts it there.
fn root() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("the working folder")?;
    let above = here.ancestors().find(|folder| folder.join(".git").exists());
    let named = || std::env::var_os(GIT_DIR).map(PathBuf::from);
    above.map(Path::to_owned).or_else(named).with_context(|| format!("{}: no git repository is here", here.display()))
}

fn judge(setup: &Setup, run: &RunArgs, is_quiet: bool) -> anyhow::Result<Report> {
    let index = std::env::var_os(GIT_INDEX_FILE).map(PathBuf::from).filter(|file| file.is_file());
    let staged = Options { git: GitScope::Staged, index, ..Options::default() };
    let (progress, stop) = (Progress::new(false), AtomicBool::new(false));
    let job = Gather {
        targets: &run.targets,
        evidence: &[],
        options: &staged,
        cache: None,
        detector: &setup.detector,
        progress: &progress,
        budget: &Budget::unlimited(),
        stop: &stop,
    };
    let read = |options: &Options| -> anyhow::Result<_> {
        let mut estate = gather(&Gather { options, ..job })?;
        setup.sign(&mut estate, "hook", Profile::PreCommit.as_str(), run);
        Ok(estate)
    };
    let mut estate = read(&staged)?;
    estate.coverage.skipped.extend(adjust::said(&setup.detector, &setup.changes, setup.policy_path()));
    let mut before = Before { baseline: setup.baseline(is_quiet), earlier: None, previous: None };
    let report = unkeyed_audit::judge_after(estate.clone(), &setup.policy, setup.now, &before);
    if report.summary.gate_passed {
        return Ok(report);
    }
    let replaced = read(&Options { git: GitScope::Replaced, ..staged.clone() })?;
    let was = unkeyed_audit::judge_after(replaced, &setup.policy, setup.now, &Before::default());
    before.earlier = Some(unkeyed_audit::earlier("HEAD".into(), &was));
    Ok(unkeyed_audit::judge_after(estate, &setup.policy, setup.now, &before))
}
