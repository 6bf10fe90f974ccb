//! What every command that judges starts from: the policy in force, the rules it changes, the baseline, the fingerprint key.
//!
//! One decision a reader would question: a policy or baseline that lies in the target is used only if none is named. Who writes
//! the repository must not choose by what it is judged; and where nobody chose, the report says what was found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, anyhow};
use sha2::{Digest as _, Sha256};
use unkeyed_detect::{Detector, FingerprintKey};
use unkeyed_model::{Baseline, Before, Estate, Policy, Report, RunInfo, Subject, Timestamp, WorkloadKind};
use unkeyed_source::Options;

use super::adjust;
use super::rules::load;
use crate::args::{Profile, RunArgs};
use crate::baseline_file::{self, BaselineFile};
use crate::progress::Progress;
use crate::{Budget, Gather, PolicyFile, RuleChange, gather, output, policy_file};

/// Name of the policy that is looked up at a target's root.
pub(super) const POLICY_FILE: &str = "unkeyed.toml";
/// Variable that holds the user's fingerprint key, unless the policy names another one.
const KEY_VARIABLE: &str = "UNKEYED_FINGERPRINT_KEY";

/// Everything that is settled before anything is read.
pub(super) struct Setup {
    pub(super) policy: Policy,
    pub(super) changes: Vec<RuleChange>,
    /// The policy in force: its path and digest.
    pub(super) policy_used: Option<(String, String)>,
    /// The target's own policy, in force or not.
    own_policy: Option<(String, String)>,
    pub(super) detector: Detector,
    /// The user's key is in use.
    pub(super) keyed: bool,
    /// The user's key.
    pub(super) user_key: Option<FingerprintKey>,
    pub(super) rules_digest: String,
    baseline: Option<(BaselineFile, String, String)>,
    pub(super) now: Timestamp,
}

impl Setup {
    /// Reads what `args` and the target name.
    pub(super) fn new(args: &RunArgs) -> anyhow::Result<Self> {
        let found = own(args, POLICY_FILE);
        let own_policy = found.as_ref().map(|path| Ok::<_, anyhow::Error>((name(path), digest(&read(path)?)))).transpose()?;
        let (PolicyFile { policy, rules: changes, key_variable }, policy_used) = read_policy(args, found)?;
        let variable = key_variable.as_deref().unwrap_or(KEY_VARIABLE);
        let user_key = std::env::var_os(variable).filter(|key| !key.is_empty()).map(|key| FingerprintKey::new(key.as_encoded_bytes()));
        let policy_path = policy_used.as_ref().map_or("", |(path, _)| path);
        let mut rules = load(&args.rules)?;
        adjust::rules(&mut rules, &changes, policy_path)?;
        if user_key.is_none() && changes.iter().any(|change| !change.adjustment.fingerprints.is_empty()) {
            output::warn(&format!("{policy_path}: its fingerprints allow nothing: {variable} is not set"));
        }
        let baseline = read_baseline(args)?;
        let key = match &baseline {
            Some((file, path, _)) => file.keying.key(user_key.clone()).with_context(|| path.clone())?,
            None => user_key.clone().map_or_else(random_key, Ok)?,
        };
        let detector = Detector::new(rules, key)?;
        let rules_digest = detector.rules().digest();
        let now = args.as_of.unwrap_or_else(Timestamp::now);
        Ok(Self { policy, changes, policy_used, own_policy, keyed: user_key.is_some(), user_key, detector, rules_digest, baseline, now })
    }

    /// The digest of a content as it may leave the machine: keyed, if there is a key.
    pub(super) fn guarded(&self, sum: [u8; 32]) -> [u8; 32] {
        self.user_key.as_ref().map_or(sum, |key| key.of_content(&sum))
    }

    /// The same with another key for digests.
    pub(super) fn with_key(mut self, key: FingerprintKey) -> anyhow::Result<Self> {
        self.detector = Detector::new(self.detector.rules().clone(), key)?;
        Ok(self)
    }

    /// Path of the policy in force; empty without one.
    pub(super) fn policy_path(&self) -> &str {
        self.policy_used.as_ref().map_or("", |(path, _)| path)
    }

    /// Digest of the policy in force; empty without one.
    pub(super) fn policy_digest(&self) -> &str {
        self.policy_used.as_ref().map_or("", |(_, digest)| digest)
    }

    /// What the baseline knows. Who relies on one that has ended is told.
    pub(super) fn baseline(&self, is_quiet: bool) -> Option<Baseline> {
        let (file, path, _) = self.baseline.clone()?;
        if self.now >= file.expires && !is_quiet {
            output::warn(&format!("{path}: the baseline has ended; what it knew counts again"));
        }
        Some(file.into_baseline(path))
    }

    /// Reads the targets of `args` and judges them, without regard to a baseline or an earlier state.
    pub(super) fn report(&self, args: &RunArgs, options: &Options, profile: Profile, progress: &Progress) -> anyhow::Result<Report> {
        let mut estate = gather(&Gather {
            targets: &args.targets,
            evidence: &[],
            options,
            cache: None,
            detector: &self.detector,
            progress,
            budget: &Budget::unlimited(),
            stop: &AtomicBool::new(false),
        })?;
        self.sign(&mut estate, "audit", profile.as_str(), args);
        progress.finish();
        Ok(unkeyed_audit::judge_after(estate, &self.policy, self.now, &Before::default()))
    }

    /// Whether `args` are judged by the same: their target brings no policy or baseline of its own.
    pub(super) fn fits(&self, args: &RunArgs) -> bool {
        [POLICY_FILE, baseline_file::NAME].iter().all(|file| own(args, file).is_none())
    }

    /// The baseline in use: its path and digest.
    pub(super) fn baseline_used(&self) -> Option<(&str, &str)> {
        self.baseline.as_ref().map(|(_, path, digest)| (path.as_str(), digest.as_str()))
    }

    /// Adds to the estate how the run was asked for.
    pub(super) fn sign(&self, estate: &mut Estate, command: &str, profile: &str, args: &RunArgs) {
        estate.run = RunInfo {
            targets: args.targets.clone(),
            command: command.into(),
            profile: profile.into(),
            rules_digest: self.rules_digest.clone(),
            policy: self.policy_used.clone(),
            own_policy: self.own_policy.clone(),
            baseline: self.baseline.as_ref().map(|(_, path, digest)| (path.clone(), digest.clone())),
            compared_with: None,
            keyed: self.keyed,
            subjects: subjects(estate),
            saved: None,
        };
    }
}

/// The commit that is checked out, and the images that are named by digest.
fn subjects(estate: &Estate) -> Vec<Subject> {
    let commit = estate.repository.as_ref().and_then(|repository| {
        let name = repository.remote.clone().unwrap_or_else(|| "repository".into());
        Some(Subject { name, algorithm: "gitCommit".into(), digest: repository.head.clone()? })
    });
    let images = estate.facts.workloads.iter().filter(|workload| workload.kind == WorkloadKind::Image).filter_map(|workload| {
        let (name, digest) = workload.name.split_once("@sha256:")?;
        let digest: String = digest.chars().take_while(char::is_ascii_hexdigit).collect();
        Some(Subject { name: name.to_owned(), algorithm: "sha256".into(), digest })
    });
    commit.into_iter().chain(images).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The file of that name at the first target's root.
fn own(args: &RunArgs, name: &str) -> Option<PathBuf> {
    let target = args.targets.first()?;
    let path = Path::new(target.strip_prefix("dir:").unwrap_or(target)).join(name);
    path.is_file().then_some(path)
}

/// The policy in force, and its path and digest for the report.
fn read_policy(args: &RunArgs, found: Option<PathBuf>) -> anyhow::Result<(PolicyFile, Option<(String, String)>)> {
    if let (Some(own), Some(given), false) = (&found, &args.policy, args.quiet) {
        output::warn(&format!("policy: {}; {} at the target is not used", given.display(), own.display()));
    }
    let Some(path) = args.policy.clone().or(found) else { return Ok((PolicyFile::default(), None)) };
    let text = read(&path)?;
    let file = policy_file::parse(&text).map_err(|faults| {
        let place = path.display();
        let lines = faults.lines().map(|fault| format!("  {place}: {fault}"));
        anyhow!("{place}: the policy is refused\n{}", lines.collect::<Vec<_>>().join("\n"))
    })?;
    let used = (name(&path), digest(&text));
    if args.policy.is_none() && !args.quiet {
        let short = used.1.get(..12).unwrap_or_default();
        output::warn(&format!("policy: {} (found at the target, sha256 {short}…; --policy FILE overrides it)", path.display()));
    }
    Ok((file, Some(used)))
}

/// The baseline in use with its path and digest. One that lies in the target is not used beside a policy from outside.
fn read_baseline(args: &RunArgs) -> anyhow::Result<Option<(BaselineFile, String, String)>> {
    let found = || own(args, baseline_file::NAME).filter(|_| args.policy.is_none());
    let Some(path) = args.baseline.clone().or_else(found) else { return Ok(None) };
    let (file, text) = BaselineFile::read(&path)?;
    if args.baseline.is_none() && !args.quiet {
        output::warn(&format!("baseline: {} (found at the target; --baseline FILE overrides it)", path.display()));
    }
    Ok(Some((file, name(&path), digest(&text))))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{}: the policy can't be read", path.display()))
}

fn name(path: &Path) -> String {
    unkeyed_source::path_text(path)
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key for this run, whose digests are never published.
fn random_key() -> anyhow::Result<FingerprintKey> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow!("no randomness for the fingerprint key: {error}"))?;
    Ok(FingerprintKey::new(&key))
}
