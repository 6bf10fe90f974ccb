//! `--records DIR`: each target for itself, and what was found of it in a file of its own.
//!
//! The decision a reader would question: a target that can't be read ends nothing. It is a record like the others, of state
//! `failed`, so that an estate's report says of each target what became of it; the exit code says that there was one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use unkeyed_model::{Before, Coverage, Estate, Report, Requirement, Skip, SkipReason, Timestamp};
use unkeyed_report::json::v1;
use unkeyed_report::record::{Header, Key, Record, State, hex};
use unkeyed_source::Options;

use super::adjust;
use super::audit::{options, profile, stop_on_interrupt, use_threads};
use super::record_key::{config, is_told_by_content};
use super::setup::Setup;
use crate::args::RunArgs;
use crate::cache::Cache;
use crate::estate::record_folder::RecordFolder;
use crate::estate::target_list::{Listed, targets};
use crate::gather::gather_opened;
use crate::progress::Progress;
use crate::{Budget, Exit, Gather, output};

const DAY: i64 = 86_400;
/// Where a row stands that speaks of the target as a whole.
const ITSELF: &str = ".";

/// What all targets of the run share.
struct Estates<'r> {
    command: &'r str,
    /// With the instant settled.
    args: RunArgs,
    require: &'r [Requirement],
    setup: Setup,
    folder: RecordFolder,
    stop: Arc<AtomicBool>,
    progress: Progress,
}

/// Runs `command` over all targets.
pub(super) fn run(command: &str, args: &RunArgs, require: &[Requirement], folder: &Path) -> anyhow::Result<Exit> {
    use_threads(args)?;
    let mut args = args.clone();
    // All workers of a day shall write the same records.
    let now = args.as_of.unwrap_or_else(Timestamp::now).as_second();
    args.as_of = Some(args.as_of.map_or_else(|| Timestamp::from_second(now - now.rem_euclid(DAY)), Ok)?);
    let list = targets(&args)?;
    let shared = RunArgs { targets: Vec::new(), ..args.clone() };
    let estates = Estates {
        command,
        require,
        setup: setup(&shared, require)?,
        folder: RecordFolder::open(folder)?,
        stop: Arc::new(AtomicBool::new(false)),
        progress: Progress::new(!args.no_progress && !args.quiet),
        args,
    };
    stop_on_interrupt(&estates.stop);
    let mut exit = Exit::Ok;
    for listed in list {
        let listed = listed?;
        if estates.args.estate.shard.is_some_and(|shard| !shard.has(&listed.identity())) {
            continue;
        }
        let outcome = estates.target(&listed)?;
        // What was interrupted is no record: the next run reads it.
        if estates.stop.load(Ordering::Relaxed) {
            return Ok(Exit::Interrupted);
        }
        estates.say(&listed, &outcome);
        exit = worse(exit, estates.exit(&outcome.header));
    }
    estates.progress.finish();
    Ok(exit)
}

/// A record, and whether an earlier run wrote it.
struct Outcome {
    header: Header,
    was_there: bool,
}

impl Estates<'_> {
    /// Reads one target, unless its record is there.
    fn target(&self, listed: &Listed) -> anyhow::Result<Outcome> {
        let args = listed.run(&self.args);
        let tried = catch_unwind(AssertUnwindSafe(|| {
            if let Some(reason) = listed.failed() {
                anyhow::bail!("{reason}");
            }
            if listed.policy.is_none() && self.setup.fits(&args) {
                return self.read(listed, &args, &self.setup);
            }
            self.read(listed, &args, &setup(&RunArgs { quiet: true, ..args.clone() }, self.require)?)
        }));
        let tried = tried.unwrap_or_else(|_| Err(anyhow::anyhow!("{}: internal error", listed.target())));
        let record = match tried {
            Ok(Read::WasThere(header)) => return Ok(Outcome { header: *header, was_there: true }),
            Ok(Read::Record(record)) => record,
            Err(error) => Box::new(self.failed(listed, &args, &error)),
        };
        let header = record.header().clone();
        if !self.stop.load(Ordering::Relaxed) {
            self.folder.write(*record)?;
        }
        Ok(Outcome { header, was_there: false })
    }

    fn read(&self, listed: &Listed, args: &RunArgs, setup: &Setup) -> anyhow::Result<Read> {
        // One for each target: what is known of all of them together has no end.
        let own = |folder: &Path| folder.join(hex(&listed.identity()));
        let cache =
            args.cache.as_deref().map(|folder| Cache::open(&own(folder), &setup.rules_digest, setup.policy_digest())).transpose()?;
        let options = self.options(args, cache.as_ref());
        let opened = unkeyed_source::open(listed.target(), &options)?;
        let config = config(self.command, args, setup, &options, self.require)?;
        let mut key = Key { identity: listed.identity(), content: opened.content().map(|sum| setup.guarded(sum)), config };
        if let Some(header) = key.record().and_then(|record| self.folder.header(&record)) {
            return Ok(Read::WasThere(Box::new(header)));
        }
        let budget = Budget::new(args.estate.budget_bytes, args.estate.budget_time.map(Duration::from_secs));
        let job = Gather {
            targets: &args.targets,
            evidence: &args.evidence,
            options: &options,
            cache: cache.as_ref(),
            detector: &setup.detector,
            progress: &self.progress,
            budget: &budget,
            stop: &self.stop,
        };
        let mut estate = gather_opened(&job, &opened)?;
        if let Some(cache) = &cache {
            cache.save()?;
        }
        estate.coverage.skipped.extend(adjust::said(&setup.detector, &setup.changes, setup.policy_path()));
        if budget.ended_by_time() || !is_told_by_content(&estate.coverage) {
            key.content = None;
        }
        let report = self.judged(estate, args, setup);
        let (state, reason) = state(&report.coverage);
        let report = v1::Report::new(&report, &output::listed(args));
        Ok(Read::Record(Box::new(Record::new(report, &listed.name(), key, state, reason))))
    }

    fn judged(&self, mut estate: Estate, args: &RunArgs, setup: &Setup) -> Report {
        setup.sign(&mut estate, self.command, profile(self.command, args).as_str(), args);
        let before = Before { baseline: setup.baseline(true), earlier: None, previous: None };
        unkeyed_audit::judge_after(estate, &setup.policy, setup.now, &before)
    }

    /// The record of a target of which nothing could be read.
    fn failed(&self, listed: &Listed, args: &RunArgs, error: &anyhow::Error) -> Record {
        // Its path is a matter of this machine.
        let name = listed.name();
        let reason = format!("{error:#}").replace(listed.target(), &name).replace(listed.path(), &name);
        let reason = unkeyed_report::printable(&reason).into_owned();
        let row = Skip { path: ITSELF.into(), why: SkipReason::Unreadable, detail: reason.clone() };
        let estate = Estate { coverage: Coverage { skipped: vec![row], ..Coverage::default() }, ..Estate::default() };
        let report = self.judged(estate, args, &self.setup);
        let mut report = v1::Report::new(&report, &output::listed(args));
        report.summary.gate = v1::Gate::Fail;
        report.summary.gate_reasons = vec!["nothing of it could be read".to_owned()];
        let options = self.options(args, None);
        let config = config(self.command, args, &self.setup, &options, self.require).unwrap_or_default();
        let key = Key { identity: listed.identity(), content: None, config };
        Record::new(report, &name, key, State::Failed, Some(reason))
    }

    fn options(&self, args: &RunArgs, cache: Option<&Cache>) -> Options {
        let options = options(self.command, args, cache);
        // Which part is read before the bytes are used up must not depend on how threads take turns.
        let threads = if args.estate.budget_bytes.is_some() { 1 } else { options.threads };
        Options { threads, ..options }
    }

    fn say(&self, listed: &Listed, Outcome { header, was_there }: &Outcome) {
        if self.args.quiet {
            return;
        }
        let rows = header.rows;
        let mut line =
            format!("{}: {}, {} credentials, {} workloads", listed.name(), header.state.as_str(), rows.artifacts, rows.workloads);
        line += if header.source.gate == v1::Gate::Fail { ", gate failed" } else { "" };
        line += if *was_there { ", was there" } else { "" };
        line.extend(header.reason.iter().map(|reason| format!(" ({reason})")));
        output::warn(&unkeyed_report::printable(&line));
    }

    fn exit(&self, header: &Header) -> Exit {
        let is_strict = self.args.strict || !self.require.is_empty();
        match (header.state, header.source.gate) {
            (State::Failed, _) => Exit::Incomplete,
            (_, v1::Gate::Fail) => Exit::GateFailed,
            (State::Partial, v1::Gate::Pass) if is_strict => Exit::Incomplete,
            (_, v1::Gate::Pass) => Exit::Ok,
        }
    }
}

/// What became of reading a target.
enum Read {
    WasThere(Box<Header>),
    Record(Box<Record>),
}

fn setup(args: &RunArgs, require: &[Requirement]) -> anyhow::Result<Setup> {
    let mut setup = Setup::new(args)?;
    setup.policy.require = require.to_vec();
    Ok(setup)
}

/// How far the target was read, and why not further.
fn state(coverage: &Coverage) -> (State, Option<String>) {
    let mut gaps = coverage.skipped.iter().filter(|skip| skip.why.is_gap());
    let Some(first) = gaps.next() else { return (State::Complete, None) };
    let place = if [ITSELF, ""].contains(&first.path.as_str()) { String::new() } else { format!("{}: ", first.path) };
    let more = gaps.count();
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    (State::Partial, Some(format!("{place}{}{more}", first.detail)))
}

/// A failed gate weighs more than what was not read.
fn worse(one: Exit, other: Exit) -> Exit {
    let weight = |exit: Exit| [Exit::Ok, Exit::Incomplete, Exit::GateFailed].iter().position(|known| *known == exit);
    if weight(other) > weight(one) { other } else { one }
}
