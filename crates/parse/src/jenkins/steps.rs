//! Steps: scripts, credentials by id, logins.

use std::collections::BTreeSet;
use std::ops::Range;

use unkeyed_model::{
    Content, Destination, IdentityKind, IdentityPath, Location, Platform, Reach, Reference, Role, StoreKind, Ttl, TtlBasis,
};

use super::groovy::{Token, TokenKind};
use super::pipeline::Source;
use super::values::{Arguments, arguments};
use crate::ci::{IdentityToken, Job};
use crate::facts;
use crate::receiver::Receiver;

/// What gives a value that stands elsewhere (Jenkins documentation, "Pipeline Steps Reference").
const ELSEWHERE: &[&str] = &["params", "input", "readFile", "readJSON", "readYaml", "readProperties", "sh", "bat", "powershell", "pwsh"];

/// What reading a token costs, in bytes of the budget.
const TOKEN_COST: usize = 8;

/// Reads the tokens of a range.
pub(super) fn read<'a>(source: &Source<'a>, range: Range<usize>, job: &mut Job<'a>) {
    let end = range.end.min(source.tokens.len());
    // What many stages share is paid for by each.
    if !job.affords_bytes(end.saturating_sub(range.start).saturating_mul(TOKEN_COST)) {
        return;
    }
    for at in range.start..end {
        let token = &source.tokens[at];
        if token.kind != TokenKind::Name {
            continue;
        }
        match token.text() {
            "sh" | "bat" | "powershell" | "pwsh" => script(source, at, end, job),
            "credentials" if is_call(source, at) => environment_credential(source, at, job),
            "withSonarQubeEnv" if is_call(source, at) => server(source, at, job),
            "withRegistry" if is_call(source, at) => registry(source, at, job),
            "sshagent" => ssh_agent(source, at, end, job),
            "withAWS" if is_call(source, at) => aws(source, at, job),
            name if is_credential_argument(name) && source.tokens.get(at + 1).is_some_and(|next| next.is_sign(b':')) => {
                named_credential(source, at, job);
            }
            "fileId" if source.tokens.get(at + 1).is_some_and(|next| next.is_sign(b':')) => managed_file(source, at, job),
            "path" if source.tokens.get(at + 1).is_some_and(|next| next.is_sign(b':')) => vault_path(source, at, job),
            "envVar" => given(source, at, job),
            _ if source.tokens.get(at + 1).is_some_and(|next| next.is_sign(b'=')) => assigned(source, at, job),
            _ => {}
        }
    }
}

fn is_call(source: &Source<'_>, at: usize) -> bool {
    source.tokens.get(at + 1).is_some_and(|next| next.is_sign(b'('))
}

fn at_token(source: &Source<'_>, token: &Token) -> Location {
    source.place.at(token.node.span, "")
}

/// Named arguments that hold the id of a credential: `credentialsId`, `vaultCredentialId`, `tokenCredentialId` …
fn is_credential_argument(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    // `httpRequest` (HTTP Request plugin) calls it so.
    lower.ends_with("credentialsid") || lower.ends_with("credentialid") || name == "authentication"
}

/// `sh '…'`, `sh(script: '…')`, `sh("…")`.
fn script<'a>(source: &Source<'a>, at: usize, end: usize, job: &mut Job<'a>) {
    let Some(next) = source.tokens.get(at + 1).filter(|_| at + 1 < end) else { return };
    let texts = match next.kind {
        TokenKind::Text => at + 1..at + 2,
        TokenKind::Sign(b'(') => at + 2..source.close(at + 1),
        // `sh script: '…', returnStdout: true`
        TokenKind::Name if source.tokens.get(at + 2).is_some_and(|sign| sign.is_sign(b':')) => at + 2..line_end(source, at, end),
        _ => return,
    };
    for token in source.tokens.get(texts).unwrap_or_default().iter().filter(|token| token.kind == TokenKind::Text) {
        job.script(source.place, &token.node, "sh".to_owned());
    }
}

fn line_end(source: &Source<'_>, at: usize, end: usize) -> usize {
    (at..end).find(|&index| source.tokens[index].is_sign(b'\n')).unwrap_or(end)
}

fn stored(id: &Token, source: &Source<'_>) -> Reference {
    let reference = facts::reference(StoreKind::JenkinsCredential, id.text(), at_token(source, id));
    Reference { content: Content::Durable, ..reference }
}

/// `configFile(fileId: 'maven-settings', …)`: a file that the controller keeps, with the credentials that are put into it (Config File
/// Provider plugin).
fn managed_file<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let Some(id) = source.tokens.get(at + 2).filter(|token| token.kind == TokenKind::Text) else { return };
    let (_, arguments) = arguments(source, at);
    arguments.variables().for_each(|variable| job.is_given(variable));
    job.refers(facts::reference(StoreKind::JenkinsCredential, id.text(), at_token(source, id)));
}

/// `NAME = credentials('id')`.
fn environment_credential<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let Some(id) = source.tokens.get(at + 2).filter(|token| token.kind == TokenKind::Text) else { return };
    let name = at.checked_sub(2).and_then(|name| source.tokens.get(name)).filter(|_| source.tokens[at - 1].is_sign(b'='));
    let mut reference = stored(id, source);
    if let Some(name) = name {
        let name = name.text();
        // A user name with a password makes two more variables.
        for suffix in ["", "_USR", "_PSW"] {
            job.is_given(&format!("{name}{suffix}"));
        }
        let receiver = Receiver::variable(name);
        reference.destination = receiver.destination;
        reference.role = receiver.role;
        reference.used_as = Some(name.to_owned());
    }
    job.refers(reference);
}

/// `NAME = 'literal'` of an environment block or a variable; what is computed is no stored value.
fn assigned<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let Some(value) = source.tokens.get(at + 2).filter(|value| !value.is_sign(b'=')) else { return };
    let goes_on = source.tokens.get(at + 3).is_some_and(|next| next.is_sign(b'+') || next.is_sign(b'.'));
    if value.kind == TokenKind::Text && !goes_on {
        job.variable(source.tokens[at].text(), source.place, &value.node, "environment".to_owned());
    } else if !value.is_name("env") {
        // A parameter, an answer, a file, what a command prints.
        if value.kind == TokenKind::Name && ELSEWHERE.contains(&value.text()) {
            job.opaque(value.text(), &Receiver::variable(source.tokens[at].text()), at_token(source, value));
        }
        job.is_given(source.tokens[at].text());
    }
}

/// `usernamePassword(credentialsId: 'x', passwordVariable: 'P')` and everything else that names a credential.
fn named_credential<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let Some(id) = source.tokens.get(at + 2) else { return };
    let (call, arguments) = arguments(source, at);
    let variables: Vec<&str> = arguments.variables().collect();
    variables.iter().for_each(|variable| job.is_given(variable));
    if id.kind != TokenKind::Text {
        let name = format!("the one in `{}`", id.text());
        let reference = facts::reference(StoreKind::JenkinsCredential, name, at_token(source, id));
        job.refers(Reference { content: Content::Durable, ..reference });
        return;
    }
    // A token of the OpenID Connect provider plugin is taken by a login that presents it.
    if let Some(variable) = variables.iter().find(|variable| source.presented.contains(**variable)) {
        let at = at_token(source, id);
        let audience = job.audience.clone();
        let mentioned = (*variable == "AWS_WEB_IDENTITY_TOKEN_FILE").then(|| at.clone());
        job.may_present(IdentityToken { variable: (*variable).to_owned(), audience, at, mentioned, used: false });
        return;
    }
    let mut reference = stored(id, source);
    reference.used_as = variables.last().map(|variable| (*variable).to_owned());
    let opens_vault = source.tokens[at].text().to_ascii_lowercase().starts_with("vault");
    reference.role = if opens_vault { Role::Bootstrap } else { Role::Access };
    let vault = opens_vault.then(|| Destination::new("vault", ""));
    reference.destination =
        vault.or_else(|| destination(call, &arguments)).or_else(|| variables.iter().find_map(|name| Receiver::variable(name).destination));
    job.refers(reference);
}

/// The names of variables that are given to a login as the token that proves who the job is.
pub(super) fn presented(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::from(["AWS_WEB_IDENTITY_TOKEN_FILE"]);
    for option in ["--web-identity-token", "--federated-token", "jwt="] {
        for (at, _) in text.match_indices(option) {
            let behind = text[at + option.len()..].trim_start_matches([' ', '=', '"', '\'', '\\', '$', '{']);
            let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(behind.len());
            found.insert(&behind[..end]);
        }
    }
    found
}

/// Where a credential leads, by the step that takes it.
fn destination(call: &str, arguments: &Arguments<'_>) -> Option<Destination> {
    let kind = match call {
        "git" | "checkout" | "gitUsernamePassword" => "git",
        "withKubeConfig" | "kubeconfigFile" | "kubeconfigContent" => "k8s-api",
        "withDockerRegistry" | "dockerRegistryEndpoint" => "registry",
        "sshUserPrivateKey" => "ssh",
        "azureServicePrincipal" | "azureCLI" => "azure",
        "aws" | "withAWS" | "AmazonWebServicesCredentialsBinding" => "aws",
        "slackSend" => "saas:slack",
        _ if arguments.class().is_some_and(|class| class.contains("AmazonWebServices")) => "aws",
        _ if arguments.class().is_some_and(|class| class.contains("Git")) => "git",
        _ if call.to_ascii_lowercase().contains("vault") => "vault",
        _ => return None,
    };
    Some(Destination::new(kind, ""))
}

/// `withSonarQubeEnv('name')`: the server's token is kept in Jenkins.
fn server<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let Some(id) = source.tokens.get(at + 2).filter(|token| token.kind == TokenKind::Text) else { return };
    job.refers(Reference { destination: Some(Destination::new("saas:sonar", "")), ..stored(id, source) });
}

/// `docker.withRegistry('https://host', 'id')`.
fn registry<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let inside = source.tokens.get(at + 2..source.close(at + 1)).unwrap_or_default();
    let texts: Vec<&Token> = inside.iter().filter(|token| token.kind == TokenKind::Text).collect();
    if let [url, id, ..] = texts.as_slice() {
        let host = url.text().trim_start_matches("https://").split('/').next().unwrap_or_default();
        let host = if host.is_empty() || host.contains("docker.io") { "docker.io" } else { host };
        let destination = facts::registry(if host.contains('$') { "" } else { host });
        job.refers(Reference { destination: Some(destination), ..stored(id, source) });
    }
}

/// `sshagent(['id'])`, `sshagent(credentials: ['id'])`.
fn ssh_agent<'a>(source: &Source<'a>, at: usize, end: usize, job: &mut Job<'a>) {
    let close = if is_call(source, at) { source.close(at + 1) } else { line_end(source, at, end) };
    for id in source.tokens.get(at + 1..close).unwrap_or_default().iter().filter(|token| token.kind == TokenKind::Text) {
        job.refers(Reference { destination: Some(Destination::new("ssh", "")), ..stored(id, source) });
    }
}

/// `withAWS(credentials: 'id')`, or `withAWS(role: 'arn')` with what the agent itself is.
fn aws<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let (_, arguments) = arguments(source, at + 2);
    if let Some(id) = arguments.get("credentials") {
        job.refers(Reference { destination: Some(Destination::new("aws", "")), ..stored(id, source) });
        return;
    }
    let inside = source.tokens.get(at + 2..source.close(at + 1)).unwrap_or_default();
    let told = inside.windows(3).find(|three| three[0].is_name("credentials") && three[1].is_sign(b':'));
    if let Some(id) = told.map(|three| &three[2]) {
        let name = format!("the one in `{}`", id.text());
        let reference = facts::reference(StoreKind::JenkinsCredential, name, at_token(source, id));
        job.refers(Reference { content: Content::Durable, destination: Some(Destination::new("aws", "")), ..reference });
        return;
    }
    let Some(role) = arguments.get("role") else { return };
    let principal = job.resolve(role.text());
    let at = at_token(source, role);
    job.workload.identity_paths.push(IdentityPath {
        kind: IdentityKind::Managed,
        platform: Platform::Aws,
        mechanism: "withAWS role".to_owned(),
        reach: Reach::Destination,
        destination: facts::aws(principal.known()),
        principal,
        tokens: Vec::new(),
        ttl: Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }),
        capability: Some(at.clone()),
        consumer: Some(at),
        platform_bound: None,
    });
}

/// `[path: 'secret/x', secretValues: […]]` of the Vault plugin.
fn vault_path<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    let Some(path) = source.tokens.get(at + 2).filter(|token| token.kind == TokenKind::Text) else { return };
    let is_secret = source.tokens.iter().skip(at).take(8).any(|token| token.is_name("secretValues") || token.is_name("engineVersion"));
    if let Some(custody) = crate::commands::vault_custody(path.text()).filter(|_| is_secret) {
        let mut fetched = facts::fetch(StoreKind::Vault, path.text(), custody, at_token(source, path));
        fetched.destination = Some(Destination::new("vault", ""));
        job.refers(fetched);
    }
}

/// `envVar: 'NAME'`.
fn given<'a>(source: &Source<'a>, at: usize, job: &mut Job<'a>) {
    if let Some(name) = source.tokens.get(at + 2).filter(|token| token.kind == TokenKind::Text) {
        job.is_given(name.text());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Content, Origin, StoreKind, Unit};

    #[test]
    fn keys_for_aws_that_a_parameter_chooses_are_keys() {
        let read = |given: &str| {
            let text = format!("node {{ withAWS({given}) {{ sh 'aws s3 ls' }} }}");
            let unit = Unit::new(Arc::new(Origin { path: "Jenkinsfile".into(), ..Origin::default() }), text.into_bytes());
            let facts = crate::testing::read(&[unit]);
            let found = facts.workloads.iter().flat_map(|workload| &workload.references);
            found.filter(|found| found.store == StoreKind::JenkinsCredential).map(|found| found.content).collect::<Vec<_>>()
        };
        assert_eq!(read("region: 'eu-west-1', credentials: params.keys"), [Content::Durable]);
        assert_eq!(read("credentials: 'deploy'").len(), 1);
        assert_eq!(read("region: params.region"), []);
    }
}
