//! Reads `unkeyed.toml`: raw becomes valid once, and only the valid type travels (DOMAIN §7).
//!
//! Unknown keys and malformed exceptions are refused with their line: an exception that is silently ignored would
//! either hide a credential or fail a gate for a reason nobody can see.

mod exceptions;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use unkeyed_detect::Adjustment;
use unkeyed_model::{
    Class, Confidence, ExceptionCategory, FallbackPath, Gate, InventoryEntry, PlatformStoredAs, Policy, Storage, Thresholds,
};

use crate::durations;

/// A policy and the text it was read from.
#[derive(Debug, Default)]
pub struct PolicyFile {
    /// The policy.
    pub policy: Policy,
    /// What it changes of detection rules.
    pub rules: Vec<RuleChange>,
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

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    version: Option<Spanned<u32>>,
    thresholds: RawThresholds,
    treat_platform_stored_as: Option<PlatformStoredAs>,
    gate: RawGate,
    max_exception_days: Option<i64>,
    max_renewals: Option<u32>,
    require_ticket: bool,
    strict_milestones: bool,
    rules: Vec<Spanned<RawRule>>,
    inventory: Vec<RawInventory>,
    fallback_paths: Vec<RawFallback>,
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
    #[serde(default)]
    destinations: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFallback {
    path: Spanned<String>,
    max_mode: Option<Spanned<String>>,
    storage: Option<Storage>,
    allowed_classes: Option<Vec<Class>>,
    workload: Option<String>,
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
        format!("{place}{}", error.message())
    })?;
    let mut refusals = Vec::new();
    let policy = build(&raw, &mut refusals);
    let rules = rule_changes(&raw.rules, text, &mut refusals);
    if refusals.is_empty() {
        return Ok(PolicyFile { policy, rules });
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
    Policy {
        thresholds: thresholds(&raw.thresholds, refusals),
        platform_stored_as: raw.treat_platform_stored_as.unwrap_or(defaults.platform_stored_as),
        gate_platform_stored: raw.gate.platform_stored.unwrap_or(defaults.gate_platform_stored),
        gate_trust_binding: raw.gate.trust_binding.unwrap_or(defaults.gate_trust_binding),
        gate_role_scope: raw.gate.role_scope.unwrap_or(defaults.gate_role_scope),
        require: None,
        strict_milestones: raw.strict_milestones,
        inventory: raw.inventory.iter().map(inventory).collect(),
        fallback_paths: raw.fallback_paths.iter().map(|entry| fallback(entry, refusals)).collect(),
        exceptions: exceptions::exceptions(raw, refusals),
    }
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
        destinations: raw.destinations.clone(),
        paths: raw.paths.clone(),
    }
}

/// Permissions of a fallback file unless the policy says otherwise: its owner's alone.
const OWNER_ONLY: u32 = 0o600;

fn fallback(raw: &RawFallback, refusals: &mut Vec<Refusal>) -> FallbackPath {
    if matches!(raw.path.get_ref().as_str(), "" | "*" | "**" | "/" | "/**") {
        refusals.push((raw.path.span(), "a fallback path names a file or a folder, not everything".into()));
    }
    let max_mode = raw.max_mode.as_ref().map_or(OWNER_ONLY, |text| {
        u32::from_str_radix(text.get_ref(), 8).ok().filter(|mode| mode & 0o007 == 0 && *mode <= 0o770).unwrap_or_else(|| {
            refusals.push((text.span(), "write permissions as chmod does, without any for others: \"0600\"".into()));
            OWNER_ONLY
        })
    });
    FallbackPath {
        path: raw.path.get_ref().clone(),
        max_mode,
        storage: raw.storage.unwrap_or(Storage::Tmpfs),
        allowed_classes: raw.allowed_classes.clone().unwrap_or_else(|| vec![Class::ShortLived]),
        workload: raw.workload.clone(),
    }
}

#[cfg(test)]
mod tests;
