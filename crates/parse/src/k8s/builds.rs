//! Builds of OpenShift: what a `BuildConfig` clones, pulls and pushes with, and what starts it (OpenShift documentation, "BuildConfig
//! [build.openshift.io/v1]").

use unkeyed_model::{Content, Facts, StoreKind, Use, Workload, WorkloadKind};

use super::containers;
use super::objects::Object;
use super::secrets;
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// Deepest nesting of the settings.
const MAX_DEPTH: usize = 12;

/// Emits the workload of a build.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let Some(spec) = object.at(&["spec"]) else { return };
    let mut workload = Workload::new(WorkloadKind::K8s, object.id(), object.id().trim_start_matches("k8s:"), object.place());
    workload.extents.push(object.extent());
    workload.owner = object.owner();
    let account = spec.str("serviceAccount").unwrap_or("builder");
    workload.uses.push((Use::ServiceAccount, format!("{}/{account}", object.namespace())));
    settings(object, spec, "spec", MAX_DEPTH, &mut workload, facts);
    facts.workloads.push(workload);
}

/// Secrets by the keys that name them, variables, and the word that lets a caller in.
fn settings(object: Object<'_>, node: &Node, path: &str, deeper: usize, workload: &mut Workload, facts: &mut Facts) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    for entry in node.entries() {
        let path = place::under(path, entry.name());
        match entry.name() {
            "sourceSecret" | "pullSecret" | "pushSecret" | "secretReference" | "secret" if entry.value.get("name").is_some() => {
                let Some(name) = entry.value.str("name") else { continue };
                let mut reference = secrets::reference(object, name, object.location(&entry.value, &path));
                reference.used_as = Some(entry.name().to_owned());
                reference.content = Content::Durable;
                workload.references.push(reference);
            }
            "env" => {
                for (index, variable) in entry.value.items().iter().enumerate() {
                    containers::variable(object, variable, &place::item(&path, index), workload, facts);
                }
            }
            "secret" if path.contains("triggers") && entry.value.text().is_some_and(|text| !text.trim().is_empty()) => {
                let text = entry.value.text().unwrap_or_default();
                let at = object.location(&entry.value, &path);
                match text.contains("${") {
                    true => {
                        workload.references.push(shared::received_by(shared::reference(StoreKind::Parameter, text, at), "webhook_secret"))
                    }
                    false => facts.slots.push(shared::slot("secret", at)),
                }
            }
            _ => settings(object, &entry.value, &path, deeper, workload, facts),
        }
    }
    for (index, item) in node.items().iter().enumerate() {
        settings(object, item, &place::item(path, index), deeper, workload, facts);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn a_build_clones_and_is_called_with_secrets() {
        let text = "apiVersion: build.openshift.io/v1\nkind: BuildConfig\nmetadata: {name: app, namespace: ci}\nspec:\n  source:\n    \
                    sourceSecret: {name: git}\n    secrets: [{secret: {name: npm}}]\n  strategy:\n    dockerStrategy:\n      \
                    env: [{name: API_TOKEN, valueFrom: {secretKeyRef: {name: api, key: t}}}]\n  triggers:\n    - type: GitHub\n      \
                    github: {secret: hunter2secret}\n";
        let origin = Origin { path: "b.yaml".into(), ..Origin::default() };
        let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.as_bytes())]);
        let names: Vec<&str> = facts.workloads[0].references.iter().map(|reference| reference.name.as_str()).collect();
        assert_eq!(names, ["git", "npm", "api"]);
        assert_eq!(facts.slots.len(), 1);
    }
}
