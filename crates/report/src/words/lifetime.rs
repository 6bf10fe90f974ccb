//! One phrase that says how long a credential lives, and how we know.

use unkeyed_model::{Artifact, Class, Custody, LifetimeBasis, LifetimeConfidence, Timestamp, VendorDefault};

use crate::stamp;

/// The phrase, without a full stop.
pub(crate) fn lifetime(artifact: &Artifact, as_of: Timestamp) -> String {
    let phrase = facts(artifact, as_of);
    match known_from(artifact) {
        Some(basis) => format!("{phrase} ({basis})"),
        None => phrase,
    }
}

fn facts(artifact: &Artifact, as_of: Timestamp) -> String {
    let lifetime = &artifact.lifetime;
    if let Some(expires) = lifetime.expires {
        return until(expires, lifetime.seconds(), as_of);
    }
    if let Some(seconds) = lifetime.declared_seconds {
        return format!("lasts {}", stamp::duration(seconds));
    }
    match lifetime.vendor_default {
        VendorDefault::NeverExpires => "never expires: valid until it is revoked".to_owned(),
        VendorDefault::AtMost(seconds) => format!("expires after at most {}, when is not known", stamp::duration(seconds)),
        VendorDefault::Short(seconds) => format!("expires after at most {}", stamp::duration(seconds)),
        VendorDefault::Revoked => "revoked by its vendor for everybody".to_owned(),
        VendorDefault::Unstated => unstated(artifact).to_owned(),
    }
}

fn until(expires: Timestamp, seconds: Option<u64>, as_of: Timestamp) -> String {
    let left = expires.as_second().saturating_sub(as_of.as_second());
    let distance = stamp::duration(left.unsigned_abs());
    let when = if left.unsigned_abs() < 3 * 86_400 { stamp::rfc3339(expires) } else { stamp::day(expires) };
    let made_for = seconds.map(|seconds| format!(", made for {}", stamp::duration(seconds))).unwrap_or_default();
    if left > 0 { format!("expires {when}, in {distance}{made_for}") } else { format!("expired {when}{made_for}") }
}

fn unstated(artifact: &Artifact) -> &'static str {
    match artifact.custody {
        Custody::RuntimeMinted => "ends with the run it is made for",
        Custody::Embedded | Custody::PublicDoc if artifact.class == Class::Durable => "nothing ends it: valid until it is changed",
        Custody::Embedded | Custody::PublicDoc => "not known",
        _ => "not visible here: the value is kept elsewhere or encrypted",
    }
}

const fn known_from(artifact: &Artifact) -> Option<&'static str> {
    let firm = matches!(artifact.lifetime_confidence, LifetimeConfidence::Proven);
    match artifact.lifetime_basis {
        LifetimeBasis::Intrinsic if firm => Some("read from the credential"),
        LifetimeBasis::Intrinsic => Some("read from the credential, in part"),
        LifetimeBasis::Paired if firm => Some("read from what stands beside it"),
        LifetimeBasis::Paired => Some("read from what stands beside it, in part"),
        LifetimeBasis::VendorDefault => Some("the vendor's default"),
        LifetimeBasis::Declared => Some("declared"),
        LifetimeBasis::None => None,
    }
}
