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

/// Something that was read, by the digest that an attestation can be bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What it is called: the remote of a repository, the reference of an image.
    pub name: String,
    /// The key of an in-toto DigestSet: `gitCommit`, `sha256`.
    pub algorithm: String,
    /// The digest in hex.
    pub digest: String,
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
    /// The user supplied a fingerprint key, so that keyed digests may be published.
    pub keyed: bool,
    /// The commit and the images that were read, sorted.
    pub subjects: Vec<Subject>,
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
