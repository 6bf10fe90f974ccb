//! Resources that create a durable credential: its value stands in the state, and in nothing that is scanned here.

use unkeyed_model::{Custody, Declaration, Destination, Facts, Lifetime, Platform, Role, Timestamp, VendorDefault};

use super::resource::{Resource, seconds};
use crate::policy_document::hole;

/// A type that creates a credential.
struct Declared {
    resource: &'static str,
    kind: &'static str,
    destination: &'static str,
    /// Attributes that name whose credential it is, and that principal's platform.
    holder: &'static [&'static str],
    platform: Platform,
    vendor: VendorDefault,
}

const fn row(
    resource: &'static str,
    kind: &'static str,
    destination: &'static str,
    holder: &'static [&'static str],
    platform: Platform,
) -> Declared {
    Declared { resource, kind, destination, holder, platform, vendor: VendorDefault::NeverExpires }
}

/// Two years: what the provider sets when nothing is written (`azuread_application_password`).
const TWO_YEARS: VendorDefault = VendorDefault::AtMost(2 * 365 * 86_400);
/// GitLab access tokens live a year at most (GitLab, "Access token expiration").
const ONE_YEAR: VendorDefault = VendorDefault::AtMost(366 * 86_400);
/// Keys that machines join a tailnet with live 90 days at most (Tailscale, "Auth keys").
const NINETY_DAYS: VendorDefault = VendorDefault::AtMost(90 * 86_400);

const DECLARED: &[Declared] = &[
    row("aws_iam_access_key", "aws.access-key", "aws", &["user"], Platform::Aws),
    row("aws_iam_user_login_profile", "aws.console-password", "aws", &["user"], Platform::Aws),
    row("aws_iam_service_specific_credential", "aws.service-credential", "aws", &["user_name"], Platform::Aws),
    row("google_service_account_key", "gcp.sa-key", "gcp", &["service_account_id"], Platform::Gcp),
    row("google_storage_hmac_key", "gcp.hmac-key", "gcp", &["service_account_email"], Platform::Gcp),
    row("google_apikeys_key", "gcp.api-key", "gcp", &[], Platform::Gcp),
    Declared {
        vendor: TWO_YEARS,
        ..row("azuread_application_password", "azure.client-secret", "azure", &["application_id", "application_object_id"], Platform::Azure)
    },
    Declared {
        vendor: TWO_YEARS,
        ..row("azuread_service_principal_password", "azure.client-secret", "azure", &["service_principal_id"], Platform::Azure)
    },
    Declared {
        vendor: TWO_YEARS,
        ..row(
            "azuread_application_certificate",
            "azure.client-cert",
            "azure",
            &["application_id", "application_object_id"],
            Platform::Azure,
        )
    },
    Declared {
        vendor: TWO_YEARS,
        ..row("azuread_service_principal_certificate", "azure.client-cert", "azure", &["service_principal_id"], Platform::Azure)
    },
    row("oci_identity_api_key", "oci.api-key", "oci", &["user_id"], Platform::Oci),
    row("oci_identity_auth_token", "oci.auth-token", "oci", &["user_id"], Platform::Oci),
    row("oci_identity_customer_secret_key", "oci.customer-secret-key", "oci", &["user_id"], Platform::Oci),
    row("oci_identity_smtp_credential", "oci.smtp-credential", "oci", &["user_id"], Platform::Oci),
    row("oci_identity_db_credential", "oci.db-credential", "oci", &["user_id"], Platform::Oci),
    row("oci_identity_domains_api_key", "oci.api-key", "oci", &["user.value"], Platform::Oci),
    row("oci_identity_domains_auth_token", "oci.auth-token", "oci", &["user.value"], Platform::Oci),
    row("oci_identity_domains_customer_secret_key", "oci.customer-secret-key", "oci", &["user.value"], Platform::Oci),
    row("tls_private_key", "x509.private-key", "", &[], Platform::Saas),
    row("random_password", "generic.password", "", &[], Platform::Saas),
    row("vault_approle_auth_backend_role_secret_id", "vault.approle-secret-id", "vault", &["role_name"], Platform::Vault),
    row("vault_token", "vault.service-token", "vault", &["role_name"], Platform::Vault),
    row("tfe_team_token", "hashicorp.terraform-cloud-token", "saas:hashicorp", &[], Platform::Saas),
    row("tfe_organization_token", "hashicorp.terraform-cloud-token", "saas:hashicorp", &[], Platform::Saas),
    Declared { vendor: ONE_YEAR, ..row("gitlab_project_access_token", "gitlab.pat", "git", &[], Platform::Saas) },
    Declared { vendor: ONE_YEAR, ..row("gitlab_group_access_token", "gitlab.pat", "git", &[], Platform::Saas) },
    Declared { vendor: ONE_YEAR, ..row("gitlab_personal_access_token", "gitlab.pat", "git", &[], Platform::Saas) },
    row("gitlab_deploy_token", "gitlab.deploy-token", "git", &[], Platform::Saas),
    row("cloudflare_api_token", "cloudflare.api-token", "saas:cloudflare", &[], Platform::Saas),
    row("datadog_api_key", "datadog.api-key", "saas:datadog", &[], Platform::Saas),
    row("datadog_application_key", "datadog.application-key", "saas:datadog", &[], Platform::Saas),
    row("grafana_service_account_token", "grafana.service-account-token", "saas:grafana", &[], Platform::Saas),
    row("scaleway_iam_api_key", "scaleway.api-key", "saas:scaleway", &[], Platform::Saas),
    Declared { vendor: NINETY_DAYS, ..row("tailscale_tailnet_key", "tailscale.auth-key", "saas:tailscale", &[], Platform::Saas) },
    row("digitalocean_spaces_key", "digitalocean.spaces-key", "saas:digitalocean", &[], Platform::Saas),
];

/// The types of resources that create credentials.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    DECLARED.iter().map(|declared| declared.resource)
}

/// Kinds of the credentials that configurations create.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    DECLARED.iter().map(|declared| declared.kind)
}

/// Attributes that say when it ends: as a point in time, or as a length.
const ENDS: &[&str] = &["end_date", "expires_at", "expires_on", "expiration_date", "valid_before"];
/// Attributes that say since when it is.
const BEGINNINGS: &[&str] = &["start_date", "valid_after", "create_date", "time_created"];
const LENGTHS: &[&str] = &["end_date_relative", "ttl", "seconds_to_live", "validity_period", "expiry"];

/// Emits the declaration of a resource that creates a credential.
pub(super) fn read(resource: Resource<'_, '_>, facts: &mut Facts) {
    if matches!(resource.kind(), "kubernetes_secret" | "kubernetes_secret_v1") {
        service_account_token(resource, facts);
        return;
    }
    if resource.kind() == "azuread_application" {
        resource.module.for_blocks(resource.section, "password", &mut |block| password(Resource { section: block, ..resource }, facts));
    }
    let Some(declared) = DECLARED.iter().find(|declared| declared.resource == resource.kind()) else { return };
    let holder = declared.holder.iter().find(|path| resource.get(path).is_some());
    let principal = holder.and_then(|path| resource.principal(path, declared.platform, "user", facts));
    // With a PGP key only the encrypted form reaches the state.
    let custody = if resource.get("pgp_key").is_some() { Custody::EncryptedAtRest } else { Custody::Embedded };
    let role = if declared.platform == Platform::Vault { Role::Bootstrap } else { Role::Access };
    facts.declarations.push(Declaration {
        kind: declared.kind.to_owned(),
        name: resource.address.to_owned(),
        custody,
        role,
        lifetime: lifetime(resource, declared.vendor),
        destination: (!declared.destination.is_empty()).then(|| Destination::new(declared.destination, "")),
        principal,
        location: resource.location(),
    });
}

/// The client secret that an application's own block makes.
fn password(resource: Resource<'_, '_>, facts: &mut Facts) {
    facts.declarations.push(Declaration {
        kind: "azure.client-secret".to_owned(),
        name: format!("{}.password", resource.address),
        custody: Custody::Embedded,
        role: Role::Access,
        lifetime: lifetime(resource, TWO_YEARS),
        destination: Some(Destination::new("azure", "")),
        principal: Some(resource.key()),
        location: resource.location(),
    });
}

fn lifetime(resource: Resource<'_, '_>, vendor: VendorDefault) -> Lifetime {
    let expires = ENDS.iter().find_map(|name| resource.text(name)).and_then(|text| instant(&text));
    let declared = LENGTHS.iter().find_map(|name| resource.text(name)).and_then(|text| seconds(&text)).filter(|seconds| *seconds > 0);
    let declared = declared.or_else(|| ENDS.iter().find_map(|name| after_apply(resource, name)));
    let issued = BEGINNINGS.iter().find_map(|name| resource.text(name)).and_then(|text| instant(&text));
    // A key without end is printed with the last year there is.
    let expires = expires.filter(|end| !end.to_string().starts_with("9999"));
    Lifetime { issued, expires, declared_seconds: declared, vendor_default: vendor, paired: true }
}

/// How long after it is applied something ends (`${timestamp()}+8760h`, as `timeadd` of what isn't known yet gives it).
fn after_apply(resource: Resource<'_, '_>, name: &str) -> Option<u64> {
    let text = hole::shown(&resource.module.text_of(&resource.get(name)?).0);
    seconds(text.rsplit_once("}+")?.1)
}

/// RFC 3339, or a date, which ends at its beginning.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}T00:00:00Z").parse().ok())
}

/// A Secret of this type makes the cluster mint a token that never expires, even if its data is empty.
fn service_account_token(resource: Resource<'_, '_>, facts: &mut Facts) {
    if resource.text("type").as_deref() != Some("kubernetes.io/service-account-token") {
        return;
    }
    facts.declarations.push(Declaration {
        kind: "k8s.sa-token-secret".to_owned(),
        name: resource.address.to_owned(),
        custody: Custody::PlatformStored,
        role: Role::Access,
        lifetime: Lifetime { vendor_default: VendorDefault::NeverExpires, ..Lifetime::default() },
        destination: Some(Destination::new("k8s-api", "")),
        principal: None,
        location: resource.location(),
    });
}
