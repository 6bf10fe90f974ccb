//! The arguments of `unkeyed report`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use unkeyed_report::Format;

use super::examples;

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
    #[command(after_help = examples::REPORT)]
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
    #[command(after_help = examples::REPORT)]
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
    #[arg(long, value_name = "FORMAT", value_parser = super::formats(), default_value = "human")]
    pub(crate) format: Format,
    /// Where it goes; `-` is standard output, which is the default.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show every item instead of the first few of long lists.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}
