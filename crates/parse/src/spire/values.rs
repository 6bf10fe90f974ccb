//! Values of SPIRE's Helm charts (spiffe/helm-charts-hardened): identities that the controller manager makes, and how long
//! the server's certificates and tokens live.
//!
//! The decision a reader would question: only what a file of values says is judged, with the chart's own answer where an
//! identity that is mentioned leaves something out; a chart that is used as it comes says nothing here.

use unkeyed_model::{Claim, Facts, Platform, SessionPolicy, SubjectRule, TtlBasis, Unit, Value, Workload, WorkloadKind};

use super::Entry;
use crate::place::{self, Place};
use crate::terraform::duration_seconds;
use crate::tree::{Kind, Node};
use crate::yaml;

/// What tells such a file: the section of identities, or the server's lifetimes beside its chart's name.
const WORDS: [&[&str]; 3] =
    [&["controllerManager:", "clusterSPIFFEIDs:"], &["spire-server:", "SvidTTL:"], &["spire-server:", "nodeAttestor:"]];

/// The chart's name for the server, in charts that hold several.
const SERVERS: [&str; 3] = ["spire-server", "root-spire-server", "internal-spire-server"];

/// Lifetimes of the server as the chart calls them, and as its configuration file does.
const LIFETIMES: [(&str, &str); 3] =
    [("caTTL", "ca_ttl"), ("defaultX509SvidTTL", "default_x509_svid_ttl"), ("defaultJwtSvidTTL", "default_jwt_svid_ttl")];

/// Settings of an identity, as the custom resource calls them too.
const SETTINGS: [&str; 4] = ["spiffeIDTemplate", "admin", "downstream", "fallback"];

const SELECTORS: [&str; 3] = ["podSelector", "namespaceSelector", "workloadSelectorTemplates"];

/// Files of values that say something of SPIRE.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let is_yaml = [".yaml", ".yml"].iter().any(|ending| origin.file_name().ends_with(ending));
    let told = || WORDS.iter().any(|words| words.iter().all(|word| super::holds(unit, word)) && !super::holds(unit, "\nkind:"));
    (is_yaml && told()).then(|| origin.path.clone())
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    place::each(units, |place, facts| {
        let mut documents = yaml::parse(place);
        facts.skipped.append(&mut documents.skipped);
        for root in &documents.nodes {
            let own = root.get("controllerManager").is_some().then_some(root);
            let named = SERVERS.iter().filter_map(|name| root.get(name));
            for server in own.into_iter().chain(named) {
                values(place, server, facts);
            }
        }
    })
}

fn values(place: &Place<'_>, server: &Node, facts: &mut Facts) {
    for (written, setting) in LIFETIMES {
        let Some(node) = server.get(written) else { continue };
        facts.sessions.push(SessionPolicy {
            platform: Platform::Spiffe,
            principal: format!("spiffe:values/{}", place.path()),
            setting: setting.to_owned(),
            seconds: node.text().and_then(duration_seconds),
            basis: TtlBasis::Declared,
            location: place.at(node.span, written),
        });
    }
    // The chart's other attestors prove where a node runs.
    if let Some(enabled) = server.path(&["nodeAttestor", "joinToken", "enabled"]).filter(|enabled| enabled.is_true()) {
        let at = place.at(enabled.span, "nodeAttestor.joinToken.enabled");
        let id = format!("spire:values/{}", place.path());
        let mut workload = Workload::new(WorkloadKind::Spire, id, "spire-server", at.clone());
        workload.component = true;
        workload.traits.push(("node-attestor".to_owned(), "join_token".to_owned(), at));
        facts.workloads.push(workload);
    }
    let identities = server.get("controllerManager").and_then(|manager| manager.get("identities")?.get("clusterSPIFFEIDs"));
    for entry in identities.map(Node::entries).unwrap_or_default() {
        let (name, identity) = (entry.name(), &entry.value);
        // Types of their own are the chart's components, for which it selects by itself.
        let is_own = identity.str("type").is_none_or(|kind| kind == "base") && matches!(identity.kind, Kind::Map(_));
        if is_own && identity.str("enabled") != Some("false") {
            identities_of(place, name, identity, facts);
        }
    }
}

fn identities_of(place: &Place<'_>, name: &str, identity: &Node, facts: &mut Facts) {
    let mut settings: Vec<(String, Value)> =
        SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), Value::literal(identity.get(name)?.text()?)))).collect();
    // The chart's own identity is for pods that no other one is for.
    if name == "default" && identity.get("fallback").is_none() {
        settings.push(("fallback".to_owned(), Value::literal("true")));
    }
    let federated = identity.get("federatesWith").map(Node::items).unwrap_or_default();
    settings.extend(federated.iter().filter_map(Node::text).map(|other| ("federatesWith".to_owned(), Value::literal(other))));
    let mut claims = Vec::new();
    for selector in SELECTORS {
        let Some(node) = identity.get(selector) else { continue };
        node.for_each_scalar(selector, &mut |path, value| {
            let values = value.text().map(Value::literal).into_iter().collect();
            claims.push(Claim { name: path.to_owned(), operator: "==".to_owned(), values, set_qualifier: None, if_exists: false });
        });
    }
    let written: Vec<&str> = SELECTORS.into_iter().filter(|name| claims.iter().any(|claim| claim.name.starts_with(name))).collect();
    let lifetime = |(written, setting): (&str, &str)| {
        let node = identity.get(written).filter(|node| node.text() != Some(""))?;
        Some((setting.to_owned(), node.text().and_then(duration_seconds), place.at(node.span, written)))
    };
    let entry = Entry {
        key: format!("spiffe:values/{}#{name}", place.path()),
        id: identity.get("spiffeIDTemplate").and_then(Node::text).map(Value::literal).unwrap_or_default(),
        subject: if written.is_empty() { SubjectRule::Any } else { SubjectRule::Expression(written.join(" and ")) },
        claims,
        settings,
        lifetimes: [("ttl", "ttl"), ("jwtTTL", "jwtTtl")].into_iter().filter_map(lifetime).collect(),
        location: place.at(identity.span, name),
    };
    entry.emit(facts);
}
