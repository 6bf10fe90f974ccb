//! The JSON forms of Terraform: configuration (`.tf.json`), values (`.tfvars.json`), state files and `terraform show -json`.
//!
//! The decision a reader would question: JSON is written out as configuration language and read like any other file, so
//! that one reader serves both. Each written value remembers where it stands in the JSON. Strings of a configuration are
//! templates ("JSON Configuration Syntax"); strings of a state or a plan are not.

use unkeyed_model::Span;

use super::rendered::{Rendered, Writer, one_or_many, quoted};
use crate::tree::{Entry, Node};

/// Deepest nesting of modules in a plan or a state.
const MAX_MODULES: usize = 32;

/// Writes a file out: a configuration, values of variables, a state or a plan.
pub(super) fn render(root: &Node, is_values: bool) -> Rendered {
    let mut writer = Writer::new();
    let is_state = root.get("terraform_version").is_some() || root.get("planned_values").is_some() || root.get("values").is_some();
    if is_values {
        writer.body(root, "");
    } else if is_state {
        writer.templates = false;
        state(&mut writer, root);
    } else {
        one_or_many(root).iter().flat_map(Node::entries).for_each(|entry| configuration(&mut writer, entry));
    }
    writer.finish(is_values)
}

fn configuration(writer: &mut Writer, entry: &Entry) {
    let kind = entry.name();
    let labelled = |value: &Node| one_or_many(value).iter().flat_map(|part| part.entries().to_vec()).collect::<Vec<Entry>>();
    match kind {
        "resource" | "data" | "ephemeral" => {
            for of_type in labelled(&entry.value) {
                for named in labelled(&of_type.value) {
                    one_or_many(&named.value)
                        .iter()
                        .for_each(|body| writer.block(kind, &[of_type.name(), named.name()], body, named.span, ""));
                }
            }
        }
        "variable" | "output" | "provider" | "module" => {
            for named in labelled(&entry.value) {
                one_or_many(&named.value).iter().for_each(|body| writer.block(kind, &[named.name()], body, named.span, ""));
            }
        }
        "locals" | "terraform" => one_or_many(&entry.value).iter().for_each(|body| writer.block(kind, &[], body, entry.span, "")),
        _ => {}
    }
}

/// A state file (version 4), or what `terraform show -json` prints of a state or a plan.
fn state(writer: &mut Writer, root: &Node) {
    for resource in root.get("resources").map(Node::items).unwrap_or_default() {
        let instances = resource.get("instances").map(Node::items).unwrap_or_default();
        for (index, instance) in instances.iter().enumerate() {
            let label = label(resource, resource.str("module").unwrap_or_default(), (instances.len() > 1).then_some(index));
            declared(writer, resource, &label, instance.get("attributes"), instance.span);
        }
    }
    let shown = ["values", "planned_values"].iter().find_map(|key| root.path(&[key, "root_module"]));
    if let Some(module) = shown {
        shown_module(writer, module, "", MAX_MODULES);
    }
    for variable in root.get("variables").map(Node::entries).unwrap_or_default() {
        if let Some(value) = variable.value.get("value") {
            let start = writer.out.len();
            writer.out.push_str(&format!("variable {} {{\n default = ", quoted(variable.name(), false)));
            writer.value(value);
            writer.close(start, variable.span, "");
        }
    }
}

fn shown_module(writer: &mut Writer, module: &Node, address: &str, levels: usize) {
    for (index, resource) in module.get("resources").map(Node::items).unwrap_or_default().iter().enumerate() {
        let label = label(resource, address, resource.get("index").map(|_| index));
        declared(writer, resource, &label, resource.get("values"), resource.span);
    }
    for child in module.get("child_modules").map(Node::items).unwrap_or_default().iter().filter(|_| levels > 0) {
        shown_module(writer, child, child.str("address").unwrap_or_default(), levels - 1);
    }
}

/// A name for one instance, without the dots that addresses are split at.
fn label(resource: &Node, module: &str, index: Option<usize>) -> String {
    let name = resource.str("name").unwrap_or_default();
    let prefix = if module.is_empty() { String::new() } else { format!("{}_", module.replace(['.', '[', ']', '"'], "_")) };
    index.map_or_else(|| format!("{prefix}{name}"), |index| format!("{prefix}{name}_{index}"))
}

/// One resource or data source with its attributes.
fn declared(writer: &mut Writer, resource: &Node, label: &str, attributes: Option<&Node>, span: Span) {
    let mode = if resource.str("mode") == Some("data") { "data" } else { "resource" };
    if let (Some(kind), Some(attributes)) = (resource.str("type"), attributes) {
        writer.block(mode, &[kind, label], attributes, span, "");
    }
}
