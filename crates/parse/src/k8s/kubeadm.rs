//! kubeadm's cluster configuration, of its own or inside Cluster API's control plane: with which switches the API server will run
//! (kubeadm API reference, v1beta3 and v1beta4; Cluster API book, "KubeadmControlPlane").

use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis};

use super::objects::Object;
use crate::commands::{EXTENDS, extended};
use crate::tree::Node;

/// Says how long the API server lets tokens of pods live.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    const PATHS: [&[&str]; 2] =
        [&["apiServer", "extraArgs"], &["spec", "kubeadmConfigSpec", "clusterConfiguration", "apiServer", "extraArgs"]];
    let arguments = PATHS.iter().find_map(|path| object.at(path));
    // v1beta3 has a mapping, v1beta4 a list of names and values.
    let listed = arguments.map(Node::items).unwrap_or_default().iter().rev().find(|item| item.str("name") == Some(EXTENDS));
    let node = arguments.and_then(|node| node.get(EXTENDS)).or_else(|| listed?.get("value"));
    let setting = node.and_then(|node| object.source.text(node));
    facts.sessions.push(SessionPolicy {
        platform: Platform::K8s,
        principal: object.id(),
        setting: EXTENDS.to_owned(),
        seconds: extended(setting.as_deref()).parse().ok(),
        basis: if node.is_some() { TtlBasis::Declared } else { TtlBasis::VendorDefault },
        location: node.or(arguments).map_or_else(|| object.extent(), |node| object.location(node, "apiServer.extraArgs")),
    });
}
