//! Exceptions of a policy file: what a valid one needs (DOMAIN §7).

use std::collections::BTreeSet;

use unkeyed_model::{Exception, ExceptionCategory, ExceptionMatch, Milestone, Timestamp};

use super::{MIN_REASON, Raw, RawException, Refusal};

/// Longest span of an exception in days, unless `max_exception_days` says otherwise.
const MAX_EXCEPTION_DAYS: i64 = 180;
/// The most that `max_exception_days` may say: what lasts longer has no end.
const MOST_EXCEPTION_DAYS: i64 = 3650;
/// Longest span of a break-glass exception in days.
const MAX_BREAK_GLASS_DAYS: i64 = 14;
const DAY: i64 = 86_400;

/// The valid exceptions; what is wrong with the others goes to `refusals`.
pub(super) fn exceptions(raw: &Raw, refusals: &mut Vec<Refusal>) -> Vec<Exception> {
    let max_days = raw.max_exception_days.as_ref().map_or(MAX_EXCEPTION_DAYS, |days| *days.get_ref());
    if let Some(days) = raw.max_exception_days.as_ref().filter(|days| !(1..=MOST_EXCEPTION_DAYS).contains(days.get_ref())) {
        refusals.push((days.span(), format!("`max_exception_days` must be between 1 and {MOST_EXCEPTION_DAYS}")));
    }
    let mut seen = BTreeSet::new();
    let mut valid = Vec::new();
    for spanned in &raw.exceptions {
        let mut faults = faults(spanned.get_ref(), raw);
        if !seen.insert(&spanned.get_ref().id) {
            faults.push("this id is used twice".into());
        }
        match exception(spanned.get_ref(), max_days) {
            Ok(exception) if faults.is_empty() => valid.push(exception),
            Ok(_) => {}
            Err(why) => faults.push(why),
        }
        let id = &spanned.get_ref().id;
        refusals.extend(faults.into_iter().map(|why| (spanned.span(), format!("exception {id}: {why}"))));
    }
    valid
}

/// What is wrong with the words of an exception (EX-INVALID, EX-BROAD).
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
    require(!raw.approved_by.trim().eq_ignore_ascii_case(raw.owner.trim()), "`approved_by` is the owner: somebody else must agree");
    require(raw.reason.trim().chars().count() >= MIN_REASON, "`reason` needs at least 20 characters");
    require(!raw.exit_plan.target.trim().is_empty(), "`exit_plan.target` is empty: say what will replace the credential");
    require(raw.compensating_controls.iter().any(|control| !control.trim().is_empty()), "`compensating_controls` needs at least one entry");
    require(
        !policy.require_ticket || raw.ticket.as_ref().is_some_and(|ticket| !ticket.trim().is_empty()),
        "`ticket` is required by this policy",
    );
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
