//! Durable credentials that exports and logs tell of, given to the workloads whose identity they open as well.
//!
//! One decision a reader would question: a key of the identity that a workload federates into counts against that
//! workload, although nobody has seen it there. Whoever holds the key has what the workload has, without federation.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Artifact, Facts, ObservedAct};

use crate::judgement::Paths;
use crate::linking::Merged;
use crate::outside;

/// Adds the workloads that become a principal to the credentials of that principal.
pub(crate) fn adopt(facts: &Facts, merged: &[Merged], paths: &Paths, artifacts: &mut [Artifact]) {
    if facts.evidence.is_empty() {
        return;
    }
    let users = users(facts, merged, paths);
    let declared = facts.declarations.iter().filter(|declaration| outside::is_export(&declaration.location));
    let declared = declared.filter_map(|declaration| Some((&declaration.name, declaration.principal.as_ref()?)));
    let used = facts.observed.iter().filter(|seen| seen.act == ObservedAct::DurableUse && seen.allowed > 0);
    let used = used.map(|seen| (seen.credential_id.as_ref().unwrap_or(&seen.principal), &seen.principal));
    let mut holders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, principal) in declared.chain(used) {
        holders.entry(name).or_default().extend(users.get(principal.as_str()).into_iter().flatten());
    }
    for artifact in artifacts.iter_mut().filter(|artifact| artifact.rule.id.starts_with("declared.")) {
        let found = artifact.name.as_deref().and_then(|name| holders.get(name)).into_iter().flatten();
        artifact.workloads.extend(found.map(|id| (*id).to_owned()));
        artifact.workloads.sort();
        artifact.workloads.dedup();
    }
}

/// Ids of the workloads that become each principal, for certain.
fn users<'a>(facts: &'a Facts, merged: &'a [Merged], paths: &'a Paths) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Merged { workload, .. } in merged {
        for path in paths.get(&workload.id).into_iter().flatten().filter(|path| path.counts) {
            let seen = path.observed.iter().map(|&at| facts.observed[at].principal.as_str());
            for key in path.principal.as_deref().into_iter().chain(seen) {
                users.entry(key).or_default().insert(&workload.id);
            }
        }
    }
    users
}
