//! Evidence from outside the repository: what a platform's tools print of its state, and what its logs recorded.

use crate::credential::spelled;
use crate::{Location, Platform, Timestamp};

spelled! {
    /// What a statement rests on (DOMAIN §0.7), weakest first.
    #[derive(Default)]
    Assurance {
        /// Files only.
        #[default]
        Static = "static",
        /// Files, and what a platform's tools print of its state.
        Export = "static+export",
        /// Files, and what a platform's logs recorded.
        Runtime = "static+runtime",
    }
}

spelled! {
    /// How the age of a piece of evidence is known.
    DatedBy {
        /// Its content says so.
        Content = "content",
        /// The file's modification time.
        Modified = "modified",
    }
}

/// One file that was given as evidence, and what it was recognised as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Printable path (see [`crate::Origin::path`]).
    pub path: String,
    /// What it is, in the words of the command or service that makes it; several, in alphabetical order.
    pub formats: Vec<String>,
    /// What it adds to the assurance.
    pub assurance: Assurance,
    /// Entries or events that were read.
    pub records: u64,
    /// The instant up to which it speaks, and how that is known.
    pub dated: Option<(Timestamp, DatedBy)>,
}

/// The form of the subjects that GitHub gives to the jobs of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectForm {
    /// Owner and name carry their numeric ids.
    pub immutable: bool,
    /// `repo:OWNER@ID/NAME@ID`, where the platform tells it.
    pub prefix: Option<String>,
    /// Claims that the subject is made of, in order; empty: the default.
    pub claims: Vec<String>,
    /// Where it is said.
    pub location: Location,
}

spelled! {
    /// What a log recorded.
    ObservedAct {
        /// A token of one party was exchanged for access at another, or for a role.
        Exchange = "exchange",
        /// A durable credential was used.
        DurableUse = "durable-use",
    }
}

/// Events of a log that say the same thing, counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observed {
    /// The platform whose log it is.
    pub platform: Platform,
    /// What happened.
    pub act: ObservedAct,
    /// Who was acted as: role ARN, client id, service-account e-mail, user.
    pub principal: String,
    /// Subject of the token that was presented, where the log tells.
    pub subject: Option<String>,
    /// Its issuer, where the log tells.
    pub issuer: Option<String>,
    /// For a durable credential: kind of the artifact it proves (`aws.access-key`).
    pub credential: Option<String>,
    /// What identifies that credential without being secret (a key id).
    pub credential_id: Option<String>,
    /// How many were allowed.
    pub allowed: u64,
    /// How many were denied.
    pub denied: u64,
    /// The longest lifetime of what was issued, in seconds.
    pub seconds: Option<u64>,
    /// First event.
    pub first: Option<Timestamp>,
    /// Last event.
    pub last: Option<Timestamp>,
    /// Where the first event stands.
    pub location: Location,
}
