//! `unkeyed baseline`: what an organisation decides to live with while it begins.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use unkeyed_model::{Artifact, Known, Report, Timestamp};
use unkeyed_source::{GitScope, Options};

use super::setup::Setup;
use crate::args::{BaselineArgs, BaselineCommand, Profile, RunArgs};
use crate::baseline_file::{self, BaselineFile, Foreign, Keying};
use crate::progress::Progress;
use crate::{Exit, durations, output};

/// Days after which a baseline ends if nobody says when.
const DEFAULT_DAYS: i64 = 90;
/// The longest a baseline may last, in days.
const MOST_DAYS: i64 = 366;
const DAY: i64 = 86_400;

/// Runs the sub-command.
pub(crate) fn run(command: &BaselineCommand) -> anyhow::Result<Exit> {
    match command {
        BaselineCommand::Create { args, import } => create(args, import),
        BaselineCommand::Update(args) => update(args),
        BaselineCommand::Prune(args) => prune(args),
    }
}

fn create(args: &BaselineArgs, import: &[PathBuf]) -> anyhow::Result<Exit> {
    let path = file(args);
    if path.exists() {
        bail!("{}: there is a baseline already; `unkeyed baseline update` adds to it", path.display());
    }
    let foreign = import.iter().map(|file| Foreign::read(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let setup = Setup::new(&run_args(args, None)?)?;
    let keying = Keying::new(setup.user_key.as_ref())?;
    let key = keying.key(setup.user_key.clone())?;
    let setup = setup.with_key(key)?;
    let expires = end(args, setup.now)?.unwrap_or(whole_day(setup.now.as_second() + DEFAULT_DAYS * DAY)?);
    let report = report(&setup, args)?;
    let mut entries = unkeyed_audit::baseline_of(&report, keying.digits());
    if !foreign.is_empty() {
        keep_imported(&mut entries, &foreign, &report);
    }
    BaselineFile { expires, keying, entries: entries.clone() }.write(&path)?;
    output::say(&format!("{}: {} entries, until {}", path.display(), entries.len(), day(expires)))?;
    Ok(Exit::Ok)
}

/// Adds what is found now and not known yet.
fn update(args: &BaselineArgs) -> anyhow::Result<Exit> {
    let (mut file, found, setup) = known_and_found(args)?;
    let before = file.entries.len();
    file.expires = end(args, setup.now)?.unwrap_or(file.expires);
    file.entries.extend(found);
    let added = file.entries.len() - before;
    file.write(&self::file(args))?;
    output::say(&format!(
        "{}: {added} entries added, {} in all, until {}",
        self::file(args).display(),
        file.entries.len(),
        day(file.expires)
    ))?;
    Ok(Exit::Ok)
}

/// Takes out what is not found any more.
fn prune(args: &BaselineArgs) -> anyhow::Result<Exit> {
    let (mut file, found, setup) = known_and_found(args)?;
    let before = file.entries.len();
    file.expires = end(args, setup.now)?.unwrap_or(file.expires);
    file.entries.retain(|entry| found.contains(entry));
    let removed = before - file.entries.len();
    file.write(&self::file(args))?;
    output::say(&format!(
        "{}: {removed} entries removed, {} left, until {}",
        self::file(args).display(),
        file.entries.len(),
        day(file.expires)
    ))?;
    Ok(Exit::Ok)
}

/// The baseline as it is, and what it would be if it were made now under the same key.
fn known_and_found(args: &BaselineArgs) -> anyhow::Result<(BaselineFile, BTreeSet<Known>, Setup)> {
    let path = file(args);
    let (file, _) = BaselineFile::read(&path)?;
    let setup = Setup::new(&run_args(args, Some(path))?)?;
    let report = report(&setup, args)?;
    let found = unkeyed_audit::baseline_of(&report, file.keying.digits());
    Ok((file, found, setup))
}

/// Of what was found, keeps what the other tools' baselines know.
fn keep_imported(entries: &mut BTreeSet<Known>, foreign: &[Foreign], report: &Report) {
    let known: BTreeSet<(&str, &str)> = report
        .artifacts
        .iter()
        .flat_map(|artifact: &Artifact| foreign.iter().flat_map(|one| one.paths(artifact)).map(|path| (artifact.kind.as_str(), path)))
        .collect();
    entries.retain(|entry| known.contains(&(entry.what.as_str(), entry.path.as_str())));
    let (all, open) = foreign.iter().fold((0, 0), |(all, open), one| (all + one.len(), open + one.unmatched(&report.artifacts)));
    output::warn(&format!("of {all} places that are imported, {open} hold nothing that is reported here"));
}

fn report(setup: &Setup, args: &BaselineArgs) -> anyhow::Result<Report> {
    let run = run_args(args, None)?;
    let git = if args.no_history { GitScope::WorkingTree } else { GitScope::Everything };
    let options = Options { git, excludes: args.exclude.clone(), ..Options::default() };
    setup.report(&run, &options, Profile::Ci, &Progress::new(!args.quiet))
}

fn run_args(args: &BaselineArgs, baseline: Option<PathBuf>) -> anyhow::Result<RunArgs> {
    Ok(RunArgs {
        targets: vec![args.target.clone()],
        policy: args.policy.clone(),
        baseline,
        as_of: args.as_of,
        quiet: true,
        rules: args.rules.clone(),
        ..RunArgs::plain()?
    })
}

fn file(args: &BaselineArgs) -> PathBuf {
    args.file.clone().unwrap_or_else(|| Path::new(&args.target).join(baseline_file::NAME))
}

/// When it is to end: a date, or so long from now.
fn end(args: &BaselineArgs, now: Timestamp) -> anyhow::Result<Option<Timestamp>> {
    let Some(text) = &args.expires else { return Ok(None) };
    let end = match baseline_file::instant(text) {
        Some(end) => end,
        None => {
            let seconds =
                durations::seconds(text).map_err(|_| anyhow::anyhow!("--expires: write a date (2027-01-31) or a time from now (90d)"))?;
            whole_day(now.as_second() + i64::try_from(seconds)?)?
        }
    };
    if end <= now || end.as_second() - now.as_second() > MOST_DAYS * DAY {
        bail!("--expires: a baseline ends after today and within {MOST_DAYS} days");
    }
    Ok(Some(end))
}

/// The day of an instant, at its beginning.
fn whole_day(second: i64) -> anyhow::Result<Timestamp> {
    Timestamp::from_second(second - second.rem_euclid(DAY)).context("--expires")
}

fn day(instant: Timestamp) -> String {
    instant.to_string().chars().take(10).collect()
}
