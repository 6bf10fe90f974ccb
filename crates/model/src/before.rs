//! What was there before: what a baseline knows, and how an earlier state of the same target was judged. Gates leave it out;
//! verdicts never do.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Timestamp, TrustReport, Verdict};

/// Something that gates fail on, recognised without its line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// Kind of the credential, or id of the check.
    pub what: String,
    /// Path of the file, in the form of [`Origin::path`](crate::Origin::path).
    pub path: String,
    /// Of a value the first digits of its keyed digest, of what is only named its name, of a finding its workload.
    pub id: String,
}

/// What an organisation has decided to live with while it begins: it expires as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The file, as given.
    pub path: String,
    /// End, exclusive.
    pub expires: Timestamp,
    /// What it knows.
    pub entries: BTreeSet<Known>,
}

/// An earlier state of the same target, judged by the same policy at the same instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// What it is called (`main, commit 1a2b3c4d`).
    pub name: String,
    /// In how many files each credential stood, by kind and digest or name.
    pub credentials: BTreeMap<(String, String), usize>,
    /// The errors, by check, workload and what was said, without lines.
    pub errors: BTreeSet<(String, Option<String>, String)>,
    /// The verdicts, by workload.
    pub verdicts: BTreeMap<String, Verdict>,
    /// The trusts, sorted by id.
    pub trusts: Vec<TrustReport>,
}

/// The trusts that an earlier report tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Previous {
    /// What it is called (`reports/2026-10.json`).
    pub name: String,
    /// The trusts, sorted by id.
    pub trusts: Vec<TrustReport>,
}

/// What gates leave out, and what trusts are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// What a baseline knows.
    pub baseline: Option<Baseline>,
    /// What was there before a change.
    pub earlier: Option<Earlier>,
    /// What trusts are compared with; gates don't ask for it.
    pub previous: Option<Previous>,
}
