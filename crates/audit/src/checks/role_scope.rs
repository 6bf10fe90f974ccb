//! What identities may do, judged apart from who may become them.

mod aws_administrator;
mod aws_boundary;
mod aws_service_wildcard;
mod azure_blob_data;
mod azure_contributor;
mod azure_directory;
mod azure_owner;
mod gcp_basic_role;
mod gcp_default_account;
mod gcp_impersonation;
mod k8s_administrator;
mod k8s_shared_account;
mod missing;
mod oci_administrators;
mod oci_all_resources;
mod oci_tenancy_wide;
mod several_accounts;
mod undeclared_destination;
mod vault_root;

use unkeyed_model::{Platform, ResourceScope, RoleGrant};

use super::check::Check;

/// The family's checks.
pub(crate) const CHECKS: &[&Check] = &[
    &aws_administrator::CHECK,
    &aws_service_wildcard::CHECK,
    &aws_boundary::CHECK,
    &azure_owner::CHECK,
    &azure_contributor::CHECK,
    &azure_directory::CHECK,
    &azure_blob_data::CHECK,
    &gcp_basic_role::CHECK,
    &gcp_impersonation::CHECK,
    &gcp_default_account::CHECK,
    &oci_all_resources::CHECK,
    &oci_tenancy_wide::CHECK,
    &oci_administrators::CHECK,
    &k8s_administrator::CHECK,
    &k8s_shared_account::CHECK,
    &vault_root::CHECK,
    &several_accounts::CHECK,
    &undeclared_destination::CHECK,
    &missing::CHECK,
];

/// The role's name without the path or ARN in front of it, if it is a named role and known.
fn role(grant: &RoleGrant) -> Option<&str> {
    let name = grant.role.as_ref()?.known()?;
    Some(name.rsplit('/').next().unwrap_or(name))
}

/// The account, project, subscription or compartment that a resource lies in, as `<platform>:<name>`.
fn container(grant: &RoleGrant, resource: &str) -> Option<String> {
    let platform = grant.platform;
    let name = match platform {
        Platform::Aws => resource.strip_prefix("arn:")?.split(':').nth(3).filter(|account| account.len() == 12)?,
        Platform::Azure => after(resource, "/subscriptions/")?,
        // What is granted on a project names it without more.
        Platform::Gcp if grant.scope == ResourceScope::Project && !resource.contains('/') => resource,
        Platform::Gcp => after(resource, "projects/")?,
        Platform::Oci => resource.strip_prefix("compartment ")?.trim(),
        _ => return None,
    };
    let is_name = !name.is_empty() && !name.contains(['$', '*', '{', '<']);
    is_name.then(|| format!("{}:{name}", platform.as_str()))
}

/// The part of a path that follows this beginning.
fn after<'p>(path: &'p str, beginning: &str) -> Option<&'p str> {
    path.trim_start_matches("//cloudresourcemanager.googleapis.com/").strip_prefix(beginning)?.split('/').next()
}

/// Wider than any single resource, group or namespace.
const fn is_wide(scope: ResourceScope) -> bool {
    use ResourceScope as S;
    matches!(
        scope,
        S::TenantRoot
            | S::ManagementGroup
            | S::Organization
            | S::Folder
            | S::Subscription
            | S::Account
            | S::Project
            | S::Tenancy
            | S::Cluster
    )
}

/// The scope in words.
const fn reach(scope: ResourceScope) -> &'static str {
    use ResourceScope as S;
    match scope {
        S::TenantRoot => "the whole tenant",
        S::ManagementGroup => "a management group",
        S::Organization => "the organisation",
        S::Folder => "a folder",
        S::Subscription => "a subscription",
        S::Account => "the account",
        S::Project => "a project",
        S::Tenancy => "the tenancy",
        S::Compartment => "a compartment",
        S::Cluster => "the cluster",
        S::ResourceGroup => "a resource group",
        S::Namespace => "a namespace",
        S::Resource => "named resources",
        S::Unknown => "an unknown scope",
    }
}
