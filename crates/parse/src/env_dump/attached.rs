//! Identities that a platform attaches to what runs, as its own outputs name them.

use unkeyed_model::{Destination, IdentityKind, IdentityPath, Location, Platform, Reach, Ttl, TtlBasis, Value};

use crate::facts;

/// Key, what it is called, platform, destination, longest session. ECS and Lambda hand out role sessions (at most twelve hours); Google's
/// metadata server tokens of an hour.
const ATTACHED: &[(&str, &str, Platform, &str, Ttl)] = &[
    ("taskRoleArn", "ECS taskRoleArn", Platform::Aws, "aws", Ttl { seconds: 43_200, basis: TtlBasis::VendorBound }),
    ("Role", "Lambda execution role", Platform::Aws, "aws", Ttl { seconds: 43_200, basis: TtlBasis::VendorBound }),
    ("serviceAccountEmail", "serviceAccountEmail", Platform::Gcp, "gcp", Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }),
];

/// The identity that a value under this key attaches.
pub(super) fn identity(key: &str, text: &str, location: Location) -> Option<IdentityPath> {
    let (_, mechanism, platform, destination, ttl) = ATTACHED.iter().find(|(name, ..)| *name == key)?;
    let is_role = *platform != Platform::Aws || text.starts_with("arn:") && text.contains(":role/");
    is_role.then(|| IdentityPath {
        kind: IdentityKind::Managed,
        platform: *platform,
        mechanism: (*mechanism).to_owned(),
        reach: Reach::Destination,
        destination: if *platform == Platform::Aws { facts::aws(Some(text)) } else { Destination::new(*destination, "") },
        principal: Value::literal(text),
        tokens: Vec::new(),
        ttl: Some(*ttl),
        capability: Some(location.clone()),
        consumer: Some(location),
        platform_bound: None,
    })
}
