//! SPIRE's custom resources: which pods get which SPIFFE id, and for how long.

use unkeyed_model::{Basis, Claim, Facts, Platform, Principal, SessionPolicy, SubjectRule, TrustBinding, TtlBasis, Value};

use super::objects::Object;
use crate::tree::Node;

/// Switches that judgement asks for.
const SETTINGS: &[&str] = &["spiffeIDTemplate", "spiffeID", "parentID", "admin", "downstream", "fallback", "className"];
/// Lifetimes, as Go durations.
const LIFETIMES: &[&str] = &["ttl", "jwtTtl", "x509SVIDTTL", "jwtSVIDTTL"];

/// Reads `ClusterSPIFFEID` and `ClusterStaticEntry`.
pub(super) fn read(object: Object<'_>, facts: &mut Facts) {
    let (id, selectors): (_, &[&str]) = match object.kind() {
        "ClusterSPIFFEID" => ("spiffeIDTemplate", &["podSelector", "namespaceSelector"]),
        "ClusterStaticEntry" => ("spiffeID", &["selectors"]),
        _ => return,
    };
    let key = super::objects::id("cluster", object.kind(), &object.name());
    // Braces in here are SPIRE's own, filled in for each pod.
    let written = |name: &str| object.at(&["spec", name]).and_then(Node::text).map(Value::literal);
    let id = written(id).unwrap_or_default();
    facts.principals.push(Principal {
        platform: Platform::Spiffe,
        key: key.clone(),
        kind: "spiffe-id".to_owned(),
        names: id.known().map(str::to_owned).into_iter().collect(),
        location: object.place(),
    });
    facts.trusts.push(TrustBinding {
        id: format!("{key}/0"),
        platform: Platform::Spiffe,
        principal: key.clone(),
        trusted: "selector".to_owned(),
        issuer: Value::unknown("the trust domain of the server is not in the manifest"),
        subject: subject(object, selectors),
        audiences: None,
        claims: claims(object, selectors),
        settings: SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), written(name)?))).collect(),
        location: object.place(),
    });
    for setting in LIFETIMES {
        let Some(node) = object.at(&["spec", setting]) else { continue };
        facts.sessions.push(SessionPolicy {
            platform: Platform::Spiffe,
            principal: key.clone(),
            setting: (*setting).to_owned(),
            seconds: node.text().and_then(crate::terraform::duration_seconds),
            basis: TtlBasis::Declared,
            location: object.location(node, setting),
        });
    }
}

/// Which workloads get the id: any, if nothing selects.
fn subject(object: Object<'_>, selectors: &[&str]) -> SubjectRule {
    let written: Vec<&str> = selectors.iter().filter(|name| has_content(object.at(&["spec", name]))).copied().collect();
    if written.is_empty() { SubjectRule::Any } else { SubjectRule::Expression(written.join(" and ")) }
}

/// An empty selector (`{}`) selects everything.
fn has_content(node: Option<&Node>) -> bool {
    node.is_some_and(|node| !node.entries().is_empty() || !node.items().is_empty())
}

/// The selectors, one claim for each value.
fn claims(object: Object<'_>, selectors: &[&str]) -> Vec<Claim> {
    let mut found = Vec::new();
    for name in selectors {
        let Some(node) = object.at(&["spec", name]) else { continue };
        node.for_each_scalar(name, &mut |path, value| {
            let text = object.source.text(value).map(|text| text.to_string()).unwrap_or_default();
            let values = vec![Value::Known(text, Basis::Literal)];
            found.push(Claim { name: path.to_owned(), operator: "==".to_owned(), values, set_qualifier: None, if_exists: false });
        });
    }
    found
}
