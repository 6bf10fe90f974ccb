//! What a policy changes of a rule for one run: it is switched off, its confidence is another, its allow-list is longer.
//!
//! One decision a reader would question: an allowed value is named by its keyed fingerprint, or described by an expression that no
//! credential may hide in. A policy file lies in the repository; a secret in it would be the next leak.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use unkeyed_model::{Confidence, Fingerprint, Origin, Unit};

use crate::allow::{self, Allowance, Test};
use crate::detector::{Detector, Scratch};
use crate::fingerprint::FingerprintKey;
use crate::rule::Rule;
use crate::rule_set::RuleSet;

/// How reports write a fingerprint before its digits.
const PREFIX: &str = "hmac:";

/// A change to one rule.
#[derive(Clone, Debug, Default)]
pub struct Adjustment {
    /// Id of the rule.
    pub rule: String,
    /// The rule is not used.
    pub is_off: bool,
    /// The confidence its matches start from.
    pub confidence: Option<Confidence>,
    /// Globs; matches in such files are not reported.
    pub paths: Vec<String>,
    /// Expressions; secrets that contain a match are not reported.
    pub values: Vec<String>,
    /// Credentials that are not reported, as reports name them: `hmac:` and 32 hexadecimal digits.
    pub fingerprints: Vec<String>,
}

/// An adjustment that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Position of the adjustment.
    pub at: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// Applies all adjustments, or says what is wrong with each.
pub(crate) fn apply(rules: &mut Vec<Arc<Rule>>, adjustments: &[Adjustment]) -> Result<(), Vec<Refusal>> {
    let mut refusals = Vec::new();
    for (at, adjustment) in adjustments.iter().enumerate() {
        if let Err(what) = apply_one(rules, adjustment) {
            refusals.push(Refusal { at, what });
        }
    }
    // Last, so that two adjustments of one rule are both checked.
    rules.retain(|rule| !adjustments.iter().any(|one| one.is_off && one.rule == rule.info.id));
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

fn apply_one(rules: &mut [Arc<Rule>], adjustment: &Adjustment) -> Result<(), String> {
    let Ok(position) = rules.binary_search_by(|rule| rule.info.id.as_str().cmp(&adjustment.rule)) else {
        return Err(unknown(rules, &adjustment.rule));
    };
    let allowance = allowance(&rules[position], adjustment)?;
    let rule = Arc::get_mut(&mut rules[position]).ok_or("the rule is in use already")?;
    rule.confidence = adjustment.confidence.unwrap_or(rule.confidence);
    rule.allow.extend(allowance.map(Arc::new));
    Ok(())
}

fn unknown(rules: &[Arc<Rule>], id: &str) -> String {
    let near: Vec<_> = rules.iter().map(|rule| rule.info.id.as_str()).filter(|known| known.contains(id) || id.contains(known)).collect();
    let provider = id.split('.').next().unwrap_or_default();
    let siblings = rules.iter().filter(|rule| rule.info.provider == provider).map(|rule| rule.info.id.as_str());
    let near: Vec<_> = if near.is_empty() { siblings.take(5).collect() } else { near.into_iter().take(5).collect() };
    let hint = if near.is_empty() { "`unkeyed rules list` names all".to_owned() } else { format!("did you mean {}?", near.join(", ")) };
    format!("there is no rule {id:?}; {hint}")
}

fn allowance(rule: &Arc<Rule>, adjustment: &Adjustment) -> Result<Option<Allowance>, String> {
    let mut tests = Vec::new();
    if !adjustment.paths.is_empty() {
        tests.push(Test::Glob(globs(&adjustment.paths)?));
    }
    for value in &adjustment.values {
        tests.push(Test::Value(expression(rule, value)?));
    }
    for fingerprint in &adjustment.fingerprints {
        tests.push(Test::Fingerprint(digits(fingerprint)?));
    }
    let is_empty = tests.is_empty();
    Ok((!is_empty).then(|| Allowance { groups: vec![tests], is_adjustment: true, ..Allowance::default() }))
}

fn globs(paths: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for path in paths {
        let glob = GlobBuilder::new(path).literal_separator(true).build().map_err(|error| format!("{error}; write it like fixtures/**"))?;
        if path.chars().all(|character| matches!(character, '*' | '/' | '?' | '.')) {
            return Err(format!("the path {path:?} allows everything; switch the rule off instead"));
        }
        set.add(glob);
    }
    set.build().map_err(|error| error.to_string())
}

/// The expression, unless it allows everything or is itself what the rule looks for.
fn expression(rule: &Arc<Rule>, source: &str) -> Result<regex_automata::meta::Regex, String> {
    let regex = allow::regex(source).map_err(|why| format!("a value's expression is malformed: {why}"))?;
    if regex.is_match("") || ["a", "0", "-"].iter().all(|one| regex.is_match(one.repeat(64).as_bytes())) {
        return Err("a value's expression allows everything; switch the rule off instead".into());
    }
    if is_found_in(rule, source) {
        return Err("a value's expression contains a credential; name it by the fingerprint that a report gives it".into());
    }
    Ok(regex)
}

fn is_found_in(rule: &Arc<Rule>, text: &str) -> bool {
    let Ok(detector) = Detector::new(RuleSet::of(rule), FingerprintKey::new(b"policy")) else { return false };
    let plain = text.replace('\\', "");
    [text, plain.as_str()].iter().any(|text| {
        let mut found = false;
        let unit = Unit::new(Arc::new(Origin::default()), text.as_bytes());
        detector.scan(&unit, &[], &mut Scratch::default(), &mut |one| found |= one.public_because.is_none());
        found
    })
}

fn digits(fingerprint: &str) -> Result<Fingerprint, String> {
    let refusal = || format!("this is no fingerprint; copy the artifact id from a report: {PREFIX} and 32 hexadecimal digits");
    let digits = fingerprint.strip_prefix(PREFIX).filter(|digits| digits.len() == 32 && digits.is_ascii()).ok_or_else(refusal)?;
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| refusal())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| refusal())?;
    }
    Ok(Fingerprint(bytes))
}
