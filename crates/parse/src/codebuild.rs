//! AWS CodeBuild: `buildspec.yml`.
//!
//! A build always has the service role of its project, which the buildspec does not name; the Terraform of the project
//! does. The decision a reader would question: the role counts as used once the build reads parameters or secrets by
//! it, or runs a command that reaches AWS.

use std::sync::Arc;

use unkeyed_model::{
    Content, Custody, Destination, Facts, IdentityKind, IdentityPath, Location, Origin, Platform, Reach, Reference, SkipReason, StoreKind,
    Ttl, TtlBasis, Unit, Use, Value, Workload, WorkloadKind, has_extension,
};

use crate::ci::{Budget, File, Files, Job, System};
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// AWS CodeBuild User Guide, "Environment variables in build environments".
const CODEBUILD: System = System { predefined: &["CODEBUILD_", "AWS_"], ..System::new("CodeBuild", WorkloadKind::Codebuild) };

/// `buildspec*.yml` with a version and phases.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let holds = |word: &[u8]| memchr::memmem::find(unit.bytes(), word).is_some();
    let is_named = || name.to_ascii_lowercase().contains("buildspec");
    let speaks = || is_named() || (holds(b"version: 0.2") && holds(b"pre_build:"));
    (has_extension(name, &["yml", "yaml"]) && speaks() && holds(b"phases:")).then(|| unit.origin().path.clone())
}

/// Reads a buildspec.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    let files = Files::read(units, &mut facts.skipped);
    for file in files.iter() {
        let budget = Budget::new();
        let place = &file.place;
        let mut job = Job::new(&CODEBUILD, &budget, place.path(), "build", place.at(file.root.span, "phases"));
        environment(&mut job, file);
        for phase in file.root.get("phases").into_iter().flat_map(Node::entries) {
            for key in ["commands", "finally"] {
                for (index, command) in phase.value.get(key).map(Node::one_or_many).unwrap_or_default().iter().enumerate() {
                    job.script(place, command, place::item(&place::under(&place::under("phases", phase.name()), key), index));
                }
            }
        }
        if job.finish(&mut facts) {
            facts.skipped.push(place.skip(SkipReason::Limit, "its scripts are more than is read of one file"));
        }
    }
    for workload in &mut facts.workloads {
        let reads = workload.references.iter().find(|reference| reference.destination.as_ref().is_some_and(|to| to.kind == "aws"));
        let reaches = workload.destinations.iter().any(|to| to.kind == "aws");
        let consumer = reads.map(|reference| reference.location.clone()).or_else(|| reaches.then(|| workload.location.clone()));
        let stored = workload.references.iter().any(|reference| reference.used_as.as_deref() == Some("AWS_SECRET_ACCESS_KEY"));
        if let Some(consumer) = consumer.filter(|_| !stored) {
            workload.identity_paths.push(IdentityPath {
                kind: IdentityKind::Managed,
                platform: Platform::Aws,
                mechanism: "service role of the CodeBuild project".to_owned(),
                reach: Reach::Destination,
                destination: Destination::new("aws", ""),
                principal: Value::unknown("the project's service role is not in the buildspec"),
                tokens: Vec::new(),
                ttl: Some(Ttl { seconds: 43_200, basis: TtlBasis::VendorBound }),
                capability: Some(workload.location.clone()),
                consumer: Some(consumer),
                platform_bound: None,
            });
        }
    }
    facts
}

/// What a project brings along that builds by a specification: the file that it names, or what one in its own definition does.
///
/// AWS CodeBuild User Guide, "Build specification reference for CodeBuild": without a name it is `buildspec.yml` at the root.
pub(crate) fn specified(by: Option<&str>, at: &Location, project: &mut Workload) {
    let Some(text) = by.filter(|text| text.contains('\n')) else {
        project.uses.push((Use::File, by.filter(|path| !path.is_empty()).unwrap_or("buildspec.yml").to_owned()));
        return;
    };
    let unit = Unit::new(Arc::new(Origin { path: "buildspec.yml".to_owned(), ..Origin::default() }), text.as_bytes());
    for part in read(std::slice::from_ref(&unit)).workloads {
        let here = |reference: Reference| Reference { location: at.clone(), ..reference };
        project.references.extend(part.references.into_iter().map(here));
        let new: Vec<Destination> = part.destinations.into_iter().filter(|to| !project.destinations.contains(to)).collect();
        project.destinations.extend(new);
        project.uses.extend(part.uses);
    }
}

/// `env`: plain variables, and values of Parameter Store and Secrets Manager.
fn environment<'a>(job: &mut Job<'a>, file: &'a File<'a>) {
    let Some(env) = file.root.get("env") else { return };
    job.variables_of(&file.place, env.get("variables"), "env.variables");
    for (key, service) in [("parameter-store", "ssm"), ("secrets-manager", "secretsmanager")] {
        for entry in env.get(key).into_iter().flat_map(Node::entries) {
            let text = entry.value.text().unwrap_or_default();
            job.is_given(entry.name());
            let at = file.place.at(entry.span, place::under(&place::under("env", key), entry.name()));
            let used = stored(entry.name(), text, service == "ssm", at);
            if used.content == Content::Unstated {
                job.reaches(Destination::new("aws", ""));
                let fetched = Reference { content: Content::Durable, ..used.clone() };
                job.is_handed(entry.name(), fetched);
            }
            job.refers(used);
        }
    }
}

/// A variable whose value is kept elsewhere. A parameter need not be a secret: its name tells, or it stays open.
fn stored(variable: &str, text: &str, is_parameter: bool, at: Location) -> Reference {
    // `secret-id:json-key:version-stage:version-id`; an ARN has colons of its own.
    let (name, json_key) = match text.split_once(':') {
        Some((name, rest)) if !text.starts_with("arn:") && !is_parameter => (name, rest.split(':').next()),
        _ => (text, None),
    };
    let last = text.rsplit('/').next().unwrap_or_default();
    let is_open = is_parameter && !shared::is_credential_variable(variable) && !shared::is_credential_variable(last);
    let fetched = shared::fetch(StoreKind::CloudSecretManager, name, Custody::VaultStatic, at);
    let content = if is_open { Content::Unstated } else { fetched.content };
    Reference {
        key: json_key.filter(|key| !key.is_empty()).map(str::to_owned),
        used_as: Some(variable.to_owned()),
        destination: Some(Destination::new("aws", "")),
        content,
        ..fetched
    }
}

/// The same for a variable of a project (AWS CodeBuild API reference, `EnvironmentVariable`: `type`).
pub(crate) fn of_project(variable: &str, kind: &str, text: &str, at: Location) -> Option<Reference> {
    matches!(kind, "PARAMETER_STORE" | "SECRETS_MANAGER").then(|| stored(variable, text, kind == "PARAMETER_STORE", at))
}
