//! What exceptions themselves give rise to: the EX-* checks.

use unkeyed_model::{Artifact, CheckInfo, Exception, Finding, Level, Location, Policy, Standard, Timestamp};

use super::{Reach, Standing, day};
use crate::standards::standard;

/// An exception that ends within so many seconds is announced.
const SOON: i64 = 14 * 86_400;

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
        Level::Warning,
        "**What it finds:** an exception whose start lies in the future.\n\n**Why it matters:** it covers nothing yet.\n\n**Instead:** correct `created`, or wait for it.",
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
        "**What it finds:** an exception for a vault's root, a cloud account's root key, a certificate authority's key or a credential inside a shipped app.\n\n**Why it matters:** such a credential opens everything, or is in everybody's hands.\n\n**Instead:** revoke it.",
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
        Standing::Refused(check, why) => vec![subject.say(check, None, format!("it covers nothing: {why}"))],
        Standing::Expired if reach.is_empty() => {
            vec![subject.say("EX-STALE", None, "it has expired and matches nothing any more; remove it".into())]
        }
        Standing::Expired => {
            let what = format!("it expired on {}, and what it covered is still there: {}", day(exception.expires), subject.what);
            vec![subject.say("EX-EXPIRED", None, what)]
        }
        Standing::Valid if reach.is_empty() => vec![subject.say("EX-UNUSED", None, "it matches nothing in these inputs".into())],
        Standing::Valid => in_force(exception, &subject, policy, now),
    }
}

fn in_force(exception: &Exception, subject: &Subject<'_>, policy: &Policy, now: Timestamp) -> Vec<Finding> {
    let mut remarks = Vec::new();
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
        let mut names: Vec<&str> = held.map(|(artifact, _)| artifact.mask.as_str()).collect();
        names.extend(reach.findings.iter().map(|&at| findings[at].check));
        names.dedup();
        let workload = if let [only] = workloads[..] { Some(only.clone()) } else { None };
        Self { exception, workload, locations, what: names.join(", ") }
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
