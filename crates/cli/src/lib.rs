//! Glue: arguments and configuration in, the pipeline through, an exit code out. No logic of its own.
//!
//! A library as well as a program, so that benches and tests call the same door that users come through.

mod args;
mod baseline_file;
mod budget;
mod cache;
mod commands;
mod durations;
mod estate;
mod evidence;
mod gather;
mod kept;
mod output;
mod panics;
mod policy_file;
mod progress;
mod ration;
mod suggest;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;

pub use budget::Budget;
pub use cache::Cache;
pub use gather::{Gather, gather};
pub use policy_file::{PolicyFile, RuleChange, parse as parse_policy};
pub use progress::Progress;

/// What a run comes to (DESIGN §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to complain of.
    Ok,
    /// The gate failed.
    GateFailed,
    /// Usage, configuration or policy is wrong; nothing was judged.
    Usage,
    /// Something that should have been read was not, and that counts as an error here.
    Incomplete,
    /// Interrupted; the partial report was written.
    Interrupted,
}

impl Exit {
    /// The number that the system sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::GateFailed => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    panics::install();
    match commands::run(args::Args::parse()) {
        Ok(exit) => exit.into(),
        Err(error) if is_closed_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            output::complain(&error);
            Exit::Usage.into()
        }
    }
}

/// The reader of our output went away (`| head`): not an error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
