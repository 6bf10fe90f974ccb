//! # What it finds
//!
//! A role with a trust in these inputs whose own grants let it change that trust: `iam:UpdateAssumeRolePolicy`, also by
//! `iam:Update*` or `iam:*`, on a resource that covers the role itself. A role that may do everything is RS-AWS-01.
//!
//! # Why it matters
//!
//! Whoever runs as the role for a minute can let themselves in for ever: one call adds another account to the trust, and no
//! condition on the subject keeps them out any more.
//!
//! # Instead
//!
//! Let another role, which no workload becomes, apply trust policies; or leave the role's own ARN out of the grant, or
//! deny `iam:UpdateAssumeRolePolicy` by a permissions boundary.

use unkeyed_model::{Level, Platform, RoleGrant, TrustBinding, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;
use crate::trust_match::pattern::glob_admits;

pub(super) const CHECK: Check = Check {
    id: "TB-AWS-16",
    title: "role can change its own trust",
    level: Level::Warning,
    standards: standards::ROLE,
    source: include_str!("own_trust.rs"),
    run,
};

const ACTION: &str = "iam:updateassumerolepolicy";

/// AWS's managed policy that is `iam:*` on everything.
const MANAGED: &str = "IAMFullAccess";

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for (key, trusts) in view.trusted() {
        let Some(trust) = trusts.iter().find(|trust| is_of_workloads(trust)) else { continue };
        let Some(grant) = view.grants_of(key).iter().find(|grant| allows(grant) && covers(view, key, grant)) else { continue };
        let message = format!(
            "{} may change its own trust ({}): whoever becomes it once can let in anybody.",
            view.name(key),
            spot(&grant.location),
        );
        let statement = Statement::new(CHECK.level, &grant.location, message).with(&trust.location, "the trust");
        sink.principal(key, &statement);
    }
}

fn is_of_workloads(trust: &TrustBinding) -> bool {
    trust.platform == Platform::Aws && matches!(trust.trusted.as_str(), "oidc" | "saml" | "service" | "account" | "service-account")
}

fn allows(grant: &RoleGrant) -> bool {
    let managed = grant.role.as_ref().and_then(Value::known).is_some_and(|role| role.rsplit('/').next() == Some(MANAGED));
    let listed = grant.actions.iter().map(|action| action.to_ascii_lowercase()).any(|action| action != "*" && glob_admits(&action, ACTION));
    !grant.actions_inverted && grant.condition.is_none() && (managed || listed)
}

/// Whether the grant's resources hold the role itself, by ARN or by reference.
fn covers(view: &View<'_>, key: &str, grant: &RoleGrant) -> bool {
    let names = view.principal(key).map_or(&[][..], |principal| &principal.names);
    let address = key.rsplit_once('#').map_or(key, |(_, address)| address);
    let is_itself = |resource: &Value| match resource {
        Value::Known(text, _) if text == "*" => true,
        Value::Known(text, _) if text.starts_with("arn:") => {
            let role = text.split_once(":role/").map(|(_, role)| role);
            names.iter().any(|name| glob_admits(text, name) || role.is_some_and(|role| glob_admits(role, name)))
        }
        Value::Known(text, _) => names.contains(text),
        Value::Unknown(why) => why.contains(&format!("`{address}.arn`")),
    };
    grant.role.is_some() || grant.resources.iter().any(is_itself)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn granted(action: &str, resource: Value) -> Vec<Level> {
        let estate = with_grant(Platform::Aws, |grant| {
            grant.actions = vec!["s3:GetObject".into(), action.into()];
            grant.resources = vec![resource];
        });
        levels(&CHECK, &estate)
    }

    #[test]
    fn a_grant_over_itself_is_found() {
        for action in ["iam:UpdateAssumeRolePolicy", "iam:*", "IAM:Update*"] {
            assert_eq!(granted(action, Value::literal("*")), [Level::Warning], "{action}");
        }
        assert_eq!(granted("iam:*", Value::literal("arn:aws:iam::111122223333:role/dep*")), [Level::Warning]);
        assert_eq!(granted("iam:*", Value::unknown("`role.deploy.arn` is not known from these inputs")), [Level::Warning]);
    }

    #[test]
    fn other_roles_other_actions_and_the_unknown_are_not() {
        assert!(granted("iam:*", Value::literal("arn:aws:iam::111122223333:role/app-*")).is_empty());
        assert!(granted("iam:PassRole", Value::literal("*")).is_empty());
        assert!(granted("*", Value::literal("*")).is_empty());
        assert!(granted("iam:*", Value::unknown("`var.roles` is not known from these inputs")).is_empty());
        let managed = with_grant(Platform::Aws, |grant| {
            grant.actions.clear();
            grant.role = Some(Value::literal("arn:aws:iam::aws:policy/IAMFullAccess"));
        });
        assert_eq!(levels(&CHECK, &managed), [Level::Warning]);
    }
}
