//! Volumes of a cluster and the claims of pods on them: the Secrets with which a driver mounts them (Kubernetes API reference,
//! `PersistentVolumeSpec`).

use unkeyed_model::{Content, Facts, Reference, Use, Workload, WorkloadKind};

use super::objects::{self, Object};
use super::pods::Pod;
use super::secrets;
use crate::tree::Node;

/// Kind of a claim.
const CLAIM: &str = "PersistentVolumeClaim";

/// Id of a volume, which lies in no namespace.
fn volume_id(name: &str) -> String {
    format!("k8s:PersistentVolume/{name}")
}

/// A claim, which leads to the volume that it names.
pub(super) fn claim(object: Object<'_>, facts: &mut Facts) {
    let Some(volume) = object.text(&["spec", "volumeName"]) else { return };
    let mut claim = component(object, object.id());
    claim.uses.push((Use::Resource, volume_id(&volume)));
    facts.workloads.push(claim);
}

/// A volume, which its driver mounts with what the Secrets hold that it names.
pub(super) fn volume(object: Object<'_>, facts: &mut Facts) {
    let sources = object.at(&["spec"]).map(Node::entries).unwrap_or_default();
    let mut volume = component(object, volume_id(&object.name()));
    for entry in sources.iter().flat_map(|source| source.value.entries()) {
        let holder = entry.value.get("name").filter(|_| entry.name() == "secretRef" || entry.name().ends_with("SecretRef"));
        let name = holder.or((entry.name() == "secretName").then_some(&entry.value));
        let Some((node, text)) = name.and_then(|node| Some((node, object.source.text(node)?))) else { continue };
        let reference = secrets::reference(object, &text, object.location(node, &format!("spec.{}", entry.name())));
        let namespace = entry.value.get("namespace").and_then(|node| object.source.text(node));
        let namespace = namespace.map(|text| text.to_string()).or_else(|| reference.namespace.clone());
        volume.references.push(Reference { content: Content::Durable, namespace, ..reference });
    }
    facts.workloads.push(volume);
}

/// Adds the claims of a pod to what it is made of.
pub(super) fn read(pod: Pod<'_>, workload: &mut Workload) {
    let names = pod.volumes().into_iter().filter_map(|(node, _)| node.path(&["persistentVolumeClaim", "claimName"]));
    let texts = names.filter_map(|name| pod.object.source.text(name));
    workload.uses.extend(texts.map(|name| (Use::Resource, objects::id(&pod.object.namespace(), CLAIM, &name))));
}

fn component(object: Object<'_>, id: String) -> Workload {
    let mut component = Workload::new(WorkloadKind::K8s, id, object.name().to_string(), object.place());
    component.component = true;
    component
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Content, Origin, Unit, Use};

    #[test]
    fn a_pod_leads_to_the_secrets_of_the_volume_that_its_claim_names() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: prod}\nspec:\n  containers: [{name: a, image: x}]\n  \
                    volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: \
                    {name: c, namespace: prod}\nspec: {volumeName: pv}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec:\n  \
                    csi: {driver: smb.csi.k8s.io, volumeHandle: h, nodeStageSecretRef: {name: smb, namespace: store}}\n";
        let unit = Unit::new(Arc::new(Origin { path: "a.yaml".into(), ..Origin::default() }), text.as_bytes());
        let facts = crate::testing::read(&[unit]);
        let of = |id: &str| facts.workloads.iter().find(|one| one.id == id).unwrap();
        let (claim, volume) = ("k8s:prod/PersistentVolumeClaim/c", "k8s:PersistentVolume/pv");
        assert!(of("k8s:prod/Pod/app").uses.contains(&(Use::Resource, claim.to_owned())));
        assert_eq!(of(claim).uses, [(Use::Resource, volume.to_owned())]);
        let used = &of(volume).references[0];
        assert_eq!((used.name.as_str(), used.namespace.as_deref(), used.content), ("smb", Some("store"), Content::Durable));
        assert!(of(volume).component && of(claim).component);
    }
}
