//! Resources and data sources that only say how long something lives: organisation policies, token requests, signed URLs, timeouts.

use unkeyed_model::{Facts, Platform, Timestamp};

use super::resource::{Reader, Resource, seconds};
use crate::entra_policies;
use crate::evaluated::Val;
use crate::policy_document::hole;

/// Readers by type.
pub(super) const READERS: &[(&str, Reader)] = &[
    ("google_org_policy_policy", organisation_policy),
    ("google_organization_policy", organisation_policy),
    ("google_folder_organization_policy", organisation_policy),
    ("google_project_organization_policy", organisation_policy),
    ("data.google_service_account_access_token", access_token),
    ("ephemeral.google_service_account_access_token", access_token),
    ("data.google_storage_object_signed_url", signed_url),
    ("data.azurerm_storage_account_sas", signature),
    ("data.azurerm_storage_account_blob_container_sas", signature),
    ("kubernetes_token_request", token_request),
    ("kubernetes_token_request_v1", token_request),
    ("gitlab_project", project),
    ("msgraph_resource", entra_policy),
];

/// How constraints begin where they are written in full.
const CONSTRAINT: &str = "constraints/";

/// Access tokens of twelve hours at most, for whoever the constraint lists (Google Cloud, "Organization policy constraints").
const EXTENSION: &str = "constraints/iam.allowServiceAccountCredentialLifetimeExtension";
const EXTENDED: u64 = 43_200;

/// Where the resources write whether a constraint is enforced, and what it allows.
const ENFORCED: &[&str] = &["spec.rules.enforce", "boolean_policy.enforced"];
const ALLOWED: &[&str] = &["spec.rules.values.allowed_values", "spec.rules.allow_all", "list_policy.allow.values", "list_policy.allow.all"];

/// A constraint as a session policy: what it allows in seconds. One that isn't in force has no name; one that can't be read is `?`.
fn organisation_policy(resource: Resource<'_, '_>, facts: &mut Facts) {
    let text = |name: &str| resource.get(name).map(|val| resource.module.text_of(&val).0);
    let written = text("constraint").or_else(|| text("name").and_then(|name| Some(name.rsplit_once("/policies/")?.1.to_owned())));
    let name = match written {
        Some(name) if hole::is_known(&name) => format!("{CONSTRAINT}{}", name.trim_start_matches(CONSTRAINT)),
        _ => format!("{CONSTRAINT}?"),
    };
    let enforced = ENFORCED.iter().find_map(|path| resource.value(path));
    let is_off = enforced.is_some_and(|value| value.known().is_some_and(|text| text.eq_ignore_ascii_case("false")));
    let allows = ALLOWED
        .iter()
        .filter_map(|path| resource.get(path))
        .any(|val| val.items().iter().any(|item| !resource.module.text_of(item).0.eq_ignore_ascii_case("false")));
    let (setting, length) = match name {
        name if name == EXTENSION => {
            if allows {
                (name, Some(EXTENDED))
            } else {
                (CONSTRAINT.to_owned(), None)
            }
        }
        _ if is_off => (CONSTRAINT.to_owned(), None),
        name => (name, None),
    };
    resource.lasts(Platform::Gcp, &resource.key(), &setting, length, "name", facts);
}

fn access_token(resource: Resource<'_, '_>, facts: &mut Facts) {
    let account = resource.principal("target_service_account", Platform::Gcp, "service-account", facts);
    resource.session(Platform::Gcp, &account.unwrap_or_else(|| resource.key()), "lifetime", facts);
}

fn signed_url(resource: Resource<'_, '_>, facts: &mut Facts) {
    if let Some(length) = resource.text("duration").as_deref().and_then(seconds) {
        resource.lasts(Platform::Gcp, &resource.key(), "signed-url-seconds", Some(length), "duration", facts);
    }
}

/// A shared access signature: from `start` to `expiry`, both written as dates or instants.
fn signature(resource: Resource<'_, '_>, facts: &mut Facts) {
    let instant = |name: &str| -> Option<Timestamp> {
        let text = resource.text(name)?;
        text.parse().ok().or_else(|| format!("{text}T00:00:00Z").parse().ok())
    };
    let length = instant("expiry").zip(instant("start")).and_then(|(end, start)| u64::try_from(end.as_second() - start.as_second()).ok());
    resource.lasts(Platform::Azure, &resource.key(), "signed-url-seconds", length, "expiry", facts);
}

fn token_request(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(value) = resource.value("spec.expiration_seconds") else { return };
    let name = |path: &str| resource.text(path);
    let namespace = name("metadata.namespace").unwrap_or_else(|| "default".to_owned());
    let account = name("metadata.name").map_or_else(|| resource.key(), |account| format!("k8s:sa/{namespace}/{account}"));
    resource.lasts(Platform::K8s, &account, "token-request", value.known().and_then(seconds), "spec", facts);
}

/// Jobs of the project may run so long, and ID tokens live as long (GitLab, "Projects API": `build_timeout`, in seconds).
fn project(resource: Resource<'_, '_>, facts: &mut Facts) {
    resource.session(Platform::Saas, &resource.key(), "build_timeout", facts);
}

/// A token lifetime policy of Entra, made through Microsoft Graph.
fn entra_policy(resource: Resource<'_, '_>, facts: &mut Facts) {
    let is_policy = resource.text("url").is_some_and(|url| url.to_ascii_lowercase().contains("tokenlifetimepolicies"));
    let Some(definition) = resource.get("body.definition").filter(|_| is_policy) else { return };
    for text in definition.items().iter().map(|item: &Val| resource.module.text_of(item).0) {
        if let Some(length) = entra_policies::access_token_lifetime(&text) {
            resource.lasts(Platform::Azure, &resource.key(), "AccessTokenLifetime", length, "body", facts);
        }
    }
}
