//! Commands and jobs of orbs: what they take from the environment, and which identities they use.
//!
//! The variables are the documented defaults of each orb's parameters (CircleCI developer hub).

use unkeyed_model::{Content, Destination, Location, Platform, Reference, Span, StoreKind, Value};

use super::{CIRCLECI, Config, job};
use crate::ci::{IdentityToken, Job};
use crate::facts;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// A use of an orb.
pub(super) struct Called<'a, 'p> {
    pub(super) alias: &'p str,
    pub(super) command: &'p str,
    pub(super) arguments: Option<&'a Node>,
    pub(super) path: &'p str,
    pub(super) span: Span,
    pub(super) is_job: bool,
}

/// Variables that an orb's commands take unless a parameter names others: orb, beginning of the command, variables.
const DEFAULTS: &[(&str, &str, &[&str])] = &[
    ("circleci/aws-cli", "setup", AWS),
    ("circleci/aws-ecr", "", AWS),
    ("circleci/aws-ecs", "", AWS),
    ("circleci/aws-s3", "", AWS),
    ("circleci/aws-eks", "", AWS),
    ("circleci/aws-code-deploy", "", AWS),
    ("circleci/aws-serverless", "", AWS),
    ("circleci/aws-sam-serverless", "", AWS),
    ("circleci/gcp-cli", "setup", &["GCLOUD_SERVICE_KEY"]),
    ("circleci/gcp-cli", "initialize", &["GCLOUD_SERVICE_KEY"]),
    ("circleci/gcp-gcr", "", &["GCLOUD_SERVICE_KEY"]),
    ("circleci/gcp-gke", "", &["GCLOUD_SERVICE_KEY"]),
    ("circleci/gcp-cloud-run", "", &["GCLOUD_SERVICE_KEY"]),
    ("circleci/azure-cli", "login-with-service-principal", &["AZURE_SP_PASSWORD"]),
    ("circleci/azure-cli", "login_with_service_principal", &["AZURE_SP_PASSWORD"]),
    ("circleci/azure-cli", "login-with-user", &["AZURE_PASSWORD"]),
    ("circleci/docker", "check", &["DOCKER_PASSWORD"]),
    ("circleci/docker", "publish", &["DOCKER_PASSWORD"]),
    ("circleci/heroku", "", &["HEROKU_API_KEY"]),
    ("circleci/slack", "", &["SLACK_ACCESS_TOKEN"]),
    ("circleci/github-cli", "", &["GITHUB_TOKEN"]),
    ("codecov/codecov", "", &["CODECOV_TOKEN"]),
    ("snyk/snyk", "scan", &["SNYK_TOKEN"]),
    ("sonarsource/sonarcloud", "scan", &["SONAR_TOKEN"]),
    ("doppler/doppler", "", &["DOPPLER_TOKEN"]),
    ("onepassword/secrets", "", &["OP_SERVICE_ACCOUNT_TOKEN"]),
    ("cypress-io/cypress", "run", &[]),
];

const AWS: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// Records what a command or job of an orb uses.
pub(super) fn call<'a>(config: &Config<'a>, job: &mut Job<'a>, called: &Called<'a, '_>) {
    let place = &config.file.place;
    let at = place.at(called.span, called.path);
    let orb = config.orbs.get(called.alias).map(|entry| &entry.value);
    let source = orb.and_then(Node::text).map(|text| text.split('@').next().unwrap_or_default());
    let mut named = Vec::new();
    let mut role = None;
    arguments(config, job, called, &mut named, &mut role);
    if let Some((role, at)) = role {
        let mechanism = format!("{} role_arn", source.unwrap_or(called.alias));
        job::takes_role(job, &mechanism, &role, &at);
        return;
    }
    if google(job, called, &at) {
        return;
    }
    let row = DEFAULTS.iter().find(|(orb, command, _)| source == Some(*orb) && called.command.starts_with(command));
    match row {
        // Parameters that name variables stand for the defaults.
        Some((_, _, variables)) if named.is_empty() => {
            variables.iter().for_each(|name| variable(job, name, name, at.clone()));
        }
        None if called.is_job => job.lacks(format!("{}/{} of an orb", source.unwrap_or(called.alias), called.command), at),
        _ => {}
    }
}

/// Parameters: texts with variables, names of variables, a role.
fn arguments<'a>(
    config: &Config<'a>,
    job: &mut Job<'a>,
    called: &Called<'a, '_>,
    named: &mut Vec<String>,
    role: &mut Option<(String, Location)>,
) {
    let place = &config.file.place;
    let mut pending: Vec<(&'a str, &'a Node, String)> = Vec::new();
    for entry in called.arguments.into_iter().flat_map(Node::entries) {
        if !matches!(entry.name(), "context" | "requires" | "filters" | "name" | "pre-steps" | "post-steps" | "matrix") {
            pending.push((entry.name(), &entry.value, place::under(called.path, entry.name())));
        }
    }
    while let Some((name, node, path)) = pending.pop() {
        // `auth: [aws-cli/setup: {role_arn: …}]` of newer AWS orbs.
        for inner in node.items().iter().flat_map(Node::entries).chain(node.entries()) {
            pending.push((inner.name(), &inner.value, place::under(&path, inner.name())));
        }
        let Some(text) = node.text() else { continue };
        let at = place.at(node.span, path.clone());
        if matches!(name, "role_arn" | "role-arn") && !text.is_empty() {
            *role = Some((text.to_owned(), at));
        } else if is_variable(text) && (facts::is_credential_variable(text) || facts::is_credential_variable(name)) {
            named.push(text.to_owned());
            variable(job, text, name, at);
        } else {
            job.text(place, node, path, Receiver::variable(name));
        }
    }
}

/// Whether a text looks like the name of a variable.
fn is_variable(text: &str) -> bool {
    text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') && text.contains('_')
}

/// A stored variable that the orb takes by its name.
fn variable(job: &mut Job<'_>, name: &str, used_as: &str, at: Location) {
    let mut reference = facts::received_by(facts::reference(StoreKind::CiVariable, name, at), name);
    if reference.content == Content::Unstated {
        reference.content = Content::Durable;
    }
    job.refers(Reference { used_as: Some(used_as.to_owned()), ..reference });
}

/// `use_oidc: true` of the Google Cloud orbs.
fn google(job: &mut Job<'_>, called: &Called<'_, '_>, at: &Location) -> bool {
    let Some(arguments) = called.arguments.filter(|arguments| arguments.get("use_oidc").is_some_and(Node::is_true)) else { return false };
    let account = arguments.str("service_account_email").unwrap_or("$OIDC_SERVICE_ACCOUNT_EMAIL");
    // The parameter names a variable, or is the address itself.
    let account = if is_variable(account) { format!("${account}") } else { account.to_owned() };
    let principal = job.resolve(&job.templates.fill(&account, &CIRCLECI));
    let audience = Value::unknown("the id of the organisation");
    let token =
        Some(job.may_present(IdentityToken { variable: String::new(), audience, at: at.clone(), mentioned: Some(at.clone()), used: true }));
    let path = job.federated(Platform::Gcp, "circleci/gcp-cli use_oidc", Destination::new("gcp", ""), token, None, at.clone());
    let ttl = Some(unkeyed_model::Ttl { seconds: 3_600, basis: unkeyed_model::TtlBasis::VendorDefault });
    job.workload.identity_paths.push(unkeyed_model::IdentityPath { principal, ttl, ..path });
    true
}
