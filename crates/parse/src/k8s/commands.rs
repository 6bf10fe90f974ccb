//! Command lines of containers: what they fetch, log in to and reach.
//!
//! One decision a reader would question: a login that presents a token (`vault write auth/kubernetes/login jwt=…`) is taken
//! to present the pod's own one. A pod has no other unless it is given one, and that shows elsewhere.

use unkeyed_model::{Basis, Content, Custody, IdentityKind, Platform, Reference, StoreKind, Use, Value, Workload};

use super::identities;
use super::pods::{Container, Pod};
use super::secrets;
use super::volumes;
use crate::facts;
use crate::scripts;
use crate::tree::Node;

/// Where a container keeps commands beside its own.
const BESIDE: &[&[&str]] = &[
    &["livenessProbe", "exec", "command"],
    &["readinessProbe", "exec", "command"],
    &["startupProbe", "exec", "command"],
    &["lifecycle", "postStart", "exec", "command"],
    &["lifecycle", "preStop", "exec", "command"],
];

/// The command lines of a container: its own with its arguments, those of probes and hooks.
pub(super) fn words<'n>(container: &Container<'n>) -> Vec<Vec<&'n Node>> {
    let own = ["command", "args"].into_iter().filter_map(|key| container.node.get(key)).flat_map(Node::one_or_many).collect();
    let beside = BESIDE.iter().filter_map(|keys| container.node.path(keys)).map(|words| words.one_or_many().iter().collect());
    std::iter::once(own).chain(beside).collect()
}

/// Adds what the commands of all containers do.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    let place = &pod.object.source.place;
    let before = workload.identity_paths.len();
    for container in pod.containers() {
        for words in words(&container) {
            workload.uses.extend(words.iter().filter_map(|word| mounted_script(pod, &container, word.text()?)));
            scripts::command(place, &words, &format!("{}.command", container.path), workload);
        }
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
    let shows = |word: &&Node| word.text().is_some_and(|text| text.contains(DEFAULT_TOKEN));
    pod.containers().iter().any(|container| words(container).iter().flatten().any(shows))
}

/// A script of a ConfigMap that a command line runs from where it is mounted.
fn mounted_script(pod: Pod<'_>, container: &Container<'_>, word: &str) -> Option<(Use, String)> {
    let (volume, rest) = volumes::holding(pod, container, word).filter(|_| word.starts_with('/'))?;
    let map = volume.get("configMap")?;
    let file = rest.trim_start_matches('/');
    let item = map.get("items").map(Node::items).unwrap_or_default().iter().find(|item| item.str("path") == Some(file));
    let key = item.and_then(|item| item.str("key")).unwrap_or(file);
    Some((Use::Component, secrets::script_id(&pod.object.namespace(), map.str("name")?, key)))
}

/// A session that is written to a volume which outlives the pod can be read there by others while it lives.
fn keep_sessions(pod: Pod<'_>, workload: &mut Workload) {
    let folders: Vec<&str> = pod
        .volumes()
        .into_iter()
        .filter(|(volume, _)| outlives(volume))
        .filter_map(|(volume, _)| volumes::mount(pod, volume.str("name")?)?.0.str("mountPath"))
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
