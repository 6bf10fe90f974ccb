//! What stands around a value: the block in which it names a secret, the variable that it fills, where it leads.

use unkeyed_model::{Destination, Reference};

use crate::evaluated::{Leaf, Ref};
use crate::policy_document::hole;

/// Blocks in which `secret`, `name` or `key` names a secret and is none.
const REFERENCE_BLOCKS: &[&str] =
    &["secret_key_ref", "secret_environment_variables", "secret_volumes", "secret_ref", "secrets", "image_pull_secrets"];

/// Whether it stands in an environment.
pub(super) fn is_variable(leaf: &Leaf) -> bool {
    leaf.path.split(['.', '[']).any(crate::facts::is_environment)
}

/// The block around a value in which a secret is named.
pub(super) fn reference_block(leaf: &Leaf) -> Option<&str> {
    let named = leaf.within.iter().take(2).find(|block| REFERENCE_BLOCKS.contains(&block.as_str()));
    // A volume of Cloud Run: `secret { secret = ... }`.
    let is_volume = || leaf.name == "secret" && leaf.within.first().is_some_and(|block| block == "secret");
    let is_mounted = || leaf.name == "secret_name" && leaf.path.ends_with("volume.secret.secret_name");
    named.map(String::as_str).or_else(|| (is_volume() || is_mounted()).then_some("secret"))
}

/// The variable that receives the value: the name around a `secret_key_ref`, else the value's own.
pub(super) fn used_as(leaf: &Leaf) -> &str {
    let by_reference =
        leaf.within.iter().position(|block| REFERENCE_BLOCKS.contains(&block.as_str()) || block == "value_source" || block == "value_from");
    match by_reference {
        Some(_) if matches!(leaf.name.as_str(), "secret" | "name" | "key" | "secret_id" | "version") => {
            let around =
                |block: &&String| !REFERENCE_BLOCKS.contains(&block.as_str()) && !matches!(block.as_str(), "value_source" | "value_from");
            leaf.within.iter().find(around).map_or(&leaf.name, |name| name)
        }
        _ => &leaf.name,
    }
}

/// Where a secret leads, by the type of the resource whose secret it is.
pub(super) fn leads_to(kind: &str) -> Option<Destination> {
    let databases = ["_db_", "sql", "redis", "cosmosdb", "documentdb", "rds_", "mongodb", "elasticache"];
    if databases.iter().any(|word| kind.contains(word)) {
        return Some(Destination::new("db", ""));
    }
    let clouds = [("aws_", "aws"), ("azurerm_", "azure"), ("azuread_", "azure"), ("google_", "gcp"), ("oci_", "oci")];
    clouds.iter().find(|(prefix, _)| kind.starts_with(prefix)).map(|(_, cloud)| Destination::new(*cloud, ""))
}

/// The uses that `of` makes of what would fill the holes of a text.
pub(super) fn in_holes(text: &str, of: impl Fn(&Ref) -> Option<Reference>) -> Vec<Reference> {
    let named = hole::holes(text).filter_map(split_address).map(|(address, attribute)| Ref::new(address, attribute));
    named.filter_map(|used| of(&used)).collect()
}

/// `aws_secretsmanager_secret.db.arn` as address and attribute.
fn split_address(what: &str) -> Option<(String, String)> {
    let names = if what.starts_with("data.") || what.starts_with("ephemeral.") { 3 } else { 2 };
    let mut parts = what.split('.');
    let address: Vec<&str> = parts.by_ref().take(names).collect();
    let attribute: Vec<&str> = parts.collect();
    (address.len() == names).then(|| (address.join("."), attribute.join(".")))
}
