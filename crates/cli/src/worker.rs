//! What one thread does with what a source pushes: scan it at once, or keep it for the structured readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use unkeyed_detect::{Detector, Scratch, Trace};
use unkeyed_model::{Facts, Match, Skip, SkipReason, Slot, Surface, Unit};
use unkeyed_parse::LogReader;
use unkeyed_source::{Event, Flow, Key, Known};

use crate::budget::Budget;
use crate::kept::Kept;
use crate::progress::Progress;
use crate::ration::Ration;

/// What workers have found so far.
#[derive(Debug, Default)]
pub(crate) struct Harvest {
    pub(crate) matches: Vec<Match>,
    pub(crate) kept: Kept,
    pub(crate) skipped: Vec<Skip>,
    /// What logs say.
    pub(crate) facts: Facts,
    pub(crate) files: u64,
    pub(crate) blobs: u64,
    pub(crate) bytes: u64,
    /// Git objects in which nothing was found.
    pub(crate) silent: Vec<Key>,
    /// Files of layers, and archives of a history, of which there is something to say: not all of them was searched.
    pub(crate) noisy: Vec<Key>,
}

impl Harvest {
    fn append(&mut self, other: &mut Self) {
        self.matches.append(&mut other.matches);
        self.kept.append(&mut other.kept);
        self.skipped.append(&mut other.skipped);
        self.facts.append(std::mem::take(&mut other.facts));
        self.silent.append(&mut other.silent);
        self.noisy.append(&mut other.noisy);
        self.files += other.files;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
    }
}

/// One thread's share; handed over when it is dropped.
pub(crate) struct Worker<'a> {
    detector: &'a Detector,
    progress: &'a Progress,
    stop: &'a AtomicBool,
    budget: &'a Budget,
    shared: &'a Mutex<Harvest>,
    own: Harvest,
    ration: Ration,
    scratch: Scratch,
    /// What is known of the bases of the last Unit with a lineage, and of itself.
    lineage: Vec<Option<Trace>>,
    /// What is read was given as evidence.
    is_evidence: bool,
    /// The log whose parts are being read.
    log: Option<LogReader>,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        detector: &'a Detector,
        progress: &'a Progress,
        stop: &'a AtomicBool,
        budget: &'a Budget,
        shared: &'a Mutex<Harvest>,
    ) -> Self {
        Self {
            detector,
            progress,
            stop,
            budget,
            shared,
            own: Harvest::default(),
            ration: Ration::default(),
            scratch: Scratch::default(),
            lineage: Vec::new(),
            is_evidence: false,
            log: None,
        }
    }

    /// The same worker, for what was given as evidence.
    pub(crate) fn of_evidence(mut self) -> Self {
        self.is_evidence = true;
        self
    }

    /// Takes one event.
    pub(crate) fn take(&mut self, event: Event<'_>) -> Flow {
        let rows = self.own.skipped.len();
        let place = match &event {
            // What has a lineage tells of itself.
            Event::Unit(unit) if unit.lineage().is_none() => Some(Arc::clone(unit.origin())),
            _ => None,
        };
        let flow = self.sort(event);
        if let Some(origin) = place.filter(|_| self.own.skipped.len() > rows) {
            self.own.noisy.extend(Known::key_of(&origin));
        }
        flow
    }

    /// Scans what can be scanned at once, and keeps what is to be parsed.
    fn sort(&mut self, event: Event<'_>) -> Flow {
        match event {
            Event::Skip(skip) => self.own.skipped.push(skip),
            Event::Unit(unit) if !self.budget.admits(size(&unit)) => return Flow::Stop,
            Event::Unit(unit) if unit.window().is_some() => self.part(&unit),
            Event::Unit(unit) if unit.lineage().is_some() => self.built(&unit),
            Event::Unit(unit) if self.is_evidence => {
                self.count(&unit);
                self.evidence(unit);
            }
            Event::Unit(unit) => {
                self.count(&unit);
                match guarded(&unit, || unkeyed_parse::group(&unit)) {
                    Ok(Some(group)) => match self.own.kept.admit(&unit) {
                        Ok(()) => self.own.kept.keep(group, unit),
                        Err(row) => {
                            self.own.skipped.extend(row);
                            self.scan(&unit);
                        }
                    },
                    Ok(None) => self.scan(&unit),
                    Err(skip) => self.own.skipped.push(skip),
                }
            }
        }
        if self.stop.load(Ordering::Relaxed) { Flow::Stop } else { Flow::Continue }
    }
}

impl Worker<'_> {
    fn count(&mut self, unit: &Unit<'_>) {
        let is_past = unit.origin().surface == Surface::GitHistory;
        *(if is_past { &mut self.own.blobs } else { &mut self.own.files }) += 1;
        self.own.bytes += unit.bytes().len() as u64;
        self.progress.file(&unit.origin().path, unit.bytes().len() as u64);
    }

    /// Takes a text of which parts may have been searched before.
    fn built(&mut self, unit: &Unit<'_>) {
        let Some(lineage) = unit.lineage() else { return };
        self.count(unit);
        self.lineage.resize_with(lineage.depth, || None);
        let base = self.lineage.last().and_then(Option::as_ref);
        let before = (self.own.matches.len(), self.own.skipped.len());
        let (mut trace, own) = (None, &mut self.own);
        careful(unit, &mut self.scratch, &mut own.matches, &mut own.skipped, |scratch, sink| {
            trace = Some(self.detector.scan_built(unit, base, scratch, sink));
        });
        self.lineage.push(trace);
        if before == (self.own.matches.len(), self.own.skipped.len()) {
            self.own.silent.extend(Known::key_of(unit.origin()));
        }
    }

    /// Takes a part of a text that is too long to be held. Structure is not read from parts, and that is said once.
    fn part(&mut self, unit: &Unit<'_>) {
        let Some(window) = unit.window() else { return };
        self.own.bytes += window.own.len() as u64;
        self.progress.part(&unit.origin().path, window.own.len() as u64);
        if window.bytes == 0 {
            self.own.files += 1;
            if self.is_evidence {
                self.begin_log(unit);
            } else if let Ok(Some(group)) = guarded(unit, || unkeyed_parse::group(unit)) {
                let detail = format!("too long for its structure ({}) to be read; scanned as text", group.format);
                self.own.skipped.push(Skip { path: unit.origin().path.clone(), why: SkipReason::Limit, detail });
            }
        }
        if self.log.as_ref().is_some_and(|log| log.path() == unit.origin().path) {
            self.log_part(unit, unit.bytes().get(window.own.start..window.own.end).unwrap_or_default());
        }
        if self.is_evidence {
            return self.scan(&unit.clone().known_as(Surface::CliExport));
        }
        self.scan(unit);
    }

    /// Takes a whole file that was given as evidence.
    fn evidence(&mut self, unit: Unit<'_>) {
        match guarded(&unit, || unkeyed_parse::evidence_group(&unit)) {
            Err(skip) => self.own.skipped.push(skip),
            Ok(Some(group)) => match self.own.kept.admit(&unit) {
                Ok(()) => self.own.kept.keep(group, unit),
                Err(row) => {
                    self.own.skipped.extend(row);
                    self.scan(&unit);
                }
            },
            Ok(None) => {
                let unit = unit.known_as(Surface::CliExport);
                self.begin_log(&unit);
                self.log_part(&unit, unit.bytes());
                self.end_log();
                self.scan(&unit);
            }
        }
    }

    /// Begins a log, or says that the file is nothing that is known.
    fn begin_log(&mut self, unit: &Unit<'_>) {
        self.end_log();
        self.log = guarded(unit, || LogReader::of(unit.origin(), unit.bytes())).unwrap_or_default();
        if self.log.is_none() {
            let detail = "given as evidence, but not recognised as an export or a log; searched for credentials only".to_owned();
            self.own.skipped.push(Skip { path: unit.origin().path.clone(), why: SkipReason::NotUnderstood, detail });
        }
    }

    fn log_part(&mut self, unit: &Unit<'_>, bytes: &[u8]) {
        let Some(mut log) = self.log.take() else { return };
        match guarded(unit, || {
            log.push(bytes);
            log
        }) {
            Ok(log) => self.log = Some(log),
            Err(skip) => self.own.skipped.push(skip),
        }
    }

    fn end_log(&mut self) {
        if let Some(log) = self.log.take() {
            self.own.facts.append(log.finish());
        }
    }

    /// Searches a text of which no structure is read.
    fn scan(&mut self, unit: &Unit<'_>) {
        if self.ration.is_used_up(unit.origin()) {
            return;
        }
        let before = self.own.matches.len();
        scan(self.detector, unit, &[], &mut self.scratch, &mut self.own.matches, &mut self.own.skipped);
        self.ration.cut(&mut self.own.matches, before);
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.end_log();
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.own);
    }
}

/// Bytes that a Unit adds to what was read: windows overlap.
fn size(unit: &Unit<'_>) -> usize {
    unit.window().map_or(unit.bytes().len(), |window| window.own.len())
}

/// Runs `work` on `unit`; a panic costs this one file, and is said.
pub(crate) fn guarded<T>(unit: &Unit<'_>, work: impl FnOnce() -> T) -> Result<T, Skip> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Skip {
        path: unit.origin().path.clone(),
        why: SkipReason::InternalError,
        detail: "the program failed on this file".into(),
    })
}

/// Scans one Unit into `matches`.
pub(crate) fn scan(
    detector: &Detector,
    unit: &Unit<'_>,
    slots: &[Slot],
    scratch: &mut Scratch,
    matches: &mut Vec<Match>,
    skipped: &mut Vec<Skip>,
) {
    careful(unit, scratch, matches, skipped, |scratch, sink| detector.scan(unit, slots, scratch, sink));
}

/// Runs a scan of `unit`.
fn careful(
    unit: &Unit<'_>,
    scratch: &mut Scratch,
    matches: &mut Vec<Match>,
    skipped: &mut Vec<Skip>,
    scan: impl FnOnce(&mut Scratch, &mut dyn FnMut(Match)),
) {
    let before = matches.len();
    let outcome = guarded(unit, || scan(scratch, &mut |found| matches.push(found)));
    skipped.append(&mut scratch.take_notices());
    if let Err(skip) = outcome {
        // Half a scan is not reported: the file counts as not read, and the scratch may be in any state.
        matches.truncate(before);
        *scratch = Scratch::default();
        skipped.push(skip);
    }
}
