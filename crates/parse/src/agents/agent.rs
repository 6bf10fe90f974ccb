//! The agent itself: what its own configuration says about how it authenticates.

use unkeyed_model::{Custody, Destination, Facts, StoreKind, Workload, WorkloadKind};

use super::values::{Collector, Receiver};
use crate::commands::{self, Effect};
use crate::credential_name;
use crate::environment;
use crate::facts;
use crate::place::{self, Place};
use crate::scripts;
use crate::shell;
use crate::tree::Node;

/// Mappings of environment variables for the agent (Claude Code, development containers, opencode).
const ENVIRONMENTS: &[&[&str]] = &[
    &["env"],
    &["remoteEnv"],
    &["containerEnv"],
    &["environment"],
    // Codex, VS Code and Zed: what the shells have that the agent runs commands in.
    &["shell_environment_policy", "set"],
    &["terminal.integrated.env.linux"],
    &["terminal.integrated.env.osx"],
    &["terminal.integrated.env.windows"],
    &["terminal", "env"],
];

/// Adds the agent's workload, if it carries anything of its own or goes to a cloud.
pub(super) fn read(place: &Place<'_>, root: &Node, facts: &mut Facts) {
    let location = place.at(root.span, "");
    let mut workload = Workload::new(WorkloadKind::Agent, format!("agent:{}", place.path()), place.path(), location.clone());
    workload.extents.push(location);
    let mut found = Collector { place, workload, slots: Vec::new(), variables: Vec::new(), destination: None };
    for keys in ENVIRONMENTS {
        if let Some(node) = root.path(keys) {
            found.environment(node, &keys.join("."), root.get("inputs"));
        }
    }
    helper(&mut found, root);
    if let Some(hooks) = root.get("hooks") {
        hooks.for_each_scalar("hooks", &mut |path, node| {
            if path.ends_with(".command") {
                scripts::command(place, &[node], path, &mut found.workload);
                for used in scripts::mentions(place, &[node]) {
                    let receiver = used.receiver.used_as.as_deref().unwrap_or(&used.name);
                    found.workload.references.extend(facts::environment_reference(&used.name, receiver, used.at));
                }
            }
        });
    }
    providers(&mut found, root);
    clouds(&mut found);
    let paths = environment::identity_paths(&found.variables);
    found.workload.identity_paths.extend(paths);
    let carries = !(found.workload.references.is_empty() && found.workload.identity_paths.is_empty() && found.slots.is_empty());
    if carries || !found.workload.destinations.is_empty() || root.get("apiKeyHelper").is_some() {
        facts.slots.append(&mut found.slots);
        facts.workloads.push(found.workload);
    }
}

/// `apiKeyHelper`: a command that prints a key. Where it takes it from is seen only if it is a known command.
fn helper(found: &mut Collector<'_>, root: &Node) {
    let Some(node) = root.get("apiKeyHelper") else { return };
    let Some(text) = node.text().filter(|text| !text.is_empty()) else { return };
    let at = found.place.at(node.span, "apiKeyHelper");
    found.destination = Some(Destination::new("saas:anthropic", ""));
    let words = shell::commands(text);
    let fetches = commands::effects(&words).into_iter().find_map(|(_, effect)| match effect {
        Effect::Fetches { store, name, custody, .. } => Some(facts::fetch(store, name, custody, at.clone())),
        _ => None,
    });
    let program = words.first().map(|command| command.program().to_owned()).unwrap_or_default();
    let mut reference = fetches.unwrap_or_else(|| {
        let mut helper = facts::reference(StoreKind::File, program, at);
        helper.custody = Custody::VaultUnknown;
        helper
    });
    reference.used_as = Some("apiKeyHelper".into());
    found.refer(reference);
    found.destination = None;
}

/// Keys of model providers in Codex, opencode, Zed, Continue and Goose configurations.
fn providers(found: &mut Collector<'_>, root: &Node) {
    for key in ["model_providers", "provider", "models", "language_models"] {
        let Some(node) = root.get(key) else { continue };
        let mut visit = |path: &str, node: &Node| {
            let name = path.rsplit('.').next().unwrap_or_default().split('[').next().unwrap_or_default();
            let text = node.text().unwrap_or_default();
            if name == "env_key" && !text.is_empty() {
                let at = found.place.at(node.span, path);
                found.refer(facts::received_by(facts::reference(StoreKind::Environment, text, at), text));
            } else if credential_name::is_credential(name) {
                found.value(node, 0, path, Receiver { name, holds_credential: true, inputs: None });
            }
        };
        node.for_each_scalar(key, &mut visit);
    }
    for name in ["experimental_bearer_token", "apiKey", "api_key"] {
        if let Some(node) = root.get(name) {
            found.value(node, 0, &place::under("", name), Receiver { name, holds_credential: true, inputs: None });
        }
    }
}

/// Claude Code through a cloud: its identity is the cloud's.
fn clouds(found: &mut Collector<'_>) {
    for (switch, kind) in [("CLAUDE_CODE_USE_BEDROCK", "aws"), ("CLAUDE_CODE_USE_VERTEX", "gcp"), ("CLAUDE_CODE_USE_FOUNDRY", "azure")] {
        let on = found.variables.iter().any(|variable| variable.name == switch && matches!(variable.value.known(), Some("1" | "true")));
        if on {
            found.workload.destinations.push(Destination::new(kind, ""));
        }
    }
}
