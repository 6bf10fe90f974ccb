//! Looks up what a published report names by id, for the formats that are made from it.
//!
//! One decision a reader would question: these formats start from [`v1::Report`], not from the model, so that a saved
//! report gives the same bytes as the run that saved it.

use std::collections::BTreeMap;

use unkeyed_model::{Class, Role};

use crate::json::v1;

/// The parts of a report by id.
pub(crate) struct Index<'r> {
    rules: BTreeMap<&'r str, &'r v1::Rule>,
    checks: BTreeMap<&'r str, &'r v1::Check>,
    workloads: BTreeMap<&'r str, &'r v1::Workload>,
}

impl<'r> Index<'r> {
    pub(crate) fn new(report: &'r v1::Report) -> Self {
        Self {
            rules: report.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect(),
            checks: report.checks.iter().map(|check| (check.id.as_str(), check)).collect(),
            workloads: report.workloads.iter().map(|workload| (workload.id.as_str(), workload)).collect(),
        }
    }

    /// What an artifact is, in words: the rule's name, with the name in the store or the mask.
    pub(crate) fn what(&self, artifact: &v1::Artifact) -> String {
        let rule = self.rule_name(artifact);
        match &artifact.name {
            Some(name) => format!("{rule} {name}"),
            None if artifact.mask.is_empty() => rule.to_owned(),
            None => format!("{rule} {}", artifact.mask),
        }
    }

    /// The name of the rule that found an artifact.
    pub(crate) fn rule_name<'a>(&self, artifact: &'a v1::Artifact) -> &'a str
    where
        'r: 'a,
    {
        self.rules.get(artifact.rule.as_str()).map_or(&artifact.rule, |rule| &rule.name)
    }

    /// The rule that found an artifact.
    pub(crate) fn rule(&self, artifact: &v1::Artifact) -> Option<&'r v1::Rule> {
        self.rules.get(artifact.rule.as_str()).copied()
    }

    /// What a finding's check says, in a few words.
    pub(crate) fn title<'f>(&self, finding: &'f v1::Finding) -> &'f str
    where
        'r: 'f,
    {
        self.checks.get(finding.check.as_str()).map_or(&finding.check, |check| &check.title)
    }

    /// A workload by its id.
    pub(crate) fn workload(&self, id: &str) -> Option<&'r v1::Workload> {
        self.workloads.get(id).copied()
    }
}

/// Whether somebody who reads the place could use the credential, now or later (the sets D, V and S of a verdict).
pub(crate) fn counts(artifact: &v1::Artifact) -> bool {
    let usable = artifact.class.is_persistent() || matches!(artifact.class, Class::VaultFetchedStatic | Class::ShortLived);
    usable && artifact.role != Role::Identifier
}

/// A place as people read it: `path:line:column`, with what is not the file as it is checked out.
pub(crate) fn shown(place: &v1::Place) -> String {
    let mut said = place.uri.clone();
    if let (Some(line), Some(column)) = (place.line, place.column) {
        said += &format!(":{line}:{column}");
    }
    if let Some(commit) = &place.commit {
        said += &format!(" (commit {})", short(commit));
    }
    if let Some(layer) = &place.layer {
        said += &format!(" (layer {})", short(layer.strip_prefix("sha256:").unwrap_or(layer)));
    }
    said
}

/// The first twelve characters of a digest.
pub(crate) fn short(digest: &str) -> &str {
    digest.char_indices().nth(12).map_or(digest, |(end, _)| &digest[..end])
}
