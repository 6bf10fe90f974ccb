//! Workloads: everything that makes pods.

use unkeyed_model::{Facts, Location, Use, Workload, WorkloadKind};

use super::objects::{Object, Written};
use super::{
    certificates, commands, containers, identities, in_cluster, injector, mesh, oci_exchange, programs, service_accounts, volumes,
};
use crate::tree::Node;

/// Where kinds keep the pod template, by kind.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("Pod", &[]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("PodTemplate", &["template"]),
    ("CronWorkflow", &["spec", "workflowSpec"]),
];

/// Tekton's kinds (tekton.dev): the specification itself names service account and workspaces.
const TEKTON: &[&str] = &["Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"];

/// Where they keep steps, and tasks that are written out.
const TEKTON_STEPS: &[&[&str]] = &[&["steps"], &["sidecars"], &["taskSpec", "steps"], &["taskSpec", "sidecars"]];
const TEKTON_TASKS: &[&[&str]] = &[&["tasks"], &["finally"], &["pipelineSpec", "tasks"], &["pipelineSpec", "finally"]];

/// A pod template with the object around it.
#[derive(Clone, Copy)]
pub(super) struct Pod<'n> {
    pub(super) object: Object<'n>,
    /// Holds `metadata` and `spec` of the pod.
    pub(super) template: &'n Node,
    /// The pod's specification.
    pub(super) spec: &'n Node,
    /// Structural path of the specification.
    pub(super) path: &'n str,
}

/// A container of a pod.
#[derive(Clone)]
pub(super) struct Container<'n> {
    pub(super) node: &'n Node,
    pub(super) path: String,
}

impl<'n> Pod<'n> {
    /// The pod template of an object, if it has one.
    fn of(object: Object<'n>) -> Option<Self> {
        let kind = object.kind();
        let keys = TEMPLATES.iter().find(|(name, _)| *name == kind).map_or(&["spec", "template"][..], |(_, keys)| keys);
        let is_workflow = matches!(kind, "Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate" | "CronWorkflow");
        let is_tekton = object.group() == "tekton.dev" && TEKTON.contains(&kind);
        let found = if is_tekton || is_workflow && kind != "CronWorkflow" { Some(object.node) } else { object.at(keys) };
        // Of a workflow the specification itself names service account and volumes.
        let (template, spec) = match found {
            Some(template) if kind == "CronWorkflow" => (template, template),
            Some(template) => (template, template.get("spec")?),
            None => return None,
        };
        let has_containers = ["containers", "initContainers", "templates"].iter().any(|key| spec.get(key).is_some());
        let path = match kind {
            "Pod" | "Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate" => "spec",
            _ if is_tekton => "spec",
            "CronJob" => "spec.jobTemplate.spec.template.spec",
            "CronWorkflow" => "spec.workflowSpec",
            _ => "spec.template.spec",
        };
        (has_containers || is_tekton).then_some(Self { object, template, spec, path })
    }

    /// All containers: those of the pod, or those of a workflow's templates.
    pub(super) fn containers(&self) -> Vec<Container<'n>> {
        let mut found = Vec::new();
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for (index, node) in self.spec.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
                found.push(Container { node, path: format!("{}.{list}[{index}]", self.path) });
            }
        }
        for (index, template) in self.spec.get("templates").map(Node::items).unwrap_or_default().iter().enumerate() {
            for kind in ["container", "script"] {
                if let Some(node) = template.get(kind) {
                    found.push(Container { node, path: format!("{}.templates[{index}].{kind}", self.path) });
                }
            }
        }
        if self.object.group() == "tekton.dev" {
            found.extend(self.steps());
        }
        found
    }

    /// The steps of Tekton's tasks.
    fn steps(&self) -> Vec<Container<'n>> {
        let mut found = Vec::new();
        let listed = |keys: &[&str], spec: &'n Node| spec.path(keys).map(Node::items).unwrap_or_default();
        let tasks = TEKTON_TASKS.iter().flat_map(|keys| listed(keys, self.spec)).filter_map(|task| task.get("taskSpec"));
        for spec in std::iter::once(self.spec).chain(tasks) {
            for keys in TEKTON_STEPS {
                for (index, node) in listed(keys, spec).iter().enumerate() {
                    found.push(Container { node, path: format!("{}.{}[{index}]", self.path, keys.join(".")) });
                }
            }
        }
        found
    }

    /// An annotation of the pods.
    pub(super) fn annotation(&self, name: &str) -> Option<Written<'n>> {
        self.object.marked(self.template, "annotations", name)
    }

    /// A label of the pods.
    pub(super) fn label(&self, name: &str) -> Option<Written<'n>> {
        self.object.marked(self.template, "labels", name)
    }

    /// The name of its service account.
    pub(super) fn service_account(&self) -> std::rc::Rc<str> {
        let node = self.spec.get("serviceAccountName").or_else(|| self.spec.get("serviceAccount"));
        node.and_then(|node| self.object.source.text(node)).filter(|name| !name.is_empty()).unwrap_or_else(|| "default".into())
    }

    /// The subject of its service account's tokens.
    pub(super) fn subject(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.object.namespace(), self.service_account())
    }

    /// Key of the principal that it is in the cluster.
    pub(super) fn principal(&self) -> String {
        format!("k8s:sa/{}/{}", self.object.namespace(), self.service_account())
    }

    /// Whether a token of its service account is mounted: unless it says not to.
    pub(super) fn mounts_token(&self) -> bool {
        self.spec.get("automountServiceAccountToken").and_then(Node::text) != Some("false")
    }

    /// Where a node of the specification stands.
    pub(super) fn at(&self, node: &Node, key: &str) -> Location {
        self.object.location(node, &format!("{}.{key}", self.path))
    }
}

/// A patch of Kustomize that gives a pod Azure's label: it has no containers, and is told by the name of what it patches.
fn labelled(object: Object<'_>, facts: &mut Facts) {
    let label = object.at(&["spec", "template", "metadata", "labels", identities::AZURE_LABEL]);
    if label.is_some_and(Node::is_true) {
        let name = object.id().trim_start_matches("k8s:").to_owned();
        let mut patch = Workload::new(WorkloadKind::K8s, format!("k8s-patch:{name}"), &name, object.place());
        patch.component = true;
        facts.workloads.push(patch);
    }
}

/// Emits the workload of an object that makes pods.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let Some(pod) = Pod::of(object) else { return labelled(object, facts) };
    let mut workload = Workload::new(WorkloadKind::K8s, object.id(), object.id().trim_start_matches("k8s:"), object.place());
    workload.extents.push(object.extent());
    workload.extents.extend(object.source.values.iter().flat_map(|values| values.of(object)));
    workload.owner = object.owner();
    workload.uses.push((Use::ServiceAccount, format!("{}/{}", object.namespace(), pod.service_account())));
    let volumes = volumes::read(pod, &mut workload);
    containers::read(pod, &volumes, &mut workload, facts);
    image_pull_secrets(pod, &mut workload);
    workspaces(pod, &mut workload);
    identities::read(pod, &volumes, &mut workload, facts);
    commands::read(pod, &mut workload);
    mesh::read(pod, &mut workload);
    injector::read(pod, &mut workload);
    in_cluster::read(pod, &mut workload);
    oci_exchange::read(pod, &mut workload);
    programs::read(pod, &mut workload);
    volumes::written_by_helper(pod, &mut workload);
    traits(pod, &mut workload);
    facts.sessions.extend(service_accounts::token_expirations(&pod.principal(), &|name| pod.annotation(name)));
    facts.sessions.extend(certificates::mounted(pod));
    workload.references.dedup();
    facts.workloads.push(workload);
}

fn image_pull_secrets(pod: Pod<'_>, workload: &mut Workload) {
    for entry in pod.spec.get("imagePullSecrets").map(Node::items).unwrap_or_default() {
        if let Some(reference) = secret_for_pulling(pod.object, entry) {
            workload.references.push(reference);
        }
    }
}

/// Secrets that a run of Tekton mounts as workspaces.
fn workspaces(pod: Pod<'_>, workload: &mut Workload) {
    if pod.object.group() != "tekton.dev" {
        return;
    }
    for (index, entry) in pod.spec.get("workspaces").map(Node::items).unwrap_or_default().iter().enumerate() {
        let Some(node) = entry.path(&["secret", "secretName"]) else { continue };
        let Some(name) = pod.object.source.text(node) else { continue };
        let mut reference = super::secrets::reference(pod.object, &name, pod.at(node, &format!("workspaces[{index}].secret")));
        reference.used_as = entry.str("name").map(str::to_owned);
        workload.references.push(reference);
    }
}

/// A Secret that logs in to an image registry.
pub(super) fn secret_for_pulling(object: Object<'_>, entry: &Node) -> Option<unkeyed_model::Reference> {
    let node = entry.get("name")?;
    let mut reference = super::secrets::reference(object, &object.source.text(node)?, object.location(node, "imagePullSecrets"));
    reference.content = unkeyed_model::Content::Durable;
    reference.used_as = Some("imagePullSecrets".to_owned());
    reference.destination = Some(unkeyed_model::Destination::new("registry", ""));
    Some(reference)
}

/// Facts that checks ask for by name.
fn traits(pod: Pod<'_>, workload: &mut Workload) {
    let spec = pod.object.at(&["spec"]);
    let named = [
        ("automount", pod.spec.get("automountServiceAccountToken")),
        ("host-network", pod.spec.get("hostNetwork")),
        ("schedule", spec.and_then(|spec| spec.get("schedule"))),
        ("active-deadline-seconds", pod.spec.get("activeDeadlineSeconds")),
        ("active-deadline-seconds", spec.and_then(|spec| spec.get("activeDeadlineSeconds"))),
        ("active-deadline-seconds", spec.and_then(|spec| spec.path(&["jobTemplate", "spec", "activeDeadlineSeconds"]))),
    ];
    for (name, node) in named {
        if let Some((node, text)) = node.and_then(|node| Some((node, pod.object.source.text(node)?))) {
            workload.traits.push((name.to_owned(), text.to_string(), pod.object.location(node, name)));
        }
    }
}
