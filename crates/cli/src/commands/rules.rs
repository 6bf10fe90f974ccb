//! `unkeyed rules`: list, test and lint.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use unkeyed_detect::{RuleFile, RuleSet};

use crate::args::{RuleArgs, RulesCommand};
use crate::{Exit, output};

/// Names of rule files in a folder end so.
const EXTENSIONS: [&str; 3] = ["toml", "yaml", "yml"];

/// Runs the sub-command.
pub(crate) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::List(args) => list(&load(args)?),
        RulesCommand::Test(args) => complaints(&load(args)?.test(), "every rule finds its examples and nothing else"),
        RulesCommand::Lint(args) => complaints(&load(args)?.lint(), "every rule is well-formed"),
    }
}

/// The rules that `args` ask for. What other programs' files say beyond our reach is printed.
pub(crate) fn load(args: &RuleArgs) -> anyhow::Result<RuleSet> {
    let mut rules = match &args.only_rules {
        Some(place) => {
            output::warn(&format!("only the rules in {} are used; what the built-in rules would find is not looked for", place.display()));
            RuleSet::from_files(&files(place)?)?
        }
        None => RuleSet::builtin()?,
    };
    for place in &args.rules {
        rules.extend(&files(place)?)?;
    }
    for remark in rules.remarks() {
        output::warn(&format!("{}:{}: {}", remark.file, remark.line, remark.what));
    }
    Ok(rules)
}

/// A rule file, or those of a folder, by name.
fn files(place: &Path) -> anyhow::Result<Vec<RuleFile>> {
    let context = || format!("{}: the rules can't be read", place.display());
    let mut paths = Vec::new();
    if place.is_dir() {
        for entry in std::fs::read_dir(place).with_context(context)? {
            paths.push(entry.with_context(context)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)));
        paths.sort();
    } else {
        paths.push(place.to_owned());
    }
    if paths.is_empty() {
        bail!("{}: no rule files ({}) here", place.display(), EXTENSIONS.map(|extension| format!("*.{extension}")).join(", "));
    }
    let file = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).with_context(|| format!("{}: the rule file can't be read", path.display()))?;
        Ok(RuleFile { name: unkeyed_source::path_text(&path), text: text.into() })
    };
    paths.into_iter().map(file).collect()
}

fn list(rules: &RuleSet) -> anyhow::Result<Exit> {
    let infos = rules.infos();
    let width = infos.iter().map(|info| info.id.len()).max().unwrap_or(0);
    output::page(&infos.iter().map(|info| format!("{:width$}  {}\n", info.id, info.name)).collect::<String>())?;
    Ok(Exit::Ok)
}

fn complaints(found: &[String], fine: &str) -> anyhow::Result<Exit> {
    output::page(if found.is_empty() { fine.to_owned() } else { found.join("\n") }.as_str())?;
    Ok(if found.is_empty() { Exit::Ok } else { Exit::GateFailed })
}
