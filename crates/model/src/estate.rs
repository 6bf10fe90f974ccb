//! Everything judgement needs, in one hand.

use crate::{Coverage, Facts, Match};

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
