//! RBAC: what bindings grant to service accounts, with the rules of the role where its definition stands in the folder.

use std::collections::BTreeMap;
use std::rc::Rc;

use unkeyed_model::{Facts, Location, Platform, ResourceScope, RoleGrant, Value};

use super::blocks::key_above;
use super::objects::{Object, Written};
use super::service_accounts;
use super::values::mentioned;
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
    let rules = defined.map(|role| (role, rules(*role)));
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
        match &rules {
            Some((role, rules)) if !rules.is_empty() => {
                for (index, written) in rules.iter().enumerate() {
                    let rule = Rule { role: **role, written: *written, index };
                    facts.grants.push(grant(rule.texts("verbs"), rule.resources(), rule.condition(), rule.location()));
                }
            }
            // A role by its name alone is for everything in the binding's namespace.
            _ => {
                let namespace = object.at(&["metadata", "namespace"]).filter(|_| scope == ResourceScope::Namespace);
                let namespace = namespace.and_then(|node| object.source.value(node).known().map(|name| format!("namespace/{name}")));
                let resources = namespace.map(Value::literal).into_iter().collect();
                facts.grants.push(grant(Vec::new(), resources, None, object.location(role, "roleRef.name")));
            }
        }
    }
}

/// Longest template of a role whose rules are looked for in the chart's values, in bytes.
const MAX_ROLE: usize = 64 << 10;

/// The rules of a role: its own, or those that its chart's values hold (`rules: {{ toYaml .Values.rules }}`).
fn rules<'n>(role: Object<'n>) -> Vec<Written<'n>> {
    let own = role.at(&["rules"]).map(Node::items).unwrap_or_default();
    if let (true, Some(values)) = (own.is_empty(), &role.source.values) {
        let text = role.source.place.text().get(role.node.span.start..).unwrap_or_default();
        let text = text.split("\n---").next().filter(|text| text.len() <= MAX_ROLE).unwrap_or_default();
        let put = values.put_whole(text).into_iter().filter(|(.., at)| key_above(text, *at) == "rules:");
        return put.flat_map(|(_, list, _)| list.node.items().iter().map(move |node| Written { node, ..list })).collect();
    }
    own.iter().map(|node| Written { source: role.source, node }).collect()
}

/// One rule of a role.
struct Rule<'n> {
    role: Object<'n>,
    written: Written<'n>,
    index: usize,
}

impl Rule<'_> {
    fn texts(&self, key: &str) -> Vec<String> {
        let items = self.written.node.get(key).map(Node::one_or_many).unwrap_or_default();
        let mut texts = Vec::new();
        for text in items.iter().filter_map(|item| self.written.source.text(item)) {
            // A list that stands in the chart's values (`verbs: {{ toJson .Values.verbs }}`).
            let list = mentioned(&text).and_then(|name| self.role.source.values.as_ref()?.get(name));
            match list.map(|list| list.node.items()).filter(|items| !items.is_empty()) {
                Some(items) => texts.extend(items.iter().filter_map(Node::text).map(str::to_owned)),
                None => texts.push(text.to_string()),
            }
        }
        texts
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
        self.written.location(&format!("rules[{}]", self.index))
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    fn granted(rules: &str, values: &str) -> Vec<(Vec<String>, String)> {
        let role = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\n{rules}\n---\napiVersion: rbac.authorization.k8s.io/v1\n\
             kind: ClusterRoleBinding\nmetadata: {{name: r}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}}\n\
             subjects: [{{kind: ServiceAccount, name: a, namespace: b}}]\n"
        );
        let unit =
            |path: &str, text: &str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes().to_vec());
        let units = [unit("chart/templates/rbac.yaml", &role), unit("chart/values.yaml", values)];
        let facts = crate::read(&crate::group(&units[0]).unwrap(), &units);
        let shown = |grant: &unkeyed_model::RoleGrant| grant.resources.first().and_then(|one| one.known()).unwrap_or("-").to_owned();
        facts.grants.iter().map(|grant| (grant.actions.clone(), shown(grant))).collect()
    }

    #[test]
    fn rules_and_lists_may_stand_in_the_values_of_the_chart() {
        let expected = vec![(vec!["get".to_owned(), "list".to_owned()], "secrets".to_owned())];
        let list = "rules:\n  - apiGroups: ['']\n    resources: [secrets]\n    verbs: {{ toJson .Values.rbac.verbs }}";
        assert_eq!(granted(list, "rbac: {verbs: [get, list]}\n"), expected);
        let whole = "rules:\n  {{- toYaml .Values.rbac.rules | nindent 2 }}";
        assert_eq!(granted(whole, "rbac:\n  rules:\n    - {apiGroups: [''], resources: [secrets], verbs: [get, list]}\n"), expected);
        assert_eq!(granted(whole, "rbac: {}\n"), [(vec![], "-".to_owned())]);
    }
}
