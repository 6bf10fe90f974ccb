//! What a report needs to know of a detection rule.

/// What to do about a credential of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Remediation {
    /// The identity-based replacement, one sentence.
    pub instead: String,
    /// Where the credential is revoked: an address or a command.
    pub revoke: String,
}

/// A detection rule as reports show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleInfo {
    /// Stable id, `provider.name` (`github.pat-classic`): also the artifact kind unless structure refines it.
    pub id: String,
    /// Short name for people.
    pub name: String,
    /// Provider key (`github`).
    pub provider: String,
    /// One or two sentences: what it is and what its lifetime is.
    pub description: String,
    /// Address of the page that documents format or lifetime.
    pub reference: String,
    /// What to do.
    pub remediation: Remediation,
}
