//! The persistence class of an artifact: the ordered rules C0 to C16 of DOMAIN §2.3, first match wins.
//!
//! One decision a reader would question: a stored secret that is used to fetch others is `bootstrap`, not
//! `reference-stored`, although C4 stands before C7. Worked examples E7 and E15 require it: what such a secret opens
//! decides the verdict, not where it is kept.

use unkeyed_model::{Class, Content, Custody, LifetimeBasis, LifetimeConfidence, Role, StoreKind, Thresholds, Timestamp, VendorDefault};

use crate::artifacts::Draft;

/// Clock differences that a comparison with an expiry must bear, in seconds.
const EXPIRY_SKEW: i64 = 300;

/// Remark on the key of a certificate authority, which can't be excepted.
pub(crate) const AUTHORITY: &str = "key of a certificate authority";

/// Why a BuildKit secret doesn't count against the image.
const BUILD_SECRET: &str = "mounted for one build step and kept in no layer; whoever builds holds it";

/// What decrypts what: kind of the encrypted thing, kinds of keys that open it.
const OPENED_BY: &[(&str, &[&str])] =
    &[("encrypted.sops", &["age.secret-key", "pgp.private-key"]), ("encrypted.git-crypt", &["encrypted.git-crypt-key"])];

/// Kinds of the decryption keys that lie in the inputs, sorted.
pub(crate) fn decryption_keys(drafts: &[Draft]) -> Vec<String> {
    let usable = |draft: &&Draft| draft.artifact.custody == Custody::Embedded && !draft.is_public();
    let mut kinds: Vec<String> = drafts.iter().filter(usable).map(|draft| draft.artifact.kind.clone()).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// Decides class and lifetime basis.
pub(crate) fn decide(draft: &mut Draft, keys: &[String], thresholds: &Thresholds, now: Timestamp) {
    prepare(draft, keys);
    let (class, rule) = class(draft, thresholds, now);
    let (basis, confidence) = basis(draft);
    let artifact = &mut draft.artifact;
    artifact.class = class;
    artifact.class_rule = rule;
    artifact.lifetime_basis = basis;
    artifact.lifetime_confidence = confidence;
    if class == Class::Expired && artifact_is_key(draft) {
        draft.artifact.notes.push("the certificate has expired; the key may still be in use with a newer one".to_owned());
    }
    if class == Class::Public && draft.artifact.public_because.is_none() {
        let because =
            if draft.store == Some(StoreKind::BuildSecret) { BUILD_SECRET } else { "names something, and opens nothing by itself" };
        draft.artifact.public_because = Some(because.to_owned());
    }
}

fn artifact_is_key(draft: &Draft) -> bool {
    draft.artifact.kind.contains("private-key")
}

/// Corrections that need more than the occurrence itself.
fn prepare(draft: &mut Draft, keys: &[String]) {
    let kind = draft.artifact.kind.clone();
    let openers = OPENED_BY.iter().find(|(encrypted, _)| *encrypted == kind).map_or(&[][..], |(_, openers)| openers);
    let opened = openers.iter().any(|opener| keys.iter().any(|key| key == opener));
    if draft.artifact.custody == Custody::EncryptedAtRest && opened {
        draft.artifact.custody = Custody::Embedded;
        draft.artifact.notes.push("encrypted, but a key that opens it is in the inputs".to_owned());
        draft.typed_position = true;
    }
    if draft.authority {
        // An authority's key can sign new certificates for as long as it is trusted.
        draft.artifact.lifetime = unkeyed_model::Lifetime { vendor_default: VendorDefault::NeverExpires, ..Default::default() };
        draft.artifact.notes.push(AUTHORITY.to_owned());
    }
}

/// The ordered rules.
fn class(draft: &Draft, thresholds: &Thresholds, now: Timestamp) -> (Class, &'static str) {
    if let Some(class) = not_held_here(draft) {
        return class;
    }
    let lifetime = &draft.artifact.lifetime;
    let length = lifetime.seconds();
    let short = |seconds: u64| seconds <= thresholds.short;
    let ended = lifetime.expires.is_some_and(|expires| expires.as_second() + EXPIRY_SKEW <= now.as_second());
    if ended || lifetime.vendor_default == VendorDefault::Revoked {
        return (Class::Expired, "C6");
    }
    if draft.artifact.role == Role::Bootstrap && !length.is_some_and(short) {
        return (Class::Bootstrap, "C7");
    }
    if let Some(length) = length {
        return if short(length) { (Class::ShortLived, "C8") } else { (Class::LongLived, "C9") };
    }
    if let Some(expires) = lifetime.expires {
        let seen = draft.places().filter_map(|place| place.origin.first_seen).min();
        let longer = |since: Timestamp| u64::try_from(expires.as_second() - since.as_second()).is_ok_and(|seconds| !short(seconds));
        let long = seen.is_some_and(longer) || longer(now);
        return if long { (Class::LongLived, "C10") } else { (Class::ShortLived, "C11") };
    }
    match lifetime.vendor_default {
        VendorDefault::NeverExpires => (Class::Durable, "C12"),
        VendorDefault::AtMost(_) => (Class::LongLived, "C13"),
        VendorDefault::Short(_) => (Class::ShortLived, "C14"),
        _ if draft.typed_position => (Class::Durable, "C15"),
        _ => (Class::Unknown, "C16"),
    }
}

/// C0 to C5: what is no credential, or is kept elsewhere.
fn not_held_here(draft: &Draft) -> Option<(Class, &'static str)> {
    // A key id proves that a durable key is kept somewhere, although the id alone opens nothing (DOMAIN §2.4).
    if draft.artifact.kind.ends_with("-key-id") && draft.artifact.public_because.is_none() {
        return Some((Class::ReferenceStored, "C4"));
    }
    let named = draft.store.is_some();
    if draft.is_public() || (named && draft.content == Content::Identifier && draft.artifact.custody == Custody::PlatformStored) {
        return Some((Class::Public, "C0"));
    }
    match draft.artifact.custody {
        Custody::PublicDoc => Some((Class::Public, "C0")),
        Custody::EncryptedAtRest => Some((Class::EncryptedStored, "C1")),
        Custody::VaultDynamic => Some((Class::VaultFetchedDynamic, "C2")),
        Custody::VaultStatic | Custody::VaultUnknown => Some((Class::VaultFetchedStatic, "C3")),
        Custody::PlatformStored => Some(platform_stored(draft)),
        Custody::RuntimeMinted => Some((Class::RuntimeIdentity, "C5")),
        Custody::Embedded => None,
    }
}

fn platform_stored(draft: &Draft) -> (Class, &'static str) {
    match draft.content {
        // Mounted for one build step and kept in no layer: the image doesn't hold it, whoever builds does.
        _ if draft.store == Some(StoreKind::BuildSecret) => (Class::Public, "C0"),
        Content::Unstated if draft.artifact.role != Role::Bootstrap => (Class::Unknown, "C4b"),
        _ if draft.artifact.role == Role::Bootstrap => (Class::Bootstrap, "C7"),
        _ => (Class::ReferenceStored, "C4"),
    }
}

/// What the lifetime rests on, and how firmly.
fn basis(draft: &Draft) -> (LifetimeBasis, LifetimeConfidence) {
    let lifetime = &draft.artifact.lifetime;
    let ends = [lifetime.issued, lifetime.expires].iter().flatten().count();
    match (lifetime.declared_seconds, ends) {
        (Some(_), 0) => (LifetimeBasis::Declared, LifetimeConfidence::Proven),
        (None, 0) if lifetime.vendor_default == VendorDefault::Unstated => (LifetimeBasis::None, LifetimeConfidence::Assumed),
        (None, 0) => (LifetimeBasis::VendorDefault, LifetimeConfidence::Assumed),
        (declared, ends) => {
            let basis = if lifetime.paired { LifetimeBasis::Paired } else { LifetimeBasis::Intrinsic };
            let firm = ends == 2 || declared.is_some();
            (basis, if firm { LifetimeConfidence::Proven } else { LifetimeConfidence::Bounded })
        }
    }
}

#[cfg(test)]
mod tests;
