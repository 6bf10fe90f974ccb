//! Oracle's token exchange from a pod: the identity it presents, and the OAuth client secret that the exchange demands.
//!
//! Oracle's procedure requires a confidential application (client id and secret) to call the token endpoint even when a
//! SPIFFE or Kubernetes token is what is exchanged, so that a durable secret stays beside the federation.

use unkeyed_model::{Content, Destination, IdentityKind, IdentityPath, Location, Platform, Reach, Role, Ttl, TtlBasis, Value, Workload};

use super::containers;
use super::identities;
use super::pods::Pod;
use crate::environment::Variable;

/// Turns the pod's token path into one that leads to OCI, and the client secret into what opens it.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    for container in pod.containers() {
        let variables = containers::variables(pod, &container);
        let Some(secret) = variables.iter().find(|variable| is_client_secret(&variable.name)) else { continue };
        let leads_to_oci = secret.name.starts_with("OCI_") || secret.name.starts_with("IDCS_");
        let Some(exchange) = variables.iter().find(|variable| names_exchange(variable, leads_to_oci)) else { continue };
        bootstrap(&secret.name, workload);
        federate(pod, exchange.location.clone(), workload);
        return;
    }
}

fn is_client_secret(name: &str) -> bool {
    name.ends_with("CLIENT_SECRET")
}

/// Whether a variable shows that tokens are exchanged at an identity domain.
fn names_exchange(variable: &Variable, leads_to_oci: bool) -> bool {
    let endpoint = variable.value.known().is_some_and(|value| value.contains(".identity.oraclecloud.com"));
    let named = ["TOKEN_URL", "TOKEN_ENDPOINT", "TOKEN_EXCHANGE", "DOMAIN_URL", "IDCS_URL", "DOMAIN_ENDPOINT"];
    endpoint || (leads_to_oci && named.iter().any(|name| variable.name.contains(name)))
}

fn bootstrap(secret: &str, workload: &mut Workload) {
    for reference in workload.references.iter_mut().filter(|reference| reference.used_as.as_deref() == Some(secret)) {
        reference.role = Role::Bootstrap;
        reference.content = Content::Durable;
        reference.destination = Some(Destination::new("oci", ""));
    }
}

/// The path whose token is exchanged: the attested one, else a projected one, else the service account's own token.
fn federate(pod: Pod<'_>, exchange: Location, workload: &mut Workload) {
    let presented = |path: &IdentityPath| {
        path.kind == IdentityKind::Attested || (path.kind == IdentityKind::Federated && path.destination.kind == "unknown")
    };
    let taken = workload.identity_paths.iter().position(presented).map(|at| workload.identity_paths.remove(at));
    let Some(taken) = taken else { return };
    let tokens = match taken.kind {
        IdentityKind::Attested => vec![unkeyed_model::PredictedToken {
            issuer: Value::unknown("the issuer of the trust domain is not in the manifest"),
            subject: Value::unknown("the SPIFFE id of the workload is not in its manifest"),
            audience: Value::unknown("the audience of the token is not in the manifest"),
        }],
        _ if taken.tokens.is_empty() => vec![identities::token_for(&pod.subject(), Value::default())],
        _ => taken.tokens.clone(),
    };
    workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Federated,
        platform: Platform::Oci,
        mechanism: format!("OCI token exchange of a {}", taken.mechanism),
        reach: Reach::Destination,
        destination: Destination::new("oci", ""),
        principal: Value::unknown("the service user of the exchange is not in the manifest"),
        tokens,
        ttl: Some(Ttl { seconds: 3600, basis: TtlBasis::VendorBound }),
        capability: taken.capability,
        consumer: Some(exchange),
        platform_bound: None,
    });
}
