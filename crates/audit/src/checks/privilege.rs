//! Whether a grant only reads: decides how bad a loose trust is.
//!
//! One decision a reader would question: what is not known to only read counts as writing, because vendors add roles
//! faster than any list grows; only a role whose name can't be resolved stays unknown.

use unkeyed_model::{Platform, RoleGrant, Value};

/// What somebody can do with what they reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// Nothing but look.
    Reads,
    /// Change something.
    Writes,
    /// No grant in the inputs, or one that can't be resolved.
    Unknown,
}

/// All grants of a principal together.
pub(crate) fn of_all(grants: &[&RoleGrant]) -> Privilege {
    let each: Vec<Privilege> = grants.iter().map(|grant| of(grant)).collect();
    match each[..] {
        _ if each.contains(&Privilege::Writes) => Privilege::Writes,
        [] => Privilege::Unknown,
        _ if each.contains(&Privilege::Unknown) => Privilege::Unknown,
        _ => Privilege::Reads,
    }
}

fn of(grant: &RoleGrant) -> Privilege {
    if grant.actions_inverted {
        return Privilege::Writes;
    }
    if grant.actions.is_empty() {
        return match grant.role.as_ref().map(Value::known) {
            Some(Some(role)) if role_reads(role) => Privilege::Reads,
            Some(Some(_)) => Privilege::Writes,
            Some(None) | None => Privilege::Unknown,
        };
    }
    if grant.actions.iter().all(|action| action_reads(grant.platform, action)) { Privilege::Reads } else { Privilege::Writes }
}

/// Named roles that only read, by the words vendors use for them.
fn role_reads(role: &str) -> bool {
    let name = role.rsplit(['/', ':']).next().unwrap_or(role);
    let lower = name.to_ascii_lowercase();
    let words = ["readonly", "viewonly", "reader", "viewer", "securityaudit", "view"];
    words.iter().any(|word| lower.contains(word)) && !lower.contains("admin") && !lower.contains("writer")
}

/// The verb of an action: what follows the last `:` (AWS), `/` (Azure) or `.` (GCP), else the whole (Kubernetes, Vault, OCI).
fn action_reads(platform: Platform, action: &str) -> bool {
    let verb = match platform {
        Platform::Aws => action.rsplit(':').next(),
        Platform::Azure => action.rsplit('/').next(),
        Platform::Gcp => action.rsplit('.').next(),
        _ => Some(action),
    };
    let verb = verb.unwrap_or(action).to_ascii_lowercase();
    const READS: [&str; 16] = [
        "get", "list", "describe", "head", "batchget", "view", "lookup", "query", "scan", "read", "watch", "inspect", "search", "check",
        "download", "use-read",
    ];
    READS.iter().any(|read| verb.starts_with(read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn with(platform: Platform, role: Option<Value>, actions: &[&str]) -> RoleGrant {
        RoleGrant { role, actions: actions.iter().map(|action| (*action).to_owned()).collect(), ..testing::grant(platform, "p") }
    }

    #[test]
    fn reading_is_told_from_writing() {
        let reads = |grant: &RoleGrant| of(grant) == Privilege::Reads;
        assert!(reads(&with(Platform::Aws, None, &["s3:GetObject", "s3:ListBucket"])));
        assert!(!reads(&with(Platform::Aws, None, &["s3:GetObject", "s3:*"])));
        assert!(reads(&with(Platform::Azure, Some(Value::literal("Storage Blob Data Reader")), &[])));
        assert!(!reads(&with(Platform::Azure, Some(Value::literal("Contributor")), &[])));
        assert!(reads(&with(Platform::Aws, Some(Value::literal("arn:aws:iam::aws:policy/ReadOnlyAccess")), &[])));
        assert!(reads(&with(Platform::Gcp, Some(Value::literal("roles/storage.objectViewer")), &[])));
        assert!(reads(&with(Platform::K8s, None, &["get", "watch"])));
        assert!(!reads(&RoleGrant { actions_inverted: true, ..with(Platform::Aws, None, &["iam:Get*"]) }));
    }

    #[test]
    fn one_writing_grant_is_enough_and_none_is_unknown() {
        let (reads, writes) = (with(Platform::Aws, None, &["s3:Get*"]), with(Platform::Aws, None, &["s3:PutObject"]));
        let unresolved = with(Platform::Aws, Some(Value::unknown("var.policy")), &[]);
        assert_eq!(of_all(&[]), Privilege::Unknown);
        assert_eq!(of_all(&[&reads]), Privilege::Reads);
        assert_eq!(of_all(&[&reads, &unresolved]), Privilege::Unknown);
        assert_eq!(of_all(&[&reads, &unresolved, &writes]), Privilege::Writes);
    }
}
