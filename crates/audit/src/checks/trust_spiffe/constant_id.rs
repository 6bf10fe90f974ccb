//! # What it finds
//!
//! A `ClusterSPIFFEID` whose `spiffeIDTemplate` takes nothing from the pod (`.PodMeta`, `.PodSpec`). Where pods and namespaces
//! are both selected it is a warning; where `workloadSelectorTemplates` name one service account, one id is what is meant.
//!
//! # Why it matters
//!
//! All selected pods are one identity: whoever may set a label joins it, and neither a relying party nor a log can tell them
//! apart.
//!
//! # Instead
//!
//! `spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}`.

use unkeyed_model::{Level, TrustBinding, Value};

use super::{entries, settings};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-02",
    title: "many pods share one SPIFFE id",
    level: Level::Error,
    standards: standards::TRUST_SHARED,
    source: include_str!("constant_id.rs"),
    run,
};

/// What in a template differs from pod to pod, or is filled in by Helm before SPIRE sees it.
const DIFFERS: [&str; 5] = [".PodMeta", ".PodSpec", ".Values", ".Release", "include "];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for trust in entries(view) {
        let Some(template) = settings(trust, "spiffeIDTemplate").find_map(Value::known) else { continue };
        let rest = without_trust_domain(template);
        if DIFFERS.iter().any(|part| rest.contains(part)) || names_account(trust) {
            continue;
        }
        let level = if selects_both(trust) { Level::Warning } else { CHECK.level };
        let message = format!("{} ({}) gives all pods it selects the id {template}.", view.name(&trust.principal), spot(&trust.location));
        sink.principal(&trust.principal, &Statement::new(level, &trust.location, message));
    }
}

/// The template without the values of a chart that are called trust domain, which is one for all pods.
fn without_trust_domain(template: &str) -> String {
    let is_named = |part: &str| {
        let path = part.split(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '.' | '_')).next();
        path.is_some_and(|path| path.to_ascii_lowercase().replace('_', "").ends_with("trustdomain"))
    };
    let mut parts = template.split(".Values");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + if is_named(part) { "" } else { ".Values" } + part)
}

/// Whether the workloads must run under one account: then one id is what is meant.
fn names_account(trust: &TrustBinding) -> bool {
    let values = trust.claims.iter().filter(|claim| claim.name.starts_with("workloadSelectorTemplates")).flat_map(|claim| &claim.values);
    values.filter_map(Value::known).any(|selector| selector.starts_with("k8s:sa:") && !selector.contains("{{"))
}

fn selects_both(trust: &TrustBinding) -> bool {
    ["podSelector", "namespaceSelector"].iter().all(|name| trust.claims.iter().any(|claim| claim.name.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{levels, spiffe};

    fn with(template: &str, selectors: &[&str]) -> Vec<Level> {
        let named: Vec<(&str, &str)> = selectors.iter().map(|name| (*name, "x")).collect();
        levels(&CHECK, &spiffe(&[("spiffeIDTemplate", template)], &named, |_| {}))
    }

    #[test]
    fn a_constant_is_an_error_unless_it_is_well_selected() {
        assert_eq!(with("spiffe://acme.internal/web", &["podSelector.matchLabels.app"]), [Level::Error]);
        assert_eq!(with("spiffe://{{ .TrustDomain }}/web", &["podSelector.a", "namespaceSelector.b"]), [Level::Warning]);
    }

    #[test]
    fn a_charts_trust_domain_is_one_for_all_pods() {
        for template in [
            "spiffe://{{ .Values.trustDomain }}/web",
            "spiffe://{{ .Values.global.spire.trust_domain }}/web",
            r#"{{ printf "spiffe://%s/web" .Values.trustDomain | quote }}"#,
        ] {
            assert_eq!(with(template, &["podSelector.a"]), [Level::Error], "{template}");
        }
    }

    #[test]
    fn one_account_is_one_workload() {
        let one = spiffe(
            &[("spiffeIDTemplate", "spiffe://acme.internal/gateway")],
            &[("workloadSelectorTemplates[0]", "k8s:ns:gateway"), ("workloadSelectorTemplates[1]", "k8s:sa:gateway")],
            |_| {},
        );
        assert!(levels(&CHECK, &one).is_empty());
    }

    #[test]
    fn what_differs_or_is_not_known_is_fine() {
        assert!(with("spiffe://acme.internal/ns/{{ .PodMeta.Namespace }}", &[]).is_empty());
        assert!(with("spiffe://{{ .Values.trustDomain }}/{{ .Values.name }}", &[]).is_empty());
        assert!(with("{{ .Values.spire.idTemplate }}", &[]).is_empty());
        let nested = r#"{{ printf "spiffe://%s/sa/{{ .PodSpec.ServiceAccountName }}" .Values.trustDomain | quote }}"#;
        assert!(with(nested, &[]).is_empty());
        assert!(levels(&CHECK, &spiffe(&[("spiffeID", "spiffe://acme.internal/web")], &[], |_| {})).is_empty());
    }
}
