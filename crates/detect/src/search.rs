//! Finds the matches of all rules in one text: the literals of all rules in one pass, then each rule's pattern at the
//! places that its literals leave open.
//!
//! One decision a reader would question: the result is exactly that of running each pattern over the whole text
//! (leftmost first, not overlapping), though no pattern ever is. Hits are taken in the order of the match starts they allow, and
//! every allowed start is tried once at most.

use std::ops::ControlFlow;

use unkeyed_model::Span;
use unkeyed_prefilter::{BuildError, Engine, Matcher};

use crate::index::{Index, Table};
use crate::inherit::LOCAL;
use crate::literal::guard::Silence;
use crate::named_value::{self, NAME_END};
use crate::pattern::{Facts, Pattern, PatternCache};
use crate::rule::Rule;
use crate::rule_list::RuleList;

/// Hits are collected for so many bytes at a time, so that a huge text of hits needs no huge memory.
const SEGMENT: usize = 256 << 10;
/// To begin at a place costs about as much as looking at so many bytes.
const STEPS_PER_TRY: usize = 32;
/// A rule may look at so many bytes in all, per byte of the text …
const STEPS_PER_BYTE: usize = 8;
/// … and so many at least. In 1.6 GB of public source all rules together stayed below 1 per byte (a list of keys that are one
/// letter over and over: 6); what exceeds it is made to.
const STEPS_MIN: usize = 4 << 20;
/// So many hits in a segment are those of a text that is full of literals.
const MANY_HITS: usize = 8 << 10;
/// What stands behind a name is followed so far.
const ASSIGNMENT_WINDOW: usize = 512;
/// Memory for the states of what stands behind names: on source text they take 0.7 MB.
const ASSIGNMENT_CACHE: usize = 4 << 20;

/// The literals of all rules, and the words of generic credentials.
#[derive(Debug)]
pub(crate) struct Search {
    index: Index,
    everywhere: Matcher,
    near: Matcher,
    /// What must follow a name for [`Index::near`] to be looked at.
    assignment: Pattern,
    /// Later hits can't open a match start that is farther back than this.
    reach: usize,
}

/// A place where a literal stands, and the match starts that it leaves open for a rule: in one number, since they are sorted,
/// and a hostile text is full of them. From the top: 24 bits for the rule, 56 for the lowest start, 24 each for the distances
/// from there to the highest start and to the place, which [`MAX_LEAD`](crate::literal::MAX_LEAD) bounds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit(u128);

impl Hit {
    fn new(rule: u32, lowest: usize, highest: usize, at: usize) -> Self {
        let distance = |to: usize| (to - lowest) as u128;
        Self(u128::from(rule) << 104 | (lowest as u128) << 48 | distance(highest) << 24 | distance(at))
    }

    const fn rule(self) -> usize {
        (self.0 >> 104) as usize
    }

    const fn lowest(self) -> usize {
        (self.0 >> 48) as usize & ((1 << 56) - 1)
    }

    const fn highest(self) -> usize {
        self.lowest() + ((self.0 >> 24) as usize & 0xff_ffff)
    }

    const fn at(self) -> usize {
        self.lowest() + (self.0 as usize & 0xff_ffff)
    }
}

/// What a search comes upon.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Match(Found),
    /// The literal of a rule stands at this place, whose match may be longer than [`LOCAL`].
    Far(usize),
    /// The literal of a rule stands at this place that doesn't apply.
    Elsewhere(usize),
    /// One of [`words`](crate::index::words), by its position.
    Word {
        word: u16,
        at: usize,
    },
}

/// A match of a rule's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Position of the rule.
    pub(crate) rule: usize,
    pub(crate) whole: Span,
    pub(crate) secret: Span,
}

/// Working memory of one thread.
#[derive(Default)]
pub(crate) struct SearchScratch {
    prefilter: unkeyed_prefilter::Scratch,
    hits: Vec<Hit>,
    /// Words and names of a segment: place, text.
    words: Vec<(usize, u32)>,
    name: Name,
    assignment: PatternCache,
    rules: Vec<RuleScratch>,
    /// By rule.
    silence: Vec<Silence>,
    text: u64,
    /// Bytes that patterns looked at in the last text, and what it cost to begin; tests hold it against the text's length.
    pub(crate) steps: usize,
    /// Positions of rules that were cut short in the last text.
    pub(crate) cut_short: Vec<usize>,
}

/// The name that was last met.
#[derive(Default)]
struct Name {
    /// From its first word that was met to its end.
    span: Span,
    /// Whether it gets a long value, once that was looked at.
    has_value: Option<bool>,
    /// What is in front of this place was searched for what stands near names.
    searched: usize,
}

#[derive(Default)]
struct RuleScratch {
    /// Of those rules only that were ever tried.
    pattern: Option<Box<PatternCache>>,
    /// The text for which the rest holds.
    text: u64,
    applies: bool,
    /// Starts before this one were tried, or lie in a match.
    next: usize,
    steps: usize,
}

/// How many bytes a rule may look at in a text of that length, and what it may cost to begin.
pub(crate) fn max_steps(length: usize) -> usize {
    STEPS_MIN.max(length.saturating_mul(STEPS_PER_BYTE))
}

impl Search {
    pub(crate) fn new(index: Index) -> Result<Self, BuildError> {
        let engine = Engine::best();
        let matcher = |table: &Table| {
            let (patterns, choices) = table.patterns(engine.layout());
            Matcher::with_choices(patterns, &choices, engine)
        };
        let (everywhere, near) = (matcher(&index.everywhere)?, matcher(&index.near)?);
        let facts = Facts { window: ASSIGNMENT_WINDOW, ..Facts::none() };
        let assignment = Pattern::with_facts(named_value::assignment(), facts).with_cache(ASSIGNMENT_CACHE);
        Ok(Self { everywhere, near, assignment, reach: index.everywhere.reach.max(index.near.reach + index.reach), index })
    }

    /// What the whole text is searched for.
    pub(crate) fn patterns(&self) -> &[unkeyed_prefilter::Pattern] {
        self.everywhere.patterns()
    }

    /// Calls `on_event` with the matches of every rule that `applies`, and with the words of generic credentials in order of
    /// place, until it breaks. Literals and words are those that start in `parts` of the text, which are in order.
    pub(crate) fn run(
        &self,
        rules: &RuleList,
        text: &[u8],
        parts: &[Span],
        scratch: &mut SearchScratch,
        applies: impl Fn(&Rule) -> bool,
        mut on_event: impl FnMut(Event) -> ControlFlow<()>,
    ) {
        scratch.begin(rules.len());
        for &part in parts {
            if self.run_part(rules, text, part, scratch, &applies, &mut on_event).is_break() {
                return;
            }
        }
    }

    fn run_part(
        &self,
        rules: &RuleList,
        text: &[u8],
        part: Span,
        scratch: &mut SearchScratch,
        applies: &impl Fn(&Rule) -> bool,
        on_event: &mut impl FnMut(Event) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut start = part.start;
        while start < part.end {
            let end = start.saturating_add(SEGMENT).min(part.end);
            self.collect(text, Span::new(start, end), scratch);
            self.collect_near(text, scratch);
            self.words_of(scratch).try_for_each(|(word, at)| on_event(Event::Word { word, at }))?;
            // Later segments can't open a start before this one.
            let settled = if end == part.end { usize::MAX } else { end.saturating_sub(self.reach) };
            scratch.sort_hits(rules.len());
            let mut hits = std::mem::take(&mut scratch.hits);
            for &hit in hits.iter().filter(|hit| hit.highest() < settled) {
                let rule = rules.get(hit.rule());
                // One hit may leave open the starts of several matches, of which others end before it.
                while let Some(found) = scratch.confirm(rule, text, hit, applies) {
                    on_event(Event::Match(found))?;
                }
                if !scratch.rules[hit.rule()].applies {
                    on_event(Event::Elsewhere(hit.at()))?;
                } else if rule.pattern.facts().window + 1 >= LOCAL {
                    on_event(Event::Far(hit.at()))?;
                }
            }
            hits.retain(|hit| hit.highest() >= settled);
            scratch.hits = hits;
            start = end;
        }
        ControlFlow::Continue(())
    }

    /// Calls `on_word` with the words of generic credentials, in order of place, until it breaks.
    pub(crate) fn words(&self, text: &[u8], mut on_word: impl FnMut(u16, usize) -> ControlFlow<()>) {
        let mut scratch = SearchScratch { silence: vec![Silence::default(); self.index.guards.len()], ..SearchScratch::default() };
        for start in (0..text.len()).step_by(SEGMENT) {
            self.collect(text, Span::new(start, (start + SEGMENT).min(text.len())), &mut scratch);
            scratch.hits.clear();
            if self.words_of(&scratch).try_for_each(|(word, at)| on_word(word, at)).is_break() {
                return;
            }
        }
    }

    /// The words of generic credentials in the segment that was collected last.
    fn words_of(&self, scratch: &SearchScratch) -> impl Iterator<Item = (u16, usize)> {
        scratch.words.iter().filter_map(|&(at, text)| Some((self.index.everywhere.targets[text as usize].word?, at)))
    }

    /// Adds the hits and words that start in `segment`.
    fn collect(&self, text: &[u8], segment: Span, scratch: &mut SearchScratch) {
        let table = &self.index.everywhere;
        let end = segment.end.saturating_add(table.longest).min(text.len());
        let SearchScratch { hits, words, silence, text: id, .. } = scratch;
        words.clear();
        self.everywhere.scan(&text[segment.start..end], &mut scratch.prefilter, |literal, offset| {
            let at = segment.start + offset;
            let target = table.targets[literal as usize];
            if at < segment.end {
                if target.is_name || target.word.is_some() {
                    words.push((at, literal));
                }
                self.open(table, literal, (text, *id), at, silence, hits);
            }
            ControlFlow::Continue(())
        });
        words.sort_unstable();
    }

    /// Adds the hits in front of those names that get a long value.
    fn collect_near(&self, text: &[u8], scratch: &mut SearchScratch) {
        let SearchScratch { words, hits, name, assignment, prefilter, silence, text: id, .. } = scratch;
        for &(at, literal) in words.iter() {
            if !self.index.everywhere.targets[literal as usize].is_name || !self.gets_value(text, at, name, assignment) {
                continue;
            }
            let from = at.saturating_sub(self.index.reach).max(name.searched);
            name.searched = name.searched.max(at);
            let table = &self.index.near;
            let end = at.saturating_add(table.longest).min(text.len());
            self.near.scan(text.get(from..end).unwrap_or_default(), prefilter, |literal, offset| {
                if from + offset < at {
                    self.open(table, literal, (text, *id), from + offset, silence, hits);
                }
                ControlFlow::Continue(())
            });
        }
    }

    /// Whether the name of which a word stands at `at` gets a long value.
    fn gets_value(&self, text: &[u8], at: usize, name: &mut Name, cache: &mut PatternCache) -> bool {
        if at < name.span.start || at >= name.span.end {
            let rest = &text[at..text.len().min(at + NAME_END + 1)];
            let length = rest.iter().position(|&byte| !named_value::is_name_byte(byte));
            // A longer name, or one that ends the text, gets none.
            let Some(length) = length else { return false };
            (name.span, name.has_value) = (Span::new(at, at + length), None);
        }
        let has_value = || self.assignment.match_at(text, name.span.end, cache, &mut 0).is_some();
        name.span.end - at <= NAME_END && *name.has_value.get_or_insert_with(has_value)
    }

    /// Adds the match starts that a literal at `at` opens. A text has an id, and `silence` is by rule.
    fn open(&self, table: &Table, literal: u32, (text, id): (&[u8], u64), at: usize, silence: &mut [Silence], hits: &mut Vec<Hit>) {
        let target = table.targets[literal as usize];
        let next = text.get(at + target.length as usize);
        for one in &table.uses[target.first as usize..target.end as usize] {
            let (rule, min, max) = (one.rule as usize, one.min as usize, one.max as usize);
            let is_followed = one.after.is_none_or(|after| next.is_some_and(|&byte| after.contains(byte)));
            let mut is_guarded = || self.index.guards[rule].is_none_or(|guard| guard.holds(text, at, (min, max), id, &mut silence[rule]));
            if is_followed && at >= min && is_guarded() {
                hits.push(Hit::new(one.rule, at.saturating_sub(max), at - min, at));
            }
        }
    }
}

impl SearchScratch {
    fn begin(&mut self, rules: usize) {
        self.rules.resize_with(rules, RuleScratch::default);
        self.silence.resize(rules, Silence::default());
        self.text += 1;
        self.hits.clear();
        self.name = Name::default();
        self.cut_short.clear();
        self.steps = 0;
    }

    /// Sorts the hits. They come in order of place, so that nearly all that is to be done where there are many is to put those of
    /// each rule together: a text full of literals has millions.
    fn sort_hits(&mut self, rules: usize) {
        if self.hits.len() < MANY_HITS {
            return self.hits.sort_unstable();
        }
        let mut places = vec![0; rules + 1];
        self.hits.iter().for_each(|hit| places[hit.rule() + 1] += 1);
        (1..places.len()).for_each(|at| places[at] += places[at - 1]);
        let mut together = vec![Hit(0); self.hits.len()];
        for &hit in &self.hits {
            together[places[hit.rule()]] = hit;
            places[hit.rule()] += 1;
        }
        self.hits = together;
        self.hits.sort();
    }

    /// The match that `hit` leads to, if its starts were not tried before.
    fn confirm(&mut self, rule: &Rule, text: &[u8], hit: Hit, applies: &impl Fn(&Rule) -> bool) -> Option<Found> {
        let state = &mut self.rules[hit.rule()];
        if state.text != self.text {
            *state = RuleScratch { pattern: state.pattern.take(), text: self.text, applies: applies(rule), next: 0, steps: 0 };
        }
        let from = hit.lowest().max(state.next);
        if !state.applies || from > hit.highest() {
            return None;
        }
        let before = state.steps;
        let found = state.try_starts(rule, text, hit, from);
        self.steps += state.steps - before;
        if state.steps > max_steps(text.len()) {
            state.applies = false;
            self.cut_short.push(hit.rule());
        }
        found
    }
}

impl RuleScratch {
    fn try_starts(&mut self, rule: &Rule, text: &[u8], hit: Hit, from: usize) -> Option<Found> {
        let cache = self.pattern.get_or_insert_default();
        if hit.lowest() < hit.highest() && !rule.pattern.tail_may_match(text, hit.at(), cache, &mut self.steps) {
            return None;
        }
        for start in from..=hit.highest() {
            self.steps += STEPS_PER_TRY;
            let found = rule.pattern.match_at(text, start, cache, &mut self.steps);
            self.next = found.map_or(start + 1, |(whole, _)| whole.end.max(start + 1));
            if let Some((whole, secret)) = found {
                return Some(Found { rule: hit.rule(), whole, secret });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
