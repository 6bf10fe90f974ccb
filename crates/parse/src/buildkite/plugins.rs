//! Plugins of a step: logins, secrets, and their own settings.

use unkeyed_model::{
    Content, Custody, Destination, IdentityKind, IdentityPath, Location, Platform, Reference, StoreKind, Ttl, TtlBasis, Value,
};

use crate::ci::{File, IdentityToken, Job};
use crate::facts;
use crate::place;
use crate::receiver::Receiver;
use crate::tree::Node;

/// Reads the plugins of a step.
pub(super) fn read<'a>(job: &mut Job<'a>, file: &'a File<'a>, plugins: Option<&'a Node>, path: &str) {
    let Some(plugins) = plugins else { return };
    for (index, item) in plugins.items().iter().enumerate() {
        let path = place::item(path, index);
        if let Some(name) = item.text() {
            plugin(job, file, name, item, &path);
        }
        for entry in item.entries() {
            plugin(job, file, entry.name(), &entry.value, &place::under(&path, entry.name()));
        }
    }
    for entry in plugins.entries() {
        plugin(job, file, entry.name(), &entry.value, &place::under(path, entry.name()));
    }
}

/// One plugin: `name#version`, `owner/name#version` or an address.
fn plugin<'a>(job: &mut Job<'a>, file: &'a File<'a>, source: &str, settings: &'a Node, path: &str) {
    let name = source.split('#').next().unwrap_or_default().trim_end_matches(".git");
    let name = name.rsplit('/').next().unwrap_or_default().trim_end_matches("-buildkite-plugin");
    let at = file.place.at(settings.span, path);
    match name {
        "aws-assume-role-with-web-identity" => {
            let role = settings.str("role-arn").unwrap_or("$AWS_ROLE_ARN");
            let ttl = settings.str("session-duration").and_then(|text| text.parse().ok());
            let ttl =
                ttl.map_or(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }, |seconds| Ttl { seconds, basis: TtlBasis::Declared });
            login(job, Platform::Aws, name, role, "sts.amazonaws.com", Some(ttl), &at);
        }
        // The agent's own identity becomes the role; what the plugin sets is a session of that.
        name if name.contains("assume-role") => assumes(job, name, settings, &at),
        "gcp-workload-identity-federation" => {
            let audience = settings.str("audience").unwrap_or_default().to_owned();
            let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
            login(job, Platform::Gcp, name, settings.str("service-account").unwrap_or("$SERVICE_ACCOUNT"), &audience, ttl, &at);
        }
        "azure-login" if settings.get("client-id").is_some() => {
            login(job, Platform::Azure, name, settings.str("client-id").unwrap_or_default(), "api://AzureADTokenExchange", None, &at);
        }
        "secrets" | "cluster-secrets" => {
            for entry in settings.get("variables").into_iter().flat_map(Node::entries) {
                job.is_given(entry.name());
                let reference =
                    facts::reference(StoreKind::CiVariable, entry.value.text().unwrap_or_default(), file.place.at(entry.span, path));
                job.refers(Reference { content: Content::Durable, used_as: Some(entry.name().to_owned()), ..reference });
            }
        }
        "vault-secrets" => job.refers(fetched(StoreKind::Vault, settings.str("path").unwrap_or("*"), "vault", &at)),
        "aws-sm" | "aws-ssm" | "seek-oss/aws-sm" => secret_manager(job, file, settings, path, "aws"),
        "gcp-secret-manager" => secret_manager(job, file, settings, path, "gcp"),
        "docker-login" => {
            let registry = facts::registry(settings.str("server").unwrap_or("docker.io"));
            let receiver = Receiver { content: Content::Durable, destination: Some(registry), ..Receiver::unstated(Some("password")) };
            job.mentioned(settings.str("password-env").unwrap_or("DOCKER_LOGIN_PASSWORD"), &receiver, at.clone());
        }
        "s3-secrets" => job.refers(fetched(StoreKind::CloudSecretManager, "*", "aws", &at)),
        _ => {}
    }
    for key in ["volumes", "mounts"] {
        job.mounts(&file.place, settings.get(key), path);
    }
    settings.for_each_scalar(path, &mut |path, node| {
        // What the plugin for Kubernetes puts into the pod of the step.
        if ["secretRef.name", "secretKeyRef.name", "secret.secretName"].iter().any(|end| path.ends_with(end)) {
            let reference = facts::reference(StoreKind::K8sSecret, node.text().unwrap_or_default(), file.place.at(node.span, path));
            job.refers(Reference { content: Content::Durable, ..reference });
            return;
        }
        let name = path.rsplit(['.', '[']).next().unwrap_or_default().trim_end_matches(']');
        let listed = node.text().filter(|text| is_variable(text) && facts::is_credential_variable(text));
        if let Some(variable) = listed {
            // `environment: [NAME]`, `password-env: NAME`: the value of that variable is handed on.
            job.mentioned(variable, &Receiver::unstated(Some(variable)), file.place.at(node.span, path));
        } else {
            job.text(&file.place, node, path.to_owned(), Receiver::unstated(Some(name)));
        }
    });
}

/// The agent's role assumes another one.
fn assumes<'a>(job: &mut Job<'a>, name: &str, settings: &'a Node, at: &Location) {
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].into_iter().for_each(|variable| job.is_given(variable));
    let role = settings.str("role").or_else(|| settings.str("role-arn")).or_else(|| settings.text());
    let principal = job.resolve(role.unwrap_or("$AWS_ASSUME_ROLE_ARN"));
    let path = job.federated(Platform::Aws, name, facts::aws(principal.known()), None, None, at.clone());
    let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
    let kind = IdentityKind::Managed;
    job.workload.identity_paths.push(IdentityPath { kind, principal, ttl, tokens: Vec::new(), capability: Some(at.clone()), ..path });
}

fn is_variable(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn login(job: &mut Job<'_>, platform: Platform, name: &str, principal: &str, audience: &str, ttl: Option<Ttl>, at: &Location) {
    let principal = job.resolve(principal);
    let audience = if audience.is_empty() { Value::unknown("the plugin names no audience") } else { Value::literal(audience) };
    let token =
        Some(job.may_present(IdentityToken { variable: String::new(), audience, at: at.clone(), mentioned: Some(at.clone()), used: true }));
    let destination = match platform {
        Platform::Aws => facts::aws(principal.known()),
        Platform::Gcp => Destination::new("gcp", ""),
        _ => Destination::new("azure", ""),
    };
    let path = job.federated(platform, name, destination, token, None, at.clone());
    job.workload.identity_paths.push(IdentityPath { principal, ttl, ..path });
}

fn fetched(store: StoreKind, name: &str, destination: &str, at: &Location) -> Reference {
    let mut reference = facts::fetch(store, name, Custody::VaultStatic, at.clone());
    reference.destination = Some(Destination::new(destination, ""));
    reference
}

/// `env: {VARIABLE: secret}` or `parameters: {VARIABLE: name}` of the plugins for cloud secret managers.
fn secret_manager<'a>(job: &mut Job<'a>, file: &'a File<'a>, settings: &'a Node, path: &str, destination: &str) {
    for entry in ["env", "parameters", "secrets"].iter().filter_map(|key| settings.get(key)).flat_map(Node::entries) {
        let name = entry.value.text().or_else(|| entry.value.str("secret-id")).unwrap_or("*");
        let at = file.place.at(entry.span, path);
        job.is_given(entry.name());
        job.refers(Reference { used_as: Some(entry.name().to_owned()), ..fetched(StoreKind::CloudSecretManager, name, destination, &at) });
    }
}
