//! The command line as users write it.

mod estate;
mod examples;
mod explain;
mod gates;
mod report;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use unkeyed_model::{Confidence, Requirement, Selector, SelectorField, Timestamp, Verdict};
use unkeyed_report::Format;

use crate::suggest;

use estate::EstateArgs;
pub(crate) use explain::{ExplainArgs, Reference};
pub(crate) use gates::{BaselineArgs, BaselineCommand, HookArgs, PolicyCheckArgs, PolicyCommand};
pub(crate) use report::{ReportArgs, ReportCommand, ReportOutput};

/// Finds the credentials that persist, and says per workload whether it is secretless.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = examples::PROGRAM)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find credential artifacts.
    #[command(after_help = examples::SCAN)]
    Scan(RunArgs),
    /// Find artifacts, workloads, identities and trusts, and give each workload a verdict.
    #[command(after_help = examples::AUDIT)]
    Audit(AuditArgs),
    /// Say whether the next commit adds a credential: for git's pre-commit hook.
    #[command(after_help = examples::HOOK)]
    Hook(HookArgs),
    /// Make, extend or clean the list of what gates pass over for a time.
    #[command(subcommand, after_help = examples::BASELINE)]
    Baseline(BaselineCommand),
    /// Check a policy file.
    #[command(subcommand, after_help = examples::POLICY)]
    Policy(PolicyCommand),
    /// Write a saved JSON report in another format, merge several, or compare them.
    #[command(args_conflicts_with_subcommands = true, after_help = examples::REPORT)]
    Report(ReportArgs),
    /// List, test or check the detection rules.
    #[command(subcommand, after_help = examples::RULES)]
    Rules(RulesCommand),
    /// Print what a check, a rule or a word of a report means.
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainArgs),
    /// Print the completion script of a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    #[command(after_help = examples::MAN)]
    Man {
        /// The folder, made if it isn't there.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
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
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = "human", env = "UNKEYED_FORMAT")]
    pub(crate) format: Vec<Format>,
    /// Where the report goes; the n-th belongs to the n-th --format. `-` is standard output, which is the default.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// The lowest confidence shown.
    #[arg(long, value_name = "LEVEL", value_parser = confidences(), ignore_case = true, default_value = "medium", env = "UNKEYED_CONFIDENCE")]
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
    #[arg(long, value_name = "TIME", value_parser = instant, env = "UNKEYED_AS_OF")]
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
    /// A JSON report of the same target from before: trusts that were added, changed or removed since then are said
    /// (TB-DRIFT-05). With --diff they are compared with BASE.
    #[arg(long, value_name = "REPORT", env = "UNKEYED_PREVIOUS", conflicts_with = "diff")]
    pub(crate) previous: Option<PathBuf>,
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
    #[command(after_help = examples::RULES)]
    List(RuleArgs),
    /// Run every rule's own examples.
    #[command(after_help = examples::RULES)]
    Test(RuleArgs),
    /// Check the rules' form: literals, references, remediation.
    #[command(after_help = examples::RULES)]
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

/// An instant of RFC 3339; a date is its beginning in UTC. What its parser misses first would not say what is wanted.
fn instant(text: &str) -> Result<Timestamp, String> {
    let beginning = || format!("{text}T00:00:00Z").parse();
    let wanted = "an instant of RFC 3339 or a date is wanted, such as 2026-11-22T12:00:00Z or 2026-11-22";
    text.parse().or_else(|_| beginning()).map_err(|_| wanted.to_owned())
}

/// Verdicts that can be required.
const REQUIRED: [Verdict; 4] = [Verdict::Secretless, Verdict::Transitional, Verdict::Vaulted, Verdict::Partial];

/// `VERDICT`, `VERDICT:GLOB` or `VERDICT:FIELD=GLOB`.
fn requirement(text: &str) -> Result<Requirement, String> {
    let (name, selector) = text.split_once(':').map_or((text, None), |(name, selector)| (name, Some(selector)));
    let verdict = REQUIRED.iter().find(|verdict| verdict.as_str().eq_ignore_ascii_case(name)).copied().ok_or_else(|| {
        let names = || REQUIRED.iter().map(|verdict| verdict.as_str());
        format!("one of: {}{}", names().collect::<Vec<_>>().join(", "), suggest::hint(name, names()))
    })?;
    match selector.map(self::selector).transpose()? {
        Some(Selector { glob, .. }) if glob.is_empty() => Err("the selector is empty; leave out the colon to require it of all".into()),
        selector => Ok(Requirement { verdict, selector }),
    }
}

/// A glob over ids, or `FIELD=GLOB`. What looks like a misspelt field is refused: as a glob over ids it would match nothing.
fn selector(text: &str) -> Result<Selector, String> {
    let id = || Selector { field: SelectorField::Id, glob: text.to_owned() };
    let Some((name, glob)) = text.split_once('=') else { return Ok(id()) };
    if let Some(field) = SelectorField::ALL.iter().find(|field| field.as_str().eq_ignore_ascii_case(name)) {
        return Ok(Selector { field: *field, glob: glob.to_owned() });
    }
    match suggest::hint(name, SelectorField::ALL.iter().map(|field| field.as_str())) {
        hint if hint.is_empty() => Ok(id()),
        hint => Err(format!("no workload is selected by `{name}`{hint}")),
    }
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.as_str())).try_map(|name| name.parse::<Format>())
}

fn confidences() -> impl TypedValueParser<Value = Confidence> {
    let of = |name: String| Confidence::ALL.iter().copied().find(|level| level.as_str().eq_ignore_ascii_case(&name));
    PossibleValuesParser::new(Confidence::ALL.iter().map(|level| level.as_str())).try_map(move |name| of(name).ok_or("no confidence"))
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
    fn a_date_is_its_beginning() {
        let day = instant("2026-11-22").unwrap();
        assert_eq!((day, instant("2026-11-22T01:00:00+01:00")), ("2026-11-22T00:00:00Z".parse().unwrap(), Ok(day)));
        for wrong in ["2026-11-22T12:00:00", "2026-11", "22.11.2026", ""] {
            assert!(instant(wrong).unwrap_err().contains("or a date"), "{wrong}");
        }
    }

    #[test]
    fn a_requirement_is_a_verdict_and_perhaps_a_selector() {
        let of = |text: &str| requirement(text).map(|one| (one.verdict, one.selector.map(|selector| (selector.field, selector.glob))));
        assert_eq!(of("secretless"), Ok((Verdict::Secretless, None)));
        assert_eq!(of("TRANSITIONAL:gha:a=b#*"), Ok((Verdict::Transitional, Some((SelectorField::Id, "gha:a=b#*".into())))));
        assert_eq!(of("vaulted:owner=@acme/*"), Ok((Verdict::Vaulted, Some((SelectorField::Owner, "@acme/*".into())))));
        assert!(of("secretless:").is_err() && of("indeterminate").is_err() && of("partial:kind=").is_err());
        assert!(of("secretles").unwrap_err().ends_with("did you mean `secretless`?"));
        assert!(of("vaulted:ownr=@acme/*").unwrap_err().ends_with("did you mean `owner`?"));
    }

    /// Every command under `command`, with the words that lead to it.
    fn commands(command: &clap::Command, path: &str) -> Vec<(String, clap::Command)> {
        let deeper = command.get_subcommands().flat_map(|one| commands(one, &format!("{path} {}", one.get_name())));
        std::iter::once((path.to_owned(), command.clone())).chain(deeper).collect()
    }

    #[test]
    fn every_command_shows_examples_of_itself_that_parse() {
        let command = Args::command();
        for (path, command) in commands(&command, "unkeyed") {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let lines = help.lines().filter_map(|line| line.split_once("unkeyed ").filter(|(before, _)| before.starts_with("  ")));
            let lines: Vec<String> = lines.filter(|(before, _)| !before.contains(':')).map(|(_, rest)| rest.replace('\'', "")).collect();
            for line in &lines {
                let words = std::iter::once("unkeyed").chain(line.split_whitespace().take_while(|word| !matches!(*word, ">" | "|")));
                if let Err(error) = Args::try_parse_from(words) {
                    panic!("{path}: {line}: {error}");
                }
            }
            let own = format!("unkeyed {line} ", line = lines.join(" unkeyed "));
            assert!(own.contains(&format!("{path} ")), "{path} --help shows no example of it");
        }
    }
}
