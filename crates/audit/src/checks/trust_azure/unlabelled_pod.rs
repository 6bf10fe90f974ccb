//! # What it finds
//!
//! A pod whose service account carries `azure.workload.identity/client-id`, but which lacks the label
//! `azure.workload.identity/use: "true"`.
//!
//! # Why it matters
//!
//! The webhook gives a token only to pods with the label (Azure Workload Identity, "Service account labels and annotations").
//! Without it the identity is prepared and not used: if the pod reaches Azure all the same, it is by a secret or by the
//! identity of its node.
//!
//! # Instead
//!
//! Put the label on the pod template, and take away what the pod authenticates with today.

use std::collections::BTreeMap;

use unkeyed_model::{IdentityPath, Level, Platform, WorkloadKind};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-AZ-10",
    title: "pod doesn't use the identity of its service account",
    level: Level::Warning,
    standards: standards::DRIFT,
    source: include_str!("unlabelled_pod.rs"),
    run,
};

const ANNOTATION: &str = "azure.workload.identity/client-id";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for workload in &view.facts().workloads {
        *names.entry(workload.name.as_str()).or_default() += 1;
    }
    for linked in view.context.workloads.iter().filter(|linked| linked.workload.kind == WorkloadKind::K8s) {
        // The label is the capability; a token that the pod projects itself is another.
        let azure: Vec<&IdentityPath> = linked.workload.identity_paths.iter().filter(|path| path.platform == Platform::Azure).collect();
        // What a patch of Kustomize adds to it stands in another file under the same name.
        let is_patched = || names.get(linked.workload.name.as_str()).is_some_and(|times| *times > 1);
        // The driver of the Secrets Store asks for the pod's token itself.
        let is_mounted = |path: &Option<String>| path.as_ref().is_some_and(|path| path.ends_with("csi.secretProviderClass"));
        if linked.workload.references.iter().any(|reference| is_mounted(&reference.location.key_path)) {
            continue;
        }
        let Some(annotated) = azure.iter().find(|path| path.mechanism.contains(ANNOTATION)) else { continue };
        let Some(place) = annotated.consumer.as_ref().filter(|_| azure.iter().all(|path| path.capability.is_none()) && !is_patched())
        else {
            continue;
        };
        let message = format!(
            "{} runs under a service account with an Azure identity ({}), but lacks the label that gives it a token.",
            linked.workload.name,
            spot(place),
        );
        sink.workload(&linked.workload.id, Statement::new(CHECK.level, &linked.workload.location, message).with(place, "the identity"));
    }
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_job};
    use crate::testing::place;

    fn pod(change: impl FnOnce(&mut IdentityPath)) -> Estate {
        with_job(Platform::Azure, |pod| {
            pod.kind = WorkloadKind::K8s;
            let path = &mut pod.identity_paths[0];
            path.mechanism = ANNOTATION.into();
            (path.capability, path.consumer) = (None, Some(place("sa.yaml", 0, 10)));
            change(path);
        })
    }

    #[test]
    fn an_identity_without_the_label_is_a_warning() {
        assert_eq!(levels(&CHECK, &pod(|_| {})), [Level::Warning]);
    }

    #[test]
    fn the_label_and_other_identities_are_fine() {
        assert!(levels(&CHECK, &pod(|path| path.capability = Some(place("pod.yaml", 0, 10)))).is_empty());
        assert!(levels(&CHECK, &pod(|path| path.mechanism = "AZURE_FEDERATED_TOKEN_FILE".into())).is_empty());
        assert!(levels(&CHECK, &pod(|path| path.platform = Platform::Aws)).is_empty());
    }

    #[test]
    fn a_pod_whose_volume_driver_asks_for_the_token_is_fine() {
        let mut estate = pod(|_| {});
        let mut reference = crate::testing::reference(unkeyed_model::StoreKind::CloudSecretManager, "kv");
        reference.location.key_path = Some("spec.volumes[0].csi.secretProviderClass".into());
        estate.facts.workloads[0].references.push(reference);
        assert!(levels(&CHECK, &estate).is_empty());
    }
}
