//! Runs the examples that every rule carries through the real engine, with just the rule's file loaded.

use std::collections::BTreeSet;
use std::sync::Arc;

use unkeyed_model::{Match, Origin, Unit};

use crate::detector::{Detector, Scratch};
use crate::fingerprint::FingerprintKey;
use crate::rule::Rule;
use crate::rule_set::RuleSet;

/// The failures of all rules, sorted.
pub(crate) fn test(set: &RuleSet) -> Vec<String> {
    let mut failures = BTreeSet::new();
    for file in &set.files() {
        let detector =
            RuleSet::from_files(std::slice::from_ref(file)).and_then(|rules| Detector::new(rules, FingerprintKey::new(b"examples")));
        match detector {
            Ok(detector) => {
                let mut run = Run { detector: &detector, scratch: Scratch::default() };
                failures.extend(detector.rules().rules().iter().flat_map(|rule| run.rule(rule)));
            }
            Err(error) => failures.extend(error.problems()),
        }
    }
    failures.into_iter().collect()
}

/// Why a rule is useless by its own account: it has examples and finds none of them.
pub(crate) fn never_found(rule: &Arc<Rule>) -> Option<String> {
    let examples = &rule.examples.matching;
    let detector = Detector::new(RuleSet::of(rule), FingerprintKey::new(b"examples")).ok()?;
    let mut run = Run { detector: &detector, scratch: Scratch::default() };
    let found = examples.is_empty() || examples.iter().any(|example| is_among(rule, &run.scan(rule, example.as_bytes())));
    (!found).then(|| "it finds none of its own examples".to_owned())
}

/// The kinds that the rules' examples yield.
#[cfg(test)]
pub(crate) fn kinds(set: &RuleSet) -> BTreeSet<String> {
    let detector = Detector::new(set.clone(), FingerprintKey::new(b"examples")).unwrap();
    let mut run = Run { detector: &detector, scratch: Scratch::default() };
    let authored = set.authored();
    let rules = authored.iter().flat_map(|rule| rule.examples.matching.iter().map(move |example| (rule, example)));
    rules.flat_map(|(rule, example)| run.scan(rule, example.as_bytes())).map(|found| found.kind.to_string()).collect()
}

struct Run<'a> {
    detector: &'a Detector,
    scratch: Scratch,
}

impl Run<'_> {
    fn rule(&mut self, rule: &Rule) -> Vec<String> {
        let mut failures = Vec::new();
        let mut fail = |what: String| failures.push(format!("{}:{}: rule {}: {what}", rule.file, rule.line, rule.info.id));
        for (at, example) in rule.examples.matching.iter().enumerate() {
            let found = self.scan(rule, example.as_bytes());
            if !is_among(rule, &found) {
                let others: BTreeSet<&str> = found.iter().map(|found| found.rule.id.as_str()).collect();
                let instead = if others.is_empty() { "nothing".into() } else { others.into_iter().collect::<Vec<_>>().join(", ") };
                fail(format!("match example {} finds {instead}", at + 1));
            }
        }
        for (at, example) in rule.examples.other.iter().enumerate() {
            if is_among(rule, &self.scan(rule, example.as_bytes())) {
                fail(format!("no_match example {} is found", at + 1));
            }
        }
        for (at, value) in rule.public.iter().enumerate() {
            if !self.is_public_where_found(rule, value.as_bytes()) {
                fail(format!("public value {} is found, but not as a whole, and so not as public", at + 1));
            }
        }
        failures
    }

    /// Whether the value is public wherever the rule finds it: bare, and in place of the secret of each match example.
    fn is_public_where_found(&mut self, rule: &Rule, value: &[u8]) -> bool {
        let mut texts = vec![value.to_vec()];
        for example in rule.examples.matching.iter().map(String::as_bytes) {
            let places =
                self.scan(rule, example).into_iter().filter(|found| found.rule.id == rule.info.id).map(|found| found.location.region.span);
            texts.extend(places.map(|place| [&example[..place.start], value, &example[place.end..]].concat()));
        }
        texts.iter().all(|text| self.scan(rule, text).iter().all(|found| found.rule.id != rule.info.id || found.public_because.is_some()))
    }

    fn scan(&mut self, rule: &Rule, text: &[u8]) -> Vec<Match> {
        let origin = Origin { path: path_for(rule), ..Origin::default() };
        let mut found = Vec::new();
        self.detector.scan(&Unit::new(Arc::new(origin), text), &[], &mut self.scratch, &mut |one| found.push(one));
        found
    }
}

fn is_among(rule: &Rule, found: &[Match]) -> bool {
    found.iter().any(|found| found.rule.id == rule.info.id)
}

/// A path to which the rule applies: its first glob with the wildcards filled in.
fn path_for(rule: &Rule) -> String {
    let Some(glob) = rule.path_globs.first() else { return String::new() };
    let mut path = glob.replace("**/", "").replace("/**", "/x").replace(['*', '?'], "x");
    while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
        let first = path.get(open + 1..close).and_then(|inner| inner.split(',').next()).unwrap_or_default().to_owned();
        path.replace_range(open..=close.max(open), &first);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prefixes cut tokens, JSON, PEM, ASN.1 and encodings in their middle; bytes that are not UTF-8 stand around them.
    #[test]
    fn no_prefix_of_any_example_panics() {
        let set = RuleSet::builtin().unwrap();
        let detector = Detector::new(set.clone(), FingerprintKey::new(b"")).unwrap();
        let mut scratch = Scratch::default();
        for rule in &set.authored() {
            for example in rule.examples.matching.iter().chain(&rule.examples.other) {
                let text = [b"\xff\xfe ", example.as_bytes(), b"\x80"].concat();
                for end in (0..=text.len()).step_by(1 + text.len() / 24) {
                    let unit = Unit::new(Arc::new(Origin { path: path_for(rule), ..Origin::default() }), &text[..end]);
                    detector.scan(&unit, &[], &mut scratch, &mut |_| ());
                }
            }
        }
    }
}
