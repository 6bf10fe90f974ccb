//! Logs of platforms, read event by event: who exchanged which identity for what, and which durable key was used.
//!
//! The decision a reader would question: events that say the same thing are counted and not kept, so that a log of any
//! length takes the memory of what is different in it. What a log doesn't record is no evidence of absence.

mod aws;
mod azure;
mod events;
mod gcp;
mod kubernetes;
mod lines;
mod oci;
mod records;
mod spire;
#[cfg(test)]
mod tests;
mod vault;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use unkeyed_model::{
    Assurance, Custody, DatedBy, Declaration, Destination, Evidence, Facts, Lifetime, Location, Observed, ObservedAct, Origin, Region,
    Role, Skip, SkipReason, Span, Surface, Timestamp, VendorDefault,
};

use self::events::Seen;
use self::lines::Lines;
use self::records::{Record, Records};

/// Most different statements that are kept of one log.
const MAX_DIFFERENT: usize = 10_000;
/// Events at the beginning among which one must be known for the file to be a log.
const MAX_LEAD: usize = 50;
/// How far into a file these are looked for, in bytes.
const LEAD_BYTES: usize = 4 << 20;

/// Reads one log, in parts.
#[derive(Debug)]
pub struct LogReader {
    origin: Arc<Origin>,
    records: Records,
    lines: Lines,
    seen: BTreeMap<Seen, Observed>,
    formats: Vec<&'static str>,
    events: u64,
    last: Option<Timestamp>,
    /// Events that were not counted because too many were different.
    left_out: u64,
}

impl LogReader {
    /// A reader for the text that begins with `head`, if that is a log which is known. Nothing is read yet.
    #[must_use]
    pub fn of(origin: &Arc<Origin>, head: &[u8]) -> Option<Self> {
        let (mut records, mut looked_at, mut known) = (Records::default(), 0, false);
        let head = head.get(..head.len().min(LEAD_BYTES)).unwrap_or_default();
        let mut look = |record: &Record<'_>| {
            if looked_at < MAX_LEAD && !known {
                looked_at += 1;
                known = event(record).is_some();
            }
        };
        records.push(head, &mut look);
        // A server that writes lines writes many before its first event.
        Lines::default().push(head, &mut |record| {
            if memchr::memmem::find(record.bytes, b"type=audit").is_some() {
                look(record);
            }
        });
        known.then(|| Self {
            origin: Arc::new(Origin { surface: Surface::Log, ..Origin::clone(origin) }),
            records: Records::default(),
            lines: Lines::default(),
            seen: BTreeMap::new(),
            formats: Vec::new(),
            events: 0,
            last: None,
            left_out: 0,
        })
    }

    /// The file that is read.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.origin.path
    }

    /// Reads the next part.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut records = std::mem::take(&mut self.records);
        records.push(bytes, &mut |record| self.take(record));
        self.records = records;
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, &mut |record| self.take(record));
        self.lines = lines;
    }

    fn take(&mut self, record: &Record<'_>) {
        let Some((format, at, seen)) = event(record) else { return };
        self.events += 1;
        self.last = self.last.max(at);
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
        for (what, outcome) in seen {
            if self.seen.len() >= MAX_DIFFERENT && !self.seen.contains_key(&what) {
                self.left_out += 1;
                continue;
            }
            let location = || Location {
                origin: Arc::clone(&self.origin),
                region: Region {
                    line: record.line,
                    column: record.column,
                    end_line: record.line,
                    end_column: record.column.saturating_add(1),
                    span: Span::new(record.start, record.start + record.bytes.len()),
                },
                ..Location::default()
            };
            let seen = self.seen.entry(what).or_insert_with_key(|what| what.observed(location()));
            *(if outcome.denied { &mut seen.denied } else { &mut seen.allowed }) += 1;
            seen.seconds = seen.seconds.max(outcome.seconds);
            seen.first = seen.first.min(at).or(at);
            seen.last = seen.last.max(at);
        }
    }

    /// What the log says.
    #[must_use]
    pub fn finish(mut self) -> Facts {
        let mut lines = std::mem::take(&mut self.lines);
        lines.finish(&mut |record| self.take(record));
        let mut facts = Facts::default();
        let skip = |why, detail| Skip { path: self.origin.path.clone(), why, detail };
        if self.left_out > 0 {
            let detail = format!("more than {MAX_DIFFERENT} different statements; {} events beyond them were not counted", self.left_out);
            facts.skipped.push(skip(SkipReason::Limit, detail));
        }
        let (too_large, broken) = self.records.faults();
        if too_large > 0 {
            let detail = format!("{too_large} events are larger than {} bytes and were not read", records::MAX_BYTES);
            facts.skipped.push(skip(SkipReason::Limit, detail));
        }
        if lines.faults() > 0 {
            let detail = format!("{} lines are longer than {} bytes and were not read", lines.faults(), lines::MAX_BYTES);
            facts.skipped.push(skip(SkipReason::Limit, detail));
        }
        if broken {
            facts.skipped.push(skip(SkipReason::NotUnderstood, "the last event is not complete".to_owned()));
        }
        self.formats.sort_unstable();
        facts.evidence.push(Evidence {
            path: self.origin.path.clone(),
            formats: self.formats.iter().map(|format| (*format).to_owned()).collect(),
            assurance: Assurance::Runtime,
            records: self.events,
            dated: self.last.map(|last| (last, DatedBy::Content)),
        });
        facts.declarations = self.seen.values().filter_map(durable).collect();
        // A key that also opens a role is one key all the same.
        facts.declarations.sort_by(|one, other| (&one.kind, &one.name).cmp(&(&other.kind, &other.name)));
        facts.declarations.dedup_by(|one, other| (&one.kind, &one.name) == (&other.kind, &other.name));
        facts.observed = self.seen.into_values().collect();
        facts
    }
}

/// The credential that a use proves: it lies somewhere, wherever that is.
fn durable(seen: &Observed) -> Option<Declaration> {
    let kind = seen.credential.clone().filter(|_| seen.act == ObservedAct::DurableUse && seen.allowed > 0)?;
    let destination = match seen.platform {
        unkeyed_model::Platform::K8s => "k8s-api",
        platform => platform.as_str(),
    };
    Some(Declaration {
        kind,
        name: seen.credential_id.clone().unwrap_or_else(|| seen.principal.clone()),
        custody: Custody::Embedded,
        role: Role::Access,
        lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
        destination: Some(Destination::new(destination, "")),
        principal: Some(seen.principal.clone()),
        location: seen.location.clone(),
    })
}

/// What one event says, with the log's name and the instant; `None` if it is of no log that is known.
fn event(record: &Record<'_>) -> Option<events::Told> {
    let json: Json = lines::object(record.bytes).or_else(|| serde_json::from_slice(record.bytes).ok())?;
    events::read(&json).or_else(|| {
        // Events inside events: what `aws cloudtrail lookup-events` and CloudWatch Logs print.
        let inner = ["CloudTrailEvent", "message"].iter().find_map(|key| json.get(key)?.as_str())?;
        events::read(&serde_json::from_str(inner).ok()?)
    })
}
