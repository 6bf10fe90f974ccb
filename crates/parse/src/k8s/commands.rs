//! Command lines of containers: what they fetch, log in to and reach.
//!
//! One decision a reader would question: a login that presents a token (`vault write auth/kubernetes/login jwt=…`) is taken
//! to present the pod's own one. A pod has no other unless it is given one, and that shows elsewhere.

use unkeyed_model::{Basis, Content, Custody, IdentityKind, Platform, Reference, StoreKind, Value, Workload};

use super::identities;
use super::pods::Pod;
use super::volumes;
use crate::facts;
use crate::scripts;
use crate::tree::Node;

/// Adds what the commands of all containers do.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    let place = &pod.object.source.place;
    let before = workload.identity_paths.len();
    for container in pod.containers() {
        let words = ["command", "args"].into_iter().filter_map(|key| container.node.get(key)).flat_map(Node::one_or_many);
        scripts::command(place, &words.collect::<Vec<_>>(), &format!("{}.command", container.path), workload);
        for key in ["script", "source"] {
            let script = container.node.get(key).into_iter().collect::<Vec<_>>();
            scripts::command(place, &script, &format!("{}.{key}", container.path), workload);
        }
    }
    keep_sessions(pod, workload);
    let account = pod.spec.get("serviceAccountName").or_else(|| pod.spec.get("serviceAccount"));
    let account = account.map_or_else(|| pod.object.place(), |node| pod.at(node, "serviceAccountName"));
    let presented = workload.identity_paths.iter_mut().skip(before).filter(|path| path.kind == IdentityKind::Federated);
    for path in presented.filter(|_| pod.mounts_token()) {
        let mut token = identities::predicted(pod, None, path.platform);
        if path.platform == Platform::Vault && shows_default_token(pod) {
            token.audience = Value::Known(identities::API_SERVER_AUDIENCE.into(), Basis::Platform);
        }
        path.tokens = vec![token];
        path.capability = Some(account.clone());
    }
}

/// Where the token for the API server is mounted.
const DEFAULT_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Whether a container's command reads that token.
fn shows_default_token(pod: Pod<'_>) -> bool {
    let containers = pod.containers();
    let mut words = containers
        .iter()
        .flat_map(|container| ["command", "args"].into_iter().filter_map(|key| container.node.get(key)))
        .flat_map(Node::one_or_many);
    words.any(|word| word.text().is_some_and(|text| text.contains(DEFAULT_TOKEN)))
}

/// A session that is written to a volume which outlives the pod can be read there by others while it lives.
fn keep_sessions(pod: Pod<'_>, workload: &mut Workload) {
    let folders: Vec<&str> = pod
        .spec
        .get("volumes")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter(|volume| outlives(volume))
        .filter_map(|volume| volumes::mount(pod, volume.str("name")?)?.0.str("mountPath"))
        .collect();
    let kept = workload.traits.iter().filter(|(name, ..)| name == scripts::KEPT_SESSION);
    let found: Vec<Reference> = kept
        .filter_map(|(_, value, location)| {
            let (seconds, file) = value.split_once(' ')?;
            folders.iter().find(|folder| file.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/')))?;
            Some(Reference {
                custody: Custody::Embedded,
                content: Content::Durable,
                lease_seconds: seconds.parse().ok(),
                destination: Some(facts::aws(None)),
                ..facts::reference(StoreKind::File, file, location.clone())
            })
        })
        .collect();
    workload.references.extend(found);
}

fn outlives(volume: &Node) -> bool {
    ["persistentVolumeClaim", "hostPath", "nfs", "awsElasticBlockStore", "azureFile"].iter().any(|kind| volume.get(kind).is_some())
}
