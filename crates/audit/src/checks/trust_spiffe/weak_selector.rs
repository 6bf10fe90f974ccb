//! # What it finds
//!
//! A registration entry with one selector only, of a kind that many workloads share: root (`unix:uid:0`), a group, a whole
//! Kubernetes namespace, a service account's name in any namespace, a label, a node.
//!
//! # Why it matters
//!
//! Selectors are what proves who asks. One that anybody on the node or in the namespace can have proves nothing: whoever
//! runs there next gets the id.
//!
//! # Instead
//!
//! Two or more that name the workload: `k8s:ns` with `k8s:sa`, better with the image (`k8s:container-image`, or
//! `k8s:image-signature:…`); on a host `unix:uid` of its own with `unix:sha256`.

use unkeyed_model::{Level, TrustBinding, Value};

use super::{entries, is_on};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-04",
    title: "one weak selector proves the workload",
    level: Level::Warning,
    standards: standards::TRUST,
    source: include_str!("weak_selector.rs"),
    run,
};

/// Selectors that many workloads share; one that ends in a colon with any value.
const WEAK: [&str; 17] = [
    "unix:uid:0",
    "unix:user:root",
    "unix:gid:",
    "unix:group:",
    "unix:supplementary_gid:",
    "unix:supplementary_group:",
    "k8s:ns:",
    "k8s:sa:",
    "k8s:pod-label:",
    "k8s:container-name:",
    "k8s:pod-owner:",
    "k8s:node-name:",
    "k8s:cluster:",
    "docker:label:",
    "docker:env:",
    "podman:label:",
    "systemd:id:",
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in entries(view).filter(|trust| !is_on(trust, "node")) {
        let Some(selector) = only_selector(trust).filter(|selector| is_weak(selector)) else { continue };
        let message = format!(
            "{} ({}) is given to whoever fits {selector} alone, which proves no one workload.",
            view.name(&trust.principal),
            spot(&trust.location),
        );
        sink.principal(&trust.principal, &Statement::new(CHECK.level, &trust.location, message));
    }
}

/// The selector of an entry that has one.
fn only_selector(trust: &TrustBinding) -> Option<&str> {
    match trust.claims.as_slice() {
        [only] if only.name == "selectors" => only.values.first().and_then(Value::known),
        _ => None,
    }
}

fn is_weak(selector: &str) -> bool {
    WEAK.iter().any(|weak| selector == *weak || (weak.ends_with(':') && selector.starts_with(weak)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, spiffe};

    fn with(selectors: &[&str]) -> Vec<Level> {
        let claims: Vec<(&str, &str)> = selectors.iter().map(|selector| ("selectors", *selector)).collect();
        levels(&CHECK, &spiffe(&[("spiffeID", "spiffe://acme.internal/web")], &claims, |_| {}))
    }

    #[test]
    fn what_many_share_is_a_warning() {
        for selector in ["unix:uid:0", "k8s:ns:shop", "docker:label:app:web"] {
            assert_eq!(with(&[selector]), [Level::Warning], "{selector}");
        }
    }

    #[test]
    fn two_selectors_or_a_strong_one_are_fine() {
        assert!(with(&["k8s:ns:shop", "k8s:sa:web"]).is_empty());
        assert!(with(&["unix:uid:1001"]).is_empty());
        assert!(with(&["unix:sha256:4f2a"]).is_empty());
        let node = spiffe(&[("node", "true")], &[("selectors", "k8s:cluster:main")], |_| {});
        assert!(levels(&CHECK, &node).is_empty());
    }

    #[test]
    fn an_unknown_selector_says_nothing() {
        let unknown = spiffe(&[], &[("selectors", "")], |trust| trust.claims[0].values = vec![Value::unknown("$SELECTOR")]);
        assert!(levels(&CHECK, &unknown).is_empty());
    }
}
