//! The JSON forms of Terraform: configuration (`.tf.json`), values (`.tfvars.json`), state files and `terraform show -json`.
//!
//! The decision a reader would question: JSON is written out as configuration language and read like any other file, so
//! that one reader serves both. Each written value remembers where it stands in the JSON. Strings of a configuration are
//! templates ("JSON Configuration Syntax"); strings of a state or a plan are not.

use std::collections::BTreeSet;

use unkeyed_model::Span;

use crate::tree::{Entry, Kind, Node, Style};

/// Blocks that readers look for as such; everything else reads the same as an attribute.
const BLOCKS: &[&str] = &[
    "identity",
    "impersonation_service_users",
    "inline_policy",
    "saml",
    "members",
    "permissions",
    "rule",
    "statement",
    "principals",
    "not_principals",
    "condition",
    "assume_role_with_web_identity",
    "external_credentials",
    "auth_login_jwt",
    "auth_login_aws",
    "auth_login_gcp",
    "auth_login_azure",
    "auth_login_oci",
    "cloud",
];

/// Deepest nesting of modules in a plan or a state.
const MAX_MODULES: usize = 32;

/// Configuration language with the way back to the JSON.
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) spans: SpanMap,
}

/// Which bytes of the JSON a part of the written text stands for.
pub(super) struct SpanMap {
    /// Written and source spans, by start, outer ones first.
    entries: Vec<(Span, Span)>,
    /// The entry around each.
    parents: Vec<Option<usize>>,
}

impl SpanMap {
    fn new(mut entries: Vec<(Span, Span)>) -> Self {
        entries
            .sort_by_key(|(written, source)| (written.start, std::cmp::Reverse(written.end), source.start, std::cmp::Reverse(source.end)));
        let (mut parents, mut open): (Vec<Option<usize>>, Vec<usize>) = (Vec::new(), Vec::new());
        for (index, (written, _)) in entries.iter().enumerate() {
            while open.last().is_some_and(|outer| entries[*outer].0.end < written.end) {
                open.pop();
            }
            parents.push(open.last().copied());
            open.push(index);
        }
        Self { entries, parents }
    }

    /// The source of the innermost written value around a span.
    pub(super) fn source(&self, span: Span) -> Span {
        let mut at = self.entries.partition_point(|(written, _)| written.start <= span.start).checked_sub(1);
        while let Some(index) = at {
            let (written, source) = self.entries[index];
            if written.end >= span.end {
                return source;
            }
            at = self.parents[index];
        }
        Span::default()
    }
}

/// Writes a file out: a configuration, values of variables, a state or a plan.
pub(super) fn render(root: &Node, is_values: bool) -> Rendered {
    let mut writer = Writer { out: String::new(), entries: Vec::new(), templates: true };
    let is_state = root.get("terraform_version").is_some() || root.get("planned_values").is_some() || root.get("values").is_some();
    if is_values {
        writer.body(root, "");
    } else if is_state {
        writer.templates = false;
        state(&mut writer, root);
    } else {
        one_or_many(root).iter().flat_map(Node::entries).for_each(|entry| configuration(&mut writer, entry));
    }
    Rendered { text: writer.out, spans: SpanMap::new(writer.entries) }
}

/// The items of a list, or the node itself.
fn one_or_many(node: &Node) -> &[Node] {
    if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() }
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
            writer.declared(resource, &label, instance.get("attributes"), instance.span);
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
        writer.declared(resource, &label, resource.get("values"), resource.span);
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

struct Writer {
    out: String,
    entries: Vec<(Span, Span)>,
    /// `${…}` in strings is an expression.
    templates: bool,
}

impl Writer {
    fn declared(&mut self, resource: &Node, label: &str, attributes: Option<&Node>, span: Span) {
        let mode = if resource.str("mode") == Some("data") { "data" } else { "resource" };
        if let (Some(kind), Some(attributes)) = (resource.str("type"), attributes) {
            self.block(mode, &[kind, label], attributes, span, "");
        }
    }

    fn block(&mut self, kind: &str, labels: &[&str], body: &Node, source: Span, indent: &str) {
        let start = self.out.len() + indent.len();
        self.out.push_str(indent);
        self.out.push_str(kind);
        for label in labels {
            self.out.push_str(&format!(" {}", quoted(label, false)));
        }
        self.out.push_str(" {\n");
        self.body(body, &format!("{indent} "));
        self.close(start, source, indent);
    }

    fn close(&mut self, start: usize, source: Span, indent: &str) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(indent);
        self.out.push('}');
        self.entries.push((Span::new(start, self.out.len()), source));
        self.out.push('\n');
    }

    fn body(&mut self, body: &Node, indent: &str) {
        let mut seen = BTreeSet::new();
        for entry in body.entries() {
            let name = entry.name();
            // `//` holds comments; other names that are none can't be written.
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            if !is_name || !seen.insert(name) {
                continue;
            }
            if name == "backend" {
                entry.value.entries().iter().for_each(|backend| self.block(name, &[backend.name()], &backend.value, backend.span, indent));
            } else if BLOCKS.contains(&name) && one_or_many(&entry.value).iter().all(|part| matches!(part.kind, Kind::Map(_))) {
                one_or_many(&entry.value).iter().for_each(|part| self.block(name, &[], part, part.span, indent));
            } else {
                let start = self.out.len() + indent.len();
                self.out.push_str(&format!("{indent}{name} = "));
                self.value(&entry.value);
                self.entries.push((Span::new(start, self.out.len()), entry.span));
                self.out.push('\n');
            }
        }
    }

    fn value(&mut self, node: &Node) {
        let start = self.out.len();
        match &node.kind {
            Kind::Scalar(text, Style::Plain) => self.out.push_str(text),
            Kind::Scalar(text, _) => {
                self.out.push_str(&quoted(text, self.templates));
                self.entries.push((Span::new(start + 1, self.out.len() - 1), node.span));
            }
            Kind::Seq(items) => {
                self.out.push('[');
                for item in &**items {
                    self.value(item);
                    self.out.push_str(", ");
                }
                self.out.push(']');
            }
            Kind::Map(entries) => {
                self.out.push('{');
                for entry in &**entries {
                    self.out.push_str(&quoted(entry.name(), false));
                    self.out.push_str(" = ");
                    self.value(&entry.value);
                    self.out.push_str(", ");
                }
                self.out.push('}');
            }
        }
        self.entries.push((Span::new(start, self.out.len()), node.span));
    }
}

/// A string of the configuration language. In a template the expressions stay as they are.
fn quoted(text: &str, template: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = if template && rest.starts_with("${") && !out.ends_with('$') { expression(rest) } else { 0 };
        if length > 0 {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if rest.starts_with("${") => out.push_str("$$"),
            '%' if rest.starts_with("%{") => out.push_str("%%"),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
        rest = &rest[character.len_utf8()..];
    }
    out.push('"');
    out
}

/// Length of the `${…}` with which a text begins; 0 if it doesn't close.
fn expression(text: &str) -> usize {
    /// Longest expression; a bound keeps a text of nothing but `${` linear.
    const MAX_EXPRESSION: usize = 16 << 10;
    let (mut open, mut in_string) = (0_usize, false);
    for (index, byte) in text.bytes().enumerate().take(MAX_EXPRESSION).skip(1) {
        match byte {
            b'"' => in_string = !in_string,
            b'{' if !in_string => open += 1,
            b'}' if !in_string && open == 1 => return index + 1,
            b'}' if !in_string => open -= 1,
            _ => {}
        }
    }
    0
}
