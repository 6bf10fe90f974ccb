//! # What it finds
//!
//! A Kubernetes service account, or a role of AWS that a cluster of EKS lets in, bound to `cluster-admin`, or to rules that lead
//! there: `*` verbs on `*` resources, reading `secrets` in the whole cluster, creating service-account tokens, `impersonate`, `escalate`, `bind`, or writing admission
//! webhooks. The same inside one namespace, and reading `*`, is a warning; tokens of accounts that the rule names, in one namespace, are
//! nothing.
//!
//! # Why it matters
//!
//! Each of these is cluster-admin in one or two steps. Secrets read across the cluster include the tokens and
//! credentials of everybody else.
//!
//! # Instead
//!
//! A Role in the namespace with the resources and verbs the workload uses; `resourceNames` for secrets.

use unkeyed_model::{Level, Platform, ResourceScope, RoleGrant, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-K8S-01",
    title: "service account can become cluster-admin",
    level: Level::Error,
    standards: standards::ROLE,
    source: include_str!("k8s_administrator.rs"),
    run,
};

const READS: [&str; 3] = ["get", "list", "watch"];
const WRITES: [&str; 4] = ["create", "update", "patch", "*"];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::K8s) {
        let Some((level, power)) = power(grant) else { continue };
        // `resourceNames` leaves the verb and narrows what it is for.
        let level = if grant.condition.is_some() { Level::Warning } else { level };
        let message = format!("{} {power} ({}).", view.name(&grant.principal), spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(level, &grant.location, message));
    }
}

fn power(grant: &RoleGrant) -> Option<(Level, String)> {
    let (level, where_) = match grant.scope {
        ResourceScope::Cluster => (CHECK.level, "the whole cluster"),
        ResourceScope::Namespace => (Level::Warning, "one namespace"),
        _ => return None,
    };
    if grant.actions.is_empty() {
        let role = grant.role.as_ref().and_then(Value::known)?;
        return (role == "cluster-admin").then(|| (level, format!("is cluster-admin of {where_}")));
    }
    let may = |verbs: &[&str]| grant.actions.iter().any(|action| verbs.contains(&action.to_ascii_lowercase().as_str()));
    // Resources are written `group/resource` or `resource`; a subresource follows another slash.
    let on = |names: &[&str]| grant.resources.iter().filter_map(Value::known).any(|resource| names.iter().any(|name| is(resource, name)));
    let what = if may(&["*"]) && on(&["*"]) {
        "may do everything with everything in"
    } else if may(&["impersonate"]) {
        "may act as other users or accounts in"
    } else if may(&["escalate", "bind"]) {
        "may give out roles it doesn't have in"
    } else if may(&["create", "*"]) && on(&["serviceaccounts/token"]) {
        // Of accounts that are named, in one namespace: what an operator that logs in for them needs.
        if grant.scope == ResourceScope::Namespace && grant.condition.is_some() {
            return None;
        }
        "may create tokens of other service accounts in"
    } else if may(&WRITES) && on(&["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]) {
        "may change what the API server lets in, in"
    } else if (may(&READS) || may(&["*"])) && on(&["secrets"]) {
        if grant.scope == ResourceScope::Namespace || grant.condition.is_some() {
            return None;
        }
        "may read the secrets of"
    } else if may(&READS) && on(&["*"]) {
        return Some((Level::Warning, format!("may read every resource, secrets included, of {where_}")));
    } else {
        return None;
    };
    Some((level, format!("{what} {where_}")))
}

/// Whether a resource as written is the named one, with or without its API group.
fn is(resource: &str, name: &str) -> bool {
    // Everything of one group (`networking.istio.io/*`) is not everything.
    resource == name
        || name != "*" && resource.strip_suffix(name).is_some_and(|group| group.ends_with('/') && group.matches('/').count() == 1)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, with_grant};

    fn ruled(verbs: &[&str], resource: &str, scope: ResourceScope) -> Estate {
        with_grant(Platform::K8s, |grant| {
            grant.actions = verbs.iter().map(|verb| (*verb).to_owned()).collect();
            grant.resources = vec![Value::literal(resource)];
            grant.scope = scope;
        })
    }

    fn bound(role: Value, scope: ResourceScope) -> Estate {
        with_grant(Platform::K8s, |grant| {
            grant.actions.clear();
            grant.role = Some(role);
            grant.scope = scope;
        })
    }

    #[test]
    fn every_way_to_cluster_admin_is_an_error() {
        assert_eq!(levels(&CHECK, &bound(Value::literal("cluster-admin"), ResourceScope::Cluster)), [Level::Error]);
        for (verb, resource) in [
            ("*", "*"),
            ("list", "secrets"),
            ("create", "serviceaccounts/token"),
            ("impersonate", "users"),
            ("escalate", "rbac.authorization.k8s.io/clusterroles"),
            ("patch", "admissionregistration.k8s.io/mutatingwebhookconfigurations"),
        ] {
            assert_eq!(levels(&CHECK, &ruled(&[verb], resource, ResourceScope::Cluster)), [Level::Error], "{verb} {resource}");
        }
    }

    #[test]
    fn a_namespace_or_mere_reading_is_a_warning() {
        assert_eq!(levels(&CHECK, &bound(Value::literal("cluster-admin"), ResourceScope::Namespace)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &ruled(&["*"], "*", ResourceScope::Namespace)), [Level::Warning]);
        assert_eq!(levels(&CHECK, &ruled(&["get", "list"], "*", ResourceScope::Cluster)), [Level::Warning]);
    }

    #[test]
    fn narrow_rules_are_fine() {
        assert!(levels(&CHECK, &ruled(&["get"], "secrets", ResourceScope::Namespace)).is_empty());
        assert!(levels(&CHECK, &ruled(&["get", "list"], "pods", ResourceScope::Cluster)).is_empty());
        assert!(levels(&CHECK, &ruled(&["get"], "pods/secrets-report", ResourceScope::Cluster)).is_empty());
        assert!(levels(&CHECK, &ruled(&["get", "list"], "networking.istio.io/*", ResourceScope::Cluster)).is_empty());
        let mut named = ruled(&["get"], "secrets", ResourceScope::Cluster);
        named.facts.grants[0].condition = Some("resourceNames app".into());
        assert!(levels(&CHECK, &named).is_empty());
        let mut token = ruled(&["create"], "serviceaccounts/token", ResourceScope::Namespace);
        assert_eq!(levels(&CHECK, &token), [Level::Warning]);
        token.facts.grants[0].condition = Some("resourceNames app".into());
        assert!(levels(&CHECK, &token).is_empty());
        named.facts.grants[0].actions = vec!["impersonate".into()];
        assert_eq!(levels(&CHECK, &named), [Level::Warning]);
    }

    #[test]
    fn an_unknown_role_says_nothing() {
        assert!(levels(&CHECK, &bound(Value::unknown("{{ .Values.role }}"), ResourceScope::Cluster)).is_empty());
        assert!(levels(&CHECK, &ruled(&["*"], "*", ResourceScope::Unknown)).is_empty());
    }
}
