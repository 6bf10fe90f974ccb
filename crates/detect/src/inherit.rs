//! What need not be searched in a text that was built from one that was searched: an object of a git pack, of which most
//! bytes are copied from another.
//!
//! One decision a reader would question: nothing that was found is taken over, only silence. Whether something is found at
//! a place depends on [`LOCAL`] bytes to either side; where these were copied in one piece, and the base was silent, the text
//! is silent. Everything else, and every place where the base said anything, is searched as ever. So a result can't be stale,
//! and is the same as that of a search of the whole text.

use std::sync::Arc;

use unkeyed_model::{Copied, Origin, Span, Unit};

use crate::decode;
use crate::generic;
use crate::search;

/// What stands farther from a place has no say in whether something is found there. Matches of rules that may be longer are
/// noted wherever a literal of them stands.
pub(crate) const LOCAL: usize = 768;
/// A text of which more than so much would be searched is searched as a whole.
const WORTHWHILE: (usize, usize) = (7, 8);
/// Shorter texts are searched as a whole.
const MIN_LENGTH: usize = 4 * LOCAL;
/// A part starts where a name starts, if it does so within so many bytes; else the text is searched as a whole.
const MAX_NAME: usize = 4 << 10;

/// What a search leaves for the texts that are built from its own.
#[derive(Clone, Debug)]
pub struct Trace {
    origin: Arc<Origin>,
    length: usize,
    /// In order and disjoint.
    events: Events,
    spent: Spent,
    /// Nothing was cut short, so that silence means that there is nothing.
    is_sound: bool,
}

/// Places that a search came upon.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events {
    /// Where anything matched, was decoded to something, or may do so because of what is far away.
    said: Vec<Span>,
    /// Where literals stand of rules that are not for files of this path. Most deltas lead from a file to the same file, and
    /// one such literal is `://`.
    elsewhere: Vec<Span>,
    /// Places are those of a text that was decoded from a part of this one.
    pub(crate) is_inside: bool,
    /// Such a literal stands in there.
    is_elsewhere_inside: bool,
}

impl Events {
    pub(crate) fn say(&mut self, span: Span) {
        if !self.is_inside {
            note(&mut self.said, span);
        }
    }

    pub(crate) fn say_elsewhere(&mut self, at: usize) {
        match self.is_inside {
            true => self.is_elsewhere_inside = true,
            false => note(&mut self.elsewhere, Span::new(at, at + 1)),
        }
    }

    /// Ends what was said inside of the part at `region`, which `matched` there or not.
    pub(crate) fn leave(&mut self, region: Span, matched: bool) {
        self.is_inside = false;
        let is_elsewhere = std::mem::take(&mut self.is_elsewhere_inside);
        if matched {
            note(&mut self.said, region);
        } else if is_elsewhere {
            note(&mut self.elsewhere, region);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.said.clear();
        self.elsewhere.clear();
        self.is_elsewhere_inside = false;
    }
}

/// Adds a place, to the last one if they are near each other: what stands between them is searched anyhow.
fn note(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.start <= span.start && span.start <= last.end.saturating_add(LOCAL) => last.end = last.end.max(span.end),
        _ => spans.push(span),
    }
}

/// What a search of the whole text costs at most of each thing that is limited.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// Bytes that patterns looked at.
    pub(crate) steps: usize,
    /// Places where a generic credential could stand.
    pub(crate) places: usize,
    /// Bytes that decoding yielded.
    pub(crate) decoded: usize,
}

impl Spent {
    /// What both cost together.
    fn plus(self, other: Self) -> Self {
        Self { steps: self.steps + other.steps, places: self.places + other.places, decoded: self.decoded + other.decoded }
    }

    /// Whether a text of that length may cost so much without reaching a limit.
    fn is_allowed(self, length: usize) -> bool {
        self.steps <= search::max_steps(length) && self.places < generic::max_places(length) && self.decoded <= decode::budget(length)
    }
}

impl Trace {
    pub(crate) fn new(unit: &Unit<'_>, mut events: Events, spent: Spent, is_sound: bool) -> Self {
        merge(&mut events.said);
        merge(&mut events.elsewhere);
        Self { origin: Arc::clone(unit.origin()), length: unit.bytes().len(), events, spent, is_sound }
    }

    /// The trace of a text of which only parts were searched, the rest being as silent as in this base; `None` if a search of
    /// all of it might have reached a limit.
    pub(crate) fn continued(&self, unit: &Unit<'_>, mut events: Events, spent: Spent, is_sound: bool) -> Option<Self> {
        let spent = self.spent.plus(spent);
        events.elsewhere.extend(placed(&self.events.elsewhere, unit.lineage()?.copies?));
        spent.is_allowed(unit.bytes().len()).then(|| Self::new(unit, events, spent, is_sound))
    }

    /// The parts of `unit` that need be searched; `None` if it should be searched as a whole. Parts are in order, and apart
    /// from each other.
    pub(crate) fn parts(&self, unit: &Unit<'_>) -> Option<Vec<Span>> {
        let copies = unit.lineage()?.copies?;
        let length = unit.bytes().len();
        let is_same_kind = unit.origins().len() == 1 && generic::are_read_alike(unit.origin(), &self.origin);
        if !self.is_sound || !is_same_kind || length < MIN_LENGTH {
            return None;
        }
        let mut parts = self.changes(copies, length);
        parts.extend(placed(&self.events.said, copies));
        if unit.origin().path != self.origin.path {
            parts.extend(placed(&self.events.elsewhere, copies));
        }
        for part in &mut parts {
            let start = start_of_name(unit.bytes(), part.start.saturating_sub(LOCAL))?;
            *part = Span::new(start, part.end.saturating_add(LOCAL).min(length));
        }
        merge(&mut parts);
        let total: usize = parts.iter().map(|part| part.len()).sum();
        (total / WORTHWHILE.0 < length / WORTHWHILE.1).then_some(parts)
    }

    /// What is new, and the seams, which are empty spans; what is near to each other as one.
    fn changes(&self, copies: &[Copied], length: usize) -> Vec<Span> {
        let mut changes = Vec::new();
        let (mut end, mut goes_on_from) = (0, 0);
        for copy in copies {
            if copy.span.start > end || copy.from != goes_on_from {
                note(&mut changes, Span::new(end, copy.span.start));
            }
            (end, goes_on_from) = (copy.span.end, copy.from + copy.span.len());
        }
        if end < length || goes_on_from != self.length {
            note(&mut changes, Span::new(end, length));
        }
        changes
    }
}

/// Where events of the base stand now, as far as they were copied.
fn placed(events: &[Span], copies: &[Copied]) -> impl Iterator<Item = Span> {
    let copies = if events.is_empty() { &[] } else { copies };
    copies.iter().flat_map(|copy| {
        let source = Span::new(copy.from, copy.from + copy.span.len());
        let first = events.partition_point(|event| event.end < source.start);
        let events = events[first..].iter().take_while(move |event| event.start <= source.end);
        let place = move |at: usize| at.clamp(source.start, source.end) - source.start + copy.span.start;
        events.map(move |event| Span::new(place(event.start), place(event.end)))
    })
}

/// Where the name starts that `at` stands in: the first word of a name that leads to a place has a say about the others.
fn start_of_name(text: &[u8], at: usize) -> Option<usize> {
    let length = text[..at].iter().rev().take(MAX_NAME).take_while(|&&byte| generic::is_name_byte(byte)).count();
    (length < MAX_NAME).then_some(at - length)
}

/// Makes spans that touch or overlap one.
fn merge(spans: &mut Vec<Span>) {
    spans.sort_unstable();
    spans.dedup_by(|next, span| {
        let touches = next.start <= span.end;
        if touches {
            span.end = span.end.max(next.end);
        }
        touches
    });
}
