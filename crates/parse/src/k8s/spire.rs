//! SPIRE's custom resources: which pods get which SPIFFE id, for how long, and whose bundles are taken.

use unkeyed_model::{Basis, Claim, Facts, SubjectRule, Value};

use super::objects::Object;
use crate::spire::{Entry, Relationship, relationship, selector_claims};
use crate::tree::Node;

/// Switches that judgement asks for.
const SETTINGS: &[&str] = &["spiffeIDTemplate", "spiffeID", "parentID", "admin", "downstream", "fallback", "className"];
/// Lifetimes, as Go durations.
const LIFETIMES: &[&str] = &["ttl", "jwtTtl", "x509SVIDTTL", "jwtSVIDTTL"];

/// Reads `ClusterSPIFFEID`, `ClusterStaticEntry` and `ClusterFederatedTrustDomain`.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let (subject, claims) = match object.kind() {
        "ClusterSPIFFEID" => (subject(object), claims(object)),
        "ClusterStaticEntry" => {
            let selectors = object.at(&["spec", "selectors"]).map(Node::items).unwrap_or_default();
            selector_claims(selectors.iter().map(|selector| object.source.value(selector)).collect())
        }
        "ClusterFederatedTrustDomain" => return federated(object, facts),
        _ => return,
    };
    // Braces in here are SPIRE's own, filled in for each pod.
    let written = |name: &str| object.at(&["spec", name]).and_then(|node| object.source.text(node)).map(|text| Value::literal(&*text));
    let mut settings: Vec<(String, Value)> = SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), written(name)?))).collect();
    let federated = object.at(&["spec", "federatesWith"]).map(Node::items).unwrap_or_default();
    settings.extend(federated.iter().map(|other| ("federatesWith".to_owned(), object.source.value(other))));
    let lifetime = |setting: &&str| {
        let node = object.at(&["spec", setting])?;
        let seconds = node.text().and_then(crate::terraform::duration_seconds);
        Some(((*setting).to_owned(), seconds, object.location(node, setting)))
    };
    let entry = Entry {
        key: super::objects::id("cluster", object.kind(), &object.name()),
        id: written("spiffeIDTemplate").or_else(|| written("spiffeID")).unwrap_or_default(),
        subject,
        claims,
        settings,
        lifetimes: LIFETIMES.iter().filter_map(lifetime).collect(),
        location: object.place(),
    };
    entry.emit(facts);
}

fn federated(object: Object<'_>, facts: &mut Facts) {
    let value = |path: &[&str]| object.at(path).map(|node| object.source.value(node));
    let found = Relationship {
        key: super::objects::id("cluster", object.kind(), &object.name()),
        trust_domain: value(&["spec", "trustDomain"]).unwrap_or_default(),
        profile: value(&["spec", "bundleEndpointProfile", "type"]),
        url: value(&["spec", "bundleEndpointURL"]),
        location: object.place(),
    };
    relationship(found, facts);
}

const SELECTORS: [&str; 3] = ["podSelector", "namespaceSelector", "workloadSelectorTemplates"];

/// Which workloads get the id: any, if nothing selects.
fn subject(object: Object<'_>) -> SubjectRule {
    let written: Vec<&str> = SELECTORS.into_iter().filter(|name| selects(object, name)).collect();
    if written.is_empty() { SubjectRule::Any } else { SubjectRule::Expression(written.join(" and ")) }
}

/// Whether a selector says anything: an empty one (`{}`), also of labels, selects everything. One that a template
/// writes may say anything.
fn selects(object: Object<'_>, name: &str) -> bool {
    let Some(entry) = object.at(&["spec"]).and_then(|spec| spec.entry(name)) else { return false };
    if name == "workloadSelectorTemplates" {
        // One that only repeats what the pod itself says selects nothing.
        return entry.value.items().iter().filter_map(Node::text).any(|text| !super::template::is_templated(text));
    }
    let says = |node: &Node| node.text().is_some() || !node.entries().is_empty() || !node.items().is_empty();
    let rest = object.source.place.text().get(entry.key.span.end..).unwrap_or_default();
    let templated = || rest.lines().take(2).any(super::template::is_templated);
    entry.value.entries().iter().any(|entry| says(&entry.value)) || (!says(&entry.value) || entry.value.text().is_some()) && templated()
}

/// The selectors, one claim for each value.
fn claims(object: Object<'_>) -> Vec<Claim> {
    let mut found = Vec::new();
    for name in SELECTORS {
        let Some(node) = object.at(&["spec", name]) else { continue };
        node.for_each_scalar(name, &mut |path, value| {
            let text = object.source.text(value).map(|text| text.to_string()).unwrap_or_default();
            let values = vec![Value::Known(text, Basis::Literal)];
            found.push(Claim { name: path.to_owned(), operator: "==".to_owned(), values, set_qualifier: None, if_exists: false });
        });
    }
    found
}
