//! Whether an exception may cover anything at the instant of judgement.
//!
//! What its words alone decide (missing owner, too many renewals, too long a span) is refused when the policy is read.

use unkeyed_model::{Artifact, Exception, ExceptionCategory, Policy, Surface, Timestamp};

use super::Reach;
use crate::globs::Glob;
use crate::severity;

/// The longest emergency, in seconds.
const LONGEST_EMERGENCY: i64 = 14 * 86_400;

/// What an exception is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It covers what it matches.
    Valid,
    /// It did once.
    Expired,
    /// It covers nothing: check id and why.
    Refused(&'static str, String),
}

/// Judges one exception.
pub(crate) fn standing(exception: &Exception, reach: &Reach, artifacts: &[Artifact], policy: &Policy, now: Timestamp) -> Standing {
    if now >= exception.expires {
        return Standing::Expired;
    }
    if now < exception.created {
        return Standing::Refused("EX-INVALID", format!("it starts on {}", super::day(exception.created)));
    }
    if exception.renewals > policy.max_renewals {
        let why = format!("it was prolonged {} times, and this policy allows {}", exception.renewals, policy.max_renewals);
        return Standing::Refused("EX-RENEWED", why);
    }
    if is_broad(exception) {
        let why = "it names neither a fingerprint nor a particular workload or path; only a break-glass exception of at most 14 days may";
        return Standing::Refused("EX-BROAD", why.to_owned());
    }
    if policy.allow_never.contains(&exception.id) {
        return Standing::Valid;
    }
    let never = reach.artifacts.iter().map(|(at, _)| &artifacts[*at]).find_map(|artifact| Some((artifact, never(artifact)?)));
    match never {
        Some((artifact, why)) => Standing::Refused("EX-NEVER", format!("{} ({}) {why}", artifact.mask, artifact.id)),
        None => Standing::Valid,
    }
}

/// Names that have nothing in common: a glob that matches them all matches everything.
const UNLIKE: [&str; 3] = ["a", "gha:b/c.d#e", "f/g/.h"];

fn is_broad(exception: &Exception) -> bool {
    let everything = |glob: Option<Glob>| glob.is_none_or(|glob| UNLIKE.iter().all(|name| glob.matches(name)));
    let covers = &exception.covers;
    let (workload, path) = (covers.workload.as_deref().map(Glob::name), covers.path.as_deref().map(Glob::path));
    let broad = covers.fingerprint.is_none() && everything(workload) && everything(path);
    let span = exception.expires.as_second() - exception.created.as_second();
    broad && !(exception.category == ExceptionCategory::BreakGlass && span <= LONGEST_EMERGENCY)
}

/// Why a credential is too dangerous to be tolerated.
fn never(artifact: &Artifact) -> Option<&'static str> {
    let shipped = artifact.locations.iter().any(|(location, _)| location.origin.surface == Surface::AppPackage);
    if severity::is_root_of_a_vault(artifact) {
        Some("opens a whole vault and can't be excepted")
    } else if artifact.kind.contains("root-key") || artifact.kind.contains("root-access-key") {
        Some("is a root key of a cloud account and can't be excepted")
    } else if artifact.notes.iter().any(|note| note == crate::classes::AUTHORITY) {
        Some("is the key of a certificate authority and can't be excepted")
    } else if shipped {
        Some("is shipped to everybody who has the app and can't be excepted")
    } else {
        None
    }
}
