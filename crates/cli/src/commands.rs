//! The table of commands.

mod adjust;
mod audit;
mod baseline;
mod diff;
mod explain;
mod hook;
mod policy;
mod record_key;
mod records;
mod report;
mod rules;
mod setup;
mod why;

use crate::Exit;
use crate::args::{Args, Command, PolicyCommand};

/// Runs the command that was asked for.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Scan(run) => audit::run("scan", &run, &[]),
        Command::Audit(audit) => audit::run("audit", &audit.run, &audit.require),
        Command::Hook(args) => hook::run(&args),
        Command::Baseline(command) => baseline::run(&command),
        Command::Policy(PolicyCommand::Check(args)) => policy::check(&args),
        Command::Report(args) => report::run(&args),
        Command::Rules(command) => rules::run(&command),
        Command::Explain { id, why, report, rules } => match why {
            Some(finding) => why::run(&finding, report.as_deref(), &rules),
            None => explain::run(&id.unwrap_or_default(), &rules),
        },
    }
}
