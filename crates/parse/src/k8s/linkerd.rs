//! Linkerd's policies: which service accounts of the mesh a server lets in (Linkerd docs, "Authorization Policy").
//!
//! One decision a reader would question: as with Istio, an identity with a `*` names nobody in particular and is left out, unless it
//! is every one. Linkerd names identities by service account; they are written here as the mesh's ids of these accounts.

use unkeyed_model::{Facts, Location, Platform, ResourceScope, RoleGrant, Value};

use super::objects::Object;
use crate::tree::Node;

const GROUP: &str = "policy.linkerd.io";

/// Every identity of the mesh.
const EVERYBODY: &str = "spiffe://*";

/// Reads the policies among the objects: a grant for each account that one of them names.
pub(super) fn read(objects: &[Object<'_>], facts: &mut Facts) {
    let of_kind = |kind: &'static str| objects.iter().filter(move |object| object.group() == GROUP && object.kind() == kind);
    for policy in of_kind("AuthorizationPolicy") {
        let target = |key: &str| policy.text(&["spec", "targetRef", key]);
        let whole = target("kind").as_deref() == Some("Namespace");
        let server = target("name").filter(|_| !whole);
        let required = policy.at(&["spec", "requiredAuthenticationRefs"]).map(Node::items).unwrap_or_default();
        // Every network is anybody, if nothing else is required.
        if let [one] = required
            && one.str("kind") == Some("NetworkAuthentication")
            && of_kind("NetworkAuthentication").any(|object| one.str("name") == Some(&*object.name()) && is_any_network(object))
        {
            grant(*policy, server.as_deref(), EVERYBODY, policy.location(one, "spec.requiredAuthenticationRefs"), facts);
        }
        for reference in policy.at(&["spec", "requiredAuthenticationRefs"]).map(Node::items).unwrap_or_default() {
            let Some(name) = reference.str("name") else { continue };
            let namespace = reference.str("namespace").map_or_else(|| policy.namespace().to_string(), str::to_owned);
            match reference.str("kind") {
                Some("ServiceAccount") => {
                    let at = policy.location(reference, "spec.requiredAuthenticationRefs");
                    grant(*policy, server.as_deref(), &of_account(&namespace, name), at, facts);
                }
                Some("MeshTLSAuthentication") => {
                    let is_meant = |object: &&Object<'_>| *object.name() == *name && *object.namespace() == *namespace;
                    for found in of_kind("MeshTLSAuthentication").filter(is_meant) {
                        admitted(*found, &["spec"], "identityRefs", |id, at| grant(*policy, server.as_deref(), id, at, facts));
                    }
                }
                _ => {}
            }
        }
    }
    for policy in of_kind("ServerAuthorization") {
        let server = policy.text(&["spec", "server", "name"]);
        // Clients without an identity, unless only some networks may call.
        if let Some(open) = policy.at(&["spec", "client", "unauthenticated"]).filter(|open| open.is_true())
            && policy.at(&["spec", "client", "networks"]).is_none()
        {
            grant(*policy, server.as_deref(), EVERYBODY, policy.location(open, "spec.client.unauthenticated"), facts);
        }
        admitted(*policy, &["spec", "client", "meshTLS"], "serviceAccounts", |id, at| grant(*policy, server.as_deref(), id, at, facts));
    }
}

fn is_any_network(object: &Object<'_>) -> bool {
    let networks = object.at(&["spec", "networks"]).map(Node::items).unwrap_or_default();
    networks.iter().any(|network| matches!(network.str("cidr"), Some("0.0.0.0/0" | "::/0")) && network.get("except").is_none())
}

/// The ids that an object names: by Linkerd's own names, and as service accounts under `accounts`.
fn admitted(object: Object<'_>, path: &[&str], accounts: &str, mut admit: impl FnMut(&str, Location)) {
    let listed = |key: &str| object.at(&[path, &[key]].concat()).map(Node::items).unwrap_or_default();
    for identity in listed("identities") {
        if let Some(id) = object.source.text(identity).and_then(|text| of_identity(&text)) {
            admit(&id, object.location(identity, "identities"));
        }
    }
    for account in listed(accounts).iter().filter(|account| account.str("kind").is_none_or(|kind| kind == "ServiceAccount")) {
        let namespace = account.str("namespace").map_or_else(|| object.namespace().to_string(), str::to_owned);
        if let Some(name) = account.str("name") {
            admit(&of_account(&namespace, name), object.location(account, accounts));
        }
    }
}

fn of_account(namespace: &str, name: &str) -> String {
    format!("spiffe://cluster.local/ns/{namespace}/sa/{name}")
}

/// `ACCOUNT.NAMESPACE.serviceaccount.identity.LINKERD.TRUST-DOMAIN`.
fn of_identity(identity: &str) -> Option<String> {
    if identity == "*" {
        return Some(EVERYBODY.to_owned());
    }
    if identity.starts_with("spiffe://") && !identity.contains('*') {
        return Some(identity.to_owned());
    }
    let (account, _) = identity.split_once(".serviceaccount.identity.")?;
    let (name, namespace) = account.rsplit_once('.').filter(|_| !account.contains('*'))?;
    Some(of_account(namespace, name))
}

fn grant(policy: Object<'_>, server: Option<&str>, id: &str, location: Location, facts: &mut Facts) {
    let (scope, resource) = match server {
        Some(name) => (ResourceScope::Resource, format!("{}/{name}", policy.namespace())),
        None => (ResourceScope::Namespace, policy.namespace().to_string()),
    };
    facts.grants.push(RoleGrant {
        platform: Platform::Spiffe,
        principal: id.to_owned(),
        role: None,
        actions: vec!["*".to_owned()],
        actions_inverted: false,
        resources: vec![Value::literal(resource)],
        scope,
        condition: None,
        location,
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    const POLICIES: &str = "apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: {name: callers, namespace: shop}
spec:
  identities: [web.shop.serviceaccount.identity.linkerd.cluster.local, '*.ops.serviceaccount.identity.linkerd.cluster.local', '*']
  identityRefs: [{kind: ServiceAccount, name: batch, namespace: jobs}, {kind: Namespace, name: ops}]
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: {name: api, namespace: shop}
spec:
  targetRef: {group: policy.linkerd.io, kind: Server, name: api-http}
  requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: MeshTLSAuthentication, name: callers}, {kind: ServiceAccount, name: gateway}]
---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: {name: older, namespace: shop}
spec:
  server: {name: api-admin}
  client: {meshTLS: {serviceAccounts: [{name: admin, namespace: ops}]}}
---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: {name: open, namespace: shop}
spec: {server: {name: api-open}, client: {unauthenticated: true}}
---
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: {name: probes, namespace: shop}
spec: {server: {name: api-open}, client: {unauthenticated: true, networks: [{cidr: 10.0.0.0/8}]}}
---
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
metadata: {name: all, namespace: shop}
spec: {networks: [{cidr: 0.0.0.0/0}]}
---
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
metadata: {name: probes, namespace: shop}
spec: {networks: [{cidr: 10.0.0.0/8}]}
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: {name: anybody, namespace: shop}
spec: {targetRef: {kind: Server, name: site}, requiredAuthenticationRefs: [{kind: NetworkAuthentication, name: all}]}
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: {name: some, namespace: shop}
spec: {targetRef: {kind: Server, name: probe}, requiredAuthenticationRefs: [{kind: NetworkAuthentication, name: probes}]}
";

    #[test]
    fn who_is_named_is_let_in() {
        let unit = Unit::new(Arc::new(Origin { path: "mesh.yaml".into(), ..Origin::default() }), POLICIES.as_bytes());
        let facts = crate::testing::read(std::slice::from_ref(&unit));
        let said: Vec<_> = facts.grants.iter().map(|grant| (grant.principal.as_str(), grant.resources[0].known().unwrap_or("-"))).collect();
        let expected = [
            ("spiffe://cluster.local/ns/shop/sa/web", "shop/api-http"),
            ("spiffe://*", "shop/api-http"),
            ("spiffe://cluster.local/ns/jobs/sa/batch", "shop/api-http"),
            ("spiffe://cluster.local/ns/shop/sa/gateway", "shop/api-http"),
            ("spiffe://*", "shop/site"),
            ("spiffe://cluster.local/ns/ops/sa/admin", "shop/api-admin"),
            ("spiffe://*", "shop/api-open"),
        ];
        assert_eq!(said, expected);
    }
}
