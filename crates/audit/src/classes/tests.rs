//! One test per class rule, with the neighbour that must not fall under it.

use std::sync::Arc;

use unkeyed_model::{
    Class, Custody, Lifetime, LifetimeBasis, LifetimeConfidence, Origin, Role, RuleInfo, StoreKind, Thresholds, VendorDefault,
};

use super::*;
use crate::testing::{at, now, place};

/// An embedded credential of which nothing is known.
fn draft(kind: &str) -> Draft {
    let mut draft = Draft::new(Arc::new(RuleInfo::default()), kind, Custody::Embedded, Role::Access, "mask".into());
    draft.artifact.locations.push((place("f", 0, 1), None));
    draft
}

/// A use by name.
fn named(content: Content) -> Draft {
    let mut draft = Draft { store: Some(StoreKind::GhaSecret), content, ..draft("ref.gha-secret") };
    draft.artifact.custody = Custody::PlatformStored;
    draft
}

fn with(lifetime: Lifetime) -> Draft {
    let mut draft = draft("x.y");
    draft.artifact.lifetime = lifetime;
    draft
}

fn defaults(vendor_default: VendorDefault) -> Draft {
    with(Lifetime { vendor_default, ..Lifetime::default() })
}

fn classed(mut draft: Draft) -> (Class, &'static str) {
    decide(&mut draft, &[], &Thresholds::default(), now());
    (draft.artifact.class, draft.artifact.class_rule)
}

#[test]
fn c0_public() {
    let mut example = draft("aws.access-key");
    example.artifact.public_because = Some("documented".into());
    assert_eq!(classed(example), (Class::Public, "C0"));
    let mut certificate = draft("x509.certificate");
    certificate.artifact.role = Role::Identifier;
    assert_eq!(classed(certificate), (Class::Public, "C0"));
    assert_eq!(classed(named(Content::Identifier)), (Class::Public, "C0"));
    let mut mounted = named(Content::Durable);
    mounted.store = Some(StoreKind::BuildSecret);
    assert_eq!(classed(mounted), (Class::Public, "C0"));
}

#[test]
fn c1_encrypted_unless_the_key_lies_beside_it() {
    let mut sops = draft("encrypted.sops");
    sops.artifact.custody = Custody::EncryptedAtRest;
    assert_eq!(classed(sops.clone()), (Class::EncryptedStored, "C1"));
    decide(&mut sops, &["age.secret-key".into()], &Thresholds::default(), now());
    assert_eq!((sops.artifact.class, sops.artifact.class_rule), (Class::Durable, "C15"));
}

#[test]
fn c2_c3_c5_by_custody() {
    for (custody, expected) in [
        (Custody::VaultDynamic, (Class::VaultFetchedDynamic, "C2")),
        (Custody::VaultStatic, (Class::VaultFetchedStatic, "C3")),
        (Custody::VaultUnknown, (Class::VaultFetchedStatic, "C3")),
        (Custody::RuntimeMinted, (Class::RuntimeIdentity, "C5")),
    ] {
        let mut fetched = named(Content::Durable);
        fetched.artifact.custody = custody;
        assert_eq!(classed(fetched), expected);
    }
}

#[test]
fn c4_c4b_stored_by_content() {
    assert_eq!(classed(named(Content::Durable)), (Class::ReferenceStored, "C4"));
    assert_eq!(classed(named(Content::Unstated)), (Class::Unknown, "C4b"));
    assert_eq!(classed(draft("aws.access-key-id")), (Class::ReferenceStored, "C4"));
    let mut bootstrap = named(Content::Durable);
    bootstrap.artifact.role = Role::Bootstrap;
    assert_eq!(classed(bootstrap), (Class::Bootstrap, "C7"));
}

#[test]
fn c6_expired_with_five_minutes_of_skew() {
    let until = |text| with(Lifetime { issued: Some(at("2026-06-01T00:00:00Z")), expires: Some(at(text)), ..Lifetime::default() });
    assert_eq!(classed(until("2026-06-01T11:55:00Z")), (Class::Expired, "C6"));
    assert_eq!(classed(until("2026-06-01T11:55:01Z")), (Class::ShortLived, "C8"));
    assert_eq!(classed(defaults(VendorDefault::Revoked)), (Class::Expired, "C6"));
}

#[test]
fn c7_bootstrap_unless_known_to_be_short() {
    let mut token = defaults(VendorDefault::Short(600));
    token.artifact.role = Role::Bootstrap;
    assert_eq!(classed(token.clone()), (Class::Bootstrap, "C7"));
    token.artifact.lifetime.declared_seconds = Some(600);
    assert_eq!(classed(token.clone()), (Class::ShortLived, "C8"));
    token.artifact.lifetime.declared_seconds = Some(86_401);
    assert_eq!(classed(token), (Class::Bootstrap, "C7"));
}

#[test]
fn c8_c9_by_length() {
    let lasting = |seconds| with(Lifetime { declared_seconds: Some(seconds), ..Lifetime::default() });
    assert_eq!(classed(lasting(86_400)), (Class::ShortLived, "C8"));
    assert_eq!(classed(lasting(86_401)), (Class::LongLived, "C9"));
    let mut strict = lasting(7200);
    decide(&mut strict, &[], &Thresholds { short: 3600, ..Thresholds::default() }, now());
    assert_eq!(strict.artifact.class, Class::LongLived);
}

#[test]
fn c10_c11_by_remaining_time_and_first_sight() {
    let until = |text: &str, seen: Option<&str>| {
        let mut draft = with(Lifetime { expires: Some(at(text)), ..Lifetime::default() });
        let origin = Origin { path: "f".into(), first_seen: seen.map(at), ..Origin::default() };
        draft.artifact.locations[0].0.origin = Arc::new(origin);
        classed(draft)
    };
    assert_eq!(until("2026-06-02T12:00:01Z", None), (Class::LongLived, "C10"));
    assert_eq!(until("2026-06-02T12:00:00Z", None), (Class::ShortLived, "C11"));
    assert_eq!(until("2026-06-01T13:00:00Z", Some("2026-05-01T00:00:00Z")), (Class::LongLived, "C10"));
}

#[test]
fn c12_to_c16_by_what_the_vendor_says() {
    assert_eq!(classed(defaults(VendorDefault::NeverExpires)), (Class::Durable, "C12"));
    assert_eq!(classed(defaults(VendorDefault::AtMost(31_536_000))), (Class::LongLived, "C13"));
    assert_eq!(classed(defaults(VendorDefault::Short(3600))), (Class::ShortLived, "C14"));
    let mut password = draft("generic.typed-position");
    password.typed_position = true;
    assert_eq!(classed(password), (Class::Durable, "C15"));
    assert_eq!(classed(draft("generic.entropy")), (Class::Unknown, "C16"));
}

#[test]
fn an_authority_never_expires() {
    let mut key =
        with(Lifetime { issued: Some(at("2020-01-01T00:00:00Z")), expires: Some(at("2021-01-01T00:00:00Z")), ..Lifetime::default() });
    assert_eq!(classed(key.clone()), (Class::Expired, "C6"));
    key.authority = true;
    assert_eq!(classed(key), (Class::Durable, "C12"));
}

#[test]
fn the_lifetime_says_what_it_rests_on() {
    let of = |lifetime| {
        let mut draft = with(lifetime);
        decide(&mut draft, &[], &Thresholds::default(), now());
        (draft.artifact.lifetime_basis, draft.artifact.lifetime_confidence)
    };
    let later = Some(at("2027-01-01T00:00:00Z"));
    assert_eq!(of(Lifetime::default()), (LifetimeBasis::None, LifetimeConfidence::Assumed));
    assert_eq!(of(Lifetime { expires: later, ..Lifetime::default() }), (LifetimeBasis::Intrinsic, LifetimeConfidence::Bounded));
    let both = Lifetime { issued: Some(now()), expires: later, paired: true, ..Lifetime::default() };
    assert_eq!(of(both), (LifetimeBasis::Paired, LifetimeConfidence::Proven));
    assert_eq!(of(Lifetime { declared_seconds: Some(1), ..Lifetime::default() }), (LifetimeBasis::Declared, LifetimeConfidence::Proven));
    let never = Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() };
    assert_eq!(of(never), (LifetimeBasis::VendorDefault, LifetimeConfidence::Assumed));
}
