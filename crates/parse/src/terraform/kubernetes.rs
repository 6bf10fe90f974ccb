//! Kubernetes in Terraform: service accounts with the clouds' annotations, the pods that run under them, what bindings grant to
//! them, and how long the tokens of accounts with an AWS role live.

use unkeyed_model::{
    Basis, Facts, Platform, PredictedToken, Principal, ResourceScope, RoleGrant, SessionPolicy, TtlBasis, Use, Value, Workload,
    WorkloadKind,
};

use super::module::Section;
use super::resource::{Reader, Resource};
use crate::evaluated::Val;
use crate::k8s;
use crate::policy_document::hole;

/// Readers by type.
pub(super) const READERS: &[(&str, Reader)] = &[
    ("kubernetes_cluster_role_binding", |resource, facts| resource.apart(facts, cluster_binding)),
    ("kubernetes_cluster_role_binding_v1", |resource, facts| resource.apart(facts, cluster_binding)),
    ("kubernetes_role_binding", |resource, facts| resource.apart(facts, role_binding)),
    ("kubernetes_role_binding_v1", |resource, facts| resource.apart(facts, role_binding)),
    ("aws_eks_access_policy_association", |resource, facts| resource.apart(facts, access_policy)),
    ("kubernetes_service_account", |resource, facts| resource.for_instances(|_| service_account(resource, facts))),
    ("kubernetes_service_account_v1", |resource, facts| resource.for_instances(|_| service_account(resource, facts))),
];

fn cluster_binding(resource: Resource<'_, '_>, facts: &mut Facts) {
    binding(resource, ResourceScope::Cluster, facts);
}

fn role_binding(resource: Resource<'_, '_>, facts: &mut Facts) {
    binding(resource, ResourceScope::Namespace, facts);
}

/// Emits the grants of a binding: one for each subject and rule, or one by the role's name.
fn binding(resource: Resource<'_, '_>, scope: ResourceScope, facts: &mut Facts) {
    let Some(role) = resource.get("role_ref.name") else { return };
    let name = resource.module.value_of(&role);
    let kind = resource.text("role_ref.kind").unwrap_or_default();
    let mut rules = Vec::new();
    if let Some(section) = role_of(resource, &role, &kind) {
        resource.module.for_blocks(section, "rule", &mut |rule| rules.push(allowed(resource, rule)));
    }
    // What is granted by a role's name alone is granted on the namespace.
    let namespace = resource.text("metadata.namespace").filter(|_| scope == ResourceScope::Namespace).filter(|name| hole::is_known(name));
    let within: Vec<Value> = namespace.map(|name| Value::literal(format!("namespace/{name}"))).into_iter().collect();
    for subject in resource.blocks("subject") {
        let Some(principal) = principal(resource, subject, facts) else { continue };
        let grant = |actions, resources, condition| RoleGrant {
            platform: Platform::K8s,
            principal: principal.clone(),
            role: Some(name.clone()),
            actions,
            actions_inverted: false,
            resources,
            scope,
            condition,
            location: resource.location(),
        };
        if rules.is_empty() {
            facts.grants.push(grant(Vec::new(), within.clone(), None));
        }
        for (verbs, resources, condition) in &rules {
            facts.grants.push(grant(verbs.clone(), resources.clone(), condition.clone()));
        }
    }
}

/// The verbs of a rule, on what, and the names that it is limited to.
fn allowed(resource: Resource<'_, '_>, rule: Section<'_>) -> (Vec<String>, Vec<Value>, Option<String>) {
    let shown = |name: &str| resource.module.texts(rule, name).iter().map(|(text, _)| hole::shown(text)).collect::<Vec<_>>();
    let names = shown("resource_names");
    let condition = (!names.is_empty()).then(|| format!("resourceNames {}", names.join(", ")));
    (shown("verbs"), covered(resource, rule), condition)
}

/// The role's block, by reference or by its name in the folder.
fn role_of<'m>(resource: Resource<'_, 'm>, role: &Val, kind: &str) -> Option<Section<'m>> {
    let module = resource.module;
    if let Some(reference) = role.reference() {
        return module.resources.get(&reference.address).copied();
    }
    let name = module.text_of(role).0;
    let kinds = if kind == "ClusterRole" {
        ["kubernetes_cluster_role", "kubernetes_cluster_role_v1"]
    } else {
        ["kubernetes_role", "kubernetes_role_v1"]
    };
    let named = |section: &Section<'m>| module.text(*section, "metadata.name").as_deref() == Some(name.as_str());
    kinds.iter().flat_map(|kind| module.of_type(kind)).map(|(_, section)| section).find(named)
}

/// Resources as `group/resource`, those of the core group bare.
fn covered(resource: Resource<'_, '_>, rule: Section<'_>) -> Vec<Value> {
    let texts = |name: &str| resource.module.texts(rule, name);
    let groups = texts("api_groups");
    let mut found = Vec::new();
    for (name, basis) in texts("resources") {
        for (group, _) in &groups {
            let is_bare = group.is_empty() || group == "*";
            found.push(hole::value(&if is_bare { name.clone() } else { format!("{group}/{name}") }, basis));
        }
    }
    found.extend(texts("non_resource_urls").iter().map(|(text, basis)| hole::value(text, *basis)));
    found.dedup();
    found
}

/// Key of a subject: of an account by its names, which are its own block's where it is given by reference.
fn principal(resource: Resource<'_, '_>, subject: Section<'_>, facts: &mut Facts) -> Option<String> {
    let module = resource.module;
    let text = |name: &str| module.path(subject, name).map(|val| hole::shown(&module.text_of(&val).0));
    let name = text("name")?;
    match text("kind").as_deref() {
        Some("ServiceAccount") => Some(account(resource, &text("namespace").unwrap_or_else(|| "default".to_owned()), &name, facts)),
        kind => Some(format!("k8s:{}/{name}", kind.unwrap_or_default().to_ascii_lowercase())),
    }
}

/// The key of a service account, emitted as a principal of its cluster.
fn account(resource: Resource<'_, '_>, namespace: &str, name: &str, facts: &mut Facts) -> String {
    let key = format!("k8s:sa/{namespace}/{name}");
    if !facts.principals.iter().any(|known| known.key == key) {
        facts.principals.push(Principal {
            platform: Platform::K8s,
            key: key.clone(),
            kind: "service-account".to_owned(),
            names: vec![format!("{namespace}/{name}"), format!("system:serviceaccount:{namespace}:{name}")],
            location: resource.location(),
        });
    }
    key
}

/// The access policy of EKS that is `cluster-admin` (EKS User Guide, "Review access policy permissions").
const CLUSTER_ADMIN: &str = "AmazonEKSClusterAdminPolicy";

/// What a principal of AWS may do in a cluster of EKS.
fn access_policy(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(principal) = resource.principal("principal_arn", Platform::Aws, "role", facts) else { return };
    let Some(policy) = resource.value("policy_arn") else { return };
    let role = match policy {
        Value::Known(arn, basis) => {
            let name = arn.rsplit('/').next().unwrap_or_default();
            Value::Known(if name == CLUSTER_ADMIN { "cluster-admin" } else { name }.to_owned(), basis)
        }
        unknown @ Value::Unknown(_) => unknown,
    };
    let scope = match resource.text("access_scope.type").as_deref() {
        Some("cluster") => ResourceScope::Cluster,
        Some("namespace") => ResourceScope::Namespace,
        _ => ResourceScope::Unknown,
    };
    facts.grants.push(RoleGrant {
        platform: Platform::K8s,
        principal,
        role: Some(role),
        actions: Vec::new(),
        actions_inverted: false,
        resources: Vec::new(),
        scope,
        condition: None,
        location: resource.location(),
    });
}

/// How long the tokens live that a pod has projected into its volumes.
pub(super) fn projected(resource: Resource<'_, '_>, section: Section<'_>, facts: &mut Facts) {
    for (name, inner) in section.nested() {
        if name != "service_account_token" {
            projected(resource, inner, facts);
            continue;
        }
        let Some(seconds) = resource.module.value(inner, "expiration_seconds") else { continue };
        facts.sessions.push(SessionPolicy {
            platform: Platform::K8s,
            principal: resource.key(),
            setting: "expirationSeconds".to_owned(),
            seconds: seconds.known().and_then(|text| text.parse().ok()),
            basis: TtlBasis::Declared,
            location: resource.module.block_location(inner, &format!("{}.service_account_token", resource.address)),
        });
    }
}

/// The annotation that gives an account its AWS role, and that for how long its tokens live (amazon-eks-pod-identity-webhook).
const AWS_ROLE: &str = "eks.amazonaws.com/role-arn";
const EXPIRATION: &str = "eks.amazonaws.com/token-expiration";

/// What the webhook asks for if nothing is written.
const DEFAULT: u64 = 86_400;

/// The annotations that give an account an identity of a cloud: what kind of principal they name, and for whom the token is.
const CLOUDS: &[(&str, Platform, &str, Option<&str>)] = &[
    (AWS_ROLE, Platform::Aws, "role", Some("sts.amazonaws.com")),
    ("azure.workload.identity/client-id", Platform::Azure, "managed-identity", Some("api://AzureADTokenExchange")),
    ("iam.gke.io/gcp-service-account", Platform::Gcp, "service-account", None),
];

/// Where kinds keep the specification of their pods, and the labels of the pods.
const PODS: &[(&str, &str)] = &[
    ("spec.job_template.spec.template.spec", "spec.job_template.spec.template.metadata.labels"),
    ("spec.template.spec", "spec.template.metadata.labels"),
    ("spec", "metadata.labels"),
];

/// What pods run under, and the half of Azure's identity that their labels are.
pub(super) fn runs_under(resource: Resource<'_, '_>, workload: &mut Workload) {
    let of_pods = |(spec, labels): &(&str, &'static str)| Some((resource.get(&format!("{spec}.service_account_name"))?, *labels));
    let Some((account, labels)) = PODS.iter().find_map(of_pods) else { return };
    let name = hole::shown(&resource.module.text_of(&account).0);
    let namespace = resource.text("metadata.namespace");
    workload.uses.push((Use::ServiceAccount, format!("{}/{name}", namespace.as_deref().unwrap_or("default"))));
    let label = resource.get(labels).and_then(|labels| labels.get(k8s::AZURE_LABEL).cloned());
    if label.is_some_and(|label| resource.module.text_of(&label).0 == "true") {
        let audience = Value::literal("api://AzureADTokenExchange");
        workload.identity_paths.push(k8s::of_label(token(namespace.as_deref(), &name, audience), resource.at(labels)));
    }
}

/// Where kinds keep the annotations of their pods.
const ANNOTATIONS: &[&str] =
    &["spec.job_template.spec.template.metadata.annotations", "spec.template.metadata.annotations", "metadata.annotations"];

/// What Vault's injector puts into pods, by their annotations.
pub(super) fn injected(resource: Resource<'_, '_>, workload: &mut Workload) {
    let Some((path, annotations)) = ANNOTATIONS.iter().find_map(|path| Some((*path, resource.get(path)?))) else { return };
    let text = |name: &str| annotations.get(&format!("{}{name}", k8s::INJECTOR)).map(|val| resource.module.text_of(val).0);
    if text("agent-inject").as_deref() != Some("true") {
        return;
    }
    for (name, val) in annotations.entries() {
        let Some(secret) = name.strip_prefix(k8s::INJECTOR).and_then(|name| name.strip_prefix("agent-inject-secret-")) else { continue };
        let stored = hole::shown(&resource.module.text_of(val).0);
        workload.references.push(k8s::fetched_by_injector(&stored, secret, resource.at(path)));
    }
    let role = annotations.get(&format!("{}role", k8s::INJECTOR)).map(|val| resource.module.value_of(val));
    let of_pods = PODS.iter().find_map(|(spec, _)| resource.get(&format!("{spec}.service_account_name")));
    let account = of_pods.map_or_else(|| "default".to_owned(), |val| hole::shown(&resource.module.text_of(&val).0));
    let audience = Value::unknown("the audience of the token is not in the configuration");
    let token = token(resource.text("metadata.namespace").as_deref(), &account, audience);
    workload.identity_paths.push(k8s::injector_login(text("auth-type").as_deref(), role, token, resource.at(path), resource.at(path)));
}

/// The token of an account, whose namespace may be known only once it is made.
fn token(namespace: Option<&str>, name: &str, audience: Value) -> PredictedToken {
    let mut token = k8s::token_for(&format!("system:serviceaccount:{}:{name}", namespace.unwrap_or_default()), audience);
    if namespace.is_none() || name.contains("${") {
        token.subject = Value::unknown("namespace and name of the service account are known once it is made");
    }
    token
}

/// The account as a part of the pods that run under it, with the identities that its annotations give it.
fn component(resource: Resource<'_, '_>, namespace: Option<&str>, name: &str, annotations: &Val, facts: &mut Facts) {
    let id = format!("k8s:{}/ServiceAccount/{name}", namespace.unwrap_or("default"));
    let mut component = Workload::new(WorkloadKind::K8s, id, resource.address, resource.location());
    component.component = true;
    component.extents.push(resource.location());
    for (annotation, platform, kind, audience) in CLOUDS {
        let Some(val) = annotations.get(annotation) else { continue };
        let principal = Value::literal(resource.module.principal(val, *platform, kind, facts));
        let unknown = || Value::unknown("the workload identity pool of the cluster is not in the inputs");
        let audience = audience.map_or_else(unknown, |audience| Value::Known(audience.to_owned(), Basis::Platform));
        let mut path = k8s::of_cloud(*platform, annotation, principal, token(namespace, name, audience), resource.at("metadata"));
        // Only pods with Azure's label get a token.
        if *platform == Platform::Azure {
            path.consumer = path.capability.take();
        }
        component.identity_paths.push(path);
    }
    facts.workloads.push(component);
}

fn service_account(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(annotations) = resource.get("metadata.annotations") else { return };
    let (Some(name), namespace) = (resource.text("metadata.name"), resource.text("metadata.namespace")) else { return };
    component(resource, namespace.as_deref(), &name, &annotations, facts);
    let written = annotations.get(EXPIRATION);
    if written.is_none() && annotations.get(AWS_ROLE).is_none() {
        return;
    }
    let key = account(resource, &namespace.unwrap_or_else(|| "default".to_owned()), &name, facts);
    let seconds = match written {
        Some(val) => resource.module.value_of(val).known().and_then(|text| text.trim().parse().ok()),
        None => Some(DEFAULT),
    };
    resource.lasts(Platform::K8s, &key, EXPIRATION, seconds, "metadata", facts);
    if let Some(session) = facts.sessions.last_mut().filter(|_| written.is_none()) {
        session.basis = TtlBasis::VendorDefault;
    }
}
