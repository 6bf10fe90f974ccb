//! The hot half of the pipeline: targets in, an [`Estate`] out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use unkeyed_detect::{Detector, Hidden, Scratch};
use unkeyed_model::{Confidence, Coverage, Estate, Facts, Match, ReadCounts, Repository, Skip, SkipReason, Unit, Value};
use unkeyed_parse::{Group, Modules, TERRAFORM};
use unkeyed_source::{GitScope, Known, Options, Sink, Target, open, path_text};

use crate::budget::Budget;
use crate::cache::Cache;
use crate::evidence;
use crate::kept;
use crate::progress::Progress;
use crate::ration;
use crate::worker::{self, Harvest, Worker};

/// Shorter values are words that names share by chance.
const MIN_MASKED: usize = 6;
/// Longest value that counts as a word which names may share.
const MAX_WORD: usize = 16;

/// What is to be read, and with what.
#[derive(Debug)]
pub struct Gather<'a> {
    /// Targets as users write them.
    pub targets: &'a [String],
    /// Files and folders of evidence from outside.
    pub evidence: &'a [String],
    /// How to read them.
    pub options: &'a Options,
    /// Remembers in which git objects and files of image layers nothing was found.
    pub cache: Option<&'a Cache>,
    /// Finds credentials.
    pub detector: &'a Detector,
    /// Shows how far it is.
    pub progress: &'a Progress,
    /// How much of each may be read.
    pub budget: &'a Budget,
    /// Set from outside to stop early; the estate then says that it is incomplete.
    pub stop: &'a AtomicBool,
}

/// Reads every target. `run` of the result is left for the caller.
///
/// # Errors
/// If a target as a whole can't be read.
pub fn gather(job: &Gather<'_>) -> Result<Estate, unkeyed_source::Error> {
    let mut estate = Estate::default();
    for target in job.targets {
        let prefix = if job.targets.len() > 1 { path_text(target.trim_end_matches('/').as_ref()) } else { String::new() };
        let options = Options { prefix, ..job.options.clone() };
        read_target(job, &open(target, &options)?, &mut estate)?;
    }
    finish(job, estate)
}

/// The same for one target that was opened.
pub(crate) fn gather_opened(job: &Gather<'_>, opened: &Target) -> Result<Estate, unkeyed_source::Error> {
    let mut estate = Estate::default();
    read_target(job, opened, &mut estate)?;
    finish(job, estate)
}

fn finish(job: &Gather<'_>, mut estate: Estate) -> Result<Estate, unkeyed_source::Error> {
    if !job.evidence.is_empty() {
        read_evidence(job, &mut estate)?;
    }
    if job.stop.load(std::sync::atomic::Ordering::Relaxed) {
        let detail = "the run was interrupted before everything was read".into();
        estate.coverage.skipped.push(Skip { path: ".".into(), why: SkipReason::Limit, detail });
    }
    estate.coverage.skipped.extend(job.budget.row());
    estate.coverage.read.remembered = job.options.known.left();
    estate.coverage.limits = unkeyed_source::limits(job.options);
    let own = [
        ("container_structure_bytes", kept::CONTAINER_BYTES),
        ("file_findings", ration::FILE_FINDINGS),
        ("structure_slots", unkeyed_parse::MAX_SLOTS),
    ];
    estate.coverage.limits.extend(own.map(|(name, value)| (name.to_owned(), value as u64)));
    Ok(estate)
}

/// Evidence is read as files, in one thread, so that the parts of a long log come in their order. All of it is one group:
/// one command tells a role and another its grants.
fn read_evidence(job: &Gather<'_>, estate: &mut Estate) -> Result<(), unkeyed_source::Error> {
    let (shared, budget) = (Mutex::new(Harvest::default()), Budget::unlimited());
    for path in job.evidence {
        let folder = if Path::new(path).is_dir() { Some(Path::new(path)) } else { Path::new(path).parent() };
        let prefix = folder.map(path_text).unwrap_or_default();
        let options = Options { prefix, threads: 1, tracked_only: false, git: GitScope::WorkingTree, ..job.options.clone() };
        open(&format!("dir:{path}"), &options)?.source.units(&|| -> Sink<'_> {
            let mut worker = Worker::new(job.detector, job.progress, job.stop, &budget, &shared).of_evidence();
            Box::new(move |event| worker.take(event))
        })?;
    }
    let mut harvest = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    let kept = harvest.kept.take();
    let formats: Vec<_> = kept.iter().map(|(group, unit)| (unit.origin().path.clone(), group.format)).collect();
    let mut facts = structure(job.detector, &budget, kept, &mut harvest);
    evidence::complete(&mut facts, &formats);
    facts.append(std::mem::take(&mut harvest.facts));
    evidence::date(&mut facts);
    evidence::without_ids(&facts, &mut harvest.matches);
    merge(estate, harvest, facts, None);
    Ok(())
}

fn read_target(job: &Gather<'_>, opened: &Target, estate: &mut Estate) -> Result<(), unkeyed_source::Error> {
    let shared = Mutex::new(Harvest::default());
    let sink = || -> Sink<'_> {
        let mut worker = Worker::new(job.detector, job.progress, job.stop, job.budget, &shared);
        Box::new(move |event| worker.take(event))
    };
    opened.source.units(&sink)?;
    let mut harvest = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(cache) = job.cache {
        let places = harvest.matches.iter().flat_map(|found| std::iter::once(&found.location).chain(&found.related));
        let found = places.filter_map(|place| Known::key_of(&place.origin)).chain(std::mem::take(&mut harvest.noisy)).collect();
        cache.add(opened.source.silent(&found));
        cache.add(std::mem::take(&mut harvest.silent));
    }
    job.progress.stage("reading structure");
    let mut facts = structure(job.detector, job.budget, harvest.kept.take(), &mut harvest);
    let mut unknown = opened.source.refine(&mut harvest.matches);
    harvest.skipped.append(&mut unknown);
    if let Some(repository) = &opened.repository {
        name_repository(&mut facts, repository);
    }
    estate.coverage.read.layers += opened.source.layers();
    merge(estate, harvest, facts, opened.repository.clone());
    Ok(())
}

/// Reads the kept Units group by group, in a fixed order, and scans each with the slots its structure shows.
fn structure(detector: &Detector, budget: &Budget, mut kept: Vec<(Group, Unit<'static>)>, harvest: &mut Harvest) -> Facts {
    kept.sort_by(|(group, unit), (other_group, other)| (group, &unit.origin().path).cmp(&(other_group, &other.origin().path)));
    let mut groups: Vec<(Group, Vec<Unit<'static>>)> = Vec::new();
    for (group, unit) in kept {
        match groups.last_mut() {
            Some((last, units)) if *last == group => units.push(unit),
            _ => groups.push((group, vec![unit])),
        }
    }
    let folders: Vec<&[Unit<'_>]> =
        groups.iter().filter(|(group, _)| group.format == TERRAFORM).map(|(_, units)| units.as_slice()).collect();
    let modules = Modules::between(&folders);
    let in_time = groups.par_iter().filter(|_| budget.is_in_time());
    let read: Vec<_> = in_time.map(|(group, units)| read_group(detector, group, units, &modules)).collect();
    // What a folder hands to a module may be a secret that was found where it is written.
    let found: BTreeSet<String> = read.iter().flat_map(|part| &part.secrets).filter(|secret| modules.hold(secret)).cloned().collect();
    // What a folder's modules hold may be told of the folder as well.
    let own: BTreeMap<String, BTreeSet<String>> =
        read.iter().filter_map(|part| Some((part.folder.clone()?, part.secrets.clone()))).collect();
    let mut facts = Facts::default();
    for mut part in read {
        if part.is_called {
            hide_all(&mut part.facts, found.iter().map(String::as_str).collect());
        }
        let called = part.folder.iter().flat_map(|folder| modules.of(folder));
        let told: BTreeSet<&str> = called.filter_map(|folder| own.get(folder)).flatten().map(String::as_str).collect();
        if !told.is_empty() {
            hide_all(&mut part.facts, told);
        }
        facts.append(part.facts);
        harvest.matches.append(&mut part.matches);
        harvest.skipped.append(&mut part.skipped);
    }
    unkeyed_parse::settle(&mut facts);
    harvest.skipped.append(&mut facts.skipped);
    facts
}

/// What was read of one group.
struct Part {
    facts: Facts,
    matches: Vec<Match>,
    skipped: Vec<Skip>,
    /// The folder, where it is one of Terraform.
    folder: Option<String>,
    /// Values that were found and may have been handed to another group, or may be told of one that calls this.
    secrets: BTreeSet<String>,
    /// Whether another group may have handed it values.
    is_called: bool,
}

fn read_group(detector: &Detector, group: &Group, units: &[Unit<'_>], modules: &Modules<'_>) -> Part {
    let (mut matches, mut skipped) = (Vec::new(), Vec::new());
    let mut facts = worker::guarded(&units[0], || unkeyed_parse::read_with(group, units, modules)).unwrap_or_else(|skip| {
        skipped.push(skip);
        Facts::default()
    });
    let slots = std::mem::take(&mut facts.slots);
    let mut scratch = Scratch::default();
    for unit in units {
        let own: Vec<_> = slots.iter().filter(|slot| slot.location.origin.path == unit.origin().path).cloned().collect();
        worker::scan(detector, unit, &own, &mut scratch, &mut matches, &mut skipped);
    }
    let secrets = found(units, &matches);
    hide_all(&mut facts, secrets.clone());
    let folder = (group.format == TERRAFORM).then(|| group.key.clone());
    let is_called = folder.as_ref().is_some_and(|folder| modules.reach(folder));
    let hands_on = is_called || folder.as_ref().is_some_and(|folder| !modules.of(folder).is_empty());
    let secrets = secrets.into_iter().filter(|_| hands_on).map(str::to_owned).collect();
    Part { facts, matches, skipped, folder, secrets, is_called }
}

/// The values that were found.
fn found<'u>(units: &'u [Unit<'_>], matches: &[Match]) -> BTreeSet<&'u str> {
    let mut secrets = BTreeSet::new();
    let units: BTreeMap<_, _> = units.iter().map(|unit| (unit.origin(), unit)).collect();
    for found in matches.iter().filter(|found| found.public_because.is_none() && found.confidence >= Confidence::Medium) {
        let unit = units.get(&found.location.origin);
        let span = found.location.region.span;
        let text = unit.and_then(|unit| unit.bytes().get(span.start..span.end)).and_then(|bytes| std::str::from_utf8(bytes).ok());
        secrets.extend(text.filter(|text| text.len() >= MIN_MASKED));
    }
    secrets
}

/// Takes the values that were found out of the facts, whatever they were written as there.
fn hide_all(facts: &mut Facts, secrets: BTreeSet<&str>) {
    let (words, secrets): (BTreeSet<&str>, BTreeSet<&str>) = secrets.into_iter().partition(|secret| is_word(secret));
    hide(facts, secrets);
    // A service called `postgres` with that very password: its name gives nothing away, and without it it could not be told apart.
    let names: Vec<_> = facts.workloads.iter().map(|one| (one.id.clone(), one.name.clone(), one.uses.clone())).collect();
    hide(facts, words);
    for (workload, (id, name, uses)) in facts.workloads.iter_mut().zip(names) {
        (workload.id, workload.name, workload.uses) = (id, name, uses);
    }
}

/// Whether a value is one plain word, which names share with it by chance.
fn is_word(secret: &str) -> bool {
    secret.len() <= MAX_WORD && secret.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn hide(facts: &mut Facts, secrets: BTreeSet<&str>) {
    if !secrets.is_empty() {
        let hidden = Hidden::new(secrets);
        facts.for_each_text(&mut |text| hidden.mask(text));
    }
}

/// Fills the repository's name into the tokens that its workloads will present.
fn name_repository(facts: &mut Facts, repository: &Repository) {
    let Some(slug) = repository.slug_on("github.com") else { return };
    let tokens = facts.workloads.iter_mut().flat_map(|workload| &mut workload.identity_paths).flat_map(|path| &mut path.tokens);
    for token in tokens {
        for value in [&mut token.subject, &mut token.audience] {
            if let Value::Known(text, _) = value {
                *text = text.replace("{repository}", slug);
            }
        }
    }
}

fn merge(estate: &mut Estate, mut harvest: Harvest, facts: Facts, repository: Option<Repository>) {
    // Threads finish in any order; judgement must not see which.
    harvest.matches.sort_by(|a, b| (&a.location, &a.rule.id).cmp(&(&b.location, &b.rule.id)));
    harvest.skipped.append(&mut ration::cut(&mut harvest.matches));
    estate.matches.append(&mut harvest.matches);
    estate.facts.append(facts);
    let Coverage { read, skipped, .. } = &mut estate.coverage;
    skipped.append(&mut harvest.skipped);
    *read = ReadCounts { files: read.files + harvest.files, blobs: read.blobs + harvest.blobs, bytes: read.bytes + harvest.bytes, ..*read };
    estate.repository = estate.repository.take().or(repository);
}
