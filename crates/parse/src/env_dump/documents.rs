//! JSON and YAML that engines and platforms print: what runs (`docker inspect`, an ECS task definition, a Lambda
//! configuration, `fly config show`), or only its variables (`heroku config --json`, `az … appsettings list`, Vercel's API).
//!
//! One decision a reader would question: inside an owner, environments are found by the names of the keys that hold
//! them, not by a path per vendor. The vendors' outputs differ in nesting, and hardly in those names.

use unkeyed_model::{Custody, Facts, StoreKind, Use};

use super::attached;
use super::dump::{Dump, Reading, managed};
use crate::flat::Flat;
use crate::place::{self, Place};
use crate::tree::{Kind, Node};
use crate::{json as json_text, yaml as yaml_text};

/// Keys that hold an environment, in lower case.
pub(super) const ENVIRONMENTS: &[&str] =
    &["env", "envs", "environment", "variables", "environmentvariables", "config_vars", "appsettings", "properties", "vars"];
/// Keys that hold variables whose values come out of a secret manager (ECS "Specifying sensitive data").
pub(super) const SECRETS: &[&str] = &["secrets", "secretenvironmentvariables"];

/// Something that runs.
struct Owner {
    /// Keys in a row that only it has.
    mark: &'static [&'static str],
    /// Where its name stands.
    name: &'static [&'static str],
}

/// `docker inspect` of a container or an image, and of a Swarm service; `crictl inspect`; Lambda; ECS; Cloud Functions; Fly.
const OWNERS: &[Owner] = &[
    Owner { mark: &["Config", "Env"], name: &["Name"] },
    Owner { mark: &["Spec", "TaskTemplate"], name: &["Spec", "Name"] },
    Owner { mark: &["info", "config", "envs"], name: &["status", "metadata", "name"] },
    Owner { mark: &["containerDefinitions"], name: &["family"] },
    Owner { mark: &["FunctionName"], name: &["FunctionName"] },
    Owner { mark: &["serviceConfig", "environmentVariables"], name: &["name"] },
    Owner { mark: &["app"], name: &["app"] },
];

/// Begins like JSON: a section of an INI file is in brackets too.
pub(super) fn is_json(head: &str) -> bool {
    let body = head.trim_start_matches('\u{feff}').trim_start();
    body.starts_with('{') || body.strip_prefix('[').is_some_and(|list| list.trim_start().starts_with(['{', '[', '"', ']']))
}

/// Has a key of one of those outputs at the margin.
pub(super) fn is_yaml(head: &str) -> bool {
    const KEYS: &[&str] = &["containerDefinitions:", "FunctionName:", "FunctionArn:", "environmentVariables:", "- name:", "- slotSetting:"];
    head.lines().any(|line| KEYS.iter().any(|key| line.starts_with(key)))
}

/// Reads JSON.
pub(super) fn json(place: &Place<'_>, facts: &mut Facts) {
    match json_text::parse(place) {
        Ok(root) => document(place, &root, facts),
        Err(skip) => facts.skipped.push(skip),
    }
}

/// Reads YAML.
pub(super) fn yaml(place: &Place<'_>, facts: &mut Facts) {
    let mut documents = yaml_text::parse(place);
    facts.skipped.append(&mut documents.skipped);
    documents.nodes.iter().for_each(|root| document(place, root, facts));
}

fn document(place: &Place<'_>, root: &Node, facts: &mut Facts) {
    if is_environment(root) {
        let mut dump = Dump::new(place, None, root.span);
        environment(place, root, &mut dump);
        return dump.finish(facts);
    }
    owners(place, root, "", facts);
}

/// Finds what runs, and environments that nobody is seen to own.
fn owners(place: &Place<'_>, node: &Node, path: &str, facts: &mut Facts) {
    if let Some(owner) = OWNERS.iter().find(|owner| node.path(owner.mark).is_some()) {
        let name = node.path(owner.name).and_then(Node::text).map(|name| name.trim_start_matches('/'));
        let image = || node.get("RepoTags").map(Node::items).unwrap_or_default().first().and_then(Node::text);
        let mut dump = Dump::new(place, name.or_else(image).or((!path.is_empty()).then_some(path)), node.span);
        below(place, node, &mut dump);
        return dump.finish(facts);
    }
    for (index, item) in node.items().iter().enumerate() {
        owners(place, item, &place::item(path, index), facts);
    }
    for entry in node.entries() {
        let path = place::under(path, entry.name());
        if holds(ENVIRONMENTS, entry.name()) && is_environment(&entry.value) {
            let mut dump = Dump::new(place, Some(&path), entry.span);
            environment(place, &entry.value, &mut dump);
            dump.finish(facts);
        } else {
            owners(place, &entry.value, &path, facts);
        }
    }
}

/// Reads everything that an owner holds.
pub(super) fn below(place: &Place<'_>, node: &Node, dump: &mut Dump<'_>) {
    node.items().iter().for_each(|item| below(place, item, dump));
    for entry in node.entries() {
        let value = &entry.value;
        if holds(ENVIRONMENTS, entry.name()) && is_environment(value) {
            environment(place, value, dump);
        } else if holds(SECRETS, entry.name()) {
            value.items().iter().for_each(|item| secret(place, item, dump));
        } else if entry.name() == "environmentFiles" {
            let files = value.items().iter().filter_map(|file| file.get("value"));
            let elsewhere = files.filter_map(|file| Some((file.text()?, place.at(file.span, "environmentFiles"))));
            dump.workload.references.extend(elsewhere.map(|(name, at)| crate::facts::reference(StoreKind::ForeignDefinition, name, at)));
        } else if let Some(text) = value.text().filter(|_| entry.name() == "credentialsParameter") {
            dump.stored("password", managed("password", text, Custody::VaultStatic, place.at(value.span, entry.name())));
        } else if let Some(text) = value.text() {
            if entry.name().eq_ignore_ascii_case("image") && !text.is_empty() && !text.starts_with("sha256:") {
                dump.workload.uses.push((Use::Image, text.to_owned()));
            }
            dump.workload.identity_paths.extend(attached::identity(entry.name(), text, place.at(value.span, entry.name())));
        } else {
            below(place, value, dump);
        }
    }
}

fn holds(keys: &[&str], key: &str) -> bool {
    keys.iter().any(|known| known.eq_ignore_ascii_case(key))
}

/// A mapping of names to plain values, a list of `NAME=value`, or a list of names with values.
fn is_environment(node: &Node) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte))
    };
    match &node.kind {
        Kind::Map(entries) => !entries.is_empty() && entries.iter().all(|entry| entry.value.text().is_some() && is_name(entry.name())),
        Kind::Seq(items) => {
            let assigns = |item: &Node| item.text().and_then(|text| text.split_once('=')).is_some_and(|(name, _)| is_name(name));
            let is_pair = |item: &Node| pair(item).is_some_and(|(name, _)| is_name(name));
            !items.is_empty() && (items.iter().all(assigns) || items.iter().all(is_pair))
        }
        Kind::Scalar(..) => false,
    }
}

/// The name and the value of an object that stands for a variable.
fn pair(node: &Node) -> Option<(&str, &Node)> {
    let name = ["name", "key", "Name", "Key"].iter().find_map(|key| node.str(key))?;
    let value = ["value", "Value"].iter().find_map(|key| node.get(key))?;
    Some((name, value))
}

fn environment(place: &Place<'_>, node: &Node, dump: &mut Dump<'_>) {
    for entry in node.entries() {
        variable(place, entry.name(), &entry.value, dump);
    }
    for item in node.items() {
        if let Some((name, value)) = pair(item) {
            // Vercel's API returns what it keeps encrypted as it is stored, unless it was asked to decrypt.
            let is_kept = matches!(item.str("type"), Some("encrypted" | "secret" | "sensitive")) && item.str("decrypted") != Some("true");
            if is_kept { dump.hidden(name, value.span) } else { variable(place, name, value, dump) }
        } else if let Some((name, value)) = item.text().and_then(|text| text.split_once('=')) {
            let start = name.len() + 1;
            let span = Flat::new(place, item).span(start..start + value.len());
            dump.set_text(name, value, span, Reading::Literal);
        }
    }
}

fn variable(place: &Place<'_>, name: &str, value: &Node, dump: &mut Dump<'_>) {
    match value.text() {
        Some(text) if value.is_null() || is_filled_in(text) => dump.hidden(name, value.span),
        Some(text) => dump.set_text(name, text, Flat::new(place, value).span(0..text.len()), Reading::Literal),
        None => {}
    }
}

/// A text that whoever deploys replaces as a whole: `${X}`, `{{ x }}`, `<X>`.
fn is_filled_in(text: &str) -> bool {
    let inner = |open: &str, close: &str| text.trim().strip_prefix(open)?.strip_suffix(close);
    let name = inner("${", "}").or_else(|| inner("{{", "}}")).or_else(|| inner("<", ">")).map(str::trim);
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)))
}

/// `{"name": …, "valueFrom": "arn:…"}`, or a reference to a secret of Google Secret Manager.
fn secret(place: &Place<'_>, item: &Node, dump: &mut Dump<'_>) {
    let name = item.str("name").or_else(|| item.str("key"));
    let kept = item.get("valueFrom").or_else(|| item.get("secret"));
    if let (Some(name), Some(kept)) = (name, kept)
        && let Some(text) = kept.text()
    {
        let location = place.at(kept.span, name);
        dump.stored(name, managed(name, text, Custody::VaultStatic, location));
    }
}
