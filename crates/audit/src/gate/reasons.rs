//! The words of a gate: a sentence for each reason, and one for each way out.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Artifact, Baseline, Finding, Timestamp};

/// Ids of manual pages named in one way out.
const MOST_PAGES: usize = 3;

/// What makes a gate pass, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remedy {
    /// For a credential in a file.
    Credential,
    /// For a secret that a platform keeps.
    Stored,
    /// For a trust or a role.
    Binding,
    /// For a verdict that got worse.
    Worse,
    /// For a verdict that is required.
    Required,
    /// For a selector that selects nothing.
    Selector,
    /// For an exception.
    Exception,
    /// For a baseline past its end.
    Baseline,
}

impl Remedy {
    const fn text(self) -> &'static str {
        match self {
            Self::Credential => {
                "take the credential out and revoke it; to live with it for a time, have an exception approved in unkeyed.toml; for what was there \
                 before, `unkeyed baseline create`"
            }
            Self::Stored => "let the workload sign in by identity, or set `platform_stored = \"warn\"` under [gate] of the policy",
            Self::Binding => "narrow the trust or the role, or have an exception approved whose `rule` is the check's id",
            Self::Worse => "restore what the change took away, or take out what it brought",
            Self::Required => "mend what the workload's block above names, or supply what it lists as missing",
            Self::Selector => "correct the selector: reports name the id, owner, environment and kind of each workload",
            Self::Exception => "carry out the exit plan, or have the exception corrected and approved anew",
            Self::Baseline => "mend what it knew, or decide anew: `unkeyed baseline create --expires DATE`",
        }
    }
}

/// Why a gate fails, and what would make it pass.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    sentences: Vec<String>,
    /// Ways out, each with the manual pages that say more.
    remedies: BTreeMap<Remedy, BTreeSet<String>>,
    /// What credentials and places the sentences speak of.
    credentials: Vec<(String, String)>,
}

impl Reasons {
    pub(crate) fn add(&mut self, remedy: Remedy, sentence: String) {
        if !self.sentences.contains(&sentence) {
            self.sentences.push(sentence);
        }
        self.remedies.entry(remedy).or_default();
    }

    pub(crate) fn credential(&mut self, artifact: &Artifact) {
        self.of_artifact(artifact, Remedy::Credential);
    }

    pub(crate) fn stored(&mut self, artifact: &Artifact) {
        self.of_artifact(artifact, Remedy::Stored);
    }

    fn of_artifact(&mut self, artifact: &Artifact, remedy: Remedy) {
        self.add(remedy, sentence(artifact));
        self.remedies.entry(remedy).or_default().insert(artifact.rule.id.clone());
        let paths = artifact.locations.iter().map(|(location, _)| (artifact.kind.clone(), location.origin.path.clone()));
        self.credentials.extend(paths);
    }

    pub(crate) fn finding(&mut self, finding: &Finding, remedy: Remedy) {
        let families = [("TB-", "trust binding: "), ("RS-", "role scope: ")];
        let what = families.iter().find(|(family, _)| finding.check.starts_with(family)).map_or("", |(_, what)| what);
        self.add(remedy, format!("{what}{}: {}", finding.check, finding.message));
        self.remedies.entry(remedy).or_default().insert(finding.check.to_owned());
    }

    /// Says it if a baseline that has ended would have silenced some of this.
    pub(crate) fn of_expired_baseline(&mut self, baseline: Option<&Baseline>, now: Timestamp) {
        let Some(baseline) = baseline.filter(|baseline| now >= baseline.expires) else { return };
        let knew = |(what, path): &(String, String)| baseline.entries.iter().any(|entry| entry.what == *what && entry.path == *path);
        let count = self.credentials.iter().filter(|credential| knew(credential)).count();
        if count > 0 {
            let day: String = baseline.expires.to_string().chars().take(10).collect();
            self.add(Remedy::Baseline, format!("the baseline {} ended on {day}: what it knew counts again", baseline.path));
        }
    }

    /// The sentences, and the ways out.
    pub(crate) fn into_texts(self) -> (Vec<String>, Vec<String>) {
        let remedy = |(remedy, pages): (Remedy, BTreeSet<String>)| {
            let pages: Vec<String> = pages.iter().take(MOST_PAGES).map(|id| format!("`unkeyed explain {id}`")).collect();
            if pages.is_empty() { remedy.text().to_owned() } else { format!("{} ({})", remedy.text(), pages.join(", ")) }
        };
        (self.sentences, self.remedies.into_iter().map(remedy).collect())
    }
}

fn sentence(artifact: &Artifact) -> String {
    format!("{} credential {}", artifact.class, brief(artifact))
}

/// A credential and where it stands.
pub(super) fn brief(artifact: &Artifact) -> String {
    let name = artifact.name.as_ref().unwrap_or(&artifact.mask);
    match artifact.locations.first() {
        Some((location, _)) => format!("{name} at {}:{}", location.origin.path, location.region.line),
        None => name.clone(),
    }
}
