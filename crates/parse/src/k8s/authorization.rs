//! Istio's authorization policies: which identities of the mesh a workload lets in, and for what.
//!
//! One decision a reader would question: a principal with a `*` names nobody in particular; it counts where it stands for a whole
//! trust domain and nothing else of the rule says who. Istio docs, "Authorization Policy".

use unkeyed_model::{Facts, Platform, ResourceScope, RoleGrant, Value};

use super::objects::Object;
use crate::tree::Node;

/// Reads one policy: a grant for each identity that a rule names.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    if object.at(&["spec", "action"]).and_then(Node::text).is_some_and(|action| action != "ALLOW") {
        return;
    }
    let labels = object.at(&["spec", "selector", "matchLabels"]);
    let selected = labels.into_iter().flat_map(Node::entries).next().and_then(|entry| object.source.text(&entry.value));
    let (scope, resource) = match &selected {
        Some(name) => (ResourceScope::Resource, format!("{}/{name}", object.namespace())),
        None => (ResourceScope::Namespace, object.namespace().to_string()),
    };
    for rule in object.at(&["spec", "rules"]).map(Node::items).unwrap_or_default() {
        // A rule that says nothing holds for everybody and everything.
        let is_empty = ["from", "to", "when"].iter().all(|key| rule.get(key).is_none()) && !rule.is_null();
        if is_empty {
            facts.grants.push(RoleGrant {
                platform: Platform::Spiffe,
                principal: "spiffe://*".to_owned(),
                role: None,
                actions: vec!["*".to_owned()],
                actions_inverted: false,
                resources: vec![Value::literal(resource.clone())],
                scope,
                condition: None,
                location: object.location(rule, "spec.rules"),
            });
        }
        let methods = rule.get("to").map(Node::items).unwrap_or_default().iter().filter_map(|to| to.path(&["operation", "methods"]));
        let actions: Vec<String> = methods.flat_map(Node::items).filter_map(Node::text).map(str::to_owned).collect();
        let sources = rule.get("from").map(Node::items).unwrap_or_default().iter().filter_map(|from| from.get("source"));
        let is_bare = rule.get("when").is_none();
        let named = sources.flat_map(|source| {
            let alone = is_bare && source.entries().len() == 1;
            source.get("principals").map(Node::items).unwrap_or_default().iter().map(move |principal| (principal, alone))
        });
        for (principal, alone) in named {
            let counts = |id: &std::rc::Rc<str>| !id.contains('*') || alone && is_everybody(id);
            let Some(id) = object.source.text(principal).filter(counts) else { continue };
            facts.grants.push(RoleGrant {
                platform: Platform::Spiffe,
                principal: format!("spiffe://{id}"),
                role: None,
                actions: if actions.is_empty() { vec!["*".to_owned()] } else { actions.clone() },
                actions_inverted: false,
                resources: vec![Value::literal(resource.clone())],
                scope,
                condition: None,
                location: object.location(principal, "spec.rules.from.source.principals"),
            });
        }
    }
}

/// Whether an identity of the mesh is any of it, or any of a trust domain (`*`, `cluster.local/*`).
pub(super) fn is_everybody(id: &str) -> bool {
    id.strip_suffix('*').is_some_and(|rest| rest.is_empty() || rest.strip_suffix('/').is_some_and(|domain| !domain.contains('/')))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    #[test]
    fn a_rule_that_says_nothing_admits_everybody() {
        let admitted = |rules: &str| {
            let text =
                format!("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: a}}\nspec:\n  rules: {rules}\n");
            let unit = Unit::new(Arc::new(Origin { path: "a.yaml".into(), ..Origin::default() }), text.into_bytes());
            let facts = crate::read(&crate::group(&unit).unwrap(), std::slice::from_ref(&unit));
            facts.grants.into_iter().map(|grant| grant.principal).collect::<Vec<_>>()
        };
        assert_eq!(admitted("[{}]"), ["spiffe://*"]);
        assert!(admitted("[{to: [{operation: {paths: [/healthz]}}]}]").is_empty() && admitted("[]").is_empty());
    }
}
