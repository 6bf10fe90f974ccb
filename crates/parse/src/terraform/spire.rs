//! SPIRE's server and agent, and spiffe-helper: who issues identities, and what they are given to begin with.
//!
//! As in SPIRE's docs, "SPIRE Server Configuration Reference", "SPIRE Agent Configuration Reference", and spiffe-helper's
//! README. The language is an older form of Terraform's that reads the same for what these files hold.

use hcl_edit::Span as _;
use unkeyed_model::{Facts, Platform, Role, SessionPolicy, Span, TtlBasis, Workload};

use super::files::File;
use super::module::{Module, Section};
use super::secrets::Reader;
use super::{resource, settings};
use crate::evaluated::{Kind, Leaf};
use crate::facts;
use crate::place::Place;

/// Settings that say how long what is issued lives.
const LIFETIMES: &[&str] = &["default_x509_svid_ttl", "default_svid_ttl", "default_jwt_svid_ttl", "ca_ttl"];

/// Words that only these files hold: server and agent, helper.
const MARKERS: &[&[&str]] = &[
    &["trust_domain", "plugins"],
    &["trust_domain", "NodeAttestor"],
    &["trust_domain", "svid_ttl"],
    &["trust_domain", "ca_ttl"],
    &["trust_domain", "federates_with"],
    &["agent_address", "cert_dir"],
    &["agent_address", "jwt_svids"],
];

/// Whether the text is such a configuration.
pub(crate) fn is_one(head: &str) -> bool {
    MARKERS.iter().any(|words| words.iter().all(|word| head.contains(word))) && !head.contains("apiVersion")
}

/// Emits the workloads of a folder's files: server, agent, helper.
pub(super) fn read(module: &Module<'_>, files: &[File<'_>], facts: &mut Facts) {
    for (index, file) in files.iter().enumerate() {
        let path = file.place.path();
        let sections = module.others.iter().filter(|section| section.file == index);
        let names: Vec<&str> = sections.clone().map(|section| section.block.ident.as_str()).collect();
        let name = ["server", "agent"].into_iter().find(|name| names.contains(name)).unwrap_or("helper");
        let mut workload = Workload::new(module.kind, format!("spire:{path}#{name}"), name, file.place.whole());
        workload.extents.push(file.place.bare(Span::new(0, file.place.text().len())));
        let key = workload.id.clone();
        for section in sections {
            values(module, *section, &mut workload, facts);
            lifetimes(module, *section, &key, facts);
        }
        let locate = |range: std::ops::Range<usize>, path: &str| file.place.at(Span::new(range.start, range.end), path);
        crate::spire::configuration::read(&file.body, &locate, &mut workload, facts);
        if name == "helper" {
            helper(file, &mut workload);
        }
        facts.workloads.push(workload);
    }
}

fn values(module: &Module<'_>, section: Section<'_>, workload: &mut Workload, facts: &mut Facts) {
    let address = section.block.ident.as_str();
    let reader = Reader { module, address, destination: None, fetches: false };
    for leaf in settings::leaves(module, section).into_iter().filter(|leaf| !names_database_file(leaf)) {
        let before = facts.slots.len();
        workload.references.append(&mut reader.read(&leaf, facts));
        // A join token opens the door to an identity once.
        if leaf.name == "join_token" {
            facts.slots[before..].iter_mut().for_each(|slot| slot.role = Role::Bootstrap);
        }
        if let (true, Kind::Text(text, _), Some(at)) = (names_key(&leaf.name), &leaf.val.kind, leaf.val.at) {
            let location = module.location(at, &format!("{address}.{}", leaf.path));
            let reference = facts::received_by(facts::reference(unkeyed_model::StoreKind::File, text, location), &leaf.name);
            workload.references.push(unkeyed_model::Reference {
                content: unkeyed_model::Content::Durable,
                role: Role::Signing,
                ..reference
            });
        }
    }
}

/// SQLite needs no credential (SPIRE's docs, "Server plugin: DataStore "sql"").
fn names_database_file(leaf: &Leaf) -> bool {
    let is_file = |text: &str| [".sqlite3", ".sqlite", ".db"].iter().any(|ending| text.ends_with(ending)) && !text.contains(['@', ' ']);
    leaf.name == "connection_string" && matches!(&leaf.val.kind, Kind::Text(text, _) if is_file(text))
}

/// Files of private keys that plugins are given (`UpstreamAuthority "disk"`, `NodeAttestor "x509pop"`).
fn names_key(name: &str) -> bool {
    matches!(name, "key_file_path" | "private_key_path" | "client_key_path")
}

fn lifetimes(module: &Module<'_>, section: Section<'_>, key: &str, facts: &mut Facts) {
    for setting in LIFETIMES {
        let Some(text) = module.text(section, setting) else { continue };
        facts.sessions.push(SessionPolicy {
            platform: Platform::Spiffe,
            principal: key.to_owned(),
            setting: (*setting).to_owned(),
            seconds: resource::seconds(&text),
            basis: TtlBasis::Declared,
            location: module.attribute_location(section, section.block.ident.as_str(), setting),
        });
    }
}

/// spiffe-helper fetches SVIDs through the agent's socket and writes them where it is told.
fn helper(file: &File<'_>, workload: &mut Workload) {
    let at = |name: &str| {
        file.body
            .get_attribute(name)
            .and_then(|attribute| attribute.span())
            .map(|span| file.place.at(Span::new(span.start, span.end), name))
    };
    if let Some(location) = at("agent_address") {
        workload.identity_paths.push(crate::systemd::attested("spiffe-helper", location));
    }
    if let Some((audiences, range)) = widest_audiences(&file.body) {
        workload.traits.push(("audiences".to_owned(), audiences, file.place.at(Span::new(range.start, range.end), "jwt_svids")));
    }
    for name in ["cert_dir", "key_file_mode", "svid_key_file_name"] {
        let value = file.body.get_attribute(name).map(|attribute| written(&file.place, attribute));
        if let (Some(value), Some(location)) = (value, at(name)) {
            workload.traits.push((name.to_owned(), value, location));
        }
    }
}

/// The audiences of the first token that is fetched for several parties.
pub(crate) fn widest_audiences(body: &hcl_edit::structure::Body) -> Option<(String, std::ops::Range<usize>)> {
    let tokens = body.get_attribute("jwt_svids")?;
    let text = |value: &hcl_edit::expr::Expression| value.as_str().map(str::to_owned);
    tokens.value.as_array()?.iter().filter_map(hcl_edit::expr::Expression::as_object).find_map(|token| {
        let of =
            |wanted: &str| token.iter().find(|(key, _)| key.as_ident().is_some_and(|name| name.as_str() == wanted)).map(|(_, v)| v.expr());
        let mut audiences: Vec<String> = of("jwt_audience").and_then(text).into_iter().collect();
        audiences.extend(of("jwt_extra_audiences")?.as_array()?.iter().filter_map(text));
        (audiences.len() > 1).then(|| (audiences.join(", "), tokens.span().unwrap_or_default()))
    })
}

fn written(place: &Place<'_>, attribute: &hcl_edit::structure::Attribute) -> String {
    let span = attribute.value.span().unwrap_or_default();
    place.slice(Span::new(span.start, span.end)).trim_matches('"').to_owned()
}
