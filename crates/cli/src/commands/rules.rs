//! `unkeyed rules`: list, test and lint.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use unkeyed_detect::{RuleFile, RuleSet};

use crate::args::{RuleArgs, RulesCommand};
use crate::{Exit, output};

/// Runs the sub-command.
pub(crate) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::List(args) => list(&load(args)?),
        RulesCommand::Test(args) => complaints(&load(args)?.test(), "every rule finds its examples and nothing else"),
        RulesCommand::Lint(args) => complaints(&load(args)?.lint(), "every rule is well-formed"),
    }
}

/// The rules that `args` ask for.
pub(crate) fn load(args: &RuleArgs) -> anyhow::Result<RuleSet> {
    if let Some(folder) = &args.only_rules {
        output::warn(&format!("only the rules in {} are used; what the built-in rules would find is not looked for", folder.display()));
        return Ok(RuleSet::from_files(&files(folder)?)?);
    }
    let mut rules = RuleSet::builtin()?;
    for folder in &args.rules {
        rules.extend(&files(folder)?)?;
    }
    Ok(rules)
}

/// The rule files of a folder, by name.
fn files(folder: &Path) -> anyhow::Result<Vec<RuleFile>> {
    let context = || format!("{}: the rules can't be read", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{}: the rule file can't be read", path.display()))?;
            files.push(RuleFile { name: path.display().to_string(), text });
        }
    }
    if files.is_empty() {
        bail!("{}: no rule files (*.toml) here", folder.display());
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn list(rules: &RuleSet) -> anyhow::Result<Exit> {
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    let infos = rules.infos();
    let width = infos.iter().map(|info| info.id.len()).max().unwrap_or(0);
    for info in infos {
        writeln!(out, "{:width$}  {}", info.id, info.name)?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn complaints(found: &[String], fine: &str) -> anyhow::Result<Exit> {
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    for complaint in found {
        writeln!(out, "{complaint}")?;
    }
    if found.is_empty() {
        writeln!(out, "{fine}")?;
    }
    out.flush()?;
    Ok(if found.is_empty() { Exit::Ok } else { Exit::GateFailed })
}
