//! Service meshes: a proxy beside the pod that holds a certificate of its own for the pod's service account.
//!
//! One decision a reader would question: the marker shows that an identity is issued, not that what the workload reaches
//! asks for it, so that the path has no consumer. Istio docs, "Installing the Sidecar"; Linkerd docs, "Automatic Proxy
//! Injection"; Consul docs, "Annotations and labels".

use unkeyed_model::{Destination, IdentityKind, IdentityPath, Platform, Reach, Ttl, TtlBasis, Value, Workload};

use super::pods::Pod;

/// Mechanism, label or annotation, values that switch it on (any if empty), lifetime of the certificates in seconds.
const MARKERS: &[(&str, &str, &[&str], u64)] = &[
    ("Istio sidecar", "sidecar.istio.io/inject", &["true"], 86_400),
    ("Istio sidecar", "istio.io/rev", &[], 86_400),
    ("Istio ambient mode", "istio.io/dataplane-mode", &["ambient"], 86_400),
    ("Linkerd proxy", "linkerd.io/inject", &["enabled", "ingress"], 86_400),
    ("Consul sidecar", "consul.hashicorp.com/connect-inject", &["true"], 259_200),
];

/// Adds the path of the first mesh that the pod's labels or annotations name.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    let found = MARKERS.iter().find_map(|(mechanism, name, values, seconds)| {
        let written = pod.label(name).or_else(|| pod.annotation(name))?;
        let text = written.text()?;
        (values.is_empty() || values.contains(&&*text)).then_some((mechanism, name, written, *seconds))
    });
    let Some((mechanism, name, written, seconds)) = found else { return };
    workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Attested,
        platform: Platform::Spiffe,
        mechanism: (*mechanism).to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("mesh", ""),
        principal: Value::literal(format!("ns/{}/sa/{}", pod.object.namespace(), pod.service_account())),
        tokens: Vec::new(),
        ttl: Some(Ttl { seconds, basis: TtlBasis::VendorDefault }),
        capability: Some(written.location(name)),
        consumer: None,
        platform_bound: None,
    });
}
