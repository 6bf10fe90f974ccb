//! A profile of `.oci/config`.

use unkeyed_model::{Content, Destination, IdentityKind, IdentityPath, Platform, Reach, StoreKind, Ttl, TtlBasis, Value, Workload};

use super::ini::Section;
use super::value;
use crate::facts;
use crate::place::Place;

pub(super) fn read(place: &Place<'_>, section: &Section<'_>, workload: &mut Workload) {
    let tenancy = value(place, section, "tenancy").map(|(text, _)| text).unwrap_or_default();
    let destination = Destination::new("oci", tenancy);
    workload.destinations.push(destination.clone());
    if let Some((kind, at)) = value(place, section, "authentication_type") {
        let mechanism = match kind {
            "instance_principal" => "OCI instance principal",
            "resource_principal" => "OCI resource principal",
            "oke_workload_identity" | "workload" => "OKE workload identity",
            _ => return,
        };
        workload.identity_paths.push(IdentityPath {
            kind: IdentityKind::Managed,
            platform: Platform::Oci,
            mechanism: mechanism.into(),
            reach: Reach::Destination,
            destination,
            principal: Value::unknown("the instance's or resource's dynamic group is not in this file"),
            tokens: Vec::new(),
            ttl: Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorBound }),
            capability: Some(at.clone()),
            consumer: Some(at),
            platform_bound: None,
        });
        return;
    }
    // With a session token the key only proves possession of a token that ends within the hour; the profile itself is
    // what detection reports then.
    if value(place, section, "security_token_file").is_some() {
        return;
    }
    let Some((file, at)) = value(place, section, "key_file") else { return };
    let mut reference = facts::reference(StoreKind::File, file, at);
    reference.content = Content::Durable;
    reference.used_as = Some("key_file".to_owned());
    reference.destination = Some(destination);
    workload.references.push(reference);
}
