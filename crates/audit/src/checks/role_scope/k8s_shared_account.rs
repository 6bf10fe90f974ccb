//! # What it finds
//!
//! A Kubernetes binding that gives rights to a namespace's `default` service account, or to a group of all service accounts
//! (`system:serviceaccounts`, `system:serviceaccounts:NAMESPACE`); and a policy of a service mesh, Istio's or Linkerd's, that lets in
//! every identity of the mesh (`*`, `cluster.local/*`).
//!
//! # Why it matters
//!
//! Every pod that names no account of its own runs as `default`: rights meant for one workload belong to all of them,
//! including the next one somebody deploys.
//!
//! # Instead
//!
//! A service account for each workload, bound by name; `automountServiceAccountToken: false` on `default`. In a mesh, the
//! identities that call: `cluster.local/ns/NAMESPACE/sa/ACCOUNT`.

use unkeyed_model::{Level, Platform, Value};

use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards::{csf, cwe, nhi, tenet};
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "RS-K8S-02",
    title: "rights for every pod that names no account",
    level: Level::Warning,
    standards: &[nhi("NHI9:2025"), nhi("NHI5:2025"), cwe("CWE-250"), csf("PR.AA-05"), tenet("tenet-3")],
    source: include_str!("k8s_shared_account.rs"),
    run,
};

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for grant in view.grants(Platform::K8s) {
        let names = view.principal(&grant.principal).map_or(&[][..], |principal| principal.names.as_slice());
        let Some(name) = names.iter().chain([&grant.principal]).find(|name| is_shared(name)) else { continue };
        let message = format!(
            "{name} has rights through a binding ({}), so that every pod without an account of its own has them.",
            spot(&grant.location),
        );
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
    for grant in view.grants(Platform::Spiffe).filter(|grant| grant.principal.ends_with('*')) {
        let what = grant.resources.iter().filter_map(Value::known).collect::<Vec<_>>().join(", ");
        let message = format!("{what} lets in every identity of the mesh ({}), whatever runs under it.", spot(&grant.location));
        sink.principal(&grant.principal, &Statement::new(CHECK.level, &grant.location, message));
    }
}

fn is_shared(name: &str) -> bool {
    let group = name.rsplit('/').next().unwrap_or(name);
    group == "system:serviceaccounts"
        || group.starts_with("system:serviceaccounts:")
        || name.strip_prefix("system:serviceaccount:").is_some_and(|rest| rest.ends_with(":default"))
        || name
            .rsplit_once('/')
            .is_some_and(|(before, last)| last == "default" && (before.ends_with("ServiceAccount") || !before.contains('/')))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::Estate;

    use super::*;
    use crate::checks::testing::{levels, one_path, with_grant};

    fn bound_to(name: &str) -> Estate {
        let mut estate = one_path(Platform::K8s);
        estate.facts.principals[0].names = vec![name.into()];
        estate
    }

    #[test]
    fn shared_accounts_are_a_warning() {
        for name in ["system:serviceaccount:shop:default", "system:serviceaccounts", "system:serviceaccounts:shop", "shop/default"] {
            assert_eq!(levels(&CHECK, &bound_to(name)), [Level::Warning], "{name}");
        }
    }

    #[test]
    fn every_identity_of_a_mesh_is_a_warning() {
        let let_in = |who: &str| levels(&CHECK, &with_grant(Platform::Spiffe, |grant| grant.principal = who.into()));
        assert_eq!((let_in("spiffe://*"), let_in("spiffe://cluster.local/*")), (vec![Level::Warning], vec![Level::Warning]));
        assert!(let_in("spiffe://cluster.local/ns/shop/sa/web").is_empty());
    }

    #[test]
    fn an_account_of_its_own_is_fine() {
        assert!(levels(&CHECK, &bound_to("system:serviceaccount:shop:web")).is_empty());
        assert!(levels(&CHECK, &bound_to("default/web")).is_empty());
    }

    #[test]
    fn a_name_that_is_not_known_says_nothing() {
        assert!(levels(&CHECK, &bound_to("shop/{{ .Values.account }}")).is_empty());
    }
}
