//! `kubectl create clusterrole|role|clusterrolebinding|rolebinding`, `kubectl annotate serviceaccount` (kubectl reference) and
//! `oc adm policy add-cluster-role-to-user` (OpenShift documentation, "Using RBAC to define and apply permissions").

use super::script::Call;
use crate::exports::{Attribute, Out, given, text};

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
    if call.runs(&["annotate"]) {
        return annotated(call, out);
    }
    for (verb, kind) in ADDED {
        if call.runs(&["policy", verb]) {
            return added(call, verb, kind, out);
        }
    }
    for (verb, kind) in ROLES {
        if call.runs(&["create", verb]) {
            return role(call, verb, kind, out);
        }
    }
    let (kind, verb) = match () {
        () if call.runs(&["create", "clusterrolebinding"]) => ("kubernetes_cluster_role_binding", "clusterrolebinding"),
        () if call.runs(&["create", "rolebinding"]) => ("kubernetes_role_binding", "rolebinding"),
        () => return,
    };
    let (role_kind, role) = match (call.option(&["--clusterrole"]), call.option(&["--role"])) {
        (Some(role), _) => ("ClusterRole", role),
        (None, Some(role)) => ("Role", role),
        (None, None) => return,
    };
    let own = out.numbered(kind, &call.argument_after(verb).unwrap_or_default());
    let mut attributes = vec![block("role_ref", vec![("kind", text(role_kind)), ("name", text(role))])];
    for account in call.options(&["--serviceaccount"]) {
        let (namespace, name) = account.split_once(':').unwrap_or(("default", &account));
        attributes.push(block("subject", vec![("kind", text("ServiceAccount")), ("namespace", text(namespace)), ("name", text(name))]));
    }
    for group in call.options(&["--group"]) {
        attributes.push(block("subject", vec![("kind", text("Group")), ("name", text(group))]));
    }
    out.add(kind, own, &call.node(), attributes);
}

/// Roles that a command makes, and what they are.
const ROLES: [(&str, &str); 2] = [("clusterrole", "kubernetes_cluster_role"), ("role", "kubernetes_role")];

/// A role with a rule for each resource that it covers (`deployments.apps`).
fn role(call: &Call<'_>, verb: &str, kind: &'static str, out: &mut Out<'_>) {
    let Some(name) = call.argument_after(verb) else { return };
    let listed = |options: &[&str]| -> Vec<String> {
        call.options(options).iter().flat_map(|given| given.split(',').map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let list = |items: Vec<String>| Some(Attribute::Node(call.list(items)));
    let (verbs, names) = (listed(&["--verb"]), listed(&["--resource-name"]));
    let mut attributes = vec![block("metadata", vec![("name", text(name.clone()))])];
    for resource in listed(&["--resource"]) {
        let (resource, group) = resource.split_once('.').unwrap_or((&resource, ""));
        let rule = vec![
            ("api_groups", list(vec![group.to_owned()])),
            ("resources", list(vec![resource.to_owned()])),
            ("verbs", list(verbs.clone())),
            ("resource_names", list(names.clone()).filter(|_| !names.is_empty())),
        ];
        attributes.push(block("rule", rule));
    }
    let own = out.numbered(kind, &name);
    out.add(kind, own, &call.node(), attributes);
}

/// Commands of OpenShift that bind a role, and what they make.
const ADDED: [(&str, &str); 2] =
    [("add-cluster-role-to-user", "kubernetes_cluster_role_binding"), ("add-role-to-user", "kubernetes_role_binding")];

/// A role for service accounts: of the namespace behind `-z`, or under their whole names.
fn added(call: &Call<'_>, verb: &str, kind: &'static str, out: &mut Out<'_>) {
    let Some(role) = call.argument_after(verb) else { return };
    let namespace = call.option(&["-n", "--namespace"]).unwrap_or_else(|| "default".to_owned());
    let own = call.options(&["-z", "--serviceaccount"]).into_iter().map(|name| (namespace.clone(), name));
    let whole = call.arguments().filter_map(|word| {
        let (namespace, name) = word.strip_prefix("system:serviceaccount:")?.split_once(':')?;
        Some((namespace.to_owned(), name.to_owned()))
    });
    let subject = |(namespace, name): (String, String)| {
        block("subject", vec![("kind", text("ServiceAccount")), ("namespace", text(namespace)), ("name", text(name))])
    };
    let mut attributes = vec![block("role_ref", vec![("kind", text("ClusterRole")), ("name", text(role))])];
    attributes.extend(own.chain(whole).map(subject));
    if attributes.len() > 1 {
        let label = out.numbered(kind, "");
        out.add(kind, label, &call.node(), attributes);
    }
}

/// What a service account is annotated with.
fn annotated(call: &Call<'_>, out: &mut Out<'_>) {
    const ACCOUNTS: &[&str] = &["serviceaccount", "serviceaccounts", "sa"];
    let words: Vec<String> = call.arguments().collect();
    let Some(at) = words.iter().position(|word| ACCOUNTS.contains(&word.split('/').next().unwrap_or_default())) else { return };
    let name = words[at].split_once('/').map(|(_, name)| name.to_owned()).or_else(|| words.get(at + 1).cloned()).unwrap_or_default();
    let namespace = call.option(&["-n", "--namespace"]).unwrap_or_else(|| "default".to_owned());
    let given = words.iter().skip(at).filter(|word| !word.starts_with('-')).filter_map(|word| word.split_once('='));
    let annotations = call.map(given.map(|(key, value)| (key.to_owned(), call.text(value))).collect());
    let kind = "kubernetes_service_account";
    let label = out.label(kind, &format!("{namespace}/{name}"), &name);
    let metadata = vec![("name", text(name)), ("namespace", text(namespace)), ("annotations", Some(Attribute::Node(annotations)))];
    out.add(kind, label, &call.node(), vec![block("metadata", metadata)]);
}

fn block(name: &str, attributes: Vec<(&str, Option<Attribute>)>) -> (String, Attribute) {
    (name.to_owned(), Attribute::Block(given(attributes)))
}
