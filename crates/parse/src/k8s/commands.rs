//! Command lines of containers: what they fetch, log in to and reach.
//!
//! One decision a reader would question: a login that presents a token (`vault write auth/kubernetes/login jwt=…`) is taken
//! to present the pod's own one. A pod has no other unless it is given one, and that shows elsewhere.

use unkeyed_model::{IdentityKind, Workload};

use super::identities;
use super::pods::Pod;
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
    let account = pod.spec.get("serviceAccountName").or_else(|| pod.spec.get("serviceAccount"));
    let account = account.map_or_else(|| pod.object.place(), |node| pod.at(node, "serviceAccountName"));
    let presented = workload.identity_paths.iter_mut().skip(before).filter(|path| path.kind == IdentityKind::Federated);
    for path in presented.filter(|_| pod.mounts_token()) {
        path.tokens = vec![identities::predicted(pod, None, path.platform)];
        path.capability = Some(account.clone());
    }
}
