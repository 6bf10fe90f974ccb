//! A profile of `.aws/config` or `.aws/credentials`.

use unkeyed_model::{Custody, IdentityKind, IdentityPath, Platform, Reach, StoreKind, Ttl, TtlBasis, Value, Workload};

use super::ini::Section;
use super::value;
use crate::facts;
use crate::place::Place;

pub(super) fn read(place: &Place<'_>, section: &Section<'_>, workload: &mut Workload) {
    let role = value(place, section, "role_arn");
    let arn = role.as_ref().map(|(arn, _)| *arn);
    workload.destinations.push(facts::aws(arn));
    // AWS SDK: a role is assumed for one hour unless `duration_seconds` says otherwise.
    let declared = value(place, section, "duration_seconds").and_then(|(text, _)| text.parse().ok());
    let ttl =
        Some(declared.map_or(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }, |seconds| Ttl { seconds, basis: TtlBasis::Declared }));
    let principal = arn.map_or_else(|| Value::unknown("the profile names no role"), Value::literal);
    let path = |kind, mechanism: &str, principal: Value, capability, consumer, ttl| IdentityPath {
        kind,
        platform: Platform::Aws,
        mechanism: mechanism.to_owned(),
        reach: Reach::Destination,
        destination: facts::aws(arn),
        principal,
        tokens: Vec::new(),
        ttl,
        capability: Some(capability),
        consumer: Some(consumer),
        platform_bound: None,
    };
    if let (Some((_, token)), Some((_, role))) = (value(place, section, "web_identity_token_file"), &role) {
        workload.identity_paths.push(path(IdentityKind::Federated, "web_identity_token_file", principal, token, role.clone(), ttl));
    } else if let Some((source, at)) = value(place, section, "credential_source").filter(|(source, _)| *source != "Environment") {
        let mechanism = format!("credential_source {source}");
        workload.identity_paths.push(path(IdentityKind::Managed, &mechanism, principal, at.clone(), at, ttl));
    } else if let Some((role, at)) = value(place, section, "sso_role_name") {
        // IAM Identity Center: a person signs in; role sessions last at most twelve hours.
        let bound = Some(Ttl { seconds: 43_200, basis: TtlBasis::VendorBound });
        workload.identity_paths.push(path(IdentityKind::Federated, "AWS IAM Identity Center", Value::literal(role), at.clone(), at, bound));
    }
    if let Some((command, at)) = value(place, section, "credential_process") {
        let program = crate::shell::commands(command).first().map(|command| command.program().to_owned()).unwrap_or_default();
        let mut reference = facts::reference(StoreKind::File, program, at);
        reference.custody = Custody::VaultUnknown;
        reference.used_as = Some("credential_process".into());
        reference.destination = Some(facts::aws(arn));
        workload.references.push(reference);
    }
}
