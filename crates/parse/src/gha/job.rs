//! One job, and what the workflow around it gives it.

use unkeyed_model::{Destination, Platform, StoreKind, Use, Value};

use super::action::tokens;
use super::consumers;
use super::draft::{Draft, Receiver};
use super::events::{self, Condition, Event};
use super::files::{File, is_local};
use super::permissions::Permissions;
use super::scope::Scope;
use super::{inlined, steps, unused};
use crate::environment;
use crate::facts;
use crate::host_files;
use crate::place;
use crate::tree::Node;

/// A workflow file with what it gives to all its jobs.
pub(super) struct Workflow<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) events: Vec<Event<'a>>,
    permissions: Option<Permissions>,
}

impl<'a> Workflow<'a> {
    pub(super) fn new(file: &'a File<'a>) -> Self {
        Self { file, events: events::events(&file.root), permissions: Permissions::declared_by(&file.place, &file.root, "") }
    }

    /// Runs only when another workflow calls it.
    pub(super) fn is_only_called(&self) -> bool {
        !self.events.is_empty() && self.events.iter().all(|event| event.name == "workflow_call")
    }
}

/// Keys of a job that are read for what they mean.
const READ: &[&str] = &["env", "steps", "if", "with", "secrets", "container", "services", "permissions", "uses"];

/// Reads the body of a job into a draft.
pub(super) fn body<'a>(draft: &mut Draft<'a>, workflow: &Workflow<'a>, outer: &Scope, job: &'a Node, path: &str) {
    let file = workflow.file;
    // A called job costs as much as a step, so that calls of calls come to an end.
    if draft.steps_left == 0 {
        draft.cut = true;
        return;
    }
    draft.steps_left -= 1;
    // A job that calls a workflow hands no environment on.
    let env = file.root.get("env").filter(|_| job.get("uses").is_none());
    let mut scope = outer.with_env(env).with_matrix(job.path(&["strategy", "matrix"])).with_choices(&file.root);
    draft.environment(file, &scope, env, "env", false);
    scope = scope.with_env(job.get("env"));
    if let Some(permissions) = Permissions::declared_by(&file.place, job, path).or_else(|| workflow.permissions.clone()) {
        scope.permissions = permissions;
    }
    // A called workflow can ask for less than its caller has, never for more.
    if scope.is_called() && outer.permissions.id_token.is_none() {
        scope.permissions.id_token = None;
    }
    scope.subjects = subjects(draft, workflow, &scope, job, outer).into();
    scope.fallback |= steps::condition(draft, file, &scope, job, path);
    let fallback = scope.fallback;
    draft.environment(file, &scope, job.get("env"), &place::under(path, "env"), fallback);
    traits(draft, workflow, &scope, job, path);
    containers(draft, file, &scope, job, path);
    steps::other_texts(draft, file, &scope, job, path, READ);
    if let Some(uses) = job.str("uses") {
        called(draft, file, &scope, job, path, uses);
    }
    if let Some(list) = job.get("steps") {
        steps::read(draft, file, &scope, list, &place::under(path, "steps"));
    }
    announced(draft, &scope);
    draft.finish_job_token(&scope);
}

/// The `sub` claims of the job's tokens: by its environment, else by the events.
fn subjects(draft: &mut Draft<'_>, workflow: &Workflow<'_>, scope: &Scope, job: &Node, outer: &Scope) -> Vec<Value> {
    let environment =
        job.get("environment").and_then(|node| node.text().or_else(|| node.str("name"))).filter(|text| !text.trim().is_empty());
    let Some(text) = environment else {
        // A called workflow has the subjects of its caller.
        if !outer.subjects.is_empty() {
            return outer.subjects.to_vec();
        }
        let found = events::subjects(&workflow.events, &Condition::new(job.str("if").unwrap_or_default()));
        let why = if workflow.is_only_called() { "the calling workflow decides it" } else { "no event fits the job's condition" };
        return if found.is_empty() { vec![Value::unknown(why)] } else { found };
    };
    let alternatives = scope.alternatives(text);
    let value = match alternatives.as_slice() {
        [only] => Value::literal(only.as_str()),
        [] => scope.bind(text).value,
        several => Value::unknown(format!("one of {}", several.join(", "))),
    };
    draft.workload.environment.get_or_insert(value);
    let names = if alternatives.is_empty() { vec!["{environment}".to_owned()] } else { alternatives };
    names.iter().map(|name| Value::literal(format!("repo:{{repository}}:environment:{}", name.trim().replace(':', "%3A")))).collect()
}

/// Facts about how the job runs.
fn traits<'a>(draft: &mut Draft<'a>, workflow: &Workflow<'a>, scope: &Scope, job: &'a Node, path: &str) {
    let place = &workflow.file.place;
    // A called workflow's own events are not what starts the caller.
    if !scope.is_called() {
        for event in &workflow.events {
            draft.note("trigger", event.name, place.at(event.at.span, place::under("on", event.name)));
        }
    }
    if let Some(node) = job.get("timeout-minutes") {
        draft.note("timeout-minutes", node.text().unwrap_or_default(), place.at(node.span, place::under(path, "timeout-minutes")));
    }
    let labels = job.get("runs-on").map(|node| node.get("labels").unwrap_or(node));
    for node in labels.into_iter().flat_map(Node::one_or_many) {
        draft.note("runs-on", node.text().unwrap_or_default(), place.at(node.span, place::under(path, "runs-on")));
    }
    let permissions = &scope.permissions;
    let (value, at) = match &permissions.declared {
        Some(at) => (if permissions.narrowed { "declared" } else { "write-all" }, at.clone()),
        None => ("undeclared", draft.workload.location.clone()),
    };
    draft.note("permissions", value, at);
    // What a called workflow is given, its caller decides.
    if !scope.is_called() {
        for (name, at) in unused::permissions(place, &workflow.file.root, job, path) {
            draft.note("unused-permission", name, at);
        }
    }
    if let Some(at) = permissions.id_token.clone() {
        draft.note("id-token", "write", at);
    }
}

/// The job's container and its services: images, credentials, environment.
fn containers<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, job: &'a Node, path: &str) {
    let own = job.get("container").map(|node| (node, place::under(path, "container"), true));
    let services = job.get("services").into_iter().flat_map(Node::entries);
    let services = services.map(|entry| (&entry.value, place::under(&place::under(path, "services"), entry.name()), false));
    for (node, path, is_own) in own.into_iter().chain(services) {
        if let Some(image) = node.text().or_else(|| node.str("image")).filter(|_| is_own) {
            draft.draws_in(Use::Image, image.to_owned());
        }
        for volume in node.get("volumes").into_iter().flat_map(Node::items) {
            let mut parts = volume.text().unwrap_or_default().split(':');
            let source = parts.next().filter(|source| source.starts_with('/')).unwrap_or_default();
            let at = file.place.at(volume.span, place::under(&path, "volumes"));
            draft.workload.references.extend(host_files::mounted(source, parts.next(), at));
        }
        for entry in node.get("credentials").into_iter().flat_map(Node::entries) {
            let path = place::under(&place::under(&path, "credentials"), entry.name());
            let is_password = entry.name() == "password";
            let host = node.str("image").and_then(|image| image.split_once('/')).map(|(host, _)| host).filter(|host| host.contains('.'));
            let receiver = Receiver {
                content: if is_password { unkeyed_model::Content::Durable } else { unkeyed_model::Content::Identifier },
                destination: Some(Destination::new("registry", host.unwrap_or("docker.io"))),
                follows: is_password,
                ..Receiver::unstated(Some(entry.name()), false)
            };
            draft.text(file, scope, &entry.value, &path, &receiver);
            let location = file.place.at(entry.value.span, path);
            draft.literal(entry.name(), entry.value.text().unwrap_or_default(), is_password, location);
        }
        // A service's own password is made up for a database that dies with the job; stored secrets in it count all the same.
        for entry in node.get("env").into_iter().flat_map(Node::entries) {
            let path = place::under(&place::under(&path, "env"), entry.name());
            draft.text(file, scope, &entry.value, &path, &Receiver::variable(entry.name(), scope.fallback));
            let location = file.place.at(entry.value.span, path);
            draft.literal(
                entry.name(),
                entry.value.text().unwrap_or_default(),
                is_own && crate::facts::is_credential_variable(entry.name()),
                location,
            );
        }
    }
}

/// A job that is another workflow.
fn called<'a>(draft: &mut Draft<'a>, file: &'a File<'a>, scope: &Scope, job: &'a Node, path: &str, uses: &str) {
    if is_local(uses) {
        inlined::reusable(draft, file, scope, job, path, uses);
        return;
    }
    inlined::passed_on(draft, file, scope, job, path);
    let at = file.place.at(job.get("uses").map_or(job.span, |node| node.span), place::under(path, "uses"));
    draft.note("calls-foreign-workflow", uses, at.clone());
    let version = uses.split_once('@').map_or("", |(_, version)| version);
    if version.len() != 40 || !version.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        draft.note("unpinned-action", uses, at.clone());
    }
    let known = consumers::consumer(uses.split('@').next().unwrap_or_default());
    if known.is_none() {
        draft.workload.references.push(facts::reference(StoreKind::ForeignDefinition, uses, at.clone()));
    }
    // Of foreign workflows only the SLSA generators are known to sign (slsa-github-generator README).
    if let Some(row) = known
        && let Some(way) = row.ways.first()
    {
        draft.workload.identity_paths.push(unkeyed_model::IdentityPath {
            kind: way.kind,
            platform: way.platform,
            mechanism: row.action.to_owned(),
            reach: way.reach,
            destination: Destination::new(row.destination, row.destination_name),
            principal: Value::unknown("the token itself is the identity"),
            tokens: tokens(scope, &Value::literal("sigstore")),
            ttl: way.ttl.map(|(seconds, basis)| unkeyed_model::Ttl { seconds, basis }),
            capability: scope.permissions.id_token.clone(),
            consumer: Some(at),
            platform_bound: None,
        });
    }
}

/// Identities that environment variables announce (`ARM_USE_OIDC`): here the capability is the job's permission.
fn announced(draft: &mut Draft<'_>, scope: &Scope) {
    let variables = std::mem::take(&mut draft.variables);
    draft.workload.traits.extend(environment::terraform_tenant(&variables));
    for mut path in environment::identity_paths(&variables) {
        if path.kind == unkeyed_model::IdentityKind::Federated {
            path.capability = scope.permissions.id_token.clone();
            let audience = match path.platform {
                Platform::Azure => Value::literal("api://AzureADTokenExchange"),
                Platform::Aws => Value::literal("sts.amazonaws.com"),
                _ => Value::unknown("the audience is chosen where the token is requested"),
            };
            path.tokens = tokens(scope, &audience);
        }
        let known =
            draft.workload.identity_paths.iter().any(|other| other.destination.kind == path.destination.kind && other.kind == path.kind);
        if !known {
            draft.workload.identity_paths.push(path);
        }
    }
    // A token that is asked for is accounted for once a login is seen.
    let logs_in = draft
        .workload
        .identity_paths
        .iter()
        .any(|path| path.kind == unkeyed_model::IdentityKind::Federated && path.destination.kind != "unknown");
    if logs_in {
        draft.workload.identity_paths.retain(|path| path.destination.kind != "unknown");
    }
}
