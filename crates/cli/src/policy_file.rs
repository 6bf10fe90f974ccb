//! Reads `unkeyed.toml`: raw becomes valid once, and only the valid type travels (DOMAIN §7).
//!
//! Unknown keys and malformed exceptions are refused with their line: an exception that is silently ignored would
//! either hide a credential or fail a gate for a reason nobody can see.

mod exceptions;
mod spelling;
mod trust;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use unkeyed_detect::Adjustment;
use unkeyed_model::{Confidence, ExceptionCategory, Gate, InventoryEntry, PlatformStoredAs, Policy, Thresholds};

use crate::durations;

/// A policy and the text it was read from.
#[derive(Debug, Default)]
pub struct PolicyFile {
    /// The policy.
    pub policy: Policy,
    /// What it changes of detection rules.
    pub rules: Vec<RuleChange>,
    /// The variable that holds the fingerprint key, if not the usual one.
    pub key_variable: Option<String>,
}

/// A change to a detection rule.
#[derive(Clone, Debug)]
pub struct RuleChange {
    /// Line of the file, from 1.
    pub line: usize,
    /// The change.
    pub adjustment: Adjustment,
    /// Why.
    pub reason: String,
}

/// Shortest acceptable reason, in characters.
const MIN_REASON: usize = 20;
/// What the name of a variable with a fingerprint key starts with.
const KEY_PREFIX: &str = "UNKEYED_";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    version: Option<Spanned<u32>>,
    thresholds: RawThresholds,
    treat_platform_stored_as: Option<PlatformStoredAs>,
    gate: RawGate,
    fingerprint_key: RawKey,
    trust_allow: trust::RawTrustAllow,
    fallback_paths: Vec<Spanned<trust::RawFallback>>,
    max_exception_days: Option<Spanned<i64>>,
    max_renewals: Option<u32>,
    require_ticket: bool,
    strict_milestones: bool,
    allow_never: Vec<Spanned<String>>,
    rules: Vec<Spanned<RawRule>>,
    inventory: Vec<RawInventory>,
    exceptions: Vec<Spanned<RawException>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawThresholds {
    short: Option<Spanned<String>>,
    target: Option<Spanned<String>>,
    assertion: Option<Spanned<String>>,
    rotated: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawGate {
    platform_stored: Option<Gate>,
    trust_binding: Option<Gate>,
    role_scope: Option<Gate>,
    profile_overrides: RawProfiles,
}

/// The other way to write it; only this profile's gate can be adjusted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawProfiles {
    ci: RawProfile,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawProfile {
    platform_stored: Option<Gate>,
    trust_binding: Option<Gate>,
    role_scope: Option<Gate>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawKey {
    env: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    reason: String,
    enabled: Option<bool>,
    confidence: Option<Confidence>,
    #[serde(default)]
    allow: RawAllow,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAllow {
    paths: Vec<String>,
    values: Vec<String>,
    fingerprints: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInventory {
    workload: String,
    owner: Option<String>,
    identity: Option<String>,
    #[serde(default)]
    destinations: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawException {
    id: String,
    #[serde(rename = "match")]
    covers: RawMatch,
    owner: String,
    reason: String,
    category: ExceptionCategory,
    ticket: Option<String>,
    approved_by: String,
    created: toml::value::Datetime,
    expires: toml::value::Datetime,
    exit_plan: RawExit,
    compensating_controls: Vec<String>,
    #[serde(default)]
    renewals: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatch {
    fingerprint: Option<String>,
    rule: Option<String>,
    workload: Option<String>,
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExit {
    target: String,
    #[serde(default)]
    milestones: Vec<RawMilestone>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMilestone {
    by: toml::value::Datetime,
    what: String,
}

/// Where and why a policy is refused.
type Refusal = (Range<usize>, String);

/// Reads and validates the text of a policy file.
///
/// # Errors
/// Every fault found, a line each, as `line N: what is wrong and what to write instead`.
pub fn parse(text: &str) -> Result<PolicyFile, String> {
    let raw: Raw = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(String::new, |span| format!("line {}: ", line(text, span.start)));
        format!("{place}{}", spelling::with_suggestion(error.message()))
    })?;
    let mut refusals = Vec::new();
    let policy = build(&raw, &mut refusals);
    let rules = rule_changes(&raw.rules, text, &mut refusals);
    let key_variable = key_variable(&raw.fingerprint_key, &mut refusals);
    if refusals.is_empty() {
        return Ok(PolicyFile { policy, rules, key_variable });
    }
    refusals.sort_by_key(|(span, _)| span.start);
    let lines: Vec<_> = refusals.iter().map(|(span, why)| format!("line {}: {why}", line(text, span.start))).collect();
    Err(lines.join("\n"))
}

fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

fn build(raw: &Raw, refusals: &mut Vec<Refusal>) -> Policy {
    if let Some(version) = raw.version.as_ref().filter(|version| *version.get_ref() != 1) {
        refusals.push((version.span(), "this program reads version 1".into()));
    }
    let defaults = Policy::default();
    let (gate, ci) = (&raw.gate, &raw.gate.profile_overrides.ci);
    Policy {
        thresholds: thresholds(&raw.thresholds, refusals),
        platform_stored_as: raw.treat_platform_stored_as.unwrap_or(defaults.platform_stored_as),
        gate_platform_stored: ci.platform_stored.or(gate.platform_stored).unwrap_or(defaults.gate_platform_stored),
        gate_trust_binding: ci.trust_binding.or(gate.trust_binding).unwrap_or(defaults.gate_trust_binding),
        gate_role_scope: ci.role_scope.or(gate.role_scope).unwrap_or(defaults.gate_role_scope),
        require: Vec::new(),
        strict_milestones: raw.strict_milestones,
        max_renewals: raw.max_renewals.unwrap_or(defaults.max_renewals),
        allow_never: allow_never(raw, refusals),
        trust_allow: trust::allowed(&raw.trust_allow, refusals),
        fallback_paths: trust::fallback_paths(&raw.fallback_paths, refusals),
        inventory: raw.inventory.iter().map(inventory).collect(),
        exceptions: exceptions::exceptions(raw, refusals),
    }
}

/// Exceptions that may cover what is otherwise never excepted: they must be there.
fn allow_never(raw: &Raw, refusals: &mut Vec<Refusal>) -> Vec<String> {
    for id in &raw.allow_never {
        if !raw.exceptions.iter().any(|exception| exception.get_ref().id == *id.get_ref()) {
            refusals.push((id.span(), format!("`allow_never` names `{}`, and no exception has this id", id.get_ref())));
        }
    }
    raw.allow_never.iter().map(|id| id.get_ref().clone()).collect()
}

/// A policy may lie in the repository that is judged: it must not choose a variable whose value can be guessed.
fn key_variable(raw: &RawKey, refusals: &mut Vec<Refusal>) -> Option<String> {
    let name = raw.env.as_ref()?;
    if !name.get_ref().starts_with(KEY_PREFIX) {
        refusals.push((name.span(), format!("`env` must name a variable that starts with {KEY_PREFIX}")));
    }
    Some(name.get_ref().clone())
}

fn rule_changes(raw: &[Spanned<RawRule>], text: &str, refusals: &mut Vec<Refusal>) -> Vec<RuleChange> {
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for spanned in raw {
        let RawRule { id, reason, enabled, confidence, allow } = spanned.get_ref();
        let mut refuse = |why: &str| refusals.push((spanned.span(), format!("rule {id}: {why}")));
        let is_off = *enabled == Some(false);
        let is_weighed = confidence.is_some() || !(allow.paths.is_empty() && allow.values.is_empty() && allow.fingerprints.is_empty());
        if !seen.insert(id) {
            refuse("it stands here twice; say everything in one place");
        }
        if reason.trim().chars().count() < MIN_REASON {
            refuse("`reason` needs at least 20 characters");
        }
        if is_off == is_weighed {
            refuse("say either `enabled = false`, or a `confidence` or what to `allow`");
        }
        let RawAllow { paths, values, fingerprints } = allow;
        changes.push(RuleChange {
            line: line(text, spanned.span().start),
            reason: reason.trim().to_owned(),
            adjustment: Adjustment {
                rule: id.clone(),
                is_off,
                confidence: *confidence,
                paths: paths.clone(),
                values: values.clone(),
                fingerprints: fingerprints.clone(),
            },
        });
    }
    changes
}

fn thresholds(raw: &RawThresholds, refusals: &mut Vec<Refusal>) -> Thresholds {
    let defaults = Thresholds::default();
    let mut read = |stated: &Option<Spanned<String>>, default| {
        let Some(stated) = stated else { return default };
        durations::seconds(stated.get_ref()).unwrap_or_else(|why| {
            refusals.push((stated.span(), why));
            default
        })
    };
    Thresholds {
        short: read(&raw.short, defaults.short),
        target: read(&raw.target, defaults.target),
        assertion: read(&raw.assertion, defaults.assertion),
        rotated: read(&raw.rotated, defaults.rotated),
    }
}

fn inventory(raw: &RawInventory) -> InventoryEntry {
    InventoryEntry {
        workload: raw.workload.clone(),
        owner: raw.owner.clone(),
        identity: raw.identity.clone(),
        destinations: raw.destinations.clone(),
        paths: raw.paths.clone(),
    }
}

#[cfg(test)]
mod tests;
