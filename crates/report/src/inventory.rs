//! The inventory: workload → identity or credential → destination → owner, a row for each way in.
//!
//! One decision a reader would question: a way in of which a part is not known keeps its row, with the cell empty. An
//! inventory that drops what it can't complete looks complete.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use unkeyed_model::{Artifact, Class, Destination, IdentityPath, Report, WorkloadReport};

use crate::listing::Listing;
use crate::tables::inert;
use crate::{Options, place};

const COLUMNS: [&str; 17] = [
    "workload",
    "kind",
    "name",
    "location",
    "environment",
    "owner",
    "verdict",
    "leaning",
    "access",
    "identity",
    "mechanism",
    "lifetime_seconds",
    "class",
    "destination",
    "copies",
    "artifact",
    "complete",
];

/// How the destination is reached.
enum Access<'r> {
    Identity(&'r IdentityPath),
    Credential(&'r Artifact),
    /// A destination is seen, but not by what it is reached.
    Unseen(&'r Destination),
    /// Nothing is seen to be reached.
    None,
}

/// Writes the table.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for row in rows(report, &Listing::new(report, options)) {
        table.write_record(row.iter().map(|cell| inert(cell)))?;
    }
    table.flush()
}

/// A row of the table.
pub(crate) type Row = [String; COLUMNS.len()];

/// Every row, in the order of the workloads.
pub(crate) fn rows(report: &Report, listing: &Listing<'_>) -> Vec<Row> {
    let artifacts = by_id(listing.artifacts.iter().copied());
    let of_workload = |workload| accesses(workload, &artifacts).into_iter().map(move |access| row(workload, &access));
    report.workloads.iter().flat_map(of_workload).collect()
}

/// What a row says in the column of that name.
pub(crate) fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    COLUMNS.iter().zip(row).find(|(name, _)| **name == column).map_or("", |(_, cell)| cell)
}

/// How many workloads that authenticate say everything of each way in, and how many there are.
pub(crate) fn completeness(report: &Report) -> (usize, usize) {
    if let Some(saved) = &report.run.saved {
        return saved.inventory;
    }
    let artifacts = by_id(report.artifacts.iter());
    let judged = report.workloads.iter().filter(|workload| !workload.no_access_observed);
    let complete = judged.clone().filter(|workload| accesses(workload, &artifacts).iter().all(|access| is_complete(workload, access)));
    (complete.count(), judged.count())
}

fn by_id<'r>(artifacts: impl Iterator<Item = &'r Artifact>) -> BTreeMap<&'r str, &'r Artifact> {
    artifacts.map(|artifact| (artifact.id.as_str(), artifact)).collect()
}

/// All ways in: identities with both halves of their evidence, credentials, then destinations that none of them leads to.
fn accesses<'r>(workload: &'r WorkloadReport, artifacts: &BTreeMap<&str, &'r Artifact>) -> Vec<Access<'r>> {
    let paths = workload.identity_paths.iter().filter(|path| path.capability.is_some() && path.consumer.is_some());
    let own = workload.artifacts.iter().filter_map(|id| artifacts.get(id.as_str()));
    let secret = |artifact: &&&Artifact| !matches!(artifact.class, Class::Public | Class::RuntimeIdentity);
    let credentials = own.filter(secret).map(|artifact| Access::Credential(artifact));
    let mut all: Vec<Access<'r>> = paths.map(Access::Identity).chain(credentials).collect();
    let led_to: BTreeSet<&str> = all.iter().filter_map(|access| destination(access)).map(|one| one.kind.as_str()).collect();
    let unseen: Vec<Access<'r>> =
        workload.destinations.iter().filter(|one| !led_to.contains(one.kind.as_str())).map(Access::Unseen).collect();
    all.extend(unseen);
    if all.is_empty() {
        all.push(Access::None);
    }
    all
}

fn destination<'r>(access: &Access<'r>) -> Option<&'r Destination> {
    match access {
        Access::Identity(path) => Some(&path.destination),
        Access::Credential(artifact) => artifact.destination.as_ref(),
        Access::Unseen(destination) => Some(destination),
        Access::None => None,
    }
}

/// Who the workload is there: its principal, else the subject it presents; a credential by its name.
fn identity(access: &Access<'_>) -> String {
    match access {
        Access::Identity(path) => {
            let subject = || path.tokens.iter().find_map(|token| token.subject.known());
            path.principal.known().filter(|name| !name.is_empty()).or_else(subject).unwrap_or_default().to_owned()
        }
        Access::Credential(artifact) => artifact.name.clone().unwrap_or_else(|| artifact.kind.clone()),
        Access::Unseen(_) | Access::None => String::new(),
    }
}

fn is_complete(workload: &WorkloadReport, access: &Access<'_>) -> bool {
    let led = destination(access).is_some_and(|destination| destination.kind != "unknown");
    workload.owner.is_some() && led && !identity(access).is_empty()
}

fn row(workload: &WorkloadReport, access: &Access<'_>) -> Row {
    let (how, mechanism, lifetime, class, copies, artifact) = match access {
        Access::Identity(path) => {
            let lifetime = path.ttl.map(|ttl| ttl.seconds.to_string()).unwrap_or_default();
            (path.kind.as_str(), path.mechanism.clone(), lifetime, "", String::new(), "")
        }
        Access::Credential(artifact) => {
            let copies = artifact.locations.len().to_string();
            ("credential", artifact.rule.id.clone(), String::new(), artifact.class.as_str(), copies, artifact.id.as_str())
        }
        Access::Unseen(_) => ("not-seen", String::new(), String::new(), "", String::new(), ""),
        Access::None => ("none-observed", String::new(), String::new(), "", String::new(), ""),
    };
    let complete = if is_complete(workload, access) { "yes" } else { "no" };
    [
        workload.id.clone(),
        workload.kind.to_string(),
        workload.name.clone(),
        workload.locations.first().map(place::shown).unwrap_or_default(),
        workload.environment.clone().unwrap_or_default(),
        workload.owner.clone().unwrap_or_default(),
        workload.verdict.to_string(),
        workload.leaning.map(|leaning| leaning.to_string()).unwrap_or_default(),
        how.to_owned(),
        identity(access),
        mechanism,
        lifetime,
        class.to_owned(),
        destination(access).map(ToString::to_string).unwrap_or_default(),
        copies,
        artifact.to_owned(),
        complete.to_owned(),
    ]
}
