//! Workloads: resources that compute, and the role that each runs with.

use unkeyed_model::{
    Destination, Facts, IdentityKind, IdentityPath, Location, Platform, Reach, Reference, StoreKind, Use, Value, Workload,
};

use super::init;
use super::principals;
use super::sam;
use super::template::{Resource, Template};
use super::values::{self, Reader};
use crate::codebuild;
use crate::evaluated::{Kind, Leaf, Val, leaves_of};
use crate::facts;
use crate::given;
use crate::host_files;
use crate::place;
use crate::pod_identity::LONGEST_SESSION;
use crate::policy_document::hole;
use crate::scripts;

/// Types that compute, with the property that names the role whose credentials the code gets.
const COMPUTE: &[(&str, &str)] = &[
    ("AWS::Lambda::Function", "Role"),
    ("AWS::Serverless::Function", "Role"),
    ("AWS::Serverless::StateMachine", "Role"),
    ("AWS::ECS::TaskDefinition", "TaskRoleArn"),
    ("AWS::EC2::Instance", "IamInstanceProfile"),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.IamInstanceProfile"),
    ("AWS::AutoScaling::LaunchConfiguration", "IamInstanceProfile"),
    ("AWS::CodeBuild::Project", "ServiceRole"),
    ("AWS::CodePipeline::Pipeline", "RoleArn"),
    ("AWS::AppRunner::Service", "InstanceConfiguration.InstanceRoleArn"),
    ("AWS::Batch::JobDefinition", "ContainerProperties.JobRoleArn"),
    ("AWS::Glue::Job", "Role"),
    ("AWS::StepFunctions::StateMachine", "RoleArn"),
    ("AWS::SageMaker::NotebookInstance", "RoleArn"),
    ("AWS::SageMaker::Model", "ExecutionRoleArn"),
    ("AWS::Amplify::App", "IAMServiceRole"),
    ("AWS::ElasticBeanstalk::Environment", ""),
    ("AWS::Lightsail::Container", ""),
    ("AWS::EKS::Nodegroup", "NodeRole"),
    ("AWS::EMR::Cluster", "JobFlowRole"),
    ("AWS::BedrockAgentCore::Runtime", "RoleArn"),
    ("AWS::Synthetics::Canary", "ExecutionRoleArn"),
];

/// Whether a resource of this type is a workload.
pub(super) fn is_compute(kind: &str) -> bool {
    COMPUTE.iter().any(|(known, _)| *known == kind)
}

/// Emits the workload of a resource that computes.
pub(super) fn read(resource: Resource<'_, '_>, found: &mut Facts) {
    let Some((_, role)) = COMPUTE.iter().find(|(kind, _)| *kind == resource.kind()) else { return };
    let template = resource.template;
    let mut workload = Workload::new(template.scheme.kind, resource.key(), resource.name, resource.location());
    workload.extents.push(resource.location());
    let properties = resource.properties().map_or_else(|| Val::new(Kind::Null), |node| template.eval(node));
    let tags = properties.get("Tags");
    workload.owner = tags.and_then(|tags| owner_of(template, tags));
    workload.environment = tags.and_then(|tags| named_environment(template, tags));
    match resource.get(role) {
        Some(val) => {
            let val = ["Arn", "Name"].iter().find_map(|key| val.get(key)).unwrap_or(&val);
            let key = principals::principal(template, val, "role", found);
            workload.identity_paths.push(managed(&format!("{} {role}", resource.kind()), key, resource.at(role)));
        }
        None if sam::has_own_role(resource) => {
            let key = template.key(&format!("{}Role", resource.name));
            workload.identity_paths.push(managed(resource.kind(), key, resource.at("Policies")));
        }
        None => {}
    }
    workload.extents.extend(sam::global_environment(resource));
    if resource.kind() == "AWS::CodeBuild::Project" {
        built(resource, &properties, &mut workload);
    }
    let reader = Reader { template, fetches: true };
    let path = format!("{}.Properties", resource.path());
    let mut leaves: Vec<Leaf> = leaves_of("", &path, &properties).into_iter().chain(sam::global_leaves(resource)).collect();
    given::name_by_options(&mut leaves);
    for leaf in leaves {
        workload.references.append(&mut reader.read(&leaf, found));
        if clones(&leaf) && !workload.destinations.iter().any(|to| to.kind == "git") {
            workload.destinations.push(Destination::new("git", ""));
            workload.references.append(&mut source_credentials(&reader, found));
        }
        if let Some(to) = facts::addressed(&leaf.name).filter(|to| values::is_variable(&leaf) && !workload.destinations.contains(to)) {
            workload.destinations.push(to);
        }
        started(resource, &reader, &leaf, &mut workload, found);
        if let ("CodeUri" | "Code", Kind::Text(folder, _)) = (leaf.name.as_str(), &leaf.val.kind)
            && hole::is_known(folder)
            && !folder.contains("://")
        {
            let folders = sam::bundled(resource, folder).unwrap_or_else(|| vec![folder.clone()]);
            workload.uses.extend(folders.iter().map(|folder| (Use::File, host_files::relative(template.place.path(), folder))));
        }
        if let ("Image" | "ImageUri" | "ImageIdentifier", Kind::Text(image, _)) = (leaf.name.as_str(), &leaf.val.kind)
            && hole::is_known(image)
        {
            workload.uses.push((Use::Image, image.clone()));
        }
    }
    if let Some(macros) = resource.properties().and_then(|properties| properties.entry("Fn::Transform")) {
        let at = template.place.at(macros.span, place::under(&resource.path(), "Properties.Fn::Transform"));
        workload.references.push(facts::reference(StoreKind::ForeignDefinition, "what a macro adds to its properties", at));
    }
    init::read(resource, &reader, &mut workload, found);
    reader.spliced(resource.entry, &resource.path(), &mut workload.references);
    found.workloads.push(workload);
}

/// What the settings of a CodeBuild project give its builds.
fn built(resource: Resource<'_, '_>, properties: &Val, workload: &mut Workload) {
    let template = resource.template;
    let source = properties.get("Source");
    let specification = source.and_then(|source| source.get("BuildSpec")).map(|val| hole::shown(&template.text(val)));
    codebuild::specified(specification.as_deref(), &resource.at("Source"), workload);
    let variables = properties.get("Environment").and_then(|environment| environment.get("EnvironmentVariables"));
    for variable in variables.into_iter().flat_map(|variables| variables.items()) {
        let text = |key: &str| variable.get(key).map(|val| hole::shown(&template.text(val))).unwrap_or_default();
        workload.references.extend(codebuild::of_project(&text("Name"), &text("Type"), &text("Value"), resource.at("Environment")));
    }
}

/// What a script, or a file that becomes the environment, gives the workload.
fn started(resource: Resource<'_, '_>, reader: &Reader<'_, '_>, leaf: &Leaf, workload: &mut Workload, found: &mut Facts) {
    let Kind::Text(text, _) = &leaf.val.kind else { return };
    if leaf.path.contains("EnvironmentFiles[") && leaf.path.ends_with(".Value") {
        workload.references.push(facts::environment(StoreKind::File, hole::shown(text), resource.at("ContainerDefinitions")));
    }
    if is_script(leaf) {
        let at = resource.at(leaf.path.rsplit('.').next().unwrap_or_default());
        scripts::read(text, &|_| at.clone(), workload);
        for part in given::filled(leaf) {
            workload.references.append(&mut reader.read(&part, found));
        }
    }
}

/// Whether a value is a script: what a machine starts with, or a word of a container's command that is more than a word.
fn is_script(leaf: &Leaf) -> bool {
    let is_word = ["Command[", "EntryPoint["].iter().any(|key| leaf.path.contains(key));
    let has_words = matches!(&leaf.val.kind, Kind::Text(text, _) if text.trim().contains(char::is_whitespace) || text.starts_with("--"));
    leaf.name == "UserData" || (is_word && has_words)
}

/// Whether a setting makes the workload clone from a service outside of AWS.
fn clones(leaf: &Leaf) -> bool {
    let hosts = ["GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "GITLAB_SELF_MANAGED"];
    let is_source = leaf.path.ends_with("Source.Type") && matches!(&leaf.val.kind, Kind::Text(kind, _) if hosts.contains(&kind.as_str()));
    // Whoever set the connection up has granted it access; what it holds is not seen.
    is_source || leaf.name == "ConnectionArn"
}

/// The tokens with which CodeBuild clones: they are kept for the whole account (CodeBuild user guide, "Access tokens").
fn source_credentials(reader: &Reader<'_, '_>, facts: &mut Facts) -> Vec<Reference> {
    let mut found = Vec::new();
    for resource in reader.template.resources().filter(|resource| resource.kind() == "AWS::CodeBuild::SourceCredential") {
        let path = format!("{}.Properties", resource.path());
        let Some(properties) = resource.properties() else { continue };
        for leaf in leaves_of("", &path, &reader.template.eval(properties)) {
            found.append(&mut reader.read(&leaf, facts));
        }
    }
    found
}

/// The identity that a role gives to what runs with it.
pub(crate) fn managed(mechanism: &str, principal: String, at: Location) -> IdentityPath {
    IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Aws,
        mechanism: mechanism.trim_end().to_owned(),
        reach: Reach::Destination,
        destination: Destination::new("aws", ""),
        principal: Value::literal(principal),
        tokens: Vec::new(),
        ttl: Some(LONGEST_SESSION),
        capability: Some(at.clone()),
        consumer: Some(at),
        platform_bound: None,
    }
}

/// A tag by name, in the list form (`Key`, `Value`) or the map form.
fn tag(template: &Template<'_>, tags: &Val, names: &[&str]) -> Option<Value> {
    let listed = tags.items().iter().filter_map(|tag| Some((template.known(tag.get("Key")?)?, tag.get("Value")?)));
    let mapped = tags.entries().iter().map(|(key, value)| (key.clone(), value));
    listed.chain(mapped).find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name))).map(|(_, val)| template.value(val))
}

/// The owner that tags name.
pub(crate) fn owner_of(template: &Template<'_>, tags: &Val) -> Option<String> {
    tag(template, tags, &["owner", "team"])?.known().map(str::to_owned)
}

/// The environment that tags name.
pub(crate) fn named_environment(template: &Template<'_>, tags: &Val) -> Option<Value> {
    tag(template, tags, &["environment", "env", "stage"])
}
