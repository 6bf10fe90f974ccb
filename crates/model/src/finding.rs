//! What a check says.

use crate::{Level, Location};

/// A reference to a standard: (`OWASP-NHI-2025`, `NHI7:2025`), (`CWE`, `CWE-798`), (`NIST-CSF-2.0`, `PR.AA-05`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standard {
    /// Name of the taxonomy.
    pub taxonomy: &'static str,
    /// Id inside it.
    pub id: &'static str,
}

/// A valid exception that covers an artifact or a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Id of the exception.
    pub exception: String,
    /// Its reason.
    pub justification: String,
    /// Its owner.
    pub owner: String,
    /// When it ends, RFC 3339 date.
    pub expires: String,
    /// What will replace it.
    pub exit_plan: String,
}

/// One statement of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Check id (`TB-AWS-03`).
    pub check: &'static str,
    /// How bad.
    pub level: Level,
    /// One sentence: what, where, why there.
    pub message: String,
    /// The workload it concerns, if it concerns one.
    pub workload: Option<String>,
    /// Where, most telling first.
    pub locations: Vec<Location>,
    /// What belongs to it, each with a phrase that says how.
    pub related: Vec<(Location, String)>,
    /// Standards.
    pub standards: Vec<Standard>,
    /// The exception that covers it.
    pub suppressed_by: Option<Suppression>,
}

/// A check as reports show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInfo {
    /// Id (`TB-AWS-03`).
    pub id: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// The manual page: What it finds · Why it matters · Instead.
    pub doc: &'static str,
    /// Level when it fires, unless circumstances change it.
    pub level: Level,
    /// Standards.
    pub standards: Vec<Standard>,
}
