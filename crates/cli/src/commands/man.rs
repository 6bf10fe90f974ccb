//! `unkeyed man`: the manual pages, made from the same text as `--help`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::Args;
use crate::{Exit, output};

/// Prints the main page, or writes the pages of all commands into `folder`.
pub(crate) fn run(folder: Option<&Path>) -> anyhow::Result<Exit> {
    match folder {
        Some(folder) => {
            let context = || format!("{}: the pages can't be written here", folder.display());
            fs::create_dir_all(folder).with_context(context)?;
            clap_mangen::generate_to(Args::command(), folder).with_context(context)?;
        }
        None => output::to_place(None, |out| Man::new(Args::command().disable_help_subcommand(true)).render(out))?,
    }
    Ok(Exit::Ok)
}
