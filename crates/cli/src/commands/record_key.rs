//! The digest of everything but the content that a record depends on.

use sha2::{Digest as _, Sha256};
use unkeyed_model::{Coverage, Requirement, SkipReason};
use unkeyed_report::record::Sum;
use unkeyed_source::{GitScope, Options};

use super::audit::profile;
use super::setup::Setup;
use crate::args::RunArgs;

/// The form of this digest; another form makes all records other ones.
const FORM: &str = "unkeyed record 1";

/// Of the rules, policy, options and instant of a run over one target.
pub(super) fn config(command: &str, args: &RunArgs, setup: &Setup, options: &Options, require: &[Requirement]) -> anyhow::Result<Sum> {
    let mut sum = Sha256::new();
    let mut add = |name: &str, value: &str| {
        for text in [name, value] {
            sum.update((text.len() as u64).to_be_bytes());
            sum.update(text);
        }
    };
    add(FORM, env!("CARGO_PKG_VERSION"));
    add("rules", &setup.rules_digest);
    let policy = setup.policy_used.iter().map(|(path, digest)| (path.as_str(), digest.as_str()));
    policy.chain(setup.baseline_used()).for_each(|(path, digest)| add(path, digest));
    add("key", &setup.user_key.as_ref().map(unkeyed_detect::FingerprintKey::id).unwrap_or_default());
    add("command", command);
    add("profile", profile(command, args).as_str());
    add("as-of", &setup.now.to_string());
    add("confidence", args.confidence.as_str());
    add("flags", &format!("{:?}", [args.show_public, options.tracked_only, options.show_authors]));
    add("max-file-size", &options.max_file_bytes.to_string());
    add("git", &format!("{:?}", options.git));
    // Without a platform it is this machine's.
    add("platform", options.platform.as_deref().unwrap_or(std::env::consts::ARCH));
    add("budget", &format!("{:?}", (args.estate.budget_bytes, args.estate.budget_time)));
    options.excludes.iter().for_each(|pattern| add("exclude", pattern));
    require.iter().for_each(|requirement| add("require", &format!("{requirement:?}")));
    for path in &args.evidence {
        let plain = Options { git: GitScope::WorkingTree, ..Options::default() };
        let content = unkeyed_source::open(&format!("dir:{path}"), &plain)?.content();
        add(path, &content.map(|sum| unkeyed_report::record::hex(&setup.guarded(sum))).unwrap_or_default());
    }
    Ok(sum.finalize().into())
}

/// Whether the same content gives the same gaps; else what could not be read now may be readable later, or elsewhere.
pub(super) fn is_told_by_content(coverage: &Coverage) -> bool {
    !coverage.skipped.iter().any(|skip| matches!(skip.why, SkipReason::Unreadable | SkipReason::Vanished))
}
