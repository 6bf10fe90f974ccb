//! What an inspector sees and what it may refine: the type below, of which `structure/*.rs` are members and
//! `structure/table.rs` is the table. Add an inspector: a file, its `mod` line here, its row there.

use std::fmt;
use std::sync::Arc;

use unkeyed_model::{Confidence, Custody, Destination, Lifetime, Origin, PairKey, Replayable, Role, Span};

use crate::rule::Rule;

pub(crate) mod context;
pub(crate) mod decode;
pub(crate) mod table;

mod aws;
mod aws_signed;
mod azure;
mod cached;
mod database;
mod der;
mod docker;
mod gcp;
mod host;
mod jwk;
mod jwt;
mod jwt_issuer;
mod kerberos;
mod keystore;
mod kubeconfig;
mod netrc;
mod oci;
mod pem;
mod pgp;
mod pypi;
mod sealed;
mod ssh;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tfstate;
mod vault;
mod x509;

/// What an inspector sees: the whole text, where the rule's pattern and its secret stand, and the path.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    /// The text that is searched: a Unit's bytes, or what was decoded from a part of them.
    pub(crate) text: &'a [u8],
    /// Where the pattern matched.
    pub(crate) whole: Span,
    /// Where the secret stands.
    pub(crate) secret: Span,
    /// Where the text came from.
    pub(crate) origin: &'a Origin,
    /// The rule that matched.
    #[allow(dead_code, reason = "part of what an inspector may ask for")]
    pub(crate) rule: &'a Rule,
}

/// What will be reported; starts with the rule's own facts, inspectors refine it. Spans are relative to `text`.
pub(crate) struct Draft {
    /// The rule that found it. Not for refinement.
    pub(crate) rule: Arc<Rule>,
    /// Artifact kind.
    pub(crate) kind: Arc<str>,
    /// Where the secret stands.
    pub(crate) secret: Span,
    /// Where the pattern matched.
    pub(crate) whole: Span,
    /// Where parts that belong to it stand.
    pub(crate) related: Vec<Span>,
    /// How sure.
    pub(crate) confidence: Confidence,
    /// Checksum, parse or pairing confirmed it.
    pub(crate) verified_structure: bool,
    /// What it is for.
    pub(crate) role: Role,
    /// Where the value lives.
    pub(crate) custody: Custody,
    /// Whether a copy works elsewhere.
    pub(crate) replayable: Replayable,
    /// Lifetime facts.
    pub(crate) lifetime: Lifetime,
    /// It stands in a credential-typed position.
    pub(crate) typed_position: bool,
    /// Why it is no credential, if so.
    pub(crate) public_because: Option<String>,
    /// Joins halves across files of one folder.
    pub(crate) pair: Option<PairKey>,
    /// Where it leads.
    pub(crate) destination: Option<Destination>,
    /// Remarks for the report; never secret bytes.
    pub(crate) notes: Vec<String>,
    /// Name of the key the value is assigned to.
    pub(crate) key_path: Option<String>,
    /// Bytes to fingerprint instead of the secret as written; never leaves this crate.
    pub(crate) normalised: Option<Vec<u8>>,
}

impl Draft {
    /// The rule's own facts about a secret that stands at `secret`.
    pub(crate) fn new(rule: &Arc<Rule>, secret: Span) -> Self {
        Self {
            rule: Arc::clone(rule),
            kind: Arc::clone(&rule.kind),
            secret,
            whole: secret,
            related: Vec::new(),
            confidence: rule.confidence,
            verified_structure: false,
            role: rule.role,
            custody: rule.custody,
            replayable: rule.replayable,
            lifetime: Lifetime { vendor_default: rule.lifetime, ..Lifetime::default() },
            typed_position: rule.typed_position,
            public_because: None,
            pair: None,
            destination: None,
            notes: Vec::new(),
            key_path: None,
            normalised: None,
        }
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `normalised` holds secret bytes.
        write!(f, "Draft({} at {}..{})", self.kind, self.secret.start, self.secret.end)
    }
}

/// What an inspector decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Report the draft as it now is.
    Keep,
    /// It only looked like one.
    Reject,
}

/// Refines a draft by looking at the structure of what was found.
pub(crate) type Inspector = fn(&Candidate<'_>, &mut Draft) -> Outcome;
