//! AWS CodeBuild: `buildspec.yml`.
//!
//! A build always has the service role of its project, which the buildspec does not name; the Terraform of the project
//! does. The decision a reader would question: the role counts as used once the build reads parameters or secrets by
//! it, or runs a command that reaches AWS.

use std::sync::Arc;

use unkeyed_model::{
    Custody, Destination, Facts, IdentityKind, IdentityPath, Location, Origin, Platform, Reach, Reference, SkipReason, StoreKind, Ttl,
    TtlBasis, Unit, Use, Value, Workload, WorkloadKind,
};

use crate::ci::{Budget, File, Files, Job, System};
use crate::facts as shared;
use crate::place;
use crate::tree::Node;

/// AWS CodeBuild User Guide, "Environment variables in build environments".
const CODEBUILD: System = System { predefined: &["CODEBUILD_", "AWS_"], ..System::new("CodeBuild", WorkloadKind::Codebuild) };

/// `buildspec*.yml` with a version and phases.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name().to_ascii_lowercase();
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let holds = |word: &[u8]| memchr::memmem::find(unit.bytes(), word).is_some();
    let speaks = || name.contains("buildspec") || (holds(b"version: 0.2") && holds(b"pre_build:"));
    (is_yaml && speaks() && holds(b"phases:")).then(|| unit.origin().path.clone())
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
            // `secret-id:json-key:version-stage:version-id`; an ARN has colons of its own.
            let (name, json_key) = if text.starts_with("arn:") || service == "ssm" {
                (text, None)
            } else {
                text.split_once(':').map_or((text, None), |(name, rest)| (name, rest.split(':').next()))
            };
            let custody = Custody::VaultStatic;
            // A parameter need not be a secret: its name tells.
            let is_plain = service == "ssm"
                && !shared::is_credential_variable(entry.name())
                && !shared::is_credential_variable(text.rsplit('/').next().unwrap_or_default());
            let at = file.place.at(entry.span, place::under(&place::under("env", key), entry.name()));
            let mut fetched = shared::fetch(StoreKind::CloudSecretManager, name, custody, at);
            fetched.key = json_key.filter(|key| !key.is_empty()).map(str::to_owned);
            fetched.used_as = Some(entry.name().to_owned());
            fetched.destination = Some(Destination::new("aws", ""));
            if is_plain {
                job.reaches(Destination::new("aws", ""));
                job.is_handed(entry.name(), fetched);
            } else {
                job.refers(fetched);
            }
        }
    }
}
