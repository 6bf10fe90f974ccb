//! Service connections of Azure DevOps: how pipelines that name them log in.
//!
//! Provider documentation of `azuredevops_serviceendpoint_azurerm`: `service_endpoint_authentication_scheme` is
//! `ServicePrincipal` (which keeps a secret) unless it says `WorkloadIdentityFederation` or `ManagedServiceIdentity`.

use unkeyed_model::{
    Basis, Content, Custody, Destination, Facts, IdentityKind, IdentityPath, Platform, PredictedToken, Reach, Reference, StoreKind,
    StoredSecret, Ttl, TtlBasis, Value, Workload, WorkloadKind,
};

use super::resource::{Reader, Resource};
use crate::facts as shared;
use crate::policy_document::hole;

/// Readers by resource type.
pub(super) const READERS: &[(&str, Reader)] = &[("azuredevops_serviceendpoint_azurerm", connection)];

fn connection(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(name) = resource.text("service_endpoint_name") else { return };
    let scheme = resource.value("service_endpoint_authentication_scheme").unwrap_or_else(|| Value::literal("ServicePrincipal"));
    let location = resource.location();
    let mut workload = Workload::new(WorkloadKind::AzureJob, resource.key(), name.as_str(), location.clone());
    workload.component = true;
    workload.extents.push(location.clone());
    let custody = match scheme.known() {
        Some(scheme @ ("WorkloadIdentityFederation" | "ManagedServiceIdentity")) => {
            workload.identity_paths.push(path(resource, scheme, facts));
            Custody::RuntimeMinted
        }
        Some("ServicePrincipal") => {
            let reference = shared::reference(StoreKind::ServiceConnection, name.as_str(), location.clone());
            let destination = Some(Destination::new("azure", ""));
            workload.references.push(Reference { content: Content::Durable, destination, ..reference });
            Custody::PlatformStored
        }
        _ => return,
    };
    let component = Some(workload.id.clone());
    facts.stored.push(StoredSecret { store: StoreKind::ServiceConnection, name, namespace: None, custody, extent: location, component });
    facts.workloads.push(workload);
}

fn path(resource: Resource<'_, '_>, scheme: &str, facts: &mut Facts) -> IdentityPath {
    let federated = scheme == "WorkloadIdentityFederation";
    let principal = resource.principal("credentials.serviceprincipalid", Platform::Azure, "application", facts);
    let principal = principal.map_or_else(|| Value::unknown("Azure DevOps makes the application"), Value::literal);
    // Both are known once the connection is made. Until then they are known by their name: a trust takes them over by it.
    let told = |what: &str| {
        let attribute = format!("workload_identity_federation_{what}");
        let named = || hole::value(&hole::hole(&format!("{}.{attribute}", resource.address)), Basis::Literal);
        resource.value(&attribute).unwrap_or_else(named)
    };
    let token = PredictedToken { issuer: told("issuer"), subject: told("subject"), audience: Value::literal("api://AzureADTokenExchange") };
    IdentityPath {
        kind: if federated { IdentityKind::Federated } else { IdentityKind::Managed },
        platform: Platform::Azure,
        mechanism: format!("service connection, {scheme}"),
        reach: Reach::Destination,
        destination: Destination::new("azure", ""),
        principal,
        tokens: if federated { vec![token] } else { Vec::new() },
        ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
        capability: Some(resource.location()),
        consumer: Some(resource.at("service_endpoint_authentication_scheme")),
        platform_bound: None,
    }
}
