//! The table of commands.

mod adjust;
mod audit;
mod baseline;
mod completions;
mod diff;
mod explain;
mod hook;
mod man;
mod policy;
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
        Command::Explain(args) => match (&args.why, args.all) {
            (Some(finding), _) => why::run(finding, args.report.as_deref(), &args.rules),
            (None, Some(what)) => explain::reference(what, &args.rules),
            (None, None) => explain::run(args.id.as_deref().unwrap_or_default(), &args.rules),
        },
        Command::Completions { shell } => completions::run(shell),
        Command::Man { folder } => man::run(folder.as_deref()),
    }
}
