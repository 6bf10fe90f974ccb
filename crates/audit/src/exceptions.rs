//! Exceptions of the policy, evaluated at the instant of judgement (DOMAIN §7).
//!
//! One decision a reader would question: an exception with a path covers a credential only if *all* its places match.
//! A second copy elsewhere is not what was approved. For the same reason it covers a credential for the workload it
//! names and for no other that holds the same value.

mod checks;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Artifact, Exception, Finding, Location, Policy, Suppression, Timestamp};

use crate::globs::Glob;
use crate::sets;

pub(crate) use checks::infos;
use standing::{Standing, standing};

/// What the exceptions decide.
#[derive(Debug, Default)]
pub(crate) struct Ruling {
    /// Valid cover: artifact and workload, with the index of the exception.
    artifacts: BTreeMap<(usize, String), usize>,
    /// Valid cover of findings.
    findings: BTreeMap<usize, usize>,
    /// What an expired exception would cover.
    lapsed: BTreeSet<(usize, String)>,
    /// What the exceptions themselves give rise to (EX-*).
    pub(crate) remarks: Vec<Finding>,
}

impl Ruling {
    /// Whether a valid exception covers the artifact for the workload.
    pub(crate) fn covers_artifact(&self, artifact: usize, workload: &str) -> bool {
        self.artifacts.contains_key(&(artifact, workload.to_owned()))
    }

    /// Whether that exception covers the artifact for anybody.
    fn is_covered_by(&self, artifact: usize, exception: usize) -> bool {
        self.artifacts.range((artifact, String::new())..(artifact + 1, String::new())).any(|(_, &index)| index == exception)
    }

    /// Whether a valid exception covers the finding.
    pub(crate) fn covers_finding(&self, finding: usize) -> bool {
        self.findings.contains_key(&finding)
    }

    /// Whether an exception covered it until it expired.
    pub(crate) fn lapsed(&self, artifact: usize, workload: &str) -> bool {
        self.lapsed.contains(&(artifact, workload.to_owned()))
    }
}

/// What one exception reaches.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    artifacts: Vec<(usize, String)>,
    findings: Vec<usize>,
}

impl Reach {
    fn is_empty(&self) -> bool {
        self.artifacts.is_empty() && self.findings.is_empty()
    }
}

/// Applies all exceptions and marks what they cover.
pub(crate) fn apply(policy: &Policy, artifacts: &mut [Artifact], findings: &mut [Finding], now: Timestamp) -> Ruling {
    let mut ruling = Ruling::default();
    for (index, exception) in policy.exceptions.iter().enumerate() {
        let reach = Scope::new(exception).reach(artifacts, findings, policy);
        let standing = standing(exception, &reach, artifacts, policy, now);
        match standing {
            Standing::Valid => {
                for pair in &reach.artifacts {
                    ruling.artifacts.entry(pair.clone()).or_insert(index);
                }
                for &finding in &reach.findings {
                    ruling.findings.entry(finding).or_insert(index);
                }
            }
            Standing::Expired => ruling.lapsed.extend(reach.artifacts.iter().cloned()),
            Standing::Refused(..) => {}
        }
        ruling.remarks.extend(checks::remarks(exception, &standing, &reach, artifacts, findings, policy, now));
    }
    let astray = checks::astray(policy, artifacts, |at, index| ruling.is_covered_by(at, index));
    ruling.remarks.extend(astray);
    mark(&ruling, policy, artifacts, findings);
    ruling
}

/// Notes the exception on what it covers; on an artifact only if it is covered for everybody who holds it.
fn mark(ruling: &Ruling, policy: &Policy, artifacts: &mut [Artifact], findings: &mut [Finding]) {
    for (at, artifact) in artifacts.iter_mut().enumerate() {
        let covers: Option<Vec<usize>> =
            artifact.workloads.iter().map(|workload| ruling.artifacts.get(&(at, workload.clone())).copied()).collect();
        artifact.suppressed_by = covers.and_then(|covers| covers.first().map(|&index| suppression(&policy.exceptions[index])));
    }
    for (&at, &index) in &ruling.findings {
        findings[at].suppressed_by = Some(suppression(&policy.exceptions[index]));
    }
}

fn suppression(exception: &Exception) -> Suppression {
    Suppression {
        exception: exception.id.clone(),
        justification: exception.reason.clone(),
        owner: exception.owner.clone(),
        expires: day(exception.expires),
        exit_plan: exception.exit_target.clone(),
    }
}

/// The UTC date of an instant.
fn day(instant: Timestamp) -> String {
    instant.to_string().chars().take(10).collect()
}

/// What an exception speaks of; every key that is given must match.
struct Scope<'a> {
    exception: &'a Exception,
    workload: Option<Glob>,
    path: Option<Glob>,
}

impl<'a> Scope<'a> {
    fn new(exception: &'a Exception) -> Self {
        let covers = &exception.covers;
        Self { exception, workload: covers.workload.as_deref().map(Glob::name), path: covers.path.as_deref().map(Glob::path) }
    }

    fn reach(&self, artifacts: &[Artifact], findings: &[Finding], policy: &Policy) -> Reach {
        let mut reach = Reach::default();
        for (at, artifact) in artifacts.iter().enumerate() {
            let counts = matches!(sets::set_of(artifact, policy), Some(set) if set != sets::Set::Unresolved);
            if counts && self.names(artifact) {
                let held_by = artifact.workloads.iter().filter(|workload| self.speaks_of(workload));
                reach.artifacts.extend(held_by.map(|workload| (at, workload.clone())));
            }
        }
        let named =
            |finding: &Finding| self.exception.covers.rule.as_deref() == Some(finding.check) && self.exception.covers.fingerprint.is_none();
        for (at, finding) in findings.iter().enumerate().filter(|(_, finding)| named(finding)) {
            let workload = match &finding.workload {
                Some(workload) => self.speaks_of(workload),
                None => self.workload.is_none(),
            };
            if workload && self.at_all(finding.locations.iter()) {
                reach.findings.push(at);
            }
        }
        reach
    }

    fn names(&self, artifact: &Artifact) -> bool {
        let covers = &self.exception.covers;
        covers.fingerprint.as_ref().is_none_or(|id| *id == artifact.id)
            && covers.rule.as_ref().is_none_or(|rule| *rule == artifact.rule.id || *rule == artifact.kind)
            && self.at_all(artifact.locations.iter().map(|(location, _)| location))
    }

    fn speaks_of(&self, workload: &str) -> bool {
        self.workload.as_ref().is_none_or(|glob| glob.matches(workload))
    }

    fn at_all<'l>(&self, mut locations: impl Iterator<Item = &'l Location>) -> bool {
        self.path.as_ref().is_none_or(|glob| locations.all(|location| glob.matches(&location.origin.path)))
    }
}
