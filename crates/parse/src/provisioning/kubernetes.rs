//! `kubectl create clusterrolebinding|rolebinding` (kubectl reference).

use super::script::Call;
use crate::exports::{Attribute, Out, given, text};

/// Reads one command.
pub(super) fn read(call: &Call<'_>, out: &mut Out<'_>) {
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

fn block(name: &str, attributes: Vec<(&str, Option<Attribute>)>) -> (String, Attribute) {
    (name.to_owned(), Attribute::Block(given(attributes)))
}
