//! The command line of what decides over a commit or a change: hook, baseline, policy.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use unkeyed_model::Timestamp;

use super::{RuleArgs, examples, instant};

#[derive(Debug, ClapArgs)]
pub(crate) struct HookArgs {
    /// The repository; by default the one that the working folder is in.
    #[arg(value_name = "REPOSITORY")]
    pub(crate) target: Option<PathBuf>,
    /// The policy to judge by, instead of an unkeyed.toml at the repository's root.
    #[arg(long, value_name = "FILE", env = "UNKEYED_POLICY")]
    pub(crate) policy: Option<PathBuf>,
    /// What is passed over, instead of an .unkeyed-baseline.json at the repository's root.
    #[arg(long, value_name = "FILE", env = "UNKEYED_BASELINE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Judge lifetimes as of this instant (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = instant, env = "UNKEYED_AS_OF")]
    pub(crate) as_of: Option<Timestamp>,
    /// Exit 3 if anything that is staged could not be read.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Say nothing; the exit code tells.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say it also if nothing is wrong, and give every reason.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Make a baseline of what is found now.
    #[command(after_help = examples::BASELINE)]
    Create {
        #[command(flatten)]
        args: BaselineArgs,
        /// Take over only what this baseline of another tool knows: .secrets.baseline (detect-secrets), .gitleaksignore, a
        /// gitleaks report in JSON, or a kingfisher baseline. Repeatable.
        #[arg(long, value_name = "FILE")]
        import: Vec<PathBuf>,
    },
    /// Add what is found now and not known yet.
    #[command(after_help = examples::BASELINE)]
    Update(BaselineArgs),
    /// Take out what is not found any more.
    #[command(after_help = examples::BASELINE)]
    Prune(BaselineArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BaselineArgs {
    /// The folder or repository.
    #[arg(value_name = "TARGET", default_value = ".")]
    pub(crate) target: String,
    /// The baseline, if not .unkeyed-baseline.json at the target's root.
    #[arg(long, value_name = "FILE", env = "UNKEYED_BASELINE")]
    pub(crate) file: Option<PathBuf>,
    /// When it ends, as a whole: a date, or a time from now such as 90d, which is the default of a new one.
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
    /// Leave out what git keeps of the past.
    #[arg(long)]
    pub(crate) no_history: bool,
    /// Leave out what this .gitignore-style pattern matches; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
    /// The policy to judge by, instead of an unkeyed.toml at the target's root.
    #[arg(long, value_name = "FILE", env = "UNKEYED_POLICY")]
    pub(crate) policy: Option<PathBuf>,
    /// Judge lifetimes as of this instant (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = instant, env = "UNKEYED_AS_OF")]
    pub(crate) as_of: Option<Timestamp>,
    /// Show no progress.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say whether a policy is well-formed, what each of its exceptions covers today, and what ends when. Exit codes: 0 ok, 1 an
    /// exception has expired or is refused, 2 the policy is malformed.
    #[command(after_help = examples::POLICY)]
    Check(PolicyCheckArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PolicyCheckArgs {
    /// The folder that the policy speaks of, or the policy file in it.
    #[arg(value_name = "TARGET", default_value = ".")]
    pub(crate) target: String,
    /// The policy, if not the target's unkeyed.toml.
    #[arg(long, value_name = "FILE", env = "UNKEYED_POLICY")]
    pub(crate) policy: Option<PathBuf>,
    /// Check as of this instant (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = instant, env = "UNKEYED_AS_OF")]
    pub(crate) as_of: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}
