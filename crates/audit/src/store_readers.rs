//! Whether an identity may read a secret store (DOMAIN §9.4): worth saying, but no proof that it fetches anything.

use unkeyed_model::RoleGrant;

use crate::context::{Context, Linked};

/// Actions that read stored secrets, lower case.
const ACTIONS: &[&str] = &[
    "secretsmanager:getsecretvalue",
    "secretsmanager:*",
    "secretsmanager:get*",
    "ssm:getparameter",
    "ssm:getparameters",
    "ssm:getparametersbypath",
    "microsoft.keyvault/vaults/secrets/getsecret/action",
    "microsoft.keyvault/vaults/secrets/readmetadata/action",
    "secretmanager.versions.access",
];

/// Roles that do, lower case.
const ROLES: &[&str] = &[
    "key vault secrets user",
    "key vault secrets officer",
    "key vault administrator",
    "roles/secretmanager.secretaccessor",
    "roles/secretmanager.admin",
    "secretsmanagerreadwrite",
];

/// Whether any grant of its identities reads a secret store.
pub(crate) fn reads_secrets(context: &Context<'_>, linked: &Linked) -> bool {
    let grants = linked.paths.iter().flat_map(|path| &path.grants);
    grants.map(|&at| &context.estate.facts.grants[at]).any(reads)
}

fn reads(grant: &RoleGrant) -> bool {
    let role = grant.role.as_ref().and_then(unkeyed_model::Value::known).map(str::to_ascii_lowercase);
    let role_reads = role.is_some_and(|role| ROLES.contains(&role.rsplit_once(":policy/").map_or(role.as_str(), |(_, name)| name)));
    let action_reads = grant.actions.iter().any(|action| ACTIONS.contains(&action.to_ascii_lowercase().as_str()));
    role_reads || (action_reads && !grant.actions_inverted)
}
