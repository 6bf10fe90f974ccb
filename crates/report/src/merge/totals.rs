//! What a merged report says of the whole: all of it follows from its sources and rows, taken one by one.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Assurance, Class, Verdict};

use crate::json::v1;

/// The sums so far.
pub(super) struct Totals {
    versions: BTreeSet<String>,
    rules: BTreeSet<String>,
    policy_digests: BTreeSet<String>,
    profiles: BTreeSet<String>,
    policies: BTreeSet<String>,
    pub(super) as_of: Option<String>,
    pub(super) complete: bool,
    pub(super) keyed: bool,
    pub(super) assurance: Assurance,
    pub(super) gate: v1::Gate,
    pub(super) classes: BTreeMap<Class, u64>,
    pub(super) hidden_low_confidence: u64,
    pub(super) hidden_public: u64,
    pub(super) verdicts: BTreeMap<Verdict, u64>,
    pub(super) leanings: BTreeMap<Verdict, u64>,
    pub(super) no_access_observed: u64,
    pub(super) inventory: v1::Inventory,
    pub(super) rollup: Option<Verdict>,
    pub(super) read: v1::Read,
    pub(super) limits: BTreeMap<String, u64>,
}

impl Totals {
    pub(super) fn new() -> Self {
        let verdicts: BTreeMap<Verdict, u64> = Verdict::ALL.iter().map(|verdict| (*verdict, 0)).collect();
        Self {
            versions: BTreeSet::new(),
            rules: BTreeSet::new(),
            policy_digests: BTreeSet::new(),
            profiles: BTreeSet::new(),
            policies: BTreeSet::new(),
            as_of: None,
            complete: true,
            keyed: true,
            assurance: Assurance::default(),
            gate: v1::Gate::Pass,
            classes: Class::ALL.iter().map(|class| (*class, 0)).collect(),
            hidden_low_confidence: 0,
            hidden_public: 0,
            leanings: verdicts.clone(),
            verdicts,
            no_access_observed: 0,
            inventory: v1::Inventory::default(),
            rollup: None,
            read: v1::Read { files: 0, bytes: 0, blobs: 0, layers: 0, remembered: 0 },
            limits: BTreeMap::new(),
        }
    }

    pub(super) fn source(&mut self, source: v1::Source) {
        let v1::Source { tool, run, gate, unlisted, inventory, read, limits, .. } = source;
        self.versions.insert(tool.version);
        self.rules.insert(tool.rules_digest);
        self.policy_digests.extend(tool.policy_digest);
        self.profiles.insert(run.profile);
        self.policies.extend(run.policy);
        // Times of one form and zone: their order is that of their texts.
        self.as_of = self.as_of.take().max(Some(run.as_of));
        self.complete &= run.complete;
        self.keyed &= run.keyed;
        self.assurance = self.assurance.max(run.assurance);
        if gate == v1::Gate::Fail {
            self.gate = v1::Gate::Fail;
        }
        for (class, count) in unlisted {
            *self.classes.entry(class).or_default() += count;
        }
        self.hidden_low_confidence += source.hidden_low_confidence;
        self.hidden_public += source.hidden_public;
        self.inventory.complete += inventory.complete;
        self.inventory.workloads += inventory.workloads;
        self.read.files += read.files;
        self.read.bytes += read.bytes;
        self.read.blobs += read.blobs;
        self.read.layers += read.layers;
        self.read.remembered += read.remembered;
        for (name, value) in limits {
            // The tightest limit is the one that something may have been lost to.
            self.limits.entry(name).and_modify(|known| *known = (*known).min(value)).or_insert(value);
        }
    }

    pub(super) fn artifact(&mut self, artifact: &v1::Artifact) {
        *self.classes.entry(artifact.class).or_default() += 1;
    }

    pub(super) fn workload<F>(&mut self, workload: &v1::Workload<F>) {
        if workload.no_access_observed {
            self.no_access_observed += 1;
            return;
        }
        *self.verdicts.entry(workload.verdict).or_default() += 1;
        workload.leaning.iter().for_each(|leaning| *self.leanings.entry(*leaning).or_default() += 1);
        self.rollup = Some(self.rollup.map_or(workload.verdict, |worst| worst.min(workload.verdict)));
    }

    pub(super) fn tool(&self) -> v1::Tool {
        v1::Tool {
            name: "unkeyed".to_owned(),
            version: joined(&self.versions),
            rules_digest: joined(&self.rules),
            policy_digest: some(joined(&self.policy_digests)),
        }
    }

    pub(super) fn profile(&self) -> String {
        joined(&self.profiles)
    }

    pub(super) fn policy(&self) -> Option<String> {
        some(joined(&self.policies))
    }
}

/// Each text once, in order.
fn joined(texts: &BTreeSet<String>) -> String {
    texts.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
