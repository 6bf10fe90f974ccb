//! Blocks that hold secrets, and their attributes that are one or name one.

use unkeyed_model::{Custody, StoreKind};

use crate::credential_name::{is_address, names_place};
use crate::evaluated::Ref;

/// Data sources and ephemeral resources that fetch a stored value: type, store, whether it is issued per request.
pub(super) const FETCHED: &[(&str, StoreKind, Custody)] = &[
    ("aws_secretsmanager_secret_version", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("aws_ssm_parameter", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("azurerm_key_vault_secret", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("google_secret_manager_secret_version", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("google_secret_manager_secret_version_access", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("oci_secrets_secretbundle", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("bitwarden_secret", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("doppler_secrets", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("infisical_secrets", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("akeyless_static_secret", StoreKind::CloudSecretManager, Custody::VaultStatic),
    ("vault_generic_secret", StoreKind::Vault, Custody::VaultStatic),
    ("vault_kv_secret", StoreKind::Vault, Custody::VaultStatic),
    ("vault_kv_secret_v2", StoreKind::Vault, Custody::VaultStatic),
    ("vault_aws_access_credentials", StoreKind::Vault, Custody::VaultDynamic),
    ("vault_azure_access_credentials", StoreKind::Vault, Custody::VaultDynamic),
    ("vault_gcp_service_account_key", StoreKind::Vault, Custody::VaultDynamic),
    ("vault_database_secret", StoreKind::Vault, Custody::VaultDynamic),
    ("vault_kubernetes_service_account_token", StoreKind::Vault, Custody::VaultDynamic),
];

/// Attributes of those that are not secret.
pub(super) const FETCHED_PUBLIC: &[&str] =
    &["arn", "id", "name", "version", "version_id", "resource_id", "versionless_id", "resource_versionless_id"];

/// Attributes of the objects below that name them, besides those.
pub(super) const OBJECT_PUBLIC: &[&str] = &["secret_id", "secret"];

/// Objects of a secret manager, named by one of the public attributes: whoever is handed the name fetches the value.
pub(super) const SECRET_OBJECTS: &[&str] = &[
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_version",
    "aws_ssm_parameter",
    "azurerm_key_vault_secret",
    "google_secret_manager_secret",
    "google_secret_manager_secret_version",
    "oci_vault_secret",
];

/// Attributes of resources that hold a durable secret.
const KEY_ATTRIBUTES: &[&str] = &[
    "primary_access_key",
    "secondary_access_key",
    "primary_connection_string",
    "secondary_connection_string",
    "default_primary_connection_string",
    "default_secondary_connection_string",
    "primary_blob_connection_string",
    "primary_key",
    "secondary_key",
    "primary_shared_key",
    "primary_master_key",
    "admin_password",
    "administrator_password",
    "administrator_login_password",
    "master_password",
    "client_secret",
    "password",
    "private_key",
    "private_key_pem",
    "private_key_openssh",
    "secret",
    "secret_id",
    "secret_key",
    "result",
    "auth_token",
    "auth_string",
    "token",
    "client_key",
    "kube_config",
    "kube_config_raw",
    "kube_admin_config_raw",
    "ses_smtp_password_v4",
    "integration_key",
    "callback_url",
    "sas",
    "default_function_key",
    "key_string",
    "token_value",
];

/// Attributes that are one of a type that is called after it (`cloudflare_api_token.value`).
const KEY_OF_TYPE: &[&str] = &["key", "value", "encoded"];
/// With what such types end.
const KEY_TYPES: &[&str] = &["_api_key", "_access_key", "_security_api_key", "_token", "_password", "_api_secret"];

/// Whether an attribute of a resource is a durable secret. Random text is one where it is used as one.
pub(super) fn yields_key(used: &Ref, credential: bool) -> bool {
    let kind = used.resource_type();
    let last = used.attribute.rsplit('.').next().unwrap_or_default();
    let in_context = match (kind, last) {
        ("random_password", "result") => true,
        ("random_id", "b64_std" | "b64_url" | "hex") => return credential,
        (_, "result") => credential && matches!(kind, "random_string" | "random_bytes" | "random_uuid"),
        (_, "secret_id") => kind.starts_with("vault_"),
        (_, last) if KEY_OF_TYPE.contains(&last) => return KEY_TYPES.iter().any(|ending| kind.ends_with(ending)),
        _ => true,
    };
    kind.contains('_') && KEY_ATTRIBUTES.contains(&last) && !SECRET_OBJECTS.contains(&kind) && in_context
}

/// Whether an attribute of a data source is a durable secret of what the source looks up: the keys of an account, a service or an app.
pub(super) fn reads_key(used: &Ref) -> bool {
    let last = used.attribute.rsplit('.').next().unwrap_or_default();
    let is_key = last.starts_with("primary_") || last.starts_with("secondary_") || last.starts_with("default_");
    is_key || matches!(last, "sas" | "key_string" | "callback_url")
}

/// Data sources that issue a token for an hour or less, and one that says who asks.
const SHORT_LIVED: &[&str] = &[
    "aws_ecr_authorization_token",
    "aws_eks_cluster_auth",
    "google_client_config",
    "google_service_account_access_token",
    "google_service_account_id_token",
    "google_service_account_jwt",
];

/// Whether what is used ends by itself.
pub(super) fn is_short_lived(used: &Ref) -> bool {
    SHORT_LIVED.contains(&used.resource_type())
}

/// Whether an attribute names something, whatever receives it. The address of a resource is public; of a module it may hold more.
pub(super) fn says_where(used: &Ref, attribute: &str) -> bool {
    names_place(attribute) && !(used.address.starts_with("module.") && is_address(attribute))
}
