//! Tokens of every rule in the syntaxes where people write them, and lines that nobody should see.
//!
//! One decision a reader would question: nothing here is copied from real files. Each rule's own pattern is the generator of its
//! tokens, from a fixed seed, so a new rule is tried in all syntaxes without a line of test; where a checksum or a
//! structure makes a token, the rule's own example is taken. `SHOW=1 cargo test --test syntaxes -- --nocapture` lists what went
//! wrong.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a test")]

mod innocent;
mod random;
mod shape;
mod written;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use unkeyed_detect::{Detector, FingerprintKey, RuleSet, Scratch};
use unkeyed_model::{Confidence, Match, Origin, Unit};

use random::Random;
use shape::Token;

/// Of the tokens, so many in a hundred must be found in every syntax.
const LEAST_FOUND: usize = 95;
/// Of a hundred innocent lines, fewer must be shown by default.
const MOST_ALARMS: usize = 3;
/// Lines of each innocent kind.
const INNOCENT: usize = 25;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin().unwrap(), FingerprintKey::new(b"test")).unwrap());

fn scan(path: &str, text: &str, scratch: &mut Scratch) -> Vec<Match> {
    let mut found = Vec::new();
    let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    DETECTOR.scan(&unit, &[], scratch, &mut |one| found.push(one));
    found
}

/// Prints lines if somebody wants to see them.
fn show(lines: impl IntoIterator<Item = String>) {
    if std::env::var_os("SHOW").is_some() {
        lines.into_iter().for_each(|line| println!("{line}"));
    }
}

#[test]
fn tokens_of_every_rule_are_found_in_every_syntax() {
    let mut scratch = Scratch::default();
    let tokens = tokens(&mut scratch);
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for token in &tokens {
        for (syntax, path, line) in written::all(token) {
            let at = line.find(&token.value).unwrap();
            let hit = scan(path, &line, &mut scratch).into_iter().find(|one| {
                let span = one.location.region.span;
                span.start < at + token.value.len() && at < span.end && one.confidence >= Confidence::Medium
            });
            let by = hit.as_ref().map_or("nothing", |one| provider(&one.rule.id));
            let is_right = by == provider(&token.rule) || by == "generic";
            *found.entry(syntax).or_default() += usize::from(is_right);
            if by != provider(&token.rule) {
                let kind = if is_right { "unnamed" } else { "missed" };
                show([format!("{kind}\t{syntax}\t{}\t{by}\t{}", token.rule, line.replace('\n', "⏎"))]);
            }
        }
    }
    assert!(tokens.len() > 1000, "only {} tokens", tokens.len());
    show(found.iter().map(|(syntax, count)| format!("{syntax}\t{count} of {}", tokens.len())));
    for (syntax, count) in found {
        assert!(count * 100 >= tokens.len() * LEAST_FOUND, "{syntax}: {count} of {}", tokens.len());
    }
}

/// A token for every rule whose tokens can stand alone.
fn tokens(scratch: &mut Scratch) -> Vec<Token> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut tokens = Vec::new();
    for file in files {
        let rules: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        for rule in rules.get("rule").and_then(toml::Value::as_array).into_iter().flatten() {
            let example = |text: &str, id: &str| {
                let hit = scan("x", text, scratch).into_iter().find(|one| one.rule.id == id)?;
                text.get(hit.location.region.span.start..hit.location.region.span.end).map(str::to_owned)
            };
            tokens.extend(shape::token(rule, example));
        }
    }
    tokens
}

fn provider(rule: &str) -> &str {
    rule.split('.').next().unwrap_or_default()
}

#[test]
fn innocent_lines_are_not_shown() {
    let (mut scratch, mut random) = (Scratch::default(), Random::new("innocent"));
    let (mut lines, mut alarms) = (0, 0);
    for kind in innocent::KINDS {
        for _ in 0..INNOCENT {
            let line = innocent::line(kind.line, &mut random);
            let hits = scan(kind.path, &line, &mut scratch);
            let shown: Vec<_> = hits
                .iter()
                .filter(|one| one.confidence >= Confidence::Medium && one.public_because.is_none())
                .map(|one| &one.rule.id)
                .collect();
            lines += 1;
            alarms += usize::from(!shown.is_empty());
            if !shown.is_empty() {
                show([format!("alarm\t{}\t{shown:?}\t{}", kind.path, line.replace('\n', "⏎"))]);
            }
        }
    }
    show([format!("{alarms} of {lines} innocent lines are shown")]);
    assert!(alarms * 100 < lines * MOST_ALARMS, "{alarms} of {lines}");
}
