//! The command line as users write it.

mod estate;
mod gates;
mod report;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use unkeyed_model::{Confidence, Requirement, Selector, SelectorField, Timestamp, Verdict};
use unkeyed_report::Format;

use estate::EstateArgs;
use gates::{BASELINE_EXAMPLES, HOOK_EXAMPLES};
pub(crate) use gates::{BaselineArgs, BaselineCommand, HookArgs, PolicyCheckArgs, PolicyCommand};
pub(crate) use report::{ReportArgs, ReportCommand, ReportOutput};

/// Finds the credentials that persist, and says per workload whether it is secretless.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  What every workload here authenticates with, and its verdict:
    unkeyed audit .
  Two outputs of one run:
    unkeyed audit . --format sarif --output out.sarif --format human
  A gate: exit 1 below that verdict, 3 if anything was not read:
    unkeyed audit . --require transitional
  The same for some workloads:
    unkeyed audit . --require 'secretless:gha:*#deploy'
  Only what a change adds or makes worse:
    unkeyed audit . --diff origin/main
  Credential artifacts only, in what git tracks:
    unkeyed scan . --tracked-only
  With what the platform says is in force:
    aws iam get-account-authorization-details > iam.json
    unkeyed audit . --evidence iam.json
  What a running program holds, and what a container was given:
    unkeyed audit pid:1234
    docker inspect web | unkeyed audit env:-
  Many targets, a record for each; then one report of all:
    unkeyed audit --targets-from estate.txt --records out/
    unkeyed report merge out/ --format json --output estate.json
  A saved report as a page, merged with others, or compared with an older one:
    unkeyed report report.json --format html --output readiness.html
  What a check or a rule means, and what to do instead:
    unkeyed explain TB-AWS-03

Exit codes: 0 ok, 1 gate failed, 2 usage, configuration or policy,
3 incomplete scan (with --strict or --require), 130 interrupted.
No network is used. Secrets are never printed.
UNKEYED_FINGERPRINT_KEY keys the artifact ids; NO_COLOR is honoured.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find credential artifacts.
    Scan(RunArgs),
    /// Find artifacts, workloads, identities and trusts, and give each workload a verdict.
    Audit(AuditArgs),
    /// Say whether the next commit adds a credential: for git's pre-commit hook.
    #[command(after_help = HOOK_EXAMPLES)]
    Hook(HookArgs),
    /// Make, extend or clean the list of what gates pass over for a time.
    #[command(subcommand, after_help = BASELINE_EXAMPLES)]
    Baseline(BaselineCommand),
    /// Check a policy file.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Write a saved JSON report in another format, merge several, or compare them.
    #[command(args_conflicts_with_subcommands = true, after_help = report::EXAMPLES)]
    Report(ReportArgs),
    /// List, test or check the detection rules.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print the page of a check or a rule.
    Explain {
        /// Its id, as reports print it (`TB-AWS-03`, `github.pat-classic`).
        #[arg(required_unless_present = "why")]
        id: Option<String>,
        /// Why a line is reported, or is not: `PATH:LINE`, or with --report an artifact's id.
        #[arg(long, value_name = "FINDING", conflicts_with = "id")]
        why: Option<String>,
        /// The saved JSON report that holds the artifact.
        #[arg(long, value_name = "FILE", requires = "why")]
        report: Option<PathBuf>,
        #[command(flatten)]
        rules: RuleArgs,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Fail (exit 1) if a workload's verdict is below this one; makes an incomplete scan fail too. Repeatable. A selector
    /// narrows it to workloads whose id it matches (`secretless:gha:*`), or their `owner=`, `environment=` or `kind=`; it
    /// must match one.
    #[arg(long, value_name = "VERDICT[:SELECTOR]", value_parser = requirement, env = "UNKEYED_REQUIRE")]
    pub(crate) require: Vec<Requirement>,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct RunArgs {
    /// Folders and files; git:PATH for a repository's objects; images as registry:REF, oci-dir:PATH, oci-archive:PATH or
    /// docker-archive:PATH (recognised without the prefix, too); `-` for standard input; env:FILE, pid:N, pid:all, host:HOME
    /// for what runs.
    #[arg(required_unless_present = "targets_from", value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Output format; repeat it, each with its own --output, for several reports of one run.
    #[arg(long, value_name = "FORMAT", value_parser = format, default_value = "human", env = "UNKEYED_FORMAT")]
    pub(crate) format: Vec<Format>,
    /// Where the report goes; the n-th belongs to the n-th --format. `-` is standard output, which is the default.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// The lowest confidence shown.
    #[arg(long, value_name = "LEVEL", value_parser = confidence, default_value = "medium", env = "UNKEYED_CONFIDENCE")]
    pub(crate) confidence: Confidence,
    /// Also list documented example values and identifiers.
    #[arg(long)]
    pub(crate) show_public: bool,
    /// Leave out what this .gitignore-style pattern matches; repeatable. The report says what was left out.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
    /// Read only files that git tracks.
    #[arg(long)]
    pub(crate) tracked_only: bool,
    /// Read what the next commit would bring: the contents of git's index, not the working files.
    #[arg(long, conflicts_with_all = ["since", "range", "branch", "no_history"])]
    pub(crate) staged: bool,
    /// Read what commits of that time (RFC 3339) or later brought.
    #[arg(long, value_name = "TIME", conflicts_with = "no_history")]
    pub(crate) since: Option<Timestamp>,
    /// Read what these commits brought, written as for git: `A..B`, `A...B`.
    #[arg(long, value_name = "RANGE", conflicts_with = "no_history")]
    pub(crate) range: Option<String>,
    /// Read what the commits of this branch brought; repeatable.
    #[arg(long, value_name = "BRANCH", conflicts_with = "no_history")]
    pub(crate) branch: Vec<String>,
    /// Leave out what git keeps of a repository's past; `scan FOLDER` does so anyway, `scan git:FOLDER` reads it.
    #[arg(long)]
    pub(crate) no_history: bool,
    /// Remember in this folder in which git objects nothing was found, so that the next run with the same rules and policy
    /// reads only new ones. It keeps digests, no contents.
    #[arg(long, value_name = "DIR", env = "UNKEYED_CACHE")]
    pub(crate) cache: Option<PathBuf>,
    /// Name the authors of commits that brought credentials.
    #[arg(long)]
    pub(crate) show_authors: bool,
    /// Texts larger than this many bytes are read in parts, without their structure; other files are not read, and reported
    /// as such.
    #[arg(long, value_name = "BYTES", default_value_t = unkeyed_source::DEFAULT_MAX_FILE_BYTES, env = "UNKEYED_MAX_FILE_SIZE")]
    pub(crate) max_file_size: u64,
    /// Which of a multi-platform image's images are read, `os/architecture[/variant]` or `all`. The default is Linux on this
    /// machine's architecture; the report names the others.
    #[arg(long, value_name = "PLATFORM", env = "UNKEYED_PLATFORM")]
    pub(crate) platform: Option<String>,
    /// Evidence from outside: what `aws`, `az`, `gcloud`, `oci`, `gh`, `kubectl`, `vault` or `spire-server` print, and audit
    /// logs; a file or a folder, repeatable. What each is recognised as stands in the report (docs/evidence.md).
    #[arg(long, value_name = "PATH")]
    pub(crate) evidence: Vec<String>,
    /// Judge lifetimes as of this instant (RFC 3339), which makes a report reproducible.
    #[arg(long, value_name = "TIME", env = "UNKEYED_AS_OF")]
    pub(crate) as_of: Option<Timestamp>,
    /// The policy to judge by, instead of an unkeyed.toml at the target's root.
    #[arg(long, value_name = "FILE", env = "UNKEYED_POLICY")]
    pub(crate) policy: Option<PathBuf>,
    /// What gates pass over, instead of an .unkeyed-baseline.json at the target's root.
    #[arg(long, value_name = "FILE", env = "UNKEYED_BASELINE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Gate only what the change since this branch or commit adds or makes worse. Reads what git tracks, and what the
    /// commits of the change brought.
    #[arg(long, value_name = "BASE", env = "UNKEYED_DIFF", conflicts_with_all = ["staged", "since", "range", "branch"])]
    pub(crate) diff: Option<String>,
    /// Which gate decides the exit code.
    #[arg(long, value_enum, env = "UNKEYED_PROFILE")]
    pub(crate) profile: Option<Profile>,
    /// Exit 3 if anything that should have been read was not.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Worker threads; 0 uses every core. The output doesn't depend on it.
    #[arg(long, value_name = "N", default_value_t = 0, env = "UNKEYED_THREADS")]
    pub(crate) threads: usize,
    /// Never show progress (it is shown on a terminal only).
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Say less on standard error.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show every item instead of the first few of long lists.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) estate: EstateArgs,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

impl RunArgs {
    /// Those of a run for which nothing was asked.
    pub(crate) fn plain() -> Result<Self, clap::Error> {
        #[derive(Parser)]
        struct Plain {
            #[command(flatten)]
            run: RunArgs,
        }
        Ok(Plain::try_parse_from(["unkeyed", "."])?.run)
    }
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct RuleArgs {
    /// Add the rules in this file or folder (*.toml, *.yaml, *.yml) to the built-in ones. gitleaks, noseyparker and kingfisher
    /// files work too; what of them can't be carried over is said.
    #[arg(long, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Use only the rules in this file or folder; the run says so.
    #[arg(long, value_name = "PATH", conflicts_with = "rules")]
    pub(crate) only_rules: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// One line per rule: id, name, provider.
    List(RuleArgs),
    /// Run every rule's own examples.
    Test(RuleArgs),
    /// Check the rules' form: literals, references, remediation.
    Lint(RuleArgs),
}

/// Which gate decides the exit code (DOMAIN §4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Embedded persistent credentials of medium confidence or more.
    PreCommit,
    /// Those, errors of exceptions, and error-level trust and role findings.
    Ci,
    /// Errors of exceptions, and what --require asks for.
    Audit,
}

impl Profile {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::Ci => "ci",
            Self::Audit => "audit",
        }
    }
}

fn spelled<T: Copy>(text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    let found = all.iter().copied().find(|value| name(*value).eq_ignore_ascii_case(text));
    found.ok_or_else(|| format!("one of: {}", all.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", ")))
}

/// Verdicts that can be required.
const REQUIRED: [Verdict; 4] = [Verdict::Secretless, Verdict::Transitional, Verdict::Vaulted, Verdict::Partial];

/// `VERDICT`, `VERDICT:GLOB` or `VERDICT:FIELD=GLOB`.
fn requirement(text: &str) -> Result<Requirement, String> {
    let (name, selector) = text.split_once(':').map_or((text, None), |(name, selector)| (name, Some(selector)));
    let verdict = spelled(name, &REQUIRED, Verdict::as_str)?;
    let selector = selector.map(|selector| {
        let named = selector
            .split_once('=')
            .and_then(|(field, glob)| Some((spelled(field, SelectorField::ALL, SelectorField::as_str).ok()?, glob)));
        let (field, glob) = named.unwrap_or((SelectorField::Id, selector));
        Selector { field, glob: glob.to_owned() }
    });
    match selector {
        Some(Selector { glob, .. }) if glob.is_empty() => Err("the selector is empty; leave out the colon to require it of all".into()),
        selector => Ok(Requirement { verdict, selector }),
    }
}

fn confidence(text: &str) -> Result<Confidence, String> {
    spelled(text, Confidence::ALL, Confidence::as_str)
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|error| format!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_requirement_is_a_verdict_and_perhaps_a_selector() {
        let of = |text: &str| requirement(text).map(|one| (one.verdict, one.selector.map(|selector| (selector.field, selector.glob))));
        assert_eq!(of("secretless"), Ok((Verdict::Secretless, None)));
        assert_eq!(of("TRANSITIONAL:gha:a=b#*"), Ok((Verdict::Transitional, Some((SelectorField::Id, "gha:a=b#*".into())))));
        assert_eq!(of("vaulted:owner=@acme/*"), Ok((Verdict::Vaulted, Some((SelectorField::Owner, "@acme/*".into())))));
        assert!(of("secretless:").is_err() && of("indeterminate").is_err() && of("partial:kind=").is_err());
    }
}
