//! Commands that log in, with or without a stored secret.

use unkeyed_model::{Destination, IdentityKind, Platform, Reach, Ttl, TtlBasis};

use super::{Effect, Login};
use crate::shell::Command;

/// How an exchange for a session of Oracle Cloud is called.
pub(crate) const OCI_EXCHANGE: &str = "OCI token exchange";

pub(super) fn effects(command: &Command, before: Option<&Command>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let program = command.program();
    match program {
        "aws" => effects.extend(aws(command)),
        "az" => effects.extend(azure(command)),
        "azd" => effects.extend(azure_developer(command)),
        "gcloud" => effects.extend(gcloud(command)),
        "oci" => effects.extend(oci(command)),
        "vault" | "bao" => effects.extend(vault(command, program)),
        "docker" | "podman" | "buildah" | "skopeo" | "helm" | "oras" => effects.extend(registry(command, program)),
        _ => {}
    }
    effects.extend(curl(command));
    effects.extend(writes(command, before));
    effects
}

fn login(kind: IdentityKind, platform: Platform, mechanism: &'static str, destination: &str) -> Login {
    Login {
        kind,
        platform,
        mechanism,
        reach: Reach::Destination,
        destination: Destination::new(destination, ""),
        principal: None,
        audience: None,
        ttl: None,
    }
}

fn aws(command: &Command) -> Option<Effect> {
    if command.runs("aws", &["configure", "set"]) {
        let key = command.argument_after("set").map_or("", |word| word.text.as_str());
        let secret = key.ends_with("aws_secret_access_key") || key.ends_with("aws_access_key_id") || key.ends_with("aws_session_token");
        return secret.then_some(Effect::WritesCredential("aws-configure"));
    }
    if !command.runs("aws", &["sts", "assume-role-with-web-identity"]) {
        return None;
    }
    // AWS STS API: DurationSeconds defaults to 3600.
    let declared = command.option_text(&["--duration-seconds"]).and_then(|text| text.parse().ok());
    let ttl = declared.map_or(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }, |seconds| Ttl { seconds, basis: TtlBasis::Declared });
    Some(Effect::LogsIn(Login {
        principal: command.option_text(&["--role-arn"]).map(str::to_owned),
        ttl: Some(ttl),
        ..login(IdentityKind::Federated, Platform::Aws, "aws sts assume-role-with-web-identity", "aws")
    }))
}

fn azure(command: &Command) -> Option<Effect> {
    if !command.runs("az", &["login"]) {
        return None;
    }
    let principal = command.option_text(&["--username", "-u"]).map(str::to_owned);
    if command.has(&["--federated-token"]) {
        let base = login(IdentityKind::Federated, Platform::Azure, "az login --federated-token", "azure");
        let ttl = Some(Ttl { seconds: 5_400, basis: TtlBasis::VendorDefault });
        return Some(Effect::LogsIn(Login { principal, ttl, audience: Some("api://AzureADTokenExchange"), ..base }));
    }
    if command.has(&["--identity", "-i"]) {
        let base = login(IdentityKind::Managed, Platform::Azure, "az login --identity", "azure");
        let principal = command.option_text(&["--client-id", "--username", "-u"]).map(str::to_owned);
        return Some(Effect::LogsIn(Login { principal, ttl: Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound }), ..base }));
    }
    command.has(&["--password", "-p"]).then_some(Effect::WritesCredential("az-login-password"))
}

/// Azure Developer CLI reference, "azd auth login".
fn azure_developer(command: &Command) -> Option<Effect> {
    if !command.runs("azd", &["auth", "login"]) {
        return None;
    }
    let principal = command.option_text(&["--client-id"]).map(str::to_owned);
    let ttl = Some(Ttl { seconds: 86_400, basis: TtlBasis::VendorBound });
    if command.has(&["--federated-credential-provider"]) {
        let base = login(IdentityKind::Federated, Platform::Azure, "azd auth login --federated-credential-provider", "azure");
        return Some(Effect::LogsIn(Login { principal, ttl, audience: Some("api://AzureADTokenExchange"), ..base }));
    }
    command.has(&["--managed-identity"]).then(|| {
        let base = login(IdentityKind::Managed, Platform::Azure, "azd auth login --managed-identity", "azure");
        Effect::LogsIn(Login { principal, ttl, ..base })
    })
}

fn gcloud(command: &Command) -> Option<Effect> {
    if command.runs("gcloud", &["auth", "activate-service-account"]) {
        return command.has(&["--key-file"]).then_some(Effect::WritesCredential("gcloud-key-file"));
    }
    let creates = command.runs("gcloud", &["iam", "workload-identity-pools", "create-cred-config"]);
    creates.then(|| {
        Effect::LogsIn(Login {
            principal: command.option_text(&["--service-account"]).map(str::to_owned),
            ttl: Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }),
            ..login(IdentityKind::Federated, Platform::Gcp, "gcloud iam workload-identity-pools create-cred-config", "gcp")
        })
    })
}

/// Oracle, "CLI configuration": `--auth` and `OCI_CLI_AUTH`.
fn oci(command: &Command) -> Option<Effect> {
    let set = || command.words.iter().find_map(|word| word.text.strip_prefix("OCI_CLI_AUTH="));
    let (kind, mechanism) = match command.option_text(&["--auth"]).or_else(set)? {
        "instance_principal" => (IdentityKind::Managed, "oci --auth instance_principal"),
        "resource_principal" => (IdentityKind::Managed, "oci --auth resource_principal"),
        "oke_workload_identity" => (IdentityKind::Federated, "oci --auth oke_workload_identity"),
        _ => return None,
    };
    Some(Effect::LogsIn(login(kind, Platform::Oci, mechanism, "oci")))
}

fn vault(command: &Command, program: &str) -> Option<Effect> {
    let method = command.option_text(&["-method", "--method"]);
    let path = if command.runs(program, &["write"]) { command.argument_after("write").map(|word| word.text.clone()) } else { None };
    let path = path.filter(|path| path.starts_with("auth/") && path.contains("/login"));
    let role = || command.words.iter().find_map(|word| word.text.strip_prefix("role=")).map(str::to_owned);
    let has_argument = |prefix: &str| command.words.iter().any(|word| word.text.starts_with(prefix));
    let (kind, mechanism) = match (method, path.as_deref()) {
        (Some("jwt" | "oidc"), _) => (IdentityKind::Federated, "vault login -method=jwt"),
        (Some("aws" | "gcp" | "azure" | "kubernetes"), _) => (IdentityKind::Federated, "vault login with the platform's identity"),
        (_, Some(path)) if has_argument("jwt=") && !path.contains("approle") => (IdentityKind::Federated, "vault write auth/…/login jwt="),
        _ => return None,
    };
    let base = login(kind, Platform::Vault, mechanism, "vault");
    Some(Effect::LogsIn(Login { principal: role(), reach: Reach::Vault, ..base }))
}

/// `docker login`: a password argument is visible in the process list and, like every login, is stored in the client's configuration.
fn registry(command: &Command, program: &str) -> Option<Effect> {
    let logs_in = command.runs(program, &["login"]) || command.runs(program, &["registry", "login"]);
    (logs_in && command.has(&["-p", "--password"])).then_some(Effect::WritesCredential("registry-login-argument"))
}

/// A request for the job's token, or an exchange at a known endpoint.
fn curl(command: &Command) -> Vec<Effect> {
    let mut effects = Vec::new();
    let text = |needle: &str| command.words.iter().find(|word| word.text.contains(needle));
    if let Some(word) = text("ACTIONS_ID_TOKEN_REQUEST_URL") {
        let audience = word.text.split("audience=").nth(1).map(|rest| rest.split('&').next().unwrap_or_default().to_owned());
        effects.push(Effect::RequestsToken { audience });
    }
    if text("auth.openai.com/oauth/token").is_some() && text("identity_provider_id").is_some() {
        // OpenAI API reference, "Workload identity token exchange".
        effects.push(Effect::LogsIn(login(
            IdentityKind::Federated,
            Platform::Saas,
            "OpenAI workload identity token exchange",
            "saas:openai",
        )));
    }
    effects.extend(exchange(command).map(Effect::LogsIn));
    effects
}

/// A token exchange that is written out: Google's STS and the impersonation behind it, Entra's client assertion, AWS
/// STS, an identity domain of Oracle, Vault's JWT login (the vendors' API references).
fn exchange(command: &Command) -> Option<Login> {
    let text = |needle: &str| command.words.iter().map(|word| word.text.as_str()).find(|word| word.contains(needle));
    let federated = |platform, mechanism, destination| login(IdentityKind::Federated, platform, mechanism, destination);
    if let Some(url) = text("iamcredentials.googleapis.com").filter(|url| url.contains(":generateAccessToken")) {
        let account = url.split("serviceAccounts/").nth(1).and_then(|rest| rest.split(":generateAccessToken").next()).map(str::to_owned);
        let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
        return Some(Login { principal: account, ttl, ..federated(Platform::Gcp, "generateAccessToken", "gcp") });
    }
    if text("sts.googleapis.com").is_some_and(|url| url.contains("/token")) {
        let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorBound });
        return Some(Login { ttl, ..federated(Platform::Gcp, "sts.googleapis.com token exchange", "gcp") });
    }
    if text("login.microsoftonline.com").is_some_and(|url| url.contains("/token")) && text("client_assertion").is_some() {
        let ttl = Some(Ttl { seconds: 5_400, basis: TtlBasis::VendorDefault });
        let audience = Some("api://AzureADTokenExchange");
        return Some(Login { ttl, audience, ..federated(Platform::Azure, "Entra client assertion", "azure") });
    }
    if text("AssumeRoleWithWebIdentity").is_some() && text("sts.").is_some_and(|url| url.contains("amazonaws.com")) {
        let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault });
        return Some(Login { ttl, ..federated(Platform::Aws, "AssumeRoleWithWebIdentity", "aws") });
    }
    if text("urn:oci:token-type:oci-upst").is_some() {
        // Oracle, "Exchanging a JSON Web Token for a UPST".
        let ttl = Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorBound });
        return Some(Login { ttl, ..federated(Platform::Oci, OCI_EXCHANGE, "oci") });
    }
    let vault = text("/v1/auth/").filter(|url| url.contains("/login")).is_some() && text("jwt").is_some();
    vault.then(|| Login { reach: Reach::Vault, ..federated(Platform::Vault, "Vault JWT login", "vault") })
}

/// A credential that is redirected to a file or to the environment of later steps (MX-03).
fn writes(command: &Command, before: Option<&Command>) -> Option<Effect> {
    let target = command.outputs.first().or_else(|| tee(command))?.text.as_str();
    let form = if target.contains("GITHUB_ENV") {
        "github-env"
    } else if target.contains("GITHUB_OUTPUT") {
        "github-output"
    } else if is_credential_file(target) {
        "credential-file"
    } else {
        return None;
    };
    let mut words = command.words.iter().chain(before.into_iter().flat_map(|before| &before.words));
    words.any(|word| carries_credential(&word.text)).then_some(Effect::WritesCredential(form))
}

fn tee(command: &Command) -> Option<&crate::shell::Word> {
    (command.program() == "tee").then(|| command.invocation().iter().skip(1).find(|word| !word.text.starts_with('-'))).flatten()
}

/// Files that clients read credentials from.
const CREDENTIAL_FILES: &[&str] = &[
    ".aws/credentials",
    ".npmrc",
    ".pypirc",
    ".netrc",
    ".kube/config",
    ".docker/config.json",
    ".ssh",
    ".git-credentials",
    ".terraformrc",
    ".m2/settings.xml",
    "kubeconfig",
    "credentials.json",
    "service-account.json",
    "key.json",
    ".env",
];

/// What stands beside credentials in the folders of clients, and is none.
const PUBLIC_FILES: &[&str] = &["known_hosts", ".ssh/config", "authorized_keys", ".pub", ".env"];

/// Whether a file holds credentials for a client, whatever they were called on the way there.
pub(crate) fn keeps_credential(path: &str) -> bool {
    is_credential_file(path) && !PUBLIC_FILES.iter().any(|file| path.ends_with(file))
}

fn is_credential_file(path: &str) -> bool {
    let is_in = |file: &&str| path.match_indices(file).any(|(at, _)| matches!(path.as_bytes().get(at + file.len()), None | Some(b'/')));
    CREDENTIAL_FILES.iter().any(is_in)
}

/// Whether a word holds a stored secret, a variable whose name says so, or gives such a name the value of a variable.
fn carries_credential(word: &str) -> bool {
    if let Some((name, value)) = word.split_once('=')
        && value.contains('$')
        && crate::facts::is_credential_variable(name)
    {
        return true;
    }
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(expression) = rest.strip_prefix("{{") {
            if expression.trim_start().starts_with("secrets") {
                return true;
            }
            continue;
        }
        let name = rest.trim_start_matches('{');
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        if crate::facts::is_credential_variable(&name[..end]) {
            return true;
        }
    }
    false
}
