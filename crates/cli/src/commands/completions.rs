//! `unkeyed completions`: what a shell needs to complete this command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Args;
use crate::{Exit, output};

/// Prints the completion script of `shell`.
pub(crate) fn run(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), env!("CARGO_PKG_NAME"), &mut script);
    output::to_place(None, |out| out.write_all(&script))?;
    Ok(Exit::Ok)
}
