//! Everything judgement needs, in one hand.

use std::collections::BTreeMap;

use crate::{Coverage, Facts, Match, Timestamp};

/// What git says of a scanned root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// `host/owner/name` of the remote `origin` (else of the first remote), credentials and `.git` stripped.
    pub remote: Option<String>,
    /// Default branch, from `origin/HEAD`, else the current branch.
    pub default_branch: Option<String>,
    /// Local and remote-tracking branch names, short, sorted.
    pub branches: Vec<String>,
    /// Those are all that the remote had when it was last fetched: no shallow or narrowed clone.
    pub knows_all_branches: bool,
    /// Commit checked out.
    pub head: Option<String>,
}

impl Repository {
    /// `owner/name` if the remote is on the given host.
    #[must_use]
    pub fn slug_on(&self, host: &str) -> Option<&str> {
        self.remote.as_deref()?.strip_prefix(host)?.strip_prefix('/')
    }
}

/// How the run was asked for.
#[derive(Clone, Debug, Default)]
pub struct RunInfo {
    /// Targets as given.
    pub targets: Vec<String>,
    /// `scan`, `audit` or `hook`.
    pub command: String,
    /// `pre-commit`, `ci` or `audit`.
    pub profile: String,
    /// Digest of the active rule set.
    pub rules_digest: String,
    /// The policy file that is in force, as given, and its digest.
    pub policy: Option<(String, String)>,
    /// The policy file at the target's root, in force or not, and its digest.
    pub own_policy: Option<(String, String)>,
    /// The baseline file that is used, and its digest.
    pub baseline: Option<(String, String)>,
    /// What the change is compared with, if only a change is gated.
    pub compared_with: Option<String>,
    /// The user supplied a fingerprint key, so that keyed digests may be published.
    pub keyed: bool,
    /// For a report that was read back from a file, what it says of the run and no longer holds itself.
    pub saved: Option<Saved>,
}

impl RunInfo {
    /// Version of the program that made the report.
    #[must_use]
    pub fn version(&self) -> &str {
        self.saved.as_ref().map_or(env!("CARGO_PKG_VERSION"), |saved| &saved.version)
    }
}

/// What a saved report says of its run, so that it can be written again as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Version of the program that made it.
    pub version: String,
    /// Artifacts that it doesn't list because they are below the confidence asked for.
    pub hidden_low_confidence: usize,
    /// Artifacts that it doesn't list because they are public.
    pub hidden_public: usize,
    /// Workloads with such artifacts, and how many they have.
    pub hidden_artifacts: BTreeMap<String, usize>,
    /// How many workloads are complete in the inventory, and how many authenticate at all.
    pub inventory: (usize, usize),
    /// Names of the reports that were merged, each with the time as of which it was judged; empty for the report of one run.
    pub sources: Vec<(String, Timestamp)>,
}

/// What was found and read.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// Occurrences of credentials.
    pub matches: Vec<Match>,
    /// Structure.
    pub facts: Facts,
    /// What git says, if the target is in a repository.
    pub repository: Option<Repository>,
    /// Coverage.
    pub coverage: Coverage,
    /// How the run was asked for.
    pub run: RunInfo,
}
