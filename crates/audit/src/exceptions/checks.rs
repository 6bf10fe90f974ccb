//! What exceptions themselves give rise to: the EX-* checks.

use unkeyed_model::{Artifact, CheckInfo, Exception, Finding, Level, Location, Marker, Policy, Standard, Timestamp};

use super::{Reach, Standing, day};
use crate::standards::standard;

/// An exception that ends within so many seconds is announced.
const SOON: i64 = 14 * 86_400;

/// Most places of what an exception covers that its remark names.
const MOST_NAMED: usize = 4;

/// The table: id, title, level, manual page.
const CHECKS: &[(&str, &str, Level, &str)] = &[
    (
        "EX-BROAD",
        "Exception covers too much",
        Level::Error,
        "**What it finds:** an exception that names neither a fingerprint nor a particular workload or path.\n\n**Why it matters:** it would also tolerate credentials that nobody has looked at.\n\n**Instead:** name the workload or the fingerprint; for an emergency use category `break-glass` for at most 14 days.",
    ),
    (
        "EX-EXPIRED",
        "Exception has expired",
        Level::Error,
        "**What it finds:** an exception past its end whose credential is still there.\n\n**Why it matters:** the agreed time is over; the credential counts again and the gate fails.\n\n**Instead:** carry out the exit plan and revoke the credential, or have a new exception approved.",
    ),
    (
        "EX-INVALID",
        "Exception is not in force",
        Level::Error,
        "**What it finds:** an exception whose start lies in the future (a warning), and a remark `unkeyed:ignore` beside a credential that names no exception, one that the policy doesn't have, or one that doesn't cover this credential. An exception without owner, reason, end, exit plan or compensating control, one whose approver is its owner, one that lasts too long and an unknown key are refused when the policy is read, with their line (exit code 2).\n\n**Why it matters:** it covers nothing, whatever somebody believes of it.\n\n**Instead:** correct it; a remark in a file only points to an exception and makes none.",
    ),
    (
        "EX-MILESTONE-MISSED",
        "Milestone of an exit plan was missed",
        Level::Warning,
        "**What it finds:** a milestone whose date has passed while the credential is still there.\n\n**Why it matters:** an exit plan that slips turns an exception into a habit.\n\n**Instead:** do the step, or have the plan approved anew. With `strict_milestones` this is an error.",
    ),
    (
        "EX-NEVER",
        "Credential can't be excepted",
        Level::Error,
        "**What it finds:** an exception for a vault's root, a cloud account's root key, a certificate authority's key or a credential inside a shipped app.\n\n**Why it matters:** such a credential opens everything, or is in everybody's hands.\n\n**Instead:** revoke it. An organisation that has to live with it names the exception in `allow_never` of its policy.",
    ),
    (
        "EX-RENEWED",
        "Exception was prolonged too often",
        Level::Error,
        "**What it finds:** an exception with more `renewals` than the policy's `max_renewals`.\n\n**Why it matters:** an exception that never ends is no exception; it covers nothing any more.\n\n**Instead:** carry out the exit plan and revoke the credential.",
    ),
    (
        "EX-SOON",
        "Exception ends soon",
        Level::Warning,
        "**What it finds:** a valid exception with less than 14 days left.\n\n**Why it matters:** the gate will fail on that day.\n\n**Instead:** finish the exit plan.",
    ),
    (
        "EX-STALE",
        "Expired exception matches nothing",
        Level::Note,
        "**What it finds:** an expired exception whose credential is gone.\n\n**Why it matters:** it is done; left in place it only hides the others.\n\n**Instead:** remove it.",
    ),
    (
        "EX-UNUSED",
        "Exception matches nothing",
        Level::Note,
        "**What it finds:** a valid exception that covers nothing in these inputs.\n\n**Why it matters:** it may be misspelt, or its credential is gone.\n\n**Instead:** correct or remove it.",
    ),
    (
        "EX-VALID",
        "Exception is in force",
        Level::None,
        "**What it finds:** an exception that has everything it needs and covers something in these inputs.\n\n**Why it matters:** what it covers still persists: such a workload is transitional at best.\n\n**Instead:** carry out its exit plan before it ends.",
    ),
];

fn standards() -> Vec<Standard> {
    vec![standard("NIST-CSF-2.0", "GV.RM"), standard("OWASP-NHI-2025", "NHI1:2025")]
}

/// What each EX check is about, sorted by id.
pub(crate) fn infos() -> Vec<CheckInfo> {
    CHECKS.iter().map(|&(id, title, level, doc)| CheckInfo { id, title, doc, level, standards: standards() }).collect()
}

/// The remarks on one exception.
pub(crate) fn remarks(
    exception: &Exception,
    standing: &Standing,
    reach: &Reach,
    artifacts: &[Artifact],
    findings: &[Finding],
    policy: &Policy,
    now: Timestamp,
) -> Vec<Finding> {
    let subject = Subject::new(exception, reach, artifacts, findings);
    match standing {
        Standing::Refused(check, why) => {
            // Not in force yet is no fault of anybody.
            let level = (*check == "EX-INVALID").then_some(Level::Warning);
            vec![subject.say(check, level, format!("it covers nothing: {why}"))]
        }
        Standing::Expired if reach.is_empty() => {
            vec![subject.say("EX-STALE", None, "it has expired and matches nothing any more; remove it".into())]
        }
        Standing::Expired => {
            let what = format!("it expired on {}, and what it covered is still there: {}", day(exception.expires), subject.what);
            vec![subject.say("EX-EXPIRED", None, what)]
        }
        Standing::Valid if reach.is_empty() => {
            let is_keyed = artifacts.iter().any(|artifact| artifact.id.starts_with("hmac:"));
            let why = if exception.covers.fingerprint.is_some() && !is_keyed {
                "it names a fingerprint, and without a fingerprint key there are none to compare with"
            } else {
                "it matches nothing in these inputs"
            };
            vec![subject.say("EX-UNUSED", None, why.into())]
        }
        Standing::Valid => in_force(exception, &subject, policy, now),
    }
}

fn in_force(exception: &Exception, subject: &Subject<'_>, policy: &Policy, now: Timestamp) -> Vec<Finding> {
    let until = day(exception.expires);
    let what = format!("in force until {until} and covers {}; exit plan: {}", subject.what, exception.exit_target);
    let mut remarks = vec![subject.say("EX-VALID", None, what)];
    let left = exception.expires.as_second() - now.as_second();
    if left < SOON {
        remarks.push(subject.say("EX-SOON", None, format!("it ends on {}, in {} days", day(exception.expires), left / 86_400)));
    }
    let level = policy.strict_milestones.then_some(Level::Error);
    for milestone in exception.milestones.iter().filter(|milestone| milestone.by < now) {
        let what = format!("the milestone \"{}\" was due on {}", milestone.what, day(milestone.by));
        remarks.push(subject.say("EX-MILESTONE-MISSED", level, what));
    }
    remarks
}

/// What the remarks on one exception are about.
struct Subject<'a> {
    exception: &'a Exception,
    workload: Option<String>,
    locations: Vec<Location>,
    what: String,
}

impl<'a> Subject<'a> {
    fn new(exception: &'a Exception, reach: &Reach, artifacts: &[Artifact], findings: &[Finding]) -> Self {
        let held = reach.artifacts.iter().map(|(at, workload)| (&artifacts[*at], Some(workload)));
        let mut workloads: Vec<&String> = held.clone().filter_map(|(_, workload)| workload).collect();
        workloads.extend(reach.findings.iter().filter_map(|&at| findings[at].workload.as_ref()));
        workloads.sort();
        workloads.dedup();
        let mut locations: Vec<Location> = held.clone().filter_map(|(artifact, _)| Some(artifact.locations.first()?.0.clone())).collect();
        locations.extend(reach.findings.iter().filter_map(|&at| findings[at].locations.first().cloned()));
        locations.sort();
        locations.dedup();
        let mut names: Vec<String> = held.map(|(artifact, _)| named(artifact)).collect();
        names.extend(reach.findings.iter().map(|&at| findings[at].check.to_owned()));
        names.dedup();
        let workload = if let [only] = workloads[..] { Some(only.clone()) } else { None };
        Self { exception, workload, locations, what: listed(&names) }
    }

    fn say(&self, check: &str, level: Option<Level>, what: String) -> Finding {
        let row = CHECKS.iter().find(|(id, ..)| *id == check).unwrap_or(&CHECKS[0]);
        Finding {
            check: row.0,
            level: level.unwrap_or(row.2),
            message: format!("Exception {} (owner {}): {what}.", self.exception.id, self.exception.owner),
            workload: self.workload.clone(),
            locations: self.locations.clone(),
            related: Vec::new(),
            standards: standards(),
            suppressed_by: None,
        }
    }
}

/// What is wrong with the remarks `unkeyed:ignore` beside credentials: one that points to no exception which covers the
/// credential covers nothing itself.
pub(crate) fn astray(policy: &Policy, artifacts: &[Artifact], is_covered: impl Fn(usize, usize) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, artifact) in artifacts.iter().enumerate() {
        for (marker, location) in &artifact.markers {
            let Marker::Own(id) = marker else { continue };
            let index = |id: &String| policy.exceptions.iter().position(|exception| exception.id == *id);
            let why = match id {
                None => "names no exception".to_owned(),
                Some(id) => match index(id) {
                    None => format!("names {id}, and the policy has no such exception"),
                    Some(index) if is_covered(at, index) => continue,
                    Some(_) => format!("names {id}, which doesn't cover this credential"),
                },
            };
            findings.push(Finding {
                check: "EX-INVALID",
                level: Level::Error,
                message: format!("The remark unkeyed:ignore beside {} {why}; it covers nothing.", artifact.mask),
                workload: if let [only] = &artifact.workloads[..] { Some(only.clone()) } else { None },
                locations: vec![location.clone()],
                related: Vec::new(),
                standards: standards(),
                suppressed_by: None,
            });
        }
    }
    findings
}

/// A credential and where it stands.
fn named(artifact: &Artifact) -> String {
    let name = artifact.name.as_ref().unwrap_or(&artifact.mask);
    match artifact.locations.first() {
        Some((location, _)) => format!("{name} ({}:{})", location.origin.path, location.region.line),
        None => name.clone(),
    }
}

fn listed(names: &[String]) -> String {
    let mut said = names.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more) = names.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        said += &format!(" and {more} more");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_page_has_its_three_parts() {
        assert!(CHECKS.is_sorted_by_key(|(id, ..)| *id));
        for (id, _, _, doc) in CHECKS {
            assert!(["What it finds", "Why it matters", "Instead"].iter().all(|part| doc.contains(part)), "{id}");
        }
    }
}
