//! Workloads: everything that makes pods.

use unkeyed_model::{Content, Facts, Location, Reference, StoreKind, Use, Workload, WorkloadKind};

use super::objects::{Object, Written};
use super::{
    blocks, certificates, claims, commands, containers, identities, in_cluster, injector, mesh, oci_exchange, options, programs,
    service_accounts, volumes,
};
use crate::tree::Node;

/// Where kinds keep the pod template, by kind.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("Pod", &[]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ("PodTemplate", &["template"]),
    ("ScaledJob", &["spec", "jobTargetRef", "template"]),
    ("CronWorkflow", &["spec", "workflowSpec"]),
];

/// Tekton's kinds (tekton.dev): the specification itself names service account and workspaces.
const TEKTON: &[&str] = &["Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"];

/// Whether a kind is one of Argo's workflows.
fn is_workflow(kind: &str) -> bool {
    matches!(kind, "Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate" | "CronWorkflow")
}

/// Where they keep steps, and tasks that are written out.
const TEKTON_STEPS: &[&[&str]] = &[&["steps"], &["sidecars"]];
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
        let is_tekton = object.group() == "tekton.dev" && TEKTON.contains(&kind);
        let found = if is_tekton || is_workflow(kind) && kind != "CronWorkflow" { Some(object.node) } else { object.at(keys) };
        // Of a workflow the specification itself names service account and volumes.
        let (template, spec) = match found {
            Some(template) if kind == "CronWorkflow" => (template, template),
            Some(template) => (template, template.get("spec")?),
            None => return None,
        };
        let has_containers = ["containers", "initContainers", "templates", "workflowTemplateRef"].iter().any(|key| spec.get(key).is_some());
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
        for (template, path) in self.templates() {
            for kind in ["container", "script"] {
                found.extend(template.get(kind).map(|node| Container { node, path: format!("{path}.{kind}") }));
            }
            for keys in [&["initContainers"][..], &["sidecars"], &["containerSet", "containers"]] {
                for (index, node) in template.path(keys).map(Node::items).unwrap_or_default().iter().enumerate() {
                    found.push(Container { node, path: format!("{path}.{}[{index}]", keys.join(".")) });
                }
            }
        }
        if self.object.group() == "tekton.dev" {
            found.extend(self.steps());
        }
        found
    }

    /// The templates of a workflow, with the one that all take their defaults from.
    fn templates(&self) -> Vec<(&'n Node, String)> {
        let listed = self.spec.get("templates").map(Node::items).unwrap_or_default().iter().enumerate();
        let listed = listed.map(|(index, template)| (template, format!("{}.templates[{index}]", self.path)));
        listed.chain(self.spec.get("templateDefaults").map(|template| (template, format!("{}.templateDefaults", self.path)))).collect()
    }

    /// The volumes of the pods, wherever the kind keeps them.
    pub(super) fn volumes(&self) -> Vec<(&'n Node, String)> {
        let mut holders = vec![(self.spec, self.path.to_owned())];
        holders.extend(self.templates());
        if self.object.group() == "tekton.dev" {
            holders.extend(self.tasks().into_iter().map(|task| (task, self.path.to_owned())));
            let pods = ["podTemplate", "taskRunTemplate"].iter().filter_map(|key| self.spec.get(key));
            holders.extend(pods.map(|pod| (pod.get("podTemplate").unwrap_or(pod), format!("{}.podTemplate", self.path))));
        }
        let listed = |(holder, path): (&'n Node, String)| {
            let items = holder.get("volumes").map(Node::items).unwrap_or_default().iter().enumerate();
            items.map(move |(index, node)| (node, format!("{path}.volumes[{index}]")))
        };
        holders.into_iter().flat_map(listed).collect()
    }

    /// The specifications of Tekton's tasks that are written out.
    fn tasks(&self) -> Vec<&'n Node> {
        let listed = |keys: &&[&str]| self.spec.path(keys).map(Node::items).unwrap_or_default();
        let tasks = TEKTON_TASKS.iter().flat_map(listed).filter_map(|task| task.get("taskSpec"));
        self.spec.get("taskSpec").into_iter().chain(tasks).collect()
    }

    /// Keys of Secrets that a workflow names outside its containers: of artifacts (`accessKeySecret`), of requests' headers.
    fn selected(&self) -> Vec<(&'n Node, String)> {
        let mut found = Vec::new();
        for (template, path) in self.templates() {
            selectors(template, &path, MAX_SELECTORS, &mut found);
        }
        found
    }

    /// The steps of Tekton's tasks, and what all of them are given.
    fn steps(&self) -> Vec<Container<'n>> {
        let mut found = Vec::new();
        let listed = |keys: &[&str], spec: &'n Node| spec.path(keys).map(Node::items).unwrap_or_default();
        let given = |node: &'n Node, key: &str| Container { node, path: format!("{}.{key}", self.path) };
        found.extend(self.spec.get("podTemplate").map(|node| given(node, "podTemplate")));
        found.extend(self.spec.path(&["taskRunTemplate", "podTemplate"]).map(|node| given(node, "taskRunTemplate.podTemplate")));
        for spec in std::iter::once(self.spec).chain(self.tasks()) {
            found.extend(spec.get("stepTemplate").map(|node| given(node, "stepTemplate")));
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

/// Deepest nesting in which a workflow's template names a Secret.
const MAX_SELECTORS: usize = 12;

/// Nodes with the name and key of a Secret (Argo Workflows, "Field Reference": `SecretKeySelector`), containers left out.
fn selectors<'n>(node: &'n Node, path: &str, deeper: usize, found: &mut Vec<(&'n Node, String)>) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    for entry in node.entries().iter().filter(|entry| !matches!(entry.name(), "container" | "script" | "env")) {
        let path = crate::place::under(path, entry.name());
        let is_selector = (entry.name().ends_with("Secret") || entry.name() == "secretKeyRef") && entry.value.get("name").is_some();
        if is_selector {
            found.push((&entry.value, path));
        } else {
            selectors(&entry.value, &path, deeper, found);
        }
    }
    node.items().iter().for_each(|item| selectors(item, path, deeper, found));
}

/// Definitions that a workflow, a pipeline or a run names instead of writing them out, by id.
fn drawn(object: Object<'_>, node: &Node, deeper: usize, found: &mut Vec<(Use, String)>) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    for entry in node.entries() {
        let kind = match entry.name() {
            "templateRef" | "workflowTemplateRef" if entry.value.get("clusterScope").is_some_and(Node::is_true) => {
                "ClusterWorkflowTemplate"
            }
            "templateRef" | "workflowTemplateRef" => "WorkflowTemplate",
            "taskRef" | "pipelineRef" => {
                let usual = if entry.name() == "taskRef" { "Task" } else { "Pipeline" };
                entry.value.str("kind").unwrap_or(usual)
            }
            _ => {
                drawn(object, &entry.value, deeper, found);
                continue;
            }
        };
        // Without a name it comes out of a bundle or by a resolver.
        let name = entry.value.str("name").or_else(|| entry.value.str("resolver")).unwrap_or("*");
        found.push((Use::Component, super::objects::id(&object.namespace(), kind, name)));
    }
    node.items().iter().for_each(|item| drawn(object, item, deeper, found));
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
    options::read(pod, &mut workload, facts);
    blocks::read(object, &mut workload);
    if TEKTON.contains(&object.kind()) || is_workflow(object.kind()) {
        drawn(object, pod.spec, MAX_SELECTORS, &mut workload.uses);
        for (node, path) in pod.selected() {
            let used = containers::keyed(object, node, StoreKind::K8sSecret, &path);
            let is_name = path.ends_with("usernameSecret");
            workload.references.extend(used.filter(|_| !is_name).map(|used| Reference { content: Content::Durable, ..used }));
        }
    }
    identities::read(pod, &volumes, &mut workload, facts);
    commands::read(pod, &mut workload);
    mesh::read(pod, &mut workload);
    claims::read(pod, &mut workload);
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
    let pods = [Some(pod.spec), pod.spec.get("podTemplate"), pod.spec.path(&["taskRunTemplate", "podTemplate"])];
    for entry in pods.into_iter().flatten().filter_map(|pod| pod.get("imagePullSecrets")).flat_map(Node::items) {
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
        let projected = entry.path(&["projected", "sources"]).map(Node::items).unwrap_or_default();
        let names = projected.iter().filter_map(|source| source.path(&["secret", "name"]));
        for node in entry.path(&["secret", "secretName"]).into_iter().chain(names) {
            let Some(name) = pod.object.source.text(node) else { continue };
            let mut reference = super::secrets::reference(pod.object, &name, pod.at(node, &format!("workspaces[{index}].secret")));
            reference.used_as = entry.str("name").map(str::to_owned);
            workload.references.push(reference);
        }
    }
}

/// A Secret that logs in to an image registry.
pub(super) fn secret_for_pulling(object: Object<'_>, entry: &Node) -> Option<Reference> {
    let node = entry.get("name")?;
    let mut reference = super::secrets::reference(object, &object.source.text(node)?, object.location(node, "imagePullSecrets"));
    reference.content = Content::Durable;
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
