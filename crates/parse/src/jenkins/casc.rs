//! Configuration as code: credentials that a controller is set up with.
//!
//! Jenkins documentation, "Configuration as Code: handling secrets". `${X}` comes from the controller's environment or
//! secret source; `{…}` is encrypted with the controller's key.

use unkeyed_model::{
    Content, Custody, Declaration, Facts, Lifetime, Location, Reference, Role, StoreKind, StoredSecret, Workload, WorkloadKind,
};

use crate::facts as shared;
use crate::flat::Flat;
use crate::interpolation::interpolations;
use crate::place::Place;
use crate::tree::Node;
use crate::yaml;

/// Keys whose value is a secret, in lower case.
const SECRETS: &[&str] = &[
    "password",
    "secret",
    "privatekey",
    "passphrase",
    "secretkey",
    "apitoken",
    "token",
    "secretid",
    "bindpassword",
    "managerpasswordsecret",
    "clientsecret",
    "secretbytes",
    "accesstoken",
    "keystorepassword",
];

/// Reads a configuration file.
pub(super) fn read(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    for root in &documents.nodes {
        let location = place.at(root.span, "");
        let mut workload =
            Workload::new(WorkloadKind::Jenkins, format!("jenkins:{}#controller", place.path()), "controller", location.clone());
        workload.extents.push(location);
        let domains = root.path(&["credentials", "system", "domainCredentials"]);
        for entry in domains.into_iter().flat_map(Node::items).filter_map(|domain| domain.get("credentials")).flat_map(Node::items) {
            for kind in entry.entries() {
                stored(&kind.value, place.at(kind.span, kind.name()), facts);
            }
        }
        root.for_each_scalar("", &mut |path, node| secret(place, path, node, &mut workload, facts));
        facts.workloads.push(workload);
    }
}

/// A credential that Jenkinsfiles use by its id.
fn stored(node: &Node, extent: Location, facts: &mut Facts) {
    let Some(name) = node.str("id") else { return };
    let encrypted = node.entries().iter().any(|entry| entry.value.text().is_some_and(is_encrypted));
    let elsewhere = node.entries().iter().any(|entry| entry.value.text().is_some_and(|text| !interpolations(text).is_empty()));
    let custody = match (encrypted, elsewhere) {
        (true, _) => Custody::EncryptedAtRest,
        (false, true) => Custody::PlatformStored,
        (false, false) => Custody::Embedded,
    };
    facts.stored.push(StoredSecret {
        store: StoreKind::JenkinsCredential,
        name: name.to_owned(),
        namespace: None,
        custody,
        extent,
        component: None,
    });
}

fn is_encrypted(text: &str) -> bool {
    text.starts_with("{AQ") && text.ends_with('}')
}

fn secret(place: &Place<'_>, path: &str, node: &Node, workload: &mut Workload, facts: &mut Facts) {
    let name = path.rsplit('.').next().unwrap_or_default();
    let text = node.text().unwrap_or_default();
    if !SECRETS.contains(&name.to_ascii_lowercase().as_str()) || text.trim().is_empty() {
        return;
    }
    let found = interpolations(text);
    let at = place.at(node.span, path);
    if is_encrypted(text) {
        facts.declarations.push(Declaration {
            kind: "jenkins.credential".to_owned(),
            name: path.to_owned(),
            custody: Custody::EncryptedAtRest,
            role: Role::Access,
            lifetime: Lifetime::default(),
            destination: None,
            principal: None,
            location: at,
        });
    } else if found.is_empty() {
        facts.slots.push(shared::slot(name, at));
    }
    let flat = Flat::new(place, node);
    for variable in found {
        let at = place.at(flat.span(variable.range), path);
        let reference = shared::reference(StoreKind::CiVariable, variable.name, at);
        workload.references.push(Reference { content: Content::Durable, used_as: Some(name.to_owned()), ..reference });
    }
}
