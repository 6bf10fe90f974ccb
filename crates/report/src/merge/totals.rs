//! What a merged report says of the whole: all of it follows from its sources and rows.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Class, Verdict};

use crate::json::v1;

pub(super) fn tool(sources: &[v1::Source]) -> v1::Tool {
    v1::Tool {
        name: "unkeyed".to_owned(),
        version: joined(sources.iter().map(|source| source.tool.version.as_str())),
        rules_digest: joined(sources.iter().map(|source| source.tool.rules_digest.as_str())),
        policy_digest: some(joined(sources.iter().filter_map(|source| source.tool.policy_digest.as_deref()))),
    }
}

pub(super) fn run(sources: Vec<v1::Source>) -> v1::Run {
    v1::Run {
        // Times of one form and zone: their order is that of their texts.
        as_of: sources.iter().map(|source| source.run.as_of.clone()).max().unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned()),
        targets: sources.iter().map(|source| source.name.clone()).collect(),
        command: "merge".to_owned(),
        profile: joined(sources.iter().map(|source| source.run.profile.as_str())),
        complete: sources.iter().all(|source| source.run.complete),
        policy: some(joined(sources.iter().filter_map(|source| source.run.policy.as_deref()))),
        // Which file and which change a gate looked at is a fact of each part; it stands with the sources.
        target_policy: None,
        baseline: None,
        compared_with: None,
        assurance: sources.iter().map(|source| source.run.assurance).max().unwrap_or_default(),
        keyed: sources.iter().all(|source| source.run.keyed),
        sources,
    }
}

pub(super) fn summary(sources: &[v1::Source], artifacts: &[v1::Artifact], workloads: &[v1::Workload]) -> v1::Summary {
    let mut classes: BTreeMap<Class, u64> = Class::ALL.iter().map(|class| (*class, 0)).collect();
    let unlisted = sources.iter().flat_map(|source| &source.unlisted).map(|(class, count)| (*class, *count));
    for (class, count) in unlisted.chain(artifacts.iter().map(|artifact| (artifact.class, 1))) {
        *classes.entry(class).or_default() += count;
    }
    let mut verdicts: BTreeMap<Verdict, u64> = Verdict::ALL.iter().map(|verdict| (*verdict, 0)).collect();
    let mut leanings = verdicts.clone();
    let judged = || workloads.iter().filter(|workload| !workload.no_access_observed);
    for workload in judged() {
        *verdicts.entry(workload.verdict).or_default() += 1;
        workload.leaning.iter().for_each(|leaning| *leanings.entry(*leaning).or_default() += 1);
    }
    let said = |of: fn(&v1::Source) -> &Vec<String>| -> Vec<String> {
        sources.iter().flat_map(|source| of(source).iter().map(|text| format!("{}: {text}", source.name))).collect()
    };
    let sum = |of: fn(&v1::Source) -> u64| sources.iter().map(of).sum();
    v1::Summary {
        artifacts: classes,
        hidden_low_confidence: sum(|source| source.hidden_low_confidence),
        hidden_public: sum(|source| source.hidden_public),
        verdicts,
        leanings,
        no_access_observed: (workloads.len() - judged().count()) as u64,
        inventory: v1::Inventory { complete: sum(|source| source.inventory.complete), workloads: sum(|source| source.inventory.workloads) },
        rollup: judged().map(|workload| workload.verdict).min(),
        gate: if sources.iter().all(|source| source.gate == v1::Gate::Pass) { v1::Gate::Pass } else { v1::Gate::Fail },
        gate_reasons: said(|source| &source.gate_reasons),
        gate_remedies: said(|source| &source.gate_remedies),
    }
}

pub(super) fn coverage(sources: &[v1::Source], skipped: Vec<v1::Skipped>) -> v1::Coverage {
    let sum = |of: fn(&v1::Read) -> u64| sources.iter().map(|source| of(&source.read)).sum();
    let mut limits: BTreeMap<String, u64> = BTreeMap::new();
    for (name, value) in sources.iter().flat_map(|source| &source.limits) {
        // The tightest limit is the one that something may have been lost to.
        limits.entry(name.clone()).and_modify(|known| *known = (*known).min(*value)).or_insert(*value);
    }
    v1::Coverage {
        read: v1::Read {
            files: sum(|read| read.files),
            bytes: sum(|read| read.bytes),
            blobs: sum(|read| read.blobs),
            layers: sum(|read| read.layers),
            remembered: sum(|read| read.remembered),
        },
        skipped,
        limits,
    }
}

/// Each text once, in order.
fn joined<'s>(texts: impl Iterator<Item = &'s str>) -> String {
    texts.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
