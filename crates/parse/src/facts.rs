//! Constructors for the facts that most formats yield, with the values they share.

use unkeyed_model::{Content, Custody, Destination, Location, Reference, Role, Slot, SlotEncoding, StoreKind, Value};

use crate::{credential_name, variables};

/// A use by name of something a platform keeps; the caller refines it.
pub(crate) fn reference(store: StoreKind, name: impl Into<String>, location: Location) -> Reference {
    Reference {
        store,
        name: name.into(),
        key: None,
        namespace: None,
        used_as: None,
        content: Content::Unstated,
        custody: Custody::PlatformStored,
        role: Role::Access,
        destination: None,
        lease_seconds: None,
        fallback: false,
        location,
    }
}

/// Names under which a definition keeps all variables of its environment.
const ENVIRONMENTS: &[&str] = &[
    "environment",
    "Environment",
    "variables",
    "Variables",
    "EnvironmentVariables",
    "environmentVariables",
    "environment_variables",
    "env",
    "app_settings",
    "appSettings",
    "container_definitions",
    "ContainerDefinitions",
    "secrets",
];

/// Whether a value of this name that can't be resolved is a whole environment, of which nothing is known.
pub(crate) fn is_environment(name: &str) -> bool {
    ENVIRONMENTS.contains(&name)
}

/// A whole environment that comes from elsewhere: it may hold anything.
pub(crate) fn environment(store: StoreKind, name: impl Into<String>, location: Location) -> Reference {
    Reference { key: Some("*".to_owned()), ..reference(store, name, location) }
}

/// A fetch from a secret manager.
pub(crate) fn fetch(store: StoreKind, name: impl Into<String>, custody: Custody, location: Location) -> Reference {
    Reference { custody, content: Content::Durable, ..reference(store, name, location) }
}

/// Tells a reference what the variable that receives it means, if a vendor documents that variable.
pub(crate) fn received_by(mut reference: Reference, variable: &str) -> Reference {
    reference.used_as = Some(variable.to_owned());
    if let Some(known) = variables::known(variable) {
        reference.content = known.content;
        reference.role = known.role;
        reference.destination = known.destination();
    }
    reference
}

/// A use of an environment variable of whoever starts the program, if the variable or what receives it is named like a
/// credential. Everything else in an environment is plain configuration and kept nowhere in particular.
pub(crate) fn environment_reference(name: &str, receiver: &str, location: Location) -> Option<Reference> {
    let matters = may_hold_credential(name) || may_hold_credential(receiver);
    matters.then(|| received_by(reference(StoreKind::Environment, name, location), receiver))
}

/// A literal in a place where the structure says that a credential stands.
pub(crate) fn slot(name: &str, location: Location) -> Slot {
    let known = variables::known(name);
    Slot {
        location,
        name: name.to_owned(),
        encoding: SlotEncoding::Plain,
        rule: "generic.typed-position".into(),
        role: known.map_or(Role::Access, |known| known.role),
        destination: known.and_then(variables::Known::destination),
    }
}

/// Addresses of values in a secret manager: its scheme, and what the rest holds.
const STORED_AT: &[(&str, &str)] = &[
    ("arn:aws:secretsmanager:", ""),
    ("arn:aws:ssm:", ":parameter/"),
    ("projects/", "/secrets/"),
    ("https://", ".vault.azure.net/secrets/"),
    ("ocid1.vaultsecret.", ""),
];

/// A variable that tells a program where in a secret manager its credential is (DOMAIN §9.4).
pub(crate) fn told_where(variable: &str, text: &str, location: &Location) -> Option<Reference> {
    // The Vault webhook of bank-vaults: `vault:PATH#KEY`.
    if let Some((path, _)) = text.strip_prefix("vault:").and_then(|rest| rest.split_once('#')).filter(|(path, _)| path.contains('/')) {
        return Some(received_by(fetch(StoreKind::Vault, path, Custody::VaultUnknown, location.clone()), variable));
    }
    let is_stored = STORED_AT.iter().any(|(scheme, holds)| text.strip_prefix(scheme).is_some_and(|rest| rest.contains(holds)));
    let name = is_stored.then_some(text)?;
    Some(received_by(fetch(StoreKind::CloudSecretManager, name, Custody::VaultStatic, location.clone()), variable))
}

/// Whether a variable names an Azure key vault: the one that is told the name of a secret beside it fetches that secret
/// (Azure AD Workload Identity, "Quick start": `KEYVAULT_URL` and `SECRET_NAME`).
pub(crate) fn names_key_vault(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    ["KEYVAULT", "KEY_VAULT"].iter().any(|vault| name.contains(vault))
}

/// The fetch of a secret whose name a variable holds, by a program that is told of a key vault as well.
pub(crate) fn told_name(variable: &str, text: &str, location: Location) -> Option<Reference> {
    let is_name = credential_name::names_stored_secret(variable) && !text.trim().is_empty();
    is_name.then(|| received_by(fetch(StoreKind::CloudSecretManager, text, Custody::VaultStatic, location), variable))
}

/// Whether a literal assigned to this environment variable is a credential.
pub(crate) fn is_credential_variable(name: &str) -> bool {
    variables::known(name).map_or_else(|| credential_name::is_credential(name), |known| known.content == Content::Durable)
}

/// The same for one that is set elsewhere.
pub(crate) fn may_hold_credential(name: &str) -> bool {
    variables::known(name).map_or_else(|| credential_name::may_be_credential(name), |known| known.content == Content::Durable)
}

/// A registry, or the cloud whose identities open it (Amazon ECR, Azure Container Registry, Google Artifact Registry).
pub(crate) fn registry(host: &str) -> Destination {
    if let Some((account, rest)) = host.split_once(".dkr.ecr")
        && rest.contains(".amazonaws.com")
    {
        Destination::new("aws", account)
    } else if host.ends_with(".azurecr.io") {
        Destination::new("azure", "")
    } else if host.ends_with(".pkg.dev") || host == "gcr.io" || host.ends_with(".gcr.io") {
        Destination::new("gcp", "")
    } else {
        Destination::new("registry", host)
    }
}

/// The database or broker whose address a variable of this name holds: a program that is told it signs in there.
pub(crate) fn addressed(variable: &str) -> Option<Destination> {
    let lower = variable.to_ascii_lowercase();
    let is_address = ["host", "hostname", "endpoint", "address", "server", "url", "uri", "addr"].iter().any(|end| lower.ends_with(end));
    let words: Vec<&str> = lower.split(['_', '-', '.']).collect();
    let stores =
        ["database", "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "rds", "pg", "sql", "rabbitmq", "amqp"];
    let is_store = words.iter().any(|word| stores.contains(word) || *word == "db") || lower.starts_with("db") || lower.starts_with("mysql");
    (is_address && is_store && !lower.starts_with("dbt")).then(|| Destination::new("db", ""))
}

/// Stands for what isn't known in a text that is otherwise.
pub(crate) const NOT_KNOWN: char = '*';

/// A role's ARN of which everything but the account is known. Configuration seldom tells its own account's number, and the
/// name tells which role of these inputs is meant.
pub(crate) fn role_of_some_account(text: &str) -> Option<Value> {
    let name = text.trim().strip_prefix("arn:aws:iam::*:role/")?;
    (!name.contains(['*', '$', ' '])).then(|| Value::literal(text.trim()))
}

/// AWS, with the account if an ARN names it (`arn:aws:iam::123456789012:role/x`).
pub(crate) fn aws(arn: Option<&str>) -> Destination {
    let account = arn.and_then(|arn| arn.split(':').nth(4)).filter(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()));
    Destination::new("aws", account.unwrap_or_default())
}
