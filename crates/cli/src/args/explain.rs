//! The arguments of `unkeyed explain`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::RuleArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// A check (`TB-AWS-03`), a rule or kind (`github.pat-classic`), or a word of a report: a verdict, a reason, a layer, a
    /// class, why something was not read; or `exit-codes`.
    #[arg(required_unless_present_any = ["why", "all"])]
    pub(crate) id: Option<String>,
    /// Why a line is reported, or is not: `PATH:LINE`, or with --report an artifact's id.
    #[arg(long, value_name = "FINDING", conflicts_with = "id")]
    pub(crate) why: Option<String>,
    /// The saved JSON report that holds the artifact.
    #[arg(long, value_name = "FILE", requires = "why")]
    pub(crate) report: Option<PathBuf>,
    /// Print the whole reference, as Markdown.
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["id", "why"])]
    pub(crate) all: Option<Reference>,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

/// What there is a reference of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reference {
    /// Every check, by family.
    Checks,
    /// Every detection rule, by provider.
    Rules,
    /// Verdicts, reasons, layers, classes, gaps and exit codes.
    Words,
}
