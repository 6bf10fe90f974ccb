//! What reports say of credentials that no detection rule found: uses by name and declarations. Data only.
//!
//! One decision a reader would question: what to use instead is told by destination, not by store. It does not matter
//! to the reader where the AWS key is kept; what replaces it is a role.

use unkeyed_model::{Destination, Reference, Remediation, RuleInfo, StoreKind};

/// A store: provider, name of what is kept there, how a use is shown, page that documents it, where it is removed.
struct Store {
    kind: StoreKind,
    provider: &'static str,
    name: &'static str,
    shown: &'static str,
    reference: &'static str,
    revoke: &'static str,
}

const fn store(
    kind: StoreKind,
    provider: &'static str,
    name: &'static str,
    shown: &'static str,
    reference: &'static str,
    revoke: &'static str,
) -> Store {
    Store { kind, provider, name, shown, reference, revoke }
}

/// One row per store; `{}` in `shown` stands for the name.
const STORES: &[Store] = &[
    store(
        StoreKind::GhaSecret,
        "github",
        "GitHub Actions secret",
        "secrets.{}",
        "https://docs.github.com/en/actions/concepts/security/secrets",
        "revoke it at the service it belongs to, then `gh secret delete {}`",
    ),
    store(
        StoreKind::GhaVariable,
        "github",
        "credential in a GitHub Actions variable",
        "vars.{}",
        "https://docs.github.com/en/actions/concepts/workflows-and-actions/variables",
        "revoke it at the service it belongs to, then `gh variable delete {}`",
    ),
    store(
        StoreKind::CiVariable,
        "ci",
        "secret variable of a CI system",
        "CI variable {}",
        "https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-06-Insufficient-Credential-Hygiene",
        "revoke it at the service it belongs to, then remove {} from the settings of the CI system",
    ),
    store(
        StoreKind::CiGroup,
        "ci",
        "set of secret variables of a CI system",
        "variables of {}",
        "https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-06-Insufficient-Credential-Hygiene",
        "revoke what {} holds at the services it belongs to, then delete it in the settings of the CI system",
    ),
    store(
        StoreKind::ServiceConnection,
        "azure",
        "service connection",
        "service connection {}",
        "https://learn.microsoft.com/en-us/azure/devops/pipelines/library/connect-to-azure",
        "convert {} to workload identity federation, then delete the old secret of its application",
    ),
    store(
        StoreKind::JenkinsCredential,
        "jenkins",
        "Jenkins credential",
        "credential {}",
        "https://www.jenkins.io/doc/book/using/using-credentials/",
        "revoke it at the service it belongs to, then delete {} from Jenkins' credential store",
    ),
    store(
        StoreKind::ForeignDefinition,
        "ci",
        "definition outside the inputs",
        "{}",
        "https://slsa.dev/spec/v1.0/threats",
        "nothing to revoke: supply the definition, so that what it uses can be judged",
    ),
    store(
        StoreKind::K8sSecret,
        "kubernetes",
        "Kubernetes Secret",
        "Secret {}",
        "https://kubernetes.io/docs/concepts/configuration/secret/",
        "revoke it at the service it belongs to, then `kubectl delete secret {}`",
    ),
    store(
        StoreKind::K8sConfigMap,
        "kubernetes",
        "credential in a ConfigMap",
        "ConfigMap {}",
        "https://kubernetes.io/docs/concepts/configuration/configmap/",
        "revoke it at the service it belongs to, then remove the key from the ConfigMap",
    ),
    store(
        StoreKind::ComposeSecret,
        "docker",
        "Compose secret",
        "secret {}",
        "https://docs.docker.com/compose/how-tos/use-secrets/",
        "revoke it at the service it belongs to, then `docker secret rm {}`",
    ),
    store(
        StoreKind::Environment,
        "environment",
        "credential from the caller's environment",
        "${}",
        "https://12factor.net/config",
        "revoke it at the service it belongs to, then unset the variable wherever it is set",
    ),
    store(
        StoreKind::Prompt,
        "agent",
        "credential kept in the user's keychain",
        "input {}",
        "https://code.visualstudio.com/docs/copilot/reference/mcp-configuration",
        "revoke it at the service it belongs to, then delete it from the keychain",
    ),
    store(
        StoreKind::Vault,
        "vault",
        "value fetched from Vault",
        "vault {}",
        "https://developer.hashicorp.com/vault/docs/secrets",
        "`vault lease revoke` for a lease; for a static value, revoke it at the service it belongs to",
    ),
    store(
        StoreKind::CloudSecretManager,
        "cloud",
        "value fetched from a cloud secret manager",
        "secret {}",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html",
        "revoke it at the service it belongs to, then delete all its versions in the secret manager",
    ),
    store(
        StoreKind::TerraformVariable,
        "terraform",
        "credential passed as a Terraform variable",
        "{}",
        "https://developer.hashicorp.com/terraform/language/manage-sensitive-data",
        "revoke it at the service it belongs to; it may also stand in state files and plan files",
    ),
    store(
        StoreKind::Parameter,
        "deployment",
        "credential passed as a deployment parameter",
        "parameter {}",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html",
        "revoke it at the service it belongs to; it may also stand in deployment histories and parameter files",
    ),
    store(
        StoreKind::File,
        "file",
        "credential file outside the inputs",
        "file {}",
        "https://cwe.mitre.org/data/definitions/522.html",
        "revoke it at the service it belongs to, then delete the file",
    ),
    store(
        StoreKind::BuildSecret,
        "docker",
        "build secret",
        "build secret {}",
        "https://docs.docker.com/build/building/secrets/",
        "revoke it at the service it belongs to; the image does not hold it",
    ),
    store(
        StoreKind::StepOutput,
        "github",
        "credential made by a step",
        "{}",
        "https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/pass-job-outputs",
        "revoke it at the service it belongs to, if it outlives the job",
    ),
    store(
        StoreKind::Runtime,
        "platform",
        "token made by the platform for each run",
        "{}",
        "https://docs.github.com/en/actions/concepts/security/github_token",
        "nothing to revoke: it ends with the run",
    ),
];

/// What replaces a stored credential, by kind of destination.
const INSTEAD: &[(&str, &str)] = &[
    (
        IMAGE,
        "Mount what a build step needs as a BuildKit secret (`RUN --mount=type=secret`), and give the running container an identity that the destination accepts.",
    ),
    (
        "aws",
        "Let the workload assume an IAM role with its own identity: OIDC federation in CI, IRSA or Pod Identity on EKS, an instance or task role elsewhere.",
    ),
    ("azure", "Use a user-assigned managed identity with a federated identity credential for this workload; it cannot hold a secret."),
    ("gcp", "Use Workload Identity Federation (outside Google Cloud) or an attached service account (inside); both need no key."),
    ("oci", "Use an instance, resource or workload principal, or token exchange under an identity propagation trust."),
    ("k8s-api", "Use a projected ServiceAccount token inside the cluster, or the cloud's exec plugin with a federated identity outside."),
    ("vault", "Log in to Vault with the workload's own identity (jwt, kubernetes, aws, azure or gcp auth) instead of a stored token."),
    ("registry", "Use the registry's trusted publishing or the platform's own identity to obtain a token for one job."),
    ("db", "Use the database's IAM authentication, or leases from a dynamic secrets engine such as Vault database/creds."),
    ("git", "Use the job's own token with declared permissions, or an app installation token minted for one run."),
    ("saas:anthropic", "Use workload identity federation: a federation rule for this workload's OIDC token instead of an API key."),
    ("saas:openai", "Use workload identity federation: exchange this workload's OIDC token instead of storing an API key."),
];

/// What to say where nothing better is known.
const INSTEAD_ANYWHERE: &str = "Ask the service for OIDC federation or another exchange of the workload's own identity; if it has none, record an exception with an exit plan.";

/// The rule of a use by name.
pub(crate) fn reference(store: StoreKind, destination: Option<&Destination>) -> RuleInfo {
    let id = format!("ref.{store}");
    let Some(row) = STORES.iter().find(|row| row.kind == store) else { return RuleInfo { id, ..RuleInfo::default() } };
    let instead = destination.map_or(INSTEAD_ANYWHERE, |destination| instead(&destination.kind));
    RuleInfo {
        id,
        name: row.name.to_owned(),
        provider: row.provider.to_owned(),
        description: "A use by name proves that a value is stored under it, although the value itself is not here.".to_owned(),
        reference: row.reference.to_owned(),
        remediation: Remediation { instead: instead.to_owned(), revoke: row.revoke.replace("{}", "NAME") },
    }
}

/// How a use by name is shown to people.
pub(crate) fn display(reference: &Reference) -> String {
    let row = STORES.iter().find(|row| row.kind == reference.store);
    let shown = row.map_or("{}", |row| row.shown).replace("{}", &reference.name);
    let namespaced = match &reference.namespace {
        Some(namespace) if !namespace.is_empty() && !matches!(reference.store, StoreKind::TerraformVariable | StoreKind::Parameter) => {
            format!("{shown} in {namespace}")
        }
        _ => shown,
    };
    reference.key.as_ref().map_or(namespaced.clone(), |key| format!("{namespaced}, key {key}"))
}

/// The sentence for a kind of destination.
fn instead(kind: &str) -> &'static str {
    INSTEAD.iter().find(|(known, _)| *known == kind).map_or(INSTEAD_ANYWHERE, |(_, sentence)| sentence)
}

/// Stands in the place of a destination for what is built into an image.
const IMAGE: &str = "image";

/// Credentials that configurations create, by kind prefix, longest first: destination kind, name, how to get rid of them.
const DECLARED: &[(&str, &str, &str, &str)] = &[
    ("aws.access-key", "aws", "declared IAM access key", "`aws iam delete-access-key`, after removing the resource and its state"),
    ("aws.", "aws", "declared AWS credential", "remove the resource; AWS then deletes the credential"),
    (
        "azure.",
        "azure",
        "declared Azure credential",
        "`az ad app credential delete` (or rotate the account key), after removing the resource",
    ),
    (
        "gcp.",
        "gcp",
        "declared Google Cloud credential",
        "`gcloud iam service-accounts keys delete` or `gcloud storage hmac delete`, after removing the resource",
    ),
    ("oci.", "oci", "declared OCI credential", "delete it from the user's credentials, after removing the resource"),
    ("k8s.", "k8s-api", "declared ServiceAccount token", "`kubectl delete secret`, which revokes the token"),
    ("vault.", "vault", "declared Vault credential", "`vault token revoke` or `vault write auth/approle/role/NAME/secret-id/destroy`"),
    ("x509.", "unknown", "declared private key", "revoke its certificates and remove the resource and its state"),
    ("ssh.", "unknown", "declared SSH key", "remove its public half wherever it is authorised"),
    ("github.", "git", "declared GitHub credential", "remove the resource and revoke the credential it holds"),
    ("db.", "db", "declared database password", "change the password after moving to IAM authentication"),
    ("sops.", "unknown", "value encrypted with SOPS", "revoke it at the service it belongs to; encryption does not limit its life"),
    ("sealed", "unknown", "sealed Kubernetes Secret", "revoke it at the service it belongs to; sealing does not limit its life"),
    (
        "image.environment",
        IMAGE,
        "credential in an image's environment",
        "revoke it at the service it belongs to, then rebuild without it and delete the image",
    ),
    (
        "image.",
        IMAGE,
        "credential file copied into an image",
        "revoke it at the service it belongs to, then rebuild without it and delete the image",
    ),
    (
        "environment.",
        "unknown",
        "password that is a plain word",
        "change it at the service it belongs to, then take it out of the configuration",
    ),
    ("", "unknown", "declared credential", "revoke it at the service it belongs to, then remove the resource and its state"),
];

/// The rule of a credential that a configuration creates.
pub(crate) fn declared(kind: &str) -> RuleInfo {
    let (_, destination, name, revoke) =
        DECLARED.iter().find(|(prefix, ..)| kind.starts_with(prefix)).copied().unwrap_or(("", "unknown", "", ""));
    RuleInfo {
        id: format!("declared.{kind}"),
        name: name.to_owned(),
        provider: kind.split('.').next().unwrap_or_default().to_owned(),
        description: match destination {
            IMAGE => "The build puts a credential into the image; whoever can pull the image has it.",
            _ => "The configuration creates a durable credential; its value is kept in the configuration's state.",
        }
        .to_owned(),
        reference: match destination {
            IMAGE => "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
            _ => "https://developer.hashicorp.com/terraform/language/manage-sensitive-data",
        }
        .to_owned(),
        remediation: Remediation { instead: instead(destination).to_owned(), revoke: revoke.to_owned() },
    }
}

/// The page of an id that begins with `ref.` or `declared.`.
pub(crate) fn page(id: &str) -> Option<RuleInfo> {
    if let Some(kind) = id.strip_prefix("declared.") {
        return (kind.contains('.') && !kind.ends_with('.')).then(|| declared(kind));
    }
    let store = StoreKind::ALL.iter().find(|store| id.strip_prefix("ref.") == Some(store.as_str()))?;
    Some(reference(*store, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_store_has_its_row_and_tells_what_to_do() {
        for store in StoreKind::ALL {
            let rule = reference(*store, None);
            assert_eq!(rule.id, format!("ref.{store}"));
            assert!(!rule.name.is_empty() && rule.reference.starts_with("https://") && !rule.remediation.revoke.is_empty(), "{store}");
        }
    }

    #[test]
    fn what_replaces_it_is_told_by_destination() {
        let aws = Destination::new("aws", "");
        assert!(reference(StoreKind::GhaSecret, Some(&aws)).remediation.instead.contains("IAM role"));
        assert!(declared("gcp.sa-key").remediation.instead.contains("Workload Identity Federation"));
        assert_eq!(declared("x.y").id, "declared.x.y");
    }
}
