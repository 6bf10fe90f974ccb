//! Client certificates that cert-manager issues: how long they live, and whose Secret holds them.

use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis};

use super::objects::Object;
use super::pods::Pod;
use crate::terraform::duration_seconds;
use crate::tree::Node;

/// Life of a certificate that states none: 90 days (cert-manager, `CertificateSpec.duration`).
const DEFAULT: u64 = 90 * 86_400;

/// The CSI driver's: 30 days (cert-manager csi-driver, "Supported volume attributes").
const MOUNTED_DEFAULT: u64 = 30 * 86_400;

/// Drivers that put a certificate into a pod's memory.
const DRIVERS: [&str; 2] = ["csi.cert-manager.io", "spiffe.csi.cert-manager.io"];

/// How long the certificate of a `Certificate` lives, if clients authenticate with it.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let usages = object.at(&["spec", "usages"]).map(Node::items).unwrap_or_default();
    let Some(secret) = object.text(&["spec", "secretName"]).filter(|_| usages.iter().any(|usage| usage.text() == Some("client auth")))
    else {
        return;
    };
    let node = object.at(&["spec", "duration"]);
    facts.sessions.push(SessionPolicy {
        platform: Platform::K8s,
        principal: format!("k8s:secret/{}/{secret}", object.namespace()),
        setting: "client-certificate".to_owned(),
        seconds: node.map_or(Some(DEFAULT), |node| duration_seconds(node.text()?)),
        basis: if node.is_some() { TtlBasis::Declared } else { TtlBasis::VendorDefault },
        location: node.map_or_else(|| object.place(), |node| object.location(node, "spec.duration")),
    });
}

/// The same of volumes that the CSI driver fills; it issues for clients and servers unless it is told otherwise.
pub(super) fn mounted(pod: Pod<'_>) -> Vec<SessionPolicy> {
    let volumes = pod.spec.get("volumes").map(Node::items).unwrap_or_default();
    let read = |volume: &Node| {
        let csi = volume.get("csi").filter(|csi| DRIVERS.contains(&csi.str("driver").unwrap_or_default()))?;
        let attribute = |name: &str| csi.path(&["volumeAttributes", name]);
        let is_client =
            attribute("csi.cert-manager.io/key-usages").and_then(Node::text).is_none_or(|usages| usages.contains("client auth"));
        // The SPIFFE driver's own length is set where the driver runs.
        let node = attribute("csi.cert-manager.io/duration");
        let known = node.is_some() || csi.str("driver") == Some(DRIVERS[0]);
        (is_client && known).then(|| SessionPolicy {
            platform: Platform::K8s,
            principal: pod.principal(),
            setting: "client-certificate".to_owned(),
            seconds: node.map_or(Some(MOUNTED_DEFAULT), |node| duration_seconds(node.text()?)),
            basis: if node.is_some() { TtlBasis::Declared } else { TtlBasis::VendorDefault },
            location: pod.at(node.unwrap_or(csi), "volumes"),
        })
    };
    volumes.iter().filter_map(read).collect()
}
