//! Reads a saved report back.

use std::collections::BTreeMap;

use serde::Deserialize;
use unkeyed_model as model;

use super::v1;

/// Why a saved report can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON, or not of the published form.
    #[error("it is no unkeyed report of version 1: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of another version of the form.
    #[error("it is of version {0} of the report; this program reads version 1")]
    Version(u64),
    /// A point in time is not one.
    #[error("`{0}` is no point in time (RFC 3339)")]
    Time(String),
}

impl v1::Report {
    /// Reads the JSON of a report.
    ///
    /// # Errors
    /// If it is no report of version 1.
    pub fn read(json: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Version {
            schema_version: u64,
        }
        // The version is looked at first: what is wrong with another version is its number, not its fields.
        let Version { schema_version } = serde_json::from_slice(json)?;
        if schema_version != 1 {
            return Err(Unreadable::Version(schema_version));
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// The report in the model's terms, from which every format is written.
    ///
    /// # Errors
    /// If a point in time is not one.
    pub fn to_model(&self) -> Result<model::Report, Unreadable> {
        let rules: BTreeMap<&str, &v1::Rule> = self.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
        let artifacts = self.artifacts.iter().map(|artifact| artifact.to_model(rules.get(artifact.rule.as_str()).copied()));
        Ok(model::Report {
            run: self.run_info()?,
            as_of: time(&self.run.as_of)?,
            summary: self.summary.to_model(),
            artifacts: artifacts.collect::<Result<_, _>>()?,
            workloads: self.workloads.iter().map(v1::Workload::to_model).collect(),
            trusts: self.trusts.iter().map(v1::Trust::to_model).collect(),
            findings: self.findings.iter().map(v1::Finding::to_model).collect(),
            checks: self.checks.iter().map(v1::Check::to_model).collect(),
            evidence: self.evidence.iter().map(v1::Evidence::to_model).collect::<Result<_, _>>()?,
            coverage: self.coverage.to_model(),
        })
    }

    fn run_info(&self) -> Result<model::RunInfo, Unreadable> {
        let hidden = self.workloads.iter().filter(|workload| workload.hidden_artifacts > 0);
        let sources = self.run.sources.iter().map(|source| Ok((source.name.clone(), time(&source.run.as_of)?)));
        let run = self.run.clone();
        Ok(model::RunInfo {
            targets: run.targets,
            command: run.command,
            profile: run.profile,
            rules_digest: self.tool.rules_digest.clone(),
            policy: run.policy.zip(self.tool.policy_digest.clone()),
            own_policy: run.target_policy.map(|file| (file.path, file.digest)),
            baseline: run.baseline.map(|file| (file.path, file.digest)),
            compared_with: run.compared_with,
            keyed: run.keyed,
            subjects: run
                .subjects
                .into_iter()
                .map(|one| model::Subject { name: one.name, algorithm: one.algorithm, digest: one.digest })
                .collect(),
            saved: Some(model::Saved {
                version: self.tool.version.clone(),
                hidden_low_confidence: count(self.summary.hidden_low_confidence),
                hidden_public: count(self.summary.hidden_public),
                hidden_artifacts: hidden.map(|workload| (workload.id.clone(), count(workload.hidden_artifacts))).collect(),
                inventory: (count(self.summary.inventory.complete), count(self.summary.inventory.workloads)),
                sources: sources.collect::<Result<_, Unreadable>>()?,
            }),
        })
    }
}

impl v1::Evidence {
    fn to_model(&self) -> Result<model::Evidence, Unreadable> {
        let dated = self.dated.as_deref().map(time).transpose()?;
        Ok(model::Evidence {
            path: super::into_place::path(&self.uri),
            formats: self.formats.clone(),
            assurance: self.assurance,
            records: self.records,
            dated: dated.zip(self.dated_by),
        })
    }
}

impl v1::Summary {
    fn to_model(&self) -> model::Summary {
        model::Summary {
            artifacts: counted(&self.artifacts),
            verdicts: counted(&self.verdicts),
            leanings: counted(&self.leanings),
            no_access_observed: count(self.no_access_observed),
            rollup: self.rollup,
            gate_passed: self.gate == v1::Gate::Pass,
            gate_reasons: self.gate_reasons.clone(),
            gate_remedies: self.gate_remedies.clone(),
        }
    }
}

impl v1::Coverage {
    fn to_model(&self) -> model::Coverage {
        let v1::Read { files, bytes, blobs, layers, remembered } = self.read;
        let skip =
            |skip: &v1::Skipped| model::Skip { path: super::into_place::path(&skip.uri), why: skip.why, detail: skip.detail.clone() };
        model::Coverage {
            read: model::ReadCounts { files, bytes, blobs, layers, remembered },
            skipped: self.skipped.iter().map(skip).collect(),
            limits: self.limits.iter().map(|(name, value)| (name.clone(), *value)).collect(),
        }
    }
}

/// A point in time.
pub(super) fn time(text: &str) -> Result<model::Timestamp, Unreadable> {
    text.parse().map_err(|_| Unreadable::Time(text.to_owned()))
}

/// A count of the file; what no memory holds is as much as one can count.
pub(super) fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn counted<W: Copy>(counts: &BTreeMap<W, u64>) -> Vec<(W, usize)> {
    counts.iter().filter(|(_, number)| **number > 0).map(|(word, number)| (*word, count(*number))).collect()
}
