//! Finds the matches of all rules in one text: the literals of all rules in one pass, then each rule's pattern at the
//! places that its literals leave open.
//!
//! One decision a reader would question: the result is exactly that of running each pattern over the whole text
//! (leftmost first, not overlapping), though no pattern ever is. Hits are taken in the order of the match starts they allow, and
//! every allowed start is tried once at most.

use std::ops::ControlFlow;
use std::sync::Arc;

use unkeyed_model::Span;
use unkeyed_prefilter::{BuildError, Engine, Matcher};

use crate::builtin;
use crate::byte_set::ByteSet;
use crate::literal::Literal;
use crate::literal::guard::Guard;
use crate::literal::searched::{searched, stands_for};
use crate::pattern::PatternCache;
use crate::rule::Rule;

/// Hits are collected for so many bytes at a time, so that a huge text of hits needs no huge memory.
const SEGMENT: usize = 256 << 10;
/// A rule may look at so many bytes in all, per byte of the text …
const STEPS_PER_BYTE: usize = 32;
/// … and so many at least. Real text stays far below; what exceeds it is made to.
const STEPS_MIN: usize = 4 << 20;

/// The literals of all rules.
#[derive(Debug)]
pub(crate) struct Search {
    matcher: Matcher,
    patterns: Vec<unkeyed_prefilter::Pattern>,
    /// Length of each literal.
    lengths: Vec<usize>,
    /// The uses of literal `n` are `uses[first[n]..first[n + 1]]`.
    first: Vec<usize>,
    uses: Vec<Use>,
    longest: usize,
    /// Greatest distance from a match start to a literal.
    reach: usize,
}

/// A literal of a rule.
#[derive(Debug)]
struct Use {
    rule: usize,
    min: usize,
    max: usize,
    after: Option<ByteSet>,
    guard: Option<Guard>,
}

impl Use {
    /// Whether a hit at `at` may lead to a match, as far as a glance tells.
    fn may_match(&self, text: &[u8], at: usize, next: Option<&u8>) -> bool {
        let is_followed = self.after.is_none_or(|after| next.is_some_and(|&byte| after.contains(byte)));
        is_followed && at >= self.min && self.guard.is_none_or(|guard| guard.holds(text, at, self.min, self.max))
    }
}

/// A place where a literal stands, and the match starts that it leaves open for a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    rule: usize,
    lowest: usize,
    highest: usize,
    at: usize,
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
    rules: Vec<RuleScratch>,
    text: u64,
    /// Bytes that patterns looked at in the last text; tests hold it against the text's length.
    pub(crate) steps: usize,
    /// Positions of rules that were cut short in the last text.
    pub(crate) cut_short: Vec<usize>,
}

#[derive(Default)]
struct RuleScratch {
    pattern: PatternCache,
    /// The text for which the rest holds.
    text: u64,
    applies: bool,
    /// Starts before this one were tried, or lie in a match.
    next: usize,
    steps: usize,
}

impl Search {
    pub(crate) fn new(rules: &[Arc<Rule>]) -> Result<Self, BuildError> {
        let mut all: Vec<(&Literal, usize)> =
            rules.iter().enumerate().flat_map(|(at, rule)| rule.pattern.literals().iter().map(move |literal| (literal, at))).collect();
        all.sort_by(|(a, at), (b, bt)| (&a.bytes, a.ignore_case, at, a.min).cmp(&(&b.bytes, b.ignore_case, bt, b.min)));
        let patterns = searched(all.iter().map(|(literal, _)| *literal));
        let (mut first, mut uses) = (Vec::with_capacity(patterns.len() + 1), Vec::with_capacity(all.len()));
        for (literal, rule) in all {
            if !first.len().checked_sub(1).is_some_and(|last| stands_for(&patterns[last], literal)) {
                first.push(uses.len());
            }
            uses.push(Use { rule, min: literal.min, max: literal.max, after: literal.after, guard: rules[rule].pattern.guard() });
        }
        first.push(uses.len());
        let engine = Engine::best();
        let lengths: Vec<usize> = patterns.iter().map(|pattern| pattern.bytes.len()).collect();
        Ok(Self {
            matcher: Matcher::with_choices(&patterns, &builtin::choices(&patterns, engine.buckets()), engine)?,
            patterns,
            longest: lengths.iter().copied().max().unwrap_or(0),
            reach: uses.iter().map(|one| one.max).max().unwrap_or(0),
            lengths,
            first,
            uses,
        })
    }

    pub(crate) fn patterns(&self) -> &[unkeyed_prefilter::Pattern] {
        &self.patterns
    }

    /// Calls `on_found` with the matches of every rule that `applies`, until it breaks.
    pub(crate) fn run(
        &self,
        rules: &[Arc<Rule>],
        text: &[u8],
        scratch: &mut SearchScratch,
        applies: impl Fn(&Rule) -> bool,
        mut on_found: impl FnMut(Found) -> ControlFlow<()>,
    ) {
        scratch.begin(rules.len());
        let mut start = 0;
        while start < text.len() {
            let end = start.saturating_add(SEGMENT).min(text.len());
            self.collect(text, Span::new(start, end), scratch);
            // Later segments can't open a start before this one.
            let settled = if end == text.len() { usize::MAX } else { end.saturating_sub(self.reach) };
            scratch.hits.sort_unstable();
            let mut hits = std::mem::take(&mut scratch.hits);
            for &hit in hits.iter().filter(|hit| hit.highest < settled) {
                let found = scratch.confirm(&rules[hit.rule], text, hit, &applies);
                if found.is_some_and(|found| on_found(found).is_break()) {
                    return;
                }
            }
            hits.retain(|hit| hit.highest >= settled);
            scratch.hits = hits;
            start = end;
        }
    }

    /// Adds the hits that start in `segment`.
    fn collect(&self, text: &[u8], segment: Span, scratch: &mut SearchScratch) {
        let end = segment.end.saturating_add(self.longest).min(text.len());
        let hits = &mut scratch.hits;
        self.matcher.scan(&text[segment.start..end], &mut scratch.prefilter, |literal, offset| {
            let at = segment.start + offset;
            if at >= segment.end {
                return ControlFlow::Continue(());
            }
            let literal = literal as usize;
            let next = text.get(at + self.lengths[literal]);
            for one in &self.uses[self.first[literal]..self.first[literal + 1]] {
                if one.may_match(text, at, next) {
                    hits.push(Hit { rule: one.rule, lowest: at.saturating_sub(one.max), highest: at - one.min, at });
                }
            }
            ControlFlow::Continue(())
        });
    }
}

impl SearchScratch {
    fn begin(&mut self, rules: usize) {
        self.rules.resize_with(rules, RuleScratch::default);
        self.text += 1;
        self.hits.clear();
        self.cut_short.clear();
        self.steps = 0;
    }

    /// The match that `hit` leads to, if its starts were not tried before.
    fn confirm(&mut self, rule: &Rule, text: &[u8], hit: Hit, applies: &impl Fn(&Rule) -> bool) -> Option<Found> {
        let state = &mut self.rules[hit.rule];
        if state.text != self.text {
            *state =
                RuleScratch { pattern: std::mem::take(&mut state.pattern), text: self.text, applies: applies(rule), next: 0, steps: 0 };
        }
        let from = hit.lowest.max(state.next);
        if !state.applies || from > hit.highest {
            return None;
        }
        let before = state.steps;
        let found = state.try_starts(rule, text, hit, from);
        self.steps += state.steps - before;
        if state.steps > STEPS_MIN.max(text.len().saturating_mul(STEPS_PER_BYTE)) {
            state.applies = false;
            self.cut_short.push(hit.rule);
        }
        found
    }
}

impl RuleScratch {
    fn try_starts(&mut self, rule: &Rule, text: &[u8], hit: Hit, from: usize) -> Option<Found> {
        if hit.lowest < hit.highest && !rule.pattern.tail_may_match(text, hit.at, &mut self.pattern, &mut self.steps) {
            return None;
        }
        for start in from..=hit.highest {
            let found = rule.pattern.match_at(text, start, &mut self.pattern, &mut self.steps);
            self.next = found.map_or(start + 1, |(whole, _)| whole.end.max(start + 1));
            if let Some((whole, secret)) = found {
                return Some(Found { rule: hit.rule, whole, secret });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
