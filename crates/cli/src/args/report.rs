//! The arguments of `unkeyed report`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use unkeyed_report::Format;

pub(super) const EXAMPLES: &str = "\
Examples:
  The page that an auditor reads:
    unkeyed report report.json --format html --output readiness.html
  One report of an estate:
    unkeyed report merge api=a/report.json web=b/report.json --output estate.json --format json
  One report of the records of many runs:
    unkeyed report merge records/ --output estate.json --format json
  What changed since the last quarter, with a trend:
    unkeyed report diff q1.json q2.json q3.json --format html --output trend.html
  A gate against new credentials:
    unkeyed report diff main.json branch.json --fail-if-worse";

#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ReportCommand>,
    /// The saved JSON report; `-` is standard input.
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: ReportOutput,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Make one report of many; their order doesn't matter, and what is given twice counts once.
    Merge {
        /// Saved JSON reports; the name, by default the file's, stands before the paths and ids of each. Folders and files
        /// (*.ndjson) of records.
        #[arg(required = true, value_name = "[NAME=]FILE")]
        files: Vec<String>,
        /// Where rows are sorted, instead of the system's folder for temporary files.
        #[arg(long, value_name = "DIR")]
        temp: Option<PathBuf>,
        #[command(flatten)]
        output: ReportOutput,
    },
    /// Compare the first report with the last; those between count in the trend.
    Diff {
        /// Saved JSON reports, oldest first.
        #[arg(required = true, num_args = 2.., value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Exit 1 if something appeared or became worse.
        #[arg(long)]
        fail_if_worse: bool,
        #[command(flatten)]
        output: ReportOutput,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReportOutput {
    /// Output format.
    #[arg(long, value_name = "FORMAT", value_parser = super::format, default_value = "human")]
    pub(crate) format: Format,
    /// Where it goes; `-` is standard output, which is the default.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show every item instead of the first few of long lists.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}
