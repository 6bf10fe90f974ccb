//! One MCP server entry.

use unkeyed_model::{Destination, Facts, Use, Workload, WorkloadKind};

use super::shape::Server;
use super::values::{Collector, Receiver};
use crate::credential_name;
use crate::environment;
use crate::facts;
use crate::flat::Flat;
use crate::host_files;
use crate::place::{self, Place};
use crate::scripts;
use crate::shell;
use crate::tree::Node;

/// Names of the same field in the clients' formats.
const ENVIRONMENT: &[&str] = &["env", "environment", "envs"];
const HEADERS: &[&str] = &["headers", "http_headers"];
const ADDRESSES: &[&str] = &["url", "serverUrl", "httpUrl", "uri", "endpoint"];
const ARGUMENTS: &[&str] = &["args", "arguments", "command", "cmd"];
const APPROVALS: &[&str] = &["autoApprove", "alwaysAllow", "auto_approve", "always_allow", "trust"];

/// Reads a server entry.
pub(super) fn read(place: &Place<'_>, server: &Server<'_>, facts: &mut Facts) {
    let location = server.location(place);
    let mut workload =
        Workload::new(WorkloadKind::Mcp, format!("mcp:{}#{}", place.path(), server.name), server.name.as_str(), location.clone());
    workload.extents.push(location);
    let mut found = Collector { place, workload, slots: Vec::new(), variables: Vec::new(), destination: None };
    address(&mut found, server);
    if let Some((name, node)) = server.field(ENVIRONMENT) {
        found.environment(node, &place::under(&server.path, name), server.inputs);
    }
    if let Some((name, node)) = server.field(HEADERS) {
        headers(&mut found, server, node, &place::under(&server.path, name));
    }
    if let Some(node) = server.node.path(&["requestOptions", "headers"]) {
        headers(&mut found, server, node, &place::under(&server.path, "requestOptions.headers"));
    }
    named_variables(&mut found, server);
    for key in ARGUMENTS {
        if let Some(node) = server.node.get(key) {
            arguments(&mut found, server, node, &place::under(&server.path, key));
        }
    }
    let words = ["command", "cmd", "args", "arguments"].iter().filter_map(|key| server.node.get(key)).flat_map(Node::one_or_many);
    scripts::command(place, &words.collect::<Vec<_>>(), &place::under(&server.path, "command"), &mut found.workload);
    file_uses(&mut found, server);
    approvals(&mut found, server);
    let paths = environment::identity_paths(&found.variables);
    found.workload.identity_paths.extend(paths);
    facts.slots.append(&mut found.slots);
    facts.workloads.push(found.workload);
}

/// The address of a remote server: destination, and credentials in its query.
fn address(found: &mut Collector<'_>, server: &Server<'_>) {
    let Some((name, node)) = server.field(ADDRESSES) else { return };
    let Some(text) = node.text().filter(|text| text.contains("://")) else { return };
    let path = place::under(&server.path, name);
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let destination = Destination::new("mcp", if host.contains('$') { "" } else { host });
    let location = found.place.at(node.span, path.clone());
    found.workload.traits.push(("remote".into(), "true".into(), location));
    found.workload.destinations.push(destination.clone());
    found.destination = Some(destination);
    let flat = Flat::new(found.place, node);
    let mut at = text.find('?').map_or(text.len(), |query| query + 1);
    for parameter in text[at..].split('&') {
        if let Some((key, value)) = parameter.split_once('=') {
            let start = at + key.len() + 1;
            let receiver = Receiver {
                name: key,
                holds_credential: credential_name::is_credential(key) || key.eq_ignore_ascii_case("key"),
                inputs: server.inputs,
            };
            part(found, &flat, start..start + value.len(), &path, receiver);
        }
        at += parameter.len() + 1;
    }
}

/// A part of a text: reference or slot.
fn part(found: &mut Collector<'_>, flat: &Flat<'_>, range: std::ops::Range<usize>, path: &str, to: Receiver<'_>) {
    let Some(text) = flat.text.get(range.clone()).filter(|text| !text.is_empty()) else { return };
    let used = crate::interpolation::interpolations(text);
    if used.is_empty() {
        if to.holds_credential {
            let at = found.place.at(flat.span(range), path);
            found.slot(to.name, at);
        }
        return;
    }
    for one in used {
        let at = found.place.at(flat.span(range.start + one.range.start..range.start + one.range.end), path);
        found.used(&one, at, to);
    }
}

/// Header values: behind the scheme of `Authorization`, all of headers named like credentials.
fn headers(found: &mut Collector<'_>, server: &Server<'_>, node: &Node, path: &str) {
    for entry in node.entries() {
        let path = place::under(path, entry.name());
        header(found, server, entry.name(), &entry.value, 0, &path);
    }
}

fn header(found: &mut Collector<'_>, server: &Server<'_>, name: &str, node: &Node, from: usize, path: &str) {
    let text = node.text().and_then(|text| text.get(from..)).unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let authorises = lower == "authorization" || lower == "proxy-authorization";
    let scheme = ["bearer ", "basic ", "token ", "apikey "]
        .iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let skipped = scheme.filter(|_| authorises).map_or(0, |scheme| scheme.len());
    let blanks = text.get(skipped..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let holds_credential = authorises || credential_name::is_credential(name) || lower == "cookie";
    found.value(node, from + skipped + blanks, path, Receiver { name, holds_credential, inputs: server.inputs });
}

/// Fields that name an environment variable instead of quoting it (Codex, Goose).
fn named_variables(found: &mut Collector<'_>, server: &Server<'_>) {
    let own = ["bearer_token_env_var", "api_key_env"].into_iter().filter_map(|key| Some((key, server.node.get(key)?)));
    let listed = ["env_keys", "env_vars"]
        .into_iter()
        .flat_map(|key| server.node.get(key).into_iter().flat_map(Node::items).map(move |item| (key, item)));
    let headers = server.node.get("env_http_headers").into_iter().flat_map(Node::entries).map(|entry| ("env_http_headers", &entry.value));
    for (key, node) in own.chain(listed).chain(headers) {
        let Some(name) = node.text().filter(|name| !name.is_empty()) else { continue };
        let at = found.place.at(node.span, place::under(&server.path, key));
        let mut reference = facts::received_by(facts::reference(unkeyed_model::StoreKind::Environment, name, at), name);
        if key == "bearer_token_env_var" || key == "api_key_env" {
            reference.content = unkeyed_model::Content::Durable;
        }
        found.refer(reference);
    }
}

/// Command lines: `--api-key X`, `--token=X`, `--header "Authorization: Bearer X"`, `-e NAME=value`.
fn arguments(found: &mut Collector<'_>, server: &Server<'_>, node: &Node, path: &str) {
    let mut before = String::new();
    for (index, item) in node.items().iter().enumerate() {
        let path = place::item(path, index);
        let text = item.text().unwrap_or_default();
        argument(found, server, item, &before, &path);
        before = text.to_owned();
    }
    if let Some(text) = node.text() {
        // One string for the whole command: words with their places.
        let flat = Flat::new(found.place, node);
        for command in shell::commands(text) {
            for (index, word) in command.words.iter().enumerate() {
                let option = index.checked_sub(1).and_then(|index| command.words.get(index)).map_or("", |word| word.text.as_str());
                let name = option.trim_start_matches('-');
                if option.starts_with("--") && credential_name::is_credential(name) {
                    part(found, &flat, word.range.clone(), path, Receiver { name, holds_credential: true, inputs: server.inputs });
                }
            }
        }
    }
}

fn argument(found: &mut Collector<'_>, server: &Server<'_>, item: &Node, before: &str, path: &str) {
    let text = item.text().unwrap_or_default();
    let is_header = |option: &str| matches!(option, "--header" | "-H");
    if is_header(before) {
        if let Some((name, value)) = text.split_once(':') {
            let from = name.len() + 1 + (value.len() - value.trim_start().len());
            header(found, server, name.trim(), item, from, path);
        }
        return;
    }
    if matches!(before, "-e" | "--env") {
        if let Some((name, _)) = text.split_once('=') {
            let receiver = Receiver { name, holds_credential: facts::is_credential_variable(name), inputs: server.inputs };
            found.value(item, name.len() + 1, path, receiver);
        } else if let Some(used) = facts::environment_reference(text, text, found.place.at(item.span, path)) {
            // The name alone hands on what the client's own environment holds.
            found.refer(used);
        }
        return;
    }
    if matches!(before, "-v" | "--volume") {
        let mut parts = text.split(':');
        let source = parts.next().unwrap_or_default();
        let mounted = host_files::mounted(source, parts.next(), found.place.at(item.span, path));
        mounted.into_iter().for_each(|used| found.refer(used));
        return;
    }
    if let Some((option, _)) = text.split_once('=').filter(|(option, _)| option.starts_with('-')) {
        let name = option.trim_start_matches('-');
        let receiver = Receiver { name, holds_credential: credential_name::is_credential(name), inputs: server.inputs };
        found.value(item, option.len() + 1, path, receiver);
        return;
    }
    let option = before.trim_start_matches('-');
    let names = before.starts_with('-') && !before.contains('=') && !text.starts_with('-');
    let receiver = Receiver { name: option, holds_credential: names && credential_name::is_credential(option), inputs: server.inputs };
    found.value(item, 0, path, receiver);
}

/// `envFile` (VS Code) and `--env-file`: the file's content becomes part of the server.
fn file_uses(found: &mut Collector<'_>, server: &Server<'_>) {
    if let Some(file) = server.node.str("envFile") {
        let file = file.replace("${workspaceFolder}/", "");
        found.workload.uses.push((Use::File, file));
    }
}

/// Tools that run without being asked about.
fn approvals(found: &mut Collector<'_>, server: &Server<'_>) {
    let Some((name, node)) = server.field(APPROVALS) else { return };
    let path = place::under(&server.path, name);
    if node.is_true() {
        found.workload.traits.push(("auto-approve".into(), "*".into(), found.place.at(node.span, path.clone())));
    }
    for item in node.items() {
        let tool = item.text().unwrap_or_default();
        found.workload.traits.push(("auto-approve".into(), tool.into(), found.place.at(item.span, path.clone())));
    }
}
