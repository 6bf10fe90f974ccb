//! Reads `unkeyed.toml`: raw becomes valid once, and only the valid type travels (DOMAIN §7).
//!
//! Unknown keys and malformed exceptions are refused with their line: an exception that is silently ignored would
//! either hide a credential or fail a gate for a reason nobody can see.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use unkeyed_detect::Adjustment;
use unkeyed_model::{
    Confidence, Exception, ExceptionCategory, ExceptionMatch, Gate, InventoryEntry, Milestone, PlatformStoredAs, Policy, Thresholds,
    Timestamp,
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

/// Longest span of an exception in days, unless `max_exception_days` says otherwise.
const MAX_EXCEPTION_DAYS: i64 = 180;
/// Longest span of a break-glass exception in days.
const MAX_BREAK_GLASS_DAYS: i64 = 14;
/// Shortest acceptable reason, in characters.
const MIN_REASON: usize = 20;
const DAY: i64 = 86_400;

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
        exceptions: exceptions(raw, refusals),
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

fn exceptions(raw: &Raw, refusals: &mut Vec<Refusal>) -> Vec<Exception> {
    let mut seen = BTreeSet::new();
    let mut valid = Vec::new();
    for spanned in &raw.exceptions {
        let mut faults = faults(spanned.get_ref(), raw);
        if !seen.insert(&spanned.get_ref().id) {
            faults.push("this id is used twice".into());
        }
        match exception(spanned.get_ref(), raw.max_exception_days.unwrap_or(MAX_EXCEPTION_DAYS)) {
            Ok(exception) if faults.is_empty() => valid.push(exception),
            Ok(_) => {}
            Err(why) => faults.push(why),
        }
        let id = &spanned.get_ref().id;
        refusals.extend(faults.into_iter().map(|why| (spanned.span(), format!("exception {id}: {why}"))));
    }
    valid
}

/// What is wrong with the words of an exception (EX-INVALID, EX-BROAD, EX-RENEWED).
fn faults(raw: &RawException, policy: &Raw) -> Vec<String> {
    let mut faults = Vec::new();
    let mut require = |holds: bool, why: &str| {
        if !holds {
            faults.push(why.to_owned());
        }
    };
    require(!raw.id.trim().is_empty(), "`id` is empty");
    require(!raw.owner.trim().is_empty(), "`owner` is empty: a person or a team answers for it");
    require(!raw.approved_by.trim().is_empty(), "`approved_by` is empty");
    require(raw.approved_by.trim() != raw.owner.trim(), "`approved_by` is the owner: somebody else must agree");
    require(raw.reason.trim().chars().count() >= MIN_REASON, "`reason` needs at least 20 characters");
    require(!raw.exit_plan.target.trim().is_empty(), "`exit_plan.target` is empty: say what will replace the credential");
    require(!raw.compensating_controls.is_empty(), "`compensating_controls` needs at least one entry");
    require(!policy.require_ticket || raw.ticket.is_some(), "`ticket` is required by this policy");
    require(raw.renewals <= policy.max_renewals.unwrap_or(1), "renewed too often (EX-RENEWED); the exit plan has to be carried out");
    let covers = &raw.covers;
    let narrow = covers.fingerprint.is_some() || covers.rule.is_some() && (covers.path.is_some() || covers.workload.is_some());
    let global = |glob: &Option<String>| glob.as_deref().is_none_or(|glob| glob.chars().all(|character| matches!(character, '*' | '/')));
    let broad = covers.fingerprint.is_none() && global(&covers.path) && global(&covers.workload);
    require(
        narrow && !broad || raw.category == ExceptionCategory::BreakGlass,
        "`match` is too broad (EX-BROAD): give a fingerprint, or a rule with a path or workload that isn't everything",
    );
    faults
}

fn exception(raw: &RawException, max_days: i64) -> Result<Exception, String> {
    let created = instant(&raw.created, "created")?;
    let expires = instant(&raw.expires, "expires")?;
    let milestones = raw.exit_plan.milestones.iter().map(|milestone| {
        let by = instant(&milestone.by, "exit_plan.milestones.by")?;
        Ok(Milestone { by, what: milestone.what.clone() })
    });
    if expires <= created {
        return Err("`expires` is not after `created`".into());
    }
    let max_days = if raw.category == ExceptionCategory::BreakGlass { MAX_BREAK_GLASS_DAYS.min(max_days) } else { max_days };
    if expires.as_second() - created.as_second() > max_days * DAY {
        return Err(format!("lasts longer than {max_days} days; shorten it, and renew it with a reason when it ends"));
    }
    Ok(Exception {
        id: raw.id.clone(),
        covers: ExceptionMatch {
            fingerprint: raw.covers.fingerprint.clone(),
            rule: raw.covers.rule.clone(),
            workload: raw.covers.workload.clone(),
            path: raw.covers.path.clone(),
        },
        owner: raw.owner.clone(),
        reason: raw.reason.clone(),
        category: raw.category,
        ticket: raw.ticket.clone(),
        approved_by: raw.approved_by.clone(),
        created,
        expires,
        exit_target: raw.exit_plan.target.clone(),
        milestones: milestones.collect::<Result<_, String>>()?,
        compensating_controls: raw.compensating_controls.clone(),
        renewals: raw.renewals,
    })
}

/// A TOML date (midnight UTC) or date-time with offset.
fn instant(stated: &toml::value::Datetime, key: &str) -> Result<Timestamp, String> {
    let text = if stated.time.is_none() { format!("{stated}T00:00:00Z") } else { stated.to_string() };
    text.parse().map_err(|_| format!("`{key}` must be a date (2027-01-31) or a time with offset"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = r#"
version = 1
[thresholds]
short = "12h"
[[exceptions]]
id = "EX-1"
match = { rule = "generic.typed-position", path = "deploy/billing.env" }
owner = "jane@acme.example"
reason = "Vendor database has no short-lived authentication"
category = "legacy"
approved_by = "ciso@acme.example"
created = 2026-09-01
expires = 2027-01-31
exit_plan = { target = "Vault database/creds/billing", milestones = [{ by = 2026-12-01, what = "upgrade" }] }
compensating_controls = ["network policy"]
"#;

    #[test]
    fn a_valid_policy_is_read() {
        let policy = parse(VALID).unwrap().policy;
        assert_eq!(policy.thresholds.short, 43_200);
        assert_eq!(policy.exceptions[0].expires.to_string(), "2027-01-31T00:00:00Z");
        assert_eq!(policy.exceptions[0].milestones.len(), 1);
    }

    #[test]
    fn every_fault_is_refused_with_its_line() {
        for (from, to, expected) in [
            ("short = \"12h\"", "short = \"soon\"", "line 4: `soon` is not a duration"),
            ("short = ", "shrot = ", "line 4: unknown field `shrot`"),
            ("version = 1", "version = 2", "line 2: this program reads version 1"),
            ("ciso@acme.example", "jane@acme.example", "`approved_by` is the owner"),
            ("Vendor database has no short-lived authentication", "because", "at least 20 characters"),
            ("2027-01-31", "2027-12-31", "lasts longer than 180 days"),
            ("2027-01-31", "2026-08-31", "not after `created`"),
            ("[\"network policy\"]", "[]", "`compensating_controls`"),
            ("target = \"Vault database/creds/billing\"", "target = \"\"", "`exit_plan.target`"),
            ("path = \"deploy/billing.env\"", "path = \"**\"", "too broad"),
            ("owner = \"jane@acme.example\"\n", "", "missing field `owner`"),
            ("category = \"legacy\"", "category = \"later\"", "unknown variant `later`"),
        ] {
            let text = VALID.replace(from, to);
            assert_ne!(text, VALID);
            let error = parse(&text).unwrap_err();
            assert!(error.contains(expected) && error.starts_with("line "), "{from}: {error}");
        }
    }

    const RULE: &str = r#"
[[rules]]
id = "github.pat-classic"
reason = "Fixtures of the parser hold expired tokens"
allow = { paths = ["fixtures/**"], fingerprints = ["hmac:0123456789abcdef0123456789abcdef"] }
"#;

    #[test]
    fn changes_to_rules_are_read() {
        let [change] = parse(RULE).unwrap().rules.try_into().unwrap();
        assert_eq!((change.line, change.adjustment.rule.as_str(), change.adjustment.is_off), (2, "github.pat-classic", false));
        assert_eq!((change.adjustment.paths.len(), change.adjustment.fingerprints.len()), (1, 1));
        for (from, to, expected) in [
            ("Fixtures of the parser hold expired tokens", "noise", "at least 20 characters"),
            ("allow = { paths", "enabled = false\nallow = { paths", "say either"),
            ("allow", "# allow", "say either"),
            ("paths", "path", "unknown field `path`"),
            ("reason", "why", "unknown field `why`"),
        ] {
            let error = parse(&RULE.replace(from, to)).unwrap_err();
            assert!(error.contains(expected) && error.starts_with("line "), "{from}: {error}");
        }
        assert!(parse(&format!("{RULE}{RULE}")).unwrap_err().starts_with("line 7: rule github.pat-classic: it stands here twice"));
        assert!(parse(&RULE.replace("allow", "enabled = false #")).unwrap().rules[0].adjustment.is_off);
    }

    #[test]
    fn an_id_is_used_once() {
        let second = VALID.split_once("[[exceptions]]").unwrap().1;
        assert!(parse(&format!("{VALID}[[exceptions]]{second}")).unwrap_err().contains("used twice"));
    }
}
