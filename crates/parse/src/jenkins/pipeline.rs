//! From tokens to workloads: one for each stage, and one for what stands outside of all stages.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use unkeyed_model::{Facts, SkipReason, Span};

use super::JENKINS;
use super::groovy::{self, MAX_TOKENS, Token, TokenKind};
use super::steps;
use crate::ci::{Budget, Job};
use crate::place::{self, Place};

/// Most tokens in front of a block that are read for what the block is.
const MAX_HEADER: usize = 200;
/// Deepest chain of functions that are followed from a stage.
const MAX_CALLS: usize = 8;

/// A Jenkinsfile as tokens.
pub(super) struct Source<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) tokens: &'a [Token],
    pub(super) closes: Vec<usize>,
    /// Bodies of the file's own functions.
    functions: BTreeMap<&'a str, Range<usize>>,
    /// For each token the brace that opens the innermost block around it.
    around: Vec<Option<usize>>,
    /// Names of variables that a login presents as the token that proves who the job is.
    pub(super) presented: BTreeSet<&'a str>,
}

struct Stage<'a> {
    name: &'a str,
    /// From `stage` to the closing brace.
    all: Range<usize>,
    body: Range<usize>,
}

/// Reads the file.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let (tokens, cut) = groovy::tokens(place.text());
    let closes = groovy::closings(&tokens);
    let blocks = groovy::enclosing(&tokens, &closes);
    let presented = steps::presented(place.text());
    let mut source = Source { place, tokens: &tokens, closes, functions: BTreeMap::new(), around: blocks, presented };
    source.functions = functions(&source);
    let stages = stages(&source);
    // They stand in the order of their beginnings: one that holds another holds the next.
    let holds = |at: usize| stages.get(at + 1).is_some_and(|next| next.all.start < stages[at].body.end);
    let leaves: Vec<&Stage<'_>> = (0..stages.len()).filter(|at| !holds(*at)).map(|at| &stages[at]).collect();
    let environments = environments(&source, &leaves);
    let budget = Budget::new();
    let mut names = BTreeMap::new();
    let mut cut = cut;
    for stage in &leaves {
        let count = names.entry(stage.name).or_insert(0_usize);
        *count += 1;
        let name = if *count == 1 { stage.name.to_owned() } else { format!("{}-{count}", stage.name) };
        let mut job = job(&source, &budget, &name, stage.all.clone());
        around(&source, stage, &environments, &mut job);
        cut |= body(&source, stage.body.clone(), &mut job, 0, &mut Vec::new());
        cut |= job.finish(facts);
    }
    let mut rest = job(&source, &budget, "pipeline", 0..tokens.len());
    outside(&source, &leaves, &mut rest);
    if leaves.is_empty() || !rest.workload.references.is_empty() || rest.runs_scripts() {
        cut |= rest.finish(facts);
    }
    if cut {
        let detail = format!("more than {MAX_TOKENS} tokens, or functions and scripts that are too many: the rest was not read");
        facts.skipped.push(place.skip(SkipReason::Limit, detail));
    }
}

fn job<'a>(source: &Source<'a>, budget: &'a Budget, name: &str, tokens: Range<usize>) -> Job<'a> {
    let start = source.tokens.get(tokens.start).map_or(0, |token| token.span.start);
    let end = source.tokens[..tokens.end.min(source.tokens.len())].last().map_or(0, |token| token.span.end);
    let location = source.place.at(Span::new(start, end.max(start)), place::under("stage", name));
    Job::new(&JENKINS, budget, source.place.path(), name, location)
}

impl<'a> Source<'a> {
    /// The end of the block that opens at a token.
    pub(super) fn close(&self, open: usize) -> usize {
        self.closes.get(open).copied().unwrap_or(self.tokens.len()).min(self.tokens.len())
    }

    /// The next token behind line breaks.
    pub(super) fn next(&self, mut at: usize) -> usize {
        while self.tokens.get(at).is_some_and(|token| token.is_sign(b'\n')) {
            at += 1;
        }
        at
    }

    fn sign(&self, at: usize, sign: u8) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_sign(sign))
    }
}

/// `stage('name') { … }`, `stage(name: 'x') { … }`.
fn stages<'a>(source: &Source<'a>) -> Vec<Stage<'a>> {
    let mut found = Vec::new();
    for at in 0..source.tokens.len() {
        if !source.tokens[at].is_name("stage") || !source.sign(at + 1, b'(') {
            continue;
        }
        let close = source.close(at + 1);
        let name = source.tokens[at + 2..close.max(at + 2)].iter().find(|token| token.kind == TokenKind::Text).map_or("stage", Token::text);
        let open = source.next(close + 1);
        if source.sign(open, b'{') {
            found.push(Stage { name, all: at..(source.close(open) + 1).min(source.tokens.len()), body: open + 1..source.close(open) });
        }
    }
    found
}

/// `def name(…) { … }` and `void name(…) { … }`.
fn functions<'a>(source: &Source<'a>) -> BTreeMap<&'a str, Range<usize>> {
    let mut found = BTreeMap::new();
    for at in 0..source.tokens.len() {
        let token = &source.tokens[at];
        let defines = token.kind == TokenKind::Name && matches!(token.text(), "def" | "void" | "String" | "boolean" | "Object");
        if !defines || !source.sign(at + 2, b'(') {
            continue;
        }
        let open = source.next(source.close(at + 2) + 1);
        if source.sign(open, b'{') {
            found.insert(source.tokens[at + 1].text(), open + 1..source.close(open));
        }
    }
    found
}

/// Reads a range, and the functions of the file that it calls.
fn body<'a>(source: &Source<'a>, range: Range<usize>, job: &mut Job<'a>, depth: usize, called: &mut Vec<&'a str>) -> bool {
    steps::read(source, range.clone(), job);
    let mut cut = depth > MAX_CALLS;
    if cut {
        return true;
    }
    for token in source.tokens.get(range).unwrap_or_default().iter().filter(|token| token.kind == TokenKind::Name) {
        if let Some((name, inner)) = source.functions.get_key_value(token.text())
            && !called.contains(name)
        {
            called.push(name);
            let extent =
                Span::new(source.tokens[inner.start - 1].span.start, source.tokens[..inner.end].last().map_or(0, |token| token.span.end));
            job.workload.extents.push(source.place.at(extent, place::under("def", name)));
            cut |= body(source, inner.clone(), job, depth + 1, called);
        }
    }
    cut
}

/// `environment` blocks outside of the innermost stages: the block that holds each, and its body.
fn environments(source: &Source<'_>, leaves: &[&Stage<'_>]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found = Vec::new();
    let mut leaf = leaves.iter().peekable();
    for at in 0..source.tokens.len() {
        while leaf.next_if(|leaf| leaf.all.end <= at).is_some() {}
        let inside = leaf.peek().is_some_and(|leaf| leaf.all.contains(&at));
        if inside || !source.tokens[at].is_name("environment") {
            continue;
        }
        let open = source.next(at + 1);
        if source.sign(open, b'{') {
            let holder = source.around[at].map_or(0..source.tokens.len(), |open| open..source.close(open));
            found.push((holder, open + 1..source.close(open)));
        }
    }
    found
}

/// What a stage has from the blocks around it: `environment` of the pipeline and of stages above, and wrappers
/// (`withCredentials([…]) { stage(…) }`).
fn around<'a>(source: &Source<'a>, stage: &Stage<'a>, environments: &[(Range<usize>, Range<usize>)], job: &mut Job<'a>) {
    for (_, body) in environments.iter().filter(|(holder, _)| holder.contains(&stage.all.start)) {
        steps::read(source, body.clone(), job);
    }
    let mut open = source.around.get(stage.all.start).copied().flatten();
    while let Some(at) = open {
        let from = at.saturating_sub(MAX_HEADER);
        let start = source.tokens[from..at].iter().rposition(|token| token.is_sign(b'\n') || token.is_sign(b'{'));
        steps::read(source, start.map_or(from, |line| from + line + 1)..at, job);
        open = source.around[at];
    }
}

/// What stands outside of all stages and functions.
fn outside<'a>(source: &Source<'a>, leaves: &[&Stage<'a>], job: &mut Job<'a>) {
    let mut holes: Vec<Range<usize>> = leaves.iter().map(|leaf| leaf.all.clone()).collect();
    holes.extend(source.functions.values().cloned());
    holes.sort_by_key(|hole| hole.start);
    let mut at = 0;
    for hole in holes {
        if hole.start >= at {
            let names = &source.tokens[at..hole.start];
            let is_plain = !leaves.is_empty() && names.iter().all(|token| !token.is_name("post"));
            if !is_plain {
                steps::read(source, at..hole.start, job);
            }
        }
        at = at.max(hole.end);
    }
    steps::read(source, at.min(source.tokens.len())..source.tokens.len(), job);
    library(source, leaves, job);
}

/// `@Library('x') _` with a call of what it defines and no stage of its own.
fn library<'a>(source: &Source<'a>, leaves: &[&Stage<'a>], job: &mut Job<'a>) {
    let Some(at) = source.tokens.windows(2).position(|pair| pair[0].is_sign(b'@') && pair[1].is_name("Library")) else { return };
    if leaves.is_empty() {
        let location = source.place.at(source.tokens[at + 1].span, "Library");
        let name = source.tokens[at..].iter().find(|token| token.kind == TokenKind::Text).map_or("a shared library", Token::text);
        job.lacks(format!("library {name}"), location);
    }
}
