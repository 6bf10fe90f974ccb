//! `unkeyed scan` and `unkeyed audit`: the whole pipeline, once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, anyhow};
use sha2::{Digest as _, Sha256};
use unkeyed_detect::{Detector, FingerprintKey};
use unkeyed_model::{Report, Requirement, RunInfo, Timestamp};
use unkeyed_source::{Commits, GitScope, Options};

use super::adjust;
use super::rules::load;
use crate::args::{Profile, RunArgs};
use crate::cache::Cache;
use crate::progress::Progress;
use crate::{Exit, Gather, PolicyFile, gather, output, policy_file};

/// Name of the policy that is looked up at a target's root.
const POLICY_FILE: &str = "unkeyed.toml";
/// Variable that holds the user's fingerprint key.
const KEY_VARIABLE: &str = "UNKEYED_FINGERPRINT_KEY";

/// Runs `command` (`scan` or `audit`) and writes its reports.
pub(crate) fn run(command: &str, args: &RunArgs, require: &[Requirement]) -> anyhow::Result<Exit> {
    let destinations = output::destinations(args)?;
    if args.threads > 0 {
        rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global().context("--threads")?;
    }
    let (PolicyFile { mut policy, rules: changes, key_variable }, policy_used) = read_policy(args)?;
    let key_variable = key_variable.as_deref().unwrap_or(KEY_VARIABLE);
    policy.require = require.to_vec();
    let mut rules = load(&args.rules)?;
    let policy_path = policy_used.as_ref().map_or("", |(path, _)| path);
    adjust::rules(&mut rules, &changes, policy_path)?;
    let (key, keyed) = fingerprint_key(key_variable)?;
    if !keyed && changes.iter().any(|change| !change.adjustment.fingerprints.is_empty()) {
        output::warn(&format!("{policy_path}: its fingerprints allow nothing: {key_variable} is not set"));
    }
    let detector = Detector::new(rules, key)?;
    let rules_digest = detector.rules().digest();
    let policy_digest = policy_used.as_ref().map_or("", |(_, digest)| digest);
    let cache = args.cache.as_ref().map(|folder| Cache::open(folder, &rules_digest, policy_digest)).transpose()?;
    let stop = Arc::new(AtomicBool::new(false));
    stop_on_interrupt(&stop);
    let progress = Progress::new(!args.no_progress && !args.quiet);
    let options = options(command, args, cache.as_ref());
    let job = Gather {
        targets: &args.targets,
        evidence: &args.evidence,
        options: &options,
        cache: cache.as_ref(),
        detector: &detector,
        progress: &progress,
        stop: &stop,
    };
    let mut estate = gather(&job)?;
    if let Some(cache) = &cache {
        cache.save()?;
    }
    estate.coverage.skipped.extend(adjust::said(&detector, &changes, policy_path));
    progress.stage("judging");
    let profile = args.profile.unwrap_or(if command == "audit" { Profile::Audit } else { Profile::Ci });
    estate.run = RunInfo {
        targets: args.targets.clone(),
        command: command.into(),
        profile: profile.as_str().into(),
        rules_digest,
        policy: policy_used,
        keyed,
    };
    let now = args.as_of.unwrap_or_else(Timestamp::now);
    let report = unkeyed_audit::judge(estate, &policy, now);
    progress.finish();
    output::write(&report, &destinations, args)?;
    let exit = exit(&report, args.strict || !require.is_empty(), stop.load(Ordering::Relaxed));
    if exit == Exit::Incomplete && !args.quiet {
        output::warn("the scan is incomplete: see what was not read in the report (exit code 3)");
    }
    // The program ends here; to free thousands of rules one by one would take longer than to scan a small file.
    std::mem::forget(detector);
    Ok(exit)
}

fn options(command: &str, args: &RunArgs, cache: Option<&Cache>) -> Options {
    Options {
        excludes: args.exclude.clone(),
        tracked_only: args.tracked_only,
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
fn git_scope(command: &str, args: &RunArgs) -> GitScope {
    if args.staged {
        GitScope::Staged
    } else if args.since.is_some() || args.range.is_some() || !args.branch.is_empty() {
        GitScope::Commits(Commits { since: args.since, range: args.range.clone(), branches: args.branch.clone() })
    } else if command == "audit" && !args.no_history {
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

/// The policy in force, and its path and digest for the report. A policy named on the command line wins; else the first
/// target's own is used, and said.
fn read_policy(args: &RunArgs) -> anyhow::Result<(PolicyFile, Option<(String, String)>)> {
    let Some(path) = args.policy.clone().or_else(|| args.targets.first().and_then(|target| policy_of(target))) else {
        return Ok((PolicyFile::default(), None));
    };
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}: the policy can't be read", path.display()))?;
    let file = policy_file::parse(&text).map_err(|faults| {
        let place = path.display();
        anyhow!(
            "{place}: the policy is refused\n{}",
            faults.lines().map(|fault| format!("  {place}: {fault}")).collect::<Vec<_>>().join("\n")
        )
    })?;
    if args.policy.is_none() && !args.quiet {
        output::warn(&format!("policy: {} (found at the target; --policy FILE overrides it)", path.display()));
    }
    let name = unkeyed_source::path_text(&path);
    Ok((file, Some((name, hex(&Sha256::digest(text.as_bytes()))))))
}

fn policy_of(target: &str) -> Option<PathBuf> {
    let folder = Path::new(target.strip_prefix("dir:").unwrap_or(target));
    let path = folder.join(POLICY_FILE);
    path.is_file().then_some(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The user's key, or one made for this run, whose digests are never published.
fn fingerprint_key(variable: &str) -> anyhow::Result<(FingerprintKey, bool)> {
    if let Some(key) = std::env::var_os(variable).filter(|key| !key.is_empty()) {
        return Ok((FingerprintKey::new(key.as_encoded_bytes()), true));
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow!("no randomness for the fingerprint key: {error}"))?;
    Ok((FingerprintKey::new(&key), false))
}

fn stop_on_interrupt(stop: &Arc<AtomicBool>) {
    let stop = Arc::clone(stop);
    let handler = move || stop.store(true, Ordering::Relaxed);
    if let Err(error) = ctrlc::set_handler(handler) {
        output::warn(&format!("an interrupt will end the run without a report: {error}"));
    }
}
