//! RBAC: what bindings grant to service accounts, with the rules of the role where its definition stands in the folder.

use std::collections::BTreeMap;
use std::rc::Rc;

use unkeyed_model::{Facts, Location, Platform, ResourceScope, RoleGrant, Value};

use super::objects::Object;
use super::service_accounts;
use crate::tree::Node;

/// Roles by kind, namespace (none for cluster roles) and name.
type Roles<'n> = BTreeMap<(&'n str, Option<Rc<str>>, Rc<str>), Object<'n>>;

/// Emits the grants of all bindings.
pub(super) fn bindings(objects: &[Object<'_>], facts: &mut Facts) {
    let of_kinds = |kinds: [&'static str; 2]| {
        let in_group = |object: &&Object<'_>| object.group() == "rbac.authorization.k8s.io";
        objects.iter().filter(in_group).filter(move |object| kinds.contains(&object.kind()))
    };
    let named = |role: &Object<'_>| if role.kind() == "Role" { Some(role.namespace()) } else { None };
    let roles: Roles<'_> = of_kinds(["Role", "ClusterRole"]).map(|role| ((role.kind(), named(role), role.name()), *role)).collect();
    of_kinds(["RoleBinding", "ClusterRoleBinding"]).for_each(|object| binding(*object, &roles, facts));
}

/// Emits the grants of a binding: one for each subject and rule, or one by the role's name.
fn binding(object: Object<'_>, roles: &Roles<'_>, facts: &mut Facts) {
    let Some(role) = object.at(&["roleRef", "name"]) else { return };
    let kind = object.at(&["roleRef", "kind"]).and_then(Node::text).unwrap_or("Role");
    let scope = if object.kind() == "ClusterRoleBinding" { ResourceScope::Cluster } else { ResourceScope::Namespace };
    let name = object.source.value(role);
    let namespace = (kind == "Role").then(|| object.namespace());
    let defined = object.source.text(role).and_then(|name| roles.get(&(kind, namespace, name)));
    let rules = defined.map(|role| (role, role.at(&["rules"]).map(Node::items).unwrap_or_default()));
    for subject in object.at(&["subjects"]).map(Node::items).unwrap_or_default() {
        let principal = principal(object, subject, facts);
        let grant = |actions, resources, condition, location| RoleGrant {
            platform: Platform::K8s,
            principal: principal.clone(),
            role: Some(name.clone()),
            actions,
            actions_inverted: false,
            resources,
            scope,
            condition,
            location,
        };
        match rules {
            Some((role, rules)) if !rules.is_empty() => {
                for (index, rule) in rules.iter().enumerate() {
                    let rule = Rule { role: *role, node: rule, index };
                    facts.grants.push(grant(rule.texts("verbs"), rule.resources(), rule.condition(), rule.location()));
                }
            }
            _ => facts.grants.push(grant(Vec::new(), Vec::new(), None, object.location(role, "roleRef.name"))),
        }
    }
}

/// One rule of a role.
struct Rule<'n> {
    role: Object<'n>,
    node: &'n Node,
    index: usize,
}

impl Rule<'_> {
    fn texts(&self, key: &str) -> Vec<String> {
        let items = self.node.get(key).map(Node::one_or_many).unwrap_or_default();
        items.iter().filter_map(|item| self.role.source.text(item)).map(|text| text.to_string()).collect()
    }

    /// Resources as `group/resource`, those of the core group bare; paths that are no resources as they are.
    fn resources(&self) -> Vec<Value> {
        let groups = self.texts("apiGroups");
        let mut found = Vec::new();
        for resource in self.texts("resources") {
            for group in &groups {
                let is_bare = group.is_empty() || group == "*";
                found.push(Value::literal(if is_bare { resource.clone() } else { format!("{group}/{resource}") }));
            }
        }
        found.extend(self.texts("nonResourceURLs").into_iter().map(Value::literal));
        found.dedup();
        found
    }

    fn condition(&self) -> Option<String> {
        let names = self.texts("resourceNames");
        (!names.is_empty()).then(|| format!("resourceNames {}", names.join(", ")))
    }

    fn location(&self) -> Location {
        self.role.location(self.node, &format!("rules[{}]", self.index))
    }
}

/// Key of a subject. Accounts that are only ever bound here become principals all the same.
fn principal(object: Object<'_>, subject: &Node, facts: &mut Facts) -> String {
    let text = |key: &str| subject.get(key).and_then(|node| object.source.text(node)).map(|text| text.to_string());
    let name = text("name").unwrap_or_default();
    match subject.str("kind").unwrap_or_default() {
        "ServiceAccount" => {
            let namespace = text("namespace").unwrap_or_else(|| object.namespace().to_string());
            let found = service_accounts::principal(&namespace, &name, object.location(subject, "subjects"));
            let key = found.key.clone();
            facts.principals.push(found);
            key
        }
        kind => format!("k8s:{}/{name}", kind.to_ascii_lowercase()),
    }
}
