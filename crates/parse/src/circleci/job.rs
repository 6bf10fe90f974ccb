//! One job: where it runs, what it is given, which contexts it has.

use unkeyed_model::{Content, Destination, Facts, Reference, StoreKind, Use, Value};

use super::workflows::Call;
use super::{CIRCLECI, Config, steps};
use crate::ci::{IdentityToken, Job};
use crate::facts as shared;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::{Entry, Node};

/// Reads a job; says whether a limit cut it short.
pub(super) fn read<'a>(config: &Config<'a>, entry: &'a Entry, facts: &mut Facts) -> bool {
    let calls = config.calls(entry.name());
    let mut job = blank(config, entry.name(), entry);
    let arguments = calls.first().and_then(|call| call.arguments);
    job.templates = steps::bound(&job.templates, entry.value.get("parameters"), arguments);
    let path = place::under("jobs", entry.name());
    executor(config, &mut job, &entry.value, &path, 0);
    contexts(config, &mut job, calls);
    let mut reader = steps::Reader::new(config, entry.value.get("parameters"), calls);
    if let Some(list) = entry.value.get("steps") {
        reader.steps(&mut job, list, &place::under(&path, "steps"));
    }
    for call in calls {
        for key in ["pre-steps", "post-steps"] {
            if let Some(list) = call.arguments.and_then(|arguments| arguments.get(key)) {
                reader.steps(&mut job, list, &place::under(&call.path, key));
            }
        }
    }
    job.finish(facts) | reader.cut
}

/// A job before its body is read.
pub(super) fn blank<'a>(config: &Config<'a>, name: &str, entry: &Entry) -> Job<'a> {
    let location = config.file.place.at(entry.span, place::under("jobs", name));
    let mut job = Job::new(&CIRCLECI, config.budget, config.file.place.path(), name, location);
    job.issuer = Value::literal("https://oidc.circleci.com/org/{any}");
    job.subjects = vec![Value::literal(config.subject.as_str())];
    job.audience = Value::unknown("the id of the organisation");
    job.templates = config.templates.clone();
    job
}

/// The contexts of all calls.
pub(super) fn contexts<'a>(config: &Config<'a>, job: &mut Job<'a>, calls: &[Call<'a>]) {
    for call in calls {
        let Some(node) = call.arguments.and_then(|arguments| arguments.get("context")) else { continue };
        for name in node.one_or_many() {
            let at = config.file.place.at(name.span, place::under(&call.path, "context"));
            job.takes_group(shared::reference(StoreKind::CiGroup, name.text().unwrap_or_default(), at));
        }
    }
}

/// Where a job runs: images with their logins, environment, a named executor.
fn executor<'a>(config: &Config<'a>, job: &mut Job<'a>, node: &'a Node, path: &str, depth: usize) {
    let place = &config.file.place;
    if depth == 0
        && let Some(named) = node.get("executor")
    {
        let name = named.text().or_else(|| named.str("name")).unwrap_or_default();
        if let Some(entry) = config.executors.get(name) {
            job.workload.extents.push(place.at(entry.span, place::under("executors", name)));
            executor(config, job, &entry.value, &place::under("executors", name), depth + 1);
        }
    }
    job.variables_of(place, node.get("environment"), &place::under(path, "environment"));
    for (index, image) in node.get("docker").into_iter().flat_map(Node::items).enumerate() {
        let path = place::item(&place::under(path, "docker"), index);
        let name = image.str("image").unwrap_or_default();
        if index == 0 && !name.contains("<<") {
            job.workload.uses.push((Use::Image, name.to_owned()));
        }
        let host = name.split_once('/').map(|(host, _)| host).filter(|host| host.contains('.')).unwrap_or("docker.io");
        login(config, job, image, &path, host);
        // The environment of a service is its own: passwords there are made up for the run.
        if index == 0 {
            job.variables_of(place, image.get("environment"), &place::under(&path, "environment"));
        }
    }
}

/// `auth` and `aws_auth` of an image.
fn login<'a>(config: &Config<'a>, job: &mut Job<'a>, image: &'a Node, path: &str, host: &str) {
    let place = &config.file.place;
    for entry in image.get("auth").into_iter().flat_map(Node::entries).filter(|entry| entry.name() == "password") {
        let receiver = Receiver {
            content: Content::Durable,
            destination: Some(Destination::new("registry", host)),
            ..Receiver::unstated(Some("password"))
        };
        job.text(place, &entry.value, place::under(path, "auth.password"), receiver);
    }
    let Some(aws) = image.get("aws_auth") else { return };
    for entry in aws.entries() {
        let path = place::under(&place::under(path, "aws_auth"), entry.name());
        if entry.name() == "oidc_role_arn" {
            let at = place.at(entry.value.span, path);
            takes_role(job, "aws_auth.oidc_role_arn", entry.value.text().unwrap_or_default(), &at);
        } else {
            job.text(place, &entry.value, path, Receiver::variable(&entry.name().to_ascii_uppercase()));
        }
    }
}

/// An AWS role that is assumed with the job's token.
pub(super) fn takes_role(job: &mut Job<'_>, mechanism: &str, role: &str, at: &unkeyed_model::Location) {
    let principal = job.resolve(&job.templates.fill(role, &CIRCLECI));
    let audience = job.audience.clone();
    let token =
        Some(job.may_present(IdentityToken { variable: String::new(), audience, at: at.clone(), mentioned: Some(at.clone()), used: true }));
    let destination = shared::aws(principal.known());
    let path = job.federated(unkeyed_model::Platform::Aws, mechanism, destination, token, None, at.clone());
    let ttl = Some(unkeyed_model::Ttl { seconds: 3_600, basis: unkeyed_model::TtlBasis::VendorDefault });
    job.workload.identity_paths.push(unkeyed_model::IdentityPath { principal, ttl, ..path });
}

/// A stored key of the project's settings.
pub(super) fn ssh_key(job: &mut Job<'_>, name: &str, at: unkeyed_model::Location) {
    job.refers(Reference {
        content: Content::Durable,
        destination: Some(Destination::new("ssh", "")),
        used_as: Some("add_ssh_keys".to_owned()),
        ..shared::reference(StoreKind::CiVariable, name, at)
    });
}
