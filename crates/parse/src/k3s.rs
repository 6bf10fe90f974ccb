//! Configuration files of K3s and RKE2, which run the API server inside their own process (docs.k3s.io, "Configuration
//! Options"; docs.rke2.io, "Server Configuration Reference"), and of Talos (talos.dev, "v1alpha1 Config"): with which switches it
//! will run.
//!
//! The decision a reader would question: a file says something of the API server only if it holds its arguments or an option
//! that servers alone have; an agent's file has neither.

use unkeyed_model::{Facts, Platform, SessionPolicy, TtlBasis, Unit};

use crate::commands::{EXTENDS, extended};
use crate::place::Place;
use crate::tree::Node;
use crate::{place, yaml};

/// The API server's arguments.
const ARGUMENTS: &str = "kube-apiserver-arg";

/// Options that only servers have.
const OF_SERVERS: [&str; 9] = [
    ARGUMENTS,
    "cluster-init",
    "tls-san",
    "write-kubeconfig-mode",
    "secrets-encryption",
    "datastore-endpoint",
    "cluster-cidr",
    "service-cidr",
    "disable-cloud-controller",
];

/// Where the files lie.
const FOLDERS: [&str; 2] = ["rancher/k3s/", "rancher/rke2/"];

/// How far into a file its words are looked for, in bytes: such files are short.
const HEAD: usize = 64 << 10;

/// A server's configuration: by its place, or by the arguments.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let path = &unit.origin().path;
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    let holds = |word: &str| memchr::memmem::find(head, word.as_bytes()).is_some();
    let lies_there = || FOLDERS.iter().any(|folder| path.contains(folder)) && OF_SERVERS.iter().any(|word| holds(word));
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let begins_with_it = || head.starts_with(ARGUMENTS.as_bytes()) || holds("\nkube-apiserver-arg:");
    let is_talos = || ["machine:", "cluster:", "apiServer:"].iter().all(|word| holds(word)) && !holds("\nkind:");
    (is_yaml && (lies_there() || begins_with_it() || is_talos())).then(|| path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, |place, facts| {
        let mut documents = yaml::parse(place);
        facts.skipped.append(&mut documents.skipped);
        documents.nodes.iter().for_each(|root| talos(place, root, facts));
        for root in documents.nodes.iter().filter(|root| OF_SERVERS.iter().any(|name| root.get(name).is_some())) {
            let arguments = root.get(ARGUMENTS);
            let all =
                arguments.into_iter().flat_map(|node| if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() });
            let set = all.filter_map(|node| Some((node, node.text()?.trim_start_matches('-').strip_prefix(EXTENDS)?))).next_back();
            let at = set.map(|(node, _)| node).or(arguments).unwrap_or(root);
            facts.sessions.push(SessionPolicy {
                platform: Platform::K8s,
                principal: format!("k8s:server/{}", place.path()),
                setting: EXTENDS.to_owned(),
                seconds: extended(set.and_then(|(_, value)| value.strip_prefix('='))).parse().ok(),
                basis: if set.is_some() { TtlBasis::Declared } else { TtlBasis::VendorDefault },
                location: place.at(at.span, ARGUMENTS),
            });
        }
    })
}

/// A machine of Talos that runs the API server, with the switches that are written out for it.
fn talos(place: &Place<'_>, root: &Node, facts: &mut Facts) {
    let runs_it = matches!(root.path(&["machine", "type"]).and_then(Node::text), Some("controlplane" | "init"));
    let Some(server) = root.path(&["cluster", "apiServer"]).filter(|_| runs_it) else { return };
    let set = server.get("extraArgs").and_then(|arguments| arguments.get(EXTENDS));
    facts.sessions.push(SessionPolicy {
        platform: Platform::K8s,
        principal: format!("k8s:server/{}", place.path()),
        setting: EXTENDS.to_owned(),
        seconds: extended(set.and_then(Node::text)).parse().ok(),
        basis: if set.is_some() { TtlBasis::Declared } else { TtlBasis::VendorDefault },
        location: place.at(set.unwrap_or(server).span, "cluster.apiServer.extraArgs"),
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    fn seconds(path: &str, text: &str) -> Vec<Option<u64>> {
        let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
        let facts = crate::read(&crate::group(&unit).unwrap(), std::slice::from_ref(&unit));
        facts.sessions.iter().map(|session| session.seconds).collect()
    }

    #[test]
    fn a_control_plane_of_talos_runs_the_api_server() {
        let config = |kind: &str, arguments: &str| {
            format!("version: v1alpha1\nmachine: {{type: {kind}}}\ncluster:\n  apiServer:\n    extraArgs: {{{arguments}}}\n")
        };
        assert_eq!(seconds("controlplane.yaml", &config("controlplane", "")), [Some(365 * 86_400)]);
        let off = "service-account-extend-token-expiration: 'false'";
        assert_eq!(seconds("controlplane.yaml", &config("controlplane", off)), [Some(3_600)]);
        assert!(seconds("worker.yaml", &config("worker", "")).is_empty());
        let by_cluster_api = "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: KubeadmControlPlane\nmetadata: {name: x}\nspec: {kubeadmConfigSpec: {clusterConfiguration: {apiServer: {extraArgs: {service-account-extend-token-expiration: 'false'}}}}}\n";
        assert_eq!(seconds("plane.yaml", by_cluster_api), [Some(3_600)]);
    }
}
