//! The trusts as the report tells them: in order, with the names of their principals and the workloads that become them.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::TrustReport;

use crate::context::Context;

/// Every trust that was read, sorted by id; what is told twice stands once.
pub(crate) fn reported(context: &Context<'_>) -> Vec<TrustReport> {
    let facts = &context.estate.facts;
    let mut users: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for linked in &context.workloads {
        for &trust in linked.paths.iter().flat_map(|path| &path.trusts) {
            users.entry(trust).or_default().insert(&linked.workload.id);
        }
    }
    let names: BTreeMap<&str, &Vec<String>> = facts.principals.iter().map(|one| (one.key.as_str(), &one.names)).collect();
    let trust = |(at, binding): (usize, &unkeyed_model::TrustBinding)| TrustReport {
        binding: binding.clone(),
        names: names.get(binding.principal.as_str()).copied().cloned().unwrap_or_default(),
        workloads: users.get(&at).into_iter().flatten().map(|id| (*id).to_owned()).collect(),
    };
    let mut trusts: Vec<TrustReport> = facts.trusts.iter().enumerate().map(trust).collect();
    trusts.sort_by(|one, other| (&one.binding.id, &one.binding.location).cmp(&(&other.binding.id, &other.binding.location)));
    trusts.dedup();
    trusts
}
