//! Compose files: one workload per service.
//!
//! Interpolated variables are references to the environment of whoever starts the stack; a default written beside one
//! is a literal. Fragments drawn in by anchors keep their own place and are added to the service's extents.
//!
//! What compose itself reads beside a file (`compose.override.yaml`) adds to the services of that file. The decision a reader would
//! question: a file that only `-f` draws in (`compose.prod.yaml`) is judged by itself, because nothing says with which it runs.

mod named;
use std::collections::BTreeMap;

use unkeyed_model::{
    Content, Custody, Facts, IdentityKind, IdentityPath, ImageBuild, Platform, Reach, Reference, Span, StoreKind, Unit, Use, Value,
    Workload, WorkloadKind,
};

use crate::commands::repository;
use crate::environment::{self, Variable};
use crate::facts;
use crate::flat::Flat;
use crate::host_files;
use crate::interpolation::{interpolations, is_reference};
use crate::place::{self, Place};
use crate::scripts;
use crate::tree::{Entry, Node};
use crate::weak_literal;
use crate::yaml;

/// Longest chain of services that extend each other.
const MAX_EXTENDS: usize = 8;

/// `compose*.yml`, `docker-compose*.yml` and the like.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"))?;
    let is_compose = ["compose", "docker-compose", "podman-compose", "docker-stack"].iter().any(|base| {
        stem.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || stem.ends_with(&format!(".{base}"))
    });
    let is_default = FILES.contains(&name) || is_override(name);
    (is_compose || holds_services(unit.bytes())).then(|| match is_default {
        true => place::beside(unit.origin().folder(), FILES[0]),
        false => unit.origin().path.clone(),
    })
}

/// The files of which compose reads the first (Compose file reference, "Compose application model").
const FILES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Whether compose adds the file to the one that it reads.
fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    matches!(stem, Some("compose.override" | "docker-compose.override"))
}

/// Whether a file of another name has compose's form: a mapping of services, with images or builds.
fn holds_services(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let mut lines = head.split(|&byte| byte == b'\n').skip_while(|line| line.trim_ascii_end() != b"services:").skip(1);
    let first = lines.find(|line| !line.trim_ascii().is_empty() && !line.trim_ascii_start().starts_with(b"#"));
    let names_one =
        first.is_some_and(|line| line.starts_with(b" ") && !line.trim_ascii().starts_with(b"-") && line.trim_ascii().ends_with(b":"));
    names_one && !holds(b"apiVersion") && (holds(b" image:") || holds(b" build:"))
}

/// Reads one compose file, with what overrides it.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    let named = |wanted: &&str| units.iter().find(|unit| unit.origin().file_name() == *wanted);
    let base = FILES.iter().find_map(named).map(|unit| unit.origin().path.clone());
    let mut facts = Facts::default();
    let (over, own): (Vec<_>, Vec<_>) = units.iter().partition(|unit| is_override(unit.origin().file_name()));
    for unit in own.into_iter().chain(over) {
        match Place::new(unit) {
            Ok(place) => file(&place, base.as_deref().filter(|_| is_override(unit.origin().file_name())), &mut facts),
            Err(skip) => facts.skipped.push(skip),
        }
    }
    facts
}

/// `base`: the file whose services this one adds to.
fn file(place: &Place<'_>, base: Option<&str>, facts: &mut Facts) {
    let mut documents = yaml::parse(place);
    facts.skipped.append(&mut documents.skipped);
    for root in &documents.nodes {
        let secrets: BTreeMap<&str, &Node> =
            root.get("secrets").into_iter().flat_map(Node::entries).map(|entry| (entry.name(), &entry.value)).collect();
        let Some(services) = root.get("services") else { continue };
        for entry in services.entries() {
            let mut service = Service::new(place, services, &secrets, entry);
            if let Some(base) = base {
                service.workload.id = format!("compose:{base}#{}", entry.name());
            }
            service.read();
            facts.slots.append(&mut service.slots);
            facts.declarations.append(&mut service.declarations);
            facts.workloads.push(service.workload);
        }
    }
}

struct Service<'a, 'n> {
    place: &'a Place<'a>,
    /// The file's services.
    services: &'n Node,
    /// Definitions of the file's secrets.
    secrets: &'n BTreeMap<&'n str, &'n Node>,
    node: &'n Node,
    path: String,
    extent: Span,
    workload: Workload,
    slots: Vec<unkeyed_model::Slot>,
    declarations: Vec<unkeyed_model::Declaration>,
    variables: Vec<Variable>,
}

impl<'a, 'n> Service<'a, 'n> {
    fn new(place: &'a Place<'a>, services: &'n Node, secrets: &'n BTreeMap<&'n str, &'n Node>, entry: &'n Entry) -> Self {
        let path = place::under("services", entry.name());
        let location = place.at(entry.span, path.clone());
        let id = format!("compose:{}#{}", place.path(), entry.name());
        let mut workload = Workload::new(WorkloadKind::Compose, id, entry.name(), location.clone());
        workload.extents.push(location);
        let (slots, declarations, variables) = (Vec::new(), Vec::new(), Vec::new());
        Self { place, services, secrets, node: &entry.value, path, extent: entry.span, workload, slots, declarations, variables }
    }

    fn read(&mut self) {
        let chain = self.extended();
        for (node, path) in chain {
            (self.node, self.path) = (node, path);
            self.definition();
        }
        self.workload.identity_paths.extend(environment::identity_paths(&self.variables));
        self.labels();
    }

    /// The services of this file that it extends, those first that others extend, and its own definition.
    fn extended(&self) -> Vec<(&'n Node, String)> {
        let mut chain = vec![(self.node, self.path.clone())];
        while let Some(extends) = chain.last().and_then(|(node, _)| node.get("extends")).filter(|_| chain.len() < MAX_EXTENDS) {
            // A service of another file is read with that file.
            let name = extends.text().or_else(|| extends.str("service")).filter(|_| extends.get("file").is_none());
            let Some(base) = name.and_then(|name| self.services.get(name)) else { break };
            chain.push((base, place::under("services", name.unwrap_or_default())));
        }
        chain.reverse();
        chain
    }

    fn definition(&mut self) {
        let node = self.node;
        if let Some(environment) = node.get("environment") {
            self.assignments(environment, "environment");
        }
        if let Some(build) = node.get("build") {
            self.build(build);
        }
        for entry in node.get("env_file").into_iter().flat_map(Node::one_or_many) {
            if let Some(file) = entry.text().or_else(|| entry.str("path")) {
                let file = host_files::relative(self.place.path(), file);
                self.workload.uses.push((Use::File, file.clone()));
                // A file that isn't in the inputs may set anything.
                let at = self.place.at(entry.span, place::under(&self.path, "env_file"));
                self.workload.references.push(facts::environment(StoreKind::File, file, at));
            }
        }
        if let Some(image) = node.str("image") {
            self.workload.uses.push((Use::Image, image.to_owned()));
        }
        for key in ["command", "entrypoint"] {
            for item in node.get(key).into_iter().flat_map(Node::one_or_many) {
                self.interpolated(item, &place::under(&self.path, key), None);
            }
        }
        let own = ["entrypoint", "command"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::one_or_many).collect::<Vec<_>>();
        let health = node.path(&["healthcheck", "test"]).map(Node::one_or_many).unwrap_or_default().iter().collect();
        for (key, words) in [("command", own), ("healthcheck.test", health)] {
            let path = place::under(&self.path, key);
            scripts::command(self.place, &words, &path, &mut self.workload);
            self.slots.append(&mut scripts::secrets(self.place, &words, &path));
            // A variable whose name tells nothing is told by the option that takes it.
            for used in scripts::mentions(self.place, &words).into_iter().filter(|used| used.receiver.is_credential()) {
                if !facts::may_hold_credential(&used.name) {
                    let named = used.receiver.used_as.as_deref().filter(|name| facts::may_hold_credential(name));
                    let receiver = named.unwrap_or("password");
                    self.workload.references.extend(facts::environment_reference(&used.name, receiver, used.at));
                }
            }
        }
        self.secrets();
        self.volumes();
        self.workload.uses.extend(named::files(self.place.path(), self.node));
    }

    /// A mapping or a list of `NAME=value`.
    fn assignments(&mut self, node: &'n Node, key: &str) {
        let path = place::under(&self.path, key);
        for entry in node.entries() {
            let path = place::under(&path, entry.name());
            if entry.value.is_null() {
                self.passed_through(entry.name(), entry.key.span, &path);
            } else {
                self.assigned(entry.name(), &entry.value, 0, &path);
            }
        }
        for (index, item) in node.items().iter().enumerate() {
            let path = place::item(&path, index);
            match item.text().and_then(|text| text.split_once('=')) {
                Some((name, _)) => self.assigned(name, item, name.len() + 1, &path),
                None => self.passed_through(item.text().unwrap_or_default(), item.span, &path),
            }
        }
    }

    /// `NAME` alone takes its value from whoever starts the stack.
    fn passed_through(&mut self, name: &str, span: Span, path: &str) {
        if name.is_empty() {
            return;
        }
        let location = self.place.at(span, path);
        self.variables.push(Variable {
            name: name.to_owned(),
            value: Value::unknown(format!("`{name}` is set by whoever starts it")),
            location: location.clone(),
        });
        self.workload.references.extend(facts::environment_reference(name, name, location));
    }

    /// A value that starts at byte `from` of the node's text.
    fn assigned(&mut self, name: &str, node: &'n Node, from: usize, path: &str) {
        let flat = Flat::new(self.place, node);
        let range = unquoted(flat.text, from);
        let Some(text) = flat.text.get(range.clone()) else { return };
        let location = self.place.at(flat.span(range), path);
        let found = interpolations(text);
        let value = if found.is_empty() {
            Value::literal(text)
        } else {
            Value::unknown(format!("`{}` is set by whoever starts it", found[0].name))
        };
        self.variables.push(Variable { name: name.to_owned(), value, location: location.clone() });
        self.own_extent(node);
        if let Some(reference) = facts::told_where(name, text, &location) {
            self.workload.references.push(reference);
        } else if found.is_empty() {
            if facts::is_credential_variable(name) && !text.trim().is_empty() && !text.starts_with("/run/secrets/") {
                self.declarations.extend(weak_literal::declared(name, text, &location));
                self.slots.push(facts::slot(name, location));
            } else {
                self.declarations.extend(weak_literal::in_address(name, text, &location));
            }
        } else {
            self.interpolated_from(&flat, from, path, Some(name));
        }
    }

    fn interpolated(&mut self, node: &'n Node, path: &str, used_as: Option<&str>) {
        let flat = Flat::new(self.place, node);
        self.interpolated_from(&flat, 0, path, used_as);
    }

    /// References to variables in a text, and the literals they fall back to.
    fn interpolated_from(&mut self, flat: &Flat<'_>, from: usize, path: &str, used_as: Option<&str>) {
        for found in interpolations(&flat.text[from..]) {
            let at = self.place.at(flat.span(from + found.range.start..from + found.range.end), path);
            let receiver = used_as.unwrap_or(&found.name);
            self.workload.references.extend(facts::environment_reference(&found.name, receiver, at));
            let Some(default) = found.default else { continue };
            let text = &flat.text[from + default.start..from + default.end];
            let credential = facts::is_credential_variable(&found.name) || used_as.is_some_and(facts::is_credential_variable);
            if credential && !text.is_empty() && !is_reference(text) {
                let at = self.place.at(flat.span(from + default.start..from + default.end), path);
                self.slots.push(facts::slot(&found.name, at));
            }
        }
    }

    /// A value drawn in from a fragment outside the service belongs to the service as well.
    fn own_extent(&mut self, node: &Node) {
        if !self.extent.contains(node.span) {
            self.workload.extents.push(self.place.at(node.span, self.path.clone()));
        }
    }

    fn build(&mut self, build: &'n Node) {
        let context = build.text().or_else(|| build.str("context")).unwrap_or(".");
        if !context.contains("://") {
            let file = build.str("dockerfile").unwrap_or("Dockerfile");
            let dockerfile = host_files::relative(self.place.path(), &format!("{context}/{file}"));
            if let Some(image) = self.node.str("image") {
                let location = self.place.at(build.span, place::under(&self.path, "build"));
                let image = repository(image).to_owned();
                self.workload.builds.push(ImageBuild { image, dockerfile: dockerfile.clone(), location });
            }
            self.workload.uses.push((Use::File, dockerfile));
        }
        let inner = place::under(&self.path, "build");
        let outer = std::mem::replace(&mut self.path, inner);
        if let Some(args) = build.get("args") {
            self.assignments(args, "args");
        }
        for item in build.get("secrets").into_iter().flat_map(Node::one_or_many) {
            let Some(name) = item.text().or_else(|| item.str("source")) else { continue };
            let mut reference =
                facts::reference(StoreKind::BuildSecret, name, self.place.at(item.span, place::under(&self.path, "secrets")));
            reference.custody = Custody::RuntimeMinted;
            self.workload.references.push(reference);
        }
        self.path = outer;
    }

    /// Secrets the service is given: files in the repository are drawn in, everything else is kept by the platform.
    fn secrets(&mut self) {
        let path = place::under(&self.path, "secrets");
        for (index, item) in self.node.get("secrets").into_iter().flat_map(Node::one_or_many).enumerate() {
            let Some(name) = item.text().or_else(|| item.str("source")) else { continue };
            let definition = self.secrets.get(name);
            if let Some(file) = definition.and_then(|definition| definition.str("file")) {
                self.workload.uses.push((Use::File, host_files::relative(self.place.path(), file)));
            }
            let stored = definition.and_then(|definition| definition.str("name").or_else(|| definition.str("environment"))).unwrap_or(name);
            self.workload.references.push(Reference {
                content: Content::Durable,
                used_as: Some(item.str("target").unwrap_or(name).to_owned()),
                key: (stored != name).then(|| stored.to_owned()),
                ..facts::reference(StoreKind::ComposeSecret, name, self.place.at(item.span, place::item(&path, index)))
            });
        }
    }

    /// Host files that hold credentials, and sockets that hand out identities.
    fn volumes(&mut self) {
        let path = place::under(&self.path, "volumes");
        for (index, item) in self.node.get("volumes").into_iter().flat_map(Node::items).enumerate() {
            let text = item.text().unwrap_or_default();
            let source = item.str("source").unwrap_or_else(|| text.split(':').next().unwrap_or_default());
            let target = item.str("target").or_else(|| text.split(':').nth(1));
            let location = self.place.at(item.span, place::item(&path, index));
            if source.contains("spire") && (source.contains("agent") || source.contains("/run/spire")) {
                self.workload.identity_paths.push(IdentityPath {
                    kind: IdentityKind::Attested,
                    platform: Platform::Spiffe,
                    mechanism: "SPIFFE Workload API socket".into(),
                    reach: Reach::Destination,
                    destination: unkeyed_model::Destination::new("unknown", ""),
                    principal: Value::unknown("the registration entry is not in this file"),
                    tokens: Vec::new(),
                    ttl: None,
                    capability: Some(location),
                    consumer: None,
                    platform_bound: None,
                });
            } else if named::is_path(source) {
                // A file of the inputs is the service's as well, whatever else it defines.
                let is_file = source.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'));
                if source.starts_with('.') && is_file {
                    self.workload.uses.push((Use::File, host_files::relative(self.place.path(), source)));
                }
                self.workload.references.extend(host_files::mounted(source, target, location));
            }
        }
    }

    fn labels(&mut self) {
        let owner = self.node.get("labels").and_then(|labels| ["owner", "team"].iter().find_map(|key| labels.str(key)));
        self.workload.owner = owner.map(str::to_owned);
    }
}

/// The value that starts at byte `from`, without quotes around all of it: in `- NAME="value"` they are part of the value as
/// Compose hands it on, and none of what was meant.
fn unquoted(text: &str, from: usize) -> std::ops::Range<usize> {
    let value = text.get(from..).unwrap_or_default();
    let is_quoted = value.len() > 1 && ['"', '\''].iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote));
    if is_quoted { from + 1..text.len() - 1 } else { from..text.len() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use crate::testing::read;

    #[test]
    fn quotes_in_a_list_are_no_part_of_the_value() {
        let text = "services:\n  api:\n    image: api\n    environment:\n      - API_TOKEN=\"<your token>\"\n      - DB_PASSWORD='${DB:-x}'\n      - OTHER_TOKEN=\"\n";
        let facts = read(&[Unit::new(Arc::new(Origin { path: "compose.yml".into(), ..Origin::default() }), text.as_bytes())]);
        let slots: Vec<&str> =
            facts.slots.iter().map(|slot| &text[slot.location.region.span.start..slot.location.region.span.end]).collect();
        assert_eq!(slots, ["<your token>", "x", "\""]);
    }
}
