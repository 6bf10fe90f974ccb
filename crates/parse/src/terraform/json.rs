//! The JSON forms of Terraform: configuration (`.tf.json`), values (`.tfvars.json`), state files and `terraform show -json`.
//!
//! The decision a reader would question: JSON is written out as configuration language and read like any other file, so
//! that one reader serves both. Each written value remembers where it stands in the JSON. Strings of a configuration are
//! templates ("JSON Configuration Syntax"); strings of a state or a plan are not.

use std::collections::BTreeMap;

use unkeyed_model::Span;

use super::rendered::{self, Rendered, Writer, one_or_many, quoted};
use crate::tree::{Entry, Kind, Node};

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
        let changes = root.get("resource_changes").map(Node::items).unwrap_or_default().iter();
        let unknown = changes.filter_map(|change| Some((change.str("address")?, change.path(&["change", "after_unknown"])?))).collect();
        shown_module(writer, module, "", &unknown, MAX_MODULES);
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

fn shown_module(writer: &mut Writer, module: &Node, address: &str, unknown: &BTreeMap<&str, &Node>, levels: usize) {
    for (index, resource) in module.get("resources").map(Node::items).unwrap_or_default().iter().enumerate() {
        let label = label(resource, address, resource.get("index").map(|_| index));
        let open = resource.str("address").and_then(|address| unknown.get(address));
        let values = resource.get("values").map(|values| open.map_or_else(|| values.clone(), |open| with_unknown(values, open)));
        declared(writer, resource, &label, values.as_ref(), resource.span);
    }
    for child in module.get("child_modules").map(Node::items).unwrap_or_default().iter().filter(|_| levels > 0) {
        shown_module(writer, child, child.str("address").unwrap_or_default(), unknown, levels - 1);
    }
}

/// Values of a plan with those that are only known after it is applied: a plan leaves them out of the values, and says `true` of them
/// in a tree of the same shape (Terraform, "JSON Output Format", change representation).
fn with_unknown(values: &Node, open: &Node) -> Node {
    let kind = match (&values.kind, &open.kind) {
        (_, Kind::Scalar(..)) if open.is_true() => return rendered::unknown(open.span),
        (Kind::Map(entries), Kind::Map(_)) => {
            let known = entries.iter().map(|entry| match open.get(entry.name()) {
                Some(open) => Entry { value: with_unknown(&entry.value, open), ..entry.clone() },
                None => entry.clone(),
            });
            let missing = open.entries().iter().filter(|entry| entry.value.is_true() && values.get(entry.name()).is_none());
            let missing = missing.map(|entry| Entry { value: rendered::unknown(entry.span), ..entry.clone() });
            Kind::Map(known.chain(missing).collect())
        }
        (Kind::Seq(items), Kind::Seq(opens)) => {
            let open = |index: usize, item: &Node| opens.get(index).map_or_else(|| item.clone(), |open| with_unknown(item, open));
            Kind::Seq(items.iter().enumerate().map(|(index, item)| open(index, item)).collect())
        }
        _ => return values.clone(),
    };
    Node { kind, ..values.clone() }
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
