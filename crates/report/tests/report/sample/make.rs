//! Short ways to write places, masked lines and credentials.

use std::sync::Arc;

use unkeyed_model::{
    Artifact, Class, Confidence, Custody, Destination, Level, Lifetime, LifetimeBasis, LifetimeConfidence, Location, Origin, Reachability,
    Region, Remediation, Replayable, Role, RuleInfo, Snippet, Span, Standard, Suppression, Surface, Timestamp, Tracked, Value,
    VendorDefault,
};

/// A place of `length` characters in a tracked file.
pub(super) fn at(path: &str, line: u32, column: u32, length: u32) -> Location {
    placed(Surface::Worktree, path, line, column, length)
}

/// The same on another surface.
pub(super) fn placed(surface: Surface, path: &str, line: u32, column: u32, length: u32) -> Location {
    let start = 40 * (line as usize - 1) + column as usize - 1;
    Location {
        origin: Arc::new(Origin { surface, path: path.into(), tracked: Some(Tracked::Tracked), ..Origin::default() }),
        region: Region { line, column, end_line: line, end_column: column + length, span: Span::new(start, start + length as usize) },
        key_path: None,
        decoded_via: Vec::new(),
    }
}

/// A place with its structural path.
pub(super) fn keyed(path: &str, line: u32, column: u32, length: u32, key_path: &str) -> Location {
    Location { key_path: Some(key_path.into()), ..at(path, line, column, length) }
}

/// A masked line; the credential's mask stands between `«` and `»`.
pub(super) fn line(marked: &str) -> Option<Snippet> {
    let before = marked.split_once('«').unwrap().0.chars().count();
    let inside = marked.split_once('«').unwrap().1.split_once('»').unwrap().0.chars().count();
    Some(Snippet { text: marked.replace(['«', '»'], ""), start: before, end: before + inside })
}

/// A rule of a provider; the id's first half is the provider.
pub(super) fn rule(id: &str, name: &str, description: &str, instead: &str, revoke: &str) -> Arc<RuleInfo> {
    let provider = id.split('.').next().unwrap();
    Arc::new(RuleInfo {
        id: id.into(),
        name: name.into(),
        provider: provider.into(),
        description: description.into(),
        reference: format!("https://docs.example/{provider}/credentials"),
        remediation: Remediation { instead: instead.into(), revoke: revoke.into() },
    })
}

/// A durable, embedded, certain credential; the rest is set by whoever calls.
pub(super) fn durable(id: &str, rule: &Arc<RuleInfo>, mask: &str, location: Location, snippet: Option<Snippet>) -> Artifact {
    Artifact {
        id: id.into(),
        rule: rule.clone(),
        kind: rule.id.clone(),
        name: None,
        class: Class::Durable,
        class_rule: "C12",
        level: Level::Error,
        rank: 95,
        confidence: Confidence::High,
        custody: Custody::Embedded,
        role: Role::Access,
        replayable: Replayable::Bearer,
        reachability: Reachability::Runtime,
        lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
        lifetime_basis: LifetimeBasis::VendorDefault,
        lifetime_confidence: LifetimeConfidence::Assumed,
        mask: mask.into(),
        locations: vec![(location, snippet)],
        related: Vec::new(),
        destination: None,
        workloads: Vec::new(),
        public_because: None,
        standards: vec![owasp("NHI7:2025"), owasp("NHI2:2025"), Standard { taxonomy: "CWE", id: "CWE-798" }, csf("PR.AA-01")],
        notes: Vec::new(),
        fingerprint: None,
        markers: Vec::new(),
        silenced_by: None,
        suppressed_by: None,
    }
}

/// A use by name of a secret that a platform keeps.
pub(super) fn reference(id: &str, rule: &Arc<RuleInfo>, name: &str, location: Location, workload: &str) -> Artifact {
    Artifact {
        name: Some(name.into()),
        class: Class::ReferenceStored,
        class_rule: "C4",
        level: Level::Warning,
        rank: 50,
        custody: Custody::PlatformStored,
        lifetime: Lifetime::default(),
        lifetime_basis: LifetimeBasis::None,
        workloads: vec![workload.into()],
        standards: vec![owasp("NHI7:2025"), owasp("NHI6:2025")],
        ..durable(id, rule, name, location, None)
    }
}

/// The exception that the sample's policy holds.
pub(super) fn exception() -> Suppression {
    Suppression {
        exception: "EX-2026-014".into(),
        justification: "Vendor DB 11g has no short-lived authentication".into(),
        owner: "jane.doe@acme.example".into(),
        expires: "2027-01-31".into(),
        exit_plan: "Vault database/creds/billing with a lease of 1 h".into(),
    }
}

pub(super) fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

pub(super) fn owasp(id: &'static str) -> Standard {
    Standard { taxonomy: "OWASP-NHI-2025", id }
}

pub(super) fn csf(id: &'static str) -> Standard {
    Standard { taxonomy: "NIST-CSF-2.0", id }
}

pub(super) fn to(kind: &str, name: &str) -> Destination {
    Destination::new(kind, name)
}

pub(super) fn known(text: &str) -> Value {
    Value::literal(text)
}
