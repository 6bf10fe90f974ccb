//! Workloads: resources that compute, and the identity that the platform gives each.

use unkeyed_model::{
    Basis, Destination, Facts, IdentityKind, IdentityPath, Platform, Reach, Reference, StoreKind, SubjectRule, TrustBinding, Ttl, TtlBasis,
    Use, Value, Workload,
};

use super::resource::Resource;
use super::secrets::Reader;
use super::{builds, image, kubernetes, settings, spliced, started, templates};
use crate::evaluated::{At, Kind, Leaf, Val};
use crate::pod_identity::LONGEST_SESSION;
use crate::policy_document::hole;
use crate::text_template;
use crate::{arm, given};

/// Where a task definition of ECS has its containers.
const CONTAINERS: &str = "container_definitions";

/// A type that computes.
struct Compute {
    kind: &'static str,
    platform: Option<Platform>,
    /// Attributes that name its identity; for Azure the `identity` block is read instead.
    identity: &'static [&'static str],
}

const fn aws(kind: &'static str, identity: &'static [&'static str]) -> Compute {
    Compute { kind, platform: Some(Platform::Aws), identity }
}

const fn azure(kind: &'static str) -> Compute {
    Compute { kind, platform: Some(Platform::Azure), identity: &[] }
}

const fn gcp(kind: &'static str, identity: &'static [&'static str]) -> Compute {
    Compute { kind, platform: Some(Platform::Gcp), identity }
}

const fn other(kind: &'static str) -> Compute {
    Compute { kind, platform: None, identity: &[] }
}

const COMPUTE: &[Compute] = &[
    aws("aws_lambda_function", &["role"]),
    aws("aws_ecs_task_definition", &["task_role_arn"]),
    aws("aws_instance", &["iam_instance_profile"]),
    aws("aws_spot_instance_request", &["iam_instance_profile"]),
    aws("aws_launch_template", &["iam_instance_profile.arn", "iam_instance_profile.name"]),
    aws("aws_launch_configuration", &["iam_instance_profile"]),
    aws("aws_codebuild_project", &["service_role"]),
    aws("aws_codepipeline", &["role_arn"]),
    aws("aws_apprunner_service", &["instance_configuration.instance_role_arn"]),
    aws("aws_batch_job_definition", &["container_properties.jobRoleArn"]),
    aws("aws_glue_job", &["role_arn"]),
    aws("aws_sfn_state_machine", &["role_arn"]),
    aws("aws_sagemaker_notebook_instance", &["role_arn"]),
    aws("aws_elastic_beanstalk_environment", &[]),
    aws("aws_lightsail_container_service_deployment_version", &[]),
    azure("azurerm_linux_web_app"),
    azure("azurerm_windows_web_app"),
    azure("azurerm_app_service"),
    azure("azurerm_linux_function_app"),
    azure("azurerm_windows_function_app"),
    azure("azurerm_function_app"),
    azure("azurerm_function_app_flex_consumption"),
    azure("azurerm_logic_app_standard"),
    azure("azurerm_container_app"),
    azure("azurerm_container_app_job"),
    azure("azurerm_container_group"),
    azure("azurerm_linux_virtual_machine"),
    azure("azurerm_windows_virtual_machine"),
    azure("azurerm_linux_virtual_machine_scale_set"),
    azure("azurerm_windows_virtual_machine_scale_set"),
    azure("azurerm_kubernetes_cluster"),
    azure(INTERFACE_OBJECT),
    gcp("google_cloud_run_service", &["template.spec.service_account_name"]),
    gcp("google_cloud_run_v2_service", &["template.service_account"]),
    gcp("google_cloud_run_v2_job", &["template.template.service_account"]),
    gcp("google_cloud_run_v2_worker_pool", &["template.service_account"]),
    gcp("google_compute_instance", &["service_account.email"]),
    gcp("google_compute_instance_template", &["service_account.email"]),
    gcp("google_compute_region_instance_template", &["service_account.email"]),
    gcp("google_cloudfunctions_function", &["service_account_email"]),
    gcp("google_cloudfunctions2_function", &["service_config.service_account_email"]),
    gcp("google_container_node_pool", &["node_config.service_account"]),
    gcp("google_dataflow_job", &["service_account_email"]),
    gcp("google_notebooks_instance", &["service_account"]),
    other("oci_functions_function"),
    other("oci_core_instance"),
    other("oci_container_instances_container_instance"),
    other("kubernetes_deployment"),
    other("kubernetes_deployment_v1"),
    other("kubernetes_stateful_set"),
    other("kubernetes_stateful_set_v1"),
    other("kubernetes_daemonset"),
    other("kubernetes_daemon_set_v1"),
    other("kubernetes_cron_job"),
    other("kubernetes_cron_job_v1"),
    other("kubernetes_job"),
    other("kubernetes_job_v1"),
    other("kubernetes_pod"),
    other("kubernetes_pod_v1"),
    other("docker_container"),
    other("digitalocean_app"),
    other("heroku_app"),
    other("nomad_job"),
];

/// What the AzAPI provider calls an object of Azure's own interface, which may be anything.
const INTERFACE_OBJECT: &str = "azapi_resource";

/// Whether a resource is a workload.
pub(super) fn is_compute(resource: Resource<'_, '_>) -> bool {
    of(resource).is_some()
}

fn of(resource: Resource<'_, '_>) -> Option<&'static Compute> {
    let found = COMPUTE.iter().find(|compute| compute.kind == resource.kind())?;
    let computes = || arm::computes(resource.text("type").unwrap_or_default().split('@').next().unwrap_or_default());
    (found.kind != INTERFACE_OBJECT || computes()).then_some(found)
}

/// Emits the workload of a resource that computes.
pub(super) fn read(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(compute) = of(resource) else { return };
    let mut workload = Workload::new(resource.module.kind, resource.key(), resource.address, resource.location());
    workload.extents.push(resource.location());
    workload.owner =
        ["tags.owner", "tags.team", "tags.Owner", "tags.Team", "labels.owner", "labels.team"].iter().find_map(|path| resource.text(path));
    match compute.platform {
        Some(Platform::Azure) => azure_identities(resource, &mut workload, facts),
        Some(platform) => {
            let attribute = compute.identity.iter().find(|path| resource.get(path).is_some());
            if let Some(attribute) = attribute {
                attached_role(resource, platform, attribute, &mut workload, facts);
            }
        }
        None => {}
    }
    if resource.kind().starts_with("kubernetes_") {
        kubernetes::runs_under(resource, &mut workload);
        kubernetes::injected(resource, &mut workload);
        kubernetes::projected(resource, resource.section, facts);
    }
    let reader = Reader { module: resource.module, address: resource.address, destination: None, fetches: true };
    let mut spliced = spliced::read(resource.module, resource.section, resource.address);
    let mut templates = templates::read(resource.module, resource.section);
    let leaves = values(resource, std::mem::take(&mut templates.given));
    // What a task is made of is read where it stands.
    let containers = templates.files.iter().find(|(attribute, _)| attribute == CONTAINERS).map(|(_, file)| file.clone());
    workload.uses.extend(containers.iter().map(|file| (Use::File, file.clone())));
    let is_run = |(attribute, file): &(String, String)| started::is_start(attribute) || text_template::is_one(file);
    workload.uses.extend(templates.files.into_iter().filter(is_run).map(|(_, file)| (Use::Component, file)));
    let has_vault = resource.kind().starts_with("kubernetes_") && leaves.iter().any(|leaf| crate::facts::names_key_vault(&leaf.name));
    builds::read(resource, &leaves, &mut workload, facts);
    if resource.kind() == "aws_codebuild_project" {
        built(resource, &mut workload);
    }
    for leaf in leaves {
        let mut used = reader.read(&leaf, facts);
        if let Some(file) = containers.as_ref().filter(|_| leaf.name == CONTAINERS) {
            read_elsewhere(file, &mut used);
        }
        workload.references.append(&mut used);
        if let Kind::Text(text, _) | Kind::Unknown(text) = &leaf.val.kind
            && has_vault
        {
            workload.references.extend(crate::facts::told_name(&leaf.name, &hole::shown(text), resource.location()));
        }
        let at = resource.at(leaf.path.split('.').next().unwrap_or_default());
        started::read(&reader, &leaf, at, &mut workload, facts);
        // The default of a variable that is told by its name is told once.
        workload.references.retain(|used| spliced.is_empty() || used.name != leaf.name);
        if let Some(folder) = packed(resource, &leaf) {
            workload.uses.push((Use::File, folder));
        }
        workload.uses.extend(image::of(resource.module, &leaf).map(|image| (Use::Image, image)));
    }
    workload.references.append(&mut spliced);
    if compute.platform == Some(Platform::Gcp) {
        scopes(resource, compute, &mut workload);
    }
    facts.workloads.push(workload);
}

/// Has whole environments among `used` come from the `file` that they are read in.
fn read_elsewhere(file: &str, used: &mut [Reference]) {
    for whole in used.iter_mut().filter(|used| used.key.as_deref() == Some("*")) {
        *whole = crate::facts::environment(StoreKind::File, file, whole.location.clone());
    }
}

/// The variables that a CodeBuild project gives its builds.
fn built(resource: Resource<'_, '_>, workload: &mut Workload) {
    for environment in resource.blocks("environment") {
        for variable in environment.nested().into_iter().filter(|(kind, _)| *kind == "environment_variable").map(|(_, block)| block) {
            let text = |name: &str| resource.module.text(variable, name).unwrap_or_default();
            let at = resource.module.block_location(variable, resource.address);
            workload.references.extend(crate::codebuild::of_project(&text("name"), &text("type"), &text("value"), at));
        }
    }
}

/// The values of a resource and those that its templates are given.
fn values(resource: Resource<'_, '_>, mut given: Vec<Leaf>) -> Vec<Leaf> {
    let mut leaves = settings::leaves(resource.module, resource.section);
    // It lets others into the machine; the machine itself signs in nowhere with it. Whoever runs Terraform holds it.
    leaves.retain(|leaf| leaf.name != "admin_password");
    leaves.append(&mut given);
    given::name_by_options(&mut leaves);
    if resource.kind() == "docker_container" {
        leaves.iter_mut().for_each(|leaf| assigned(resource, leaf));
    }
    leaves
}

/// A variable of a container that is written as `NAME=value`.
fn assigned(resource: Resource<'_, '_>, leaf: &mut Leaf) {
    let Kind::Text(text, basis) = &leaf.val.kind else { return };
    let Some((name, value)) = text.split_once('=').filter(|_| leaf.path.starts_with("env[")) else { return };
    let (name, value, basis) = (name.to_owned(), value.to_owned(), *basis);
    let at = leaf.val.at.map(|at| {
        let (span, raw) = resource.module.source(at);
        let found = raw.find(&format!("{name}={value}")).map(|start| span.start + start + name.len() + 1);
        let found = found.map(|start| unkeyed_model::Span::new(start, start + value.len()));
        At { found: found.or(at.found), ..at }
    });
    leaf.name = name;
    leaf.val = Val { kind: Kind::Text(value, basis), at, via: leaf.val.via.take() };
}

/// The folder or file of the code of a function, where `archive_file` packs it (hashicorp/archive provider).
fn packed(resource: Resource<'_, '_>, leaf: &Leaf) -> Option<String> {
    let Kind::Ref(used) = &leaf.val.kind else { return None };
    let archive = resource.module.resources.get(&used.address).filter(|_| used.address.contains("archive_file."))?;
    let source = ["source_dir", "source_file"].iter().find_map(|attribute| resource.module.path(*archive, attribute))?;
    resource.module.file_of(&source)
}

/// Types that run as the project's default compute service account if they name none (Google Cloud documentation of each); of
/// machines only those that ask for a service account at all, with the attribute that shows it.
const DEFAULT_ACCOUNT: &[(&str, &str)] = &[
    ("google_cloud_run_service", ""),
    ("google_cloud_run_v2_service", ""),
    ("google_cloud_run_v2_job", ""),
    ("google_cloud_run_v2_worker_pool", ""),
    ("google_cloudfunctions2_function", "service_config"),
    ("google_compute_instance", "service_account"),
    ("google_compute_instance_template", "service_account"),
    ("google_compute_region_instance_template", "service_account"),
    ("google_container_node_pool", "node_config.oauth_scopes"),
    ("google_dataflow_job", ""),
];

/// Access scopes of Google machines cap what their service account can do there; one that isn't named is the default one.
fn scopes(resource: Resource<'_, '_>, compute: &Compute, workload: &mut Workload) {
    for attribute in ["service_account.scopes", "node_config.oauth_scopes"] {
        for scope in resource.get(attribute).iter().flat_map(Val::items) {
            let text = hole::shown(&resource.module.text_of(scope).0);
            workload.traits.push(("access-scope".to_owned(), text, resource.at(attribute)));
        }
    }
    let Some((_, shown_by)) = DEFAULT_ACCOUNT.iter().find(|(kind, _)| *kind == compute.kind) else { return };
    let is_looked_up = |val: Val| val.reference().is_some_and(|of| of.resource_type() == "google_compute_default_service_account");
    let names_none = compute.identity.iter().all(|attribute| resource.get(attribute).is_none_or(is_looked_up));
    let asks = shown_by.is_empty() || resource.get(shown_by).is_some() || !resource.blocks(shown_by).is_empty();
    if names_none && asks && !resource.address.starts_with("data.") {
        workload.traits.push(("default-service-account".to_owned(), "true".to_owned(), resource.at(shown_by)));
    }
}

/// A role or service account that an attribute names.
fn attached_role(resource: Resource<'_, '_>, platform: Platform, attribute: &str, workload: &mut Workload, facts: &mut Facts) {
    let kind = if platform == Platform::Aws { "role" } else { "service-account" };
    let Some(principal) = resource.principal(attribute, platform, kind, facts) else { return };
    if platform == Platform::Gcp {
        attachment(resource, platform, &principal, facts);
    }
    workload.identity_paths.push(managed(resource, platform, attribute, principal));
}

/// Managed identities of an Azure resource: its own, and the user-assigned ones.
fn azure_identities(resource: Resource<'_, '_>, workload: &mut Workload, facts: &mut Facts) {
    let Some(identity) = resource.blocks("identity").first().copied() else { return };
    let kind = resource.module.value(identity, "type").unwrap_or_default();
    if kind.known().is_none_or(|kind| kind.contains("SystemAssigned")) {
        let key = resource.key();
        facts.principals.push(unkeyed_model::Principal {
            platform: Platform::Azure,
            key: key.clone(),
            kind: "managed-identity".to_owned(),
            names: vec![key.clone(), resource.address.to_owned()],
            location: resource.module.block_location(identity, resource.address),
        });
        attachment(resource, Platform::Azure, &key, facts);
        workload.identity_paths.push(managed(resource, Platform::Azure, "identity", key));
    }
    for id in resource.module.path(identity, "identity_ids").iter().flat_map(Val::items) {
        let principal = resource.module.principal(id, Platform::Azure, "managed-identity", facts);
        attachment(resource, Platform::Azure, &principal, facts);
        workload.identity_paths.push(managed(resource, Platform::Azure, "identity", principal));
    }
}

/// Azure and Google keep no trust object for an attached identity: attaching it is what lets the workload use it, and
/// nothing else. So the attachment is the trust, exact by nature.
fn attachment(resource: Resource<'_, '_>, platform: Platform, principal: &str, facts: &mut Facts) {
    facts.trusts.push(TrustBinding {
        id: format!("{}/attached/{}", resource.key(), facts.trusts.len()),
        platform,
        principal: principal.to_owned(),
        trusted: "attached".to_owned(),
        issuer: Value::Known(resource.address.to_owned(), Basis::Platform),
        subject: SubjectRule::Exact(vec![resource.key()]),
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: resource.location(),
    });
}

fn managed(resource: Resource<'_, '_>, platform: Platform, attribute: &str, principal: String) -> IdentityPath {
    let (destination, ttl) = match platform {
        Platform::Aws => ("aws", LONGEST_SESSION),
        // Managed identity tokens are cached up to 24 hours (Entra, "Managed identities FAQ").
        Platform::Azure => ("azure", Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }),
        _ => ("gcp", Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }),
    };
    IdentityPath {
        kind: IdentityKind::Managed,
        platform,
        mechanism: format!("{} {}", resource.kind(), attribute.rsplit('.').next().unwrap_or(attribute)),
        reach: Reach::Destination,
        destination: Destination::new(destination, ""),
        principal: Value::literal(principal),
        tokens: Vec::new(),
        ttl: Some(ttl),
        capability: Some(resource.at(attribute)),
        consumer: Some(resource.at(attribute)),
        platform_bound: None,
    }
}
