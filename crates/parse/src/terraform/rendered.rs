//! Configuration language that is written out from another form, with the way back to where each value stands.

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
    "subject",
    "filter",
    "urnietfparamsscimschemasoracleidcsextensionuser_user",
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

/// The function of a value that nobody knows yet.
const UNKNOWN: &str = "fn::unknown";

/// A value that is not known.
pub(super) fn unknown(span: Span) -> Node {
    let scalar = |text: &str| Node { span, tag: None, kind: Kind::Scalar(text.into(), Style::Double) };
    let entry = Entry { key: scalar(UNKNOWN), value: scalar(""), span };
    Node { span, tag: None, kind: Kind::Map([entry].into()) }
}

/// The function that a map of one entry stands for.
fn function(node: &Node) -> Option<&Entry> {
    node.entries().first().filter(|entry| node.entries().len() == 1 && entry.name().starts_with("fn::"))
}

/// Configuration language with the way back to the JSON.
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) spans: SpanMap,
    /// It assigns values to variables.
    pub(super) is_values: bool,
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

/// Writes configuration language.
pub(super) struct Writer {
    pub(super) out: String,
    entries: Vec<(Span, Span)>,
    /// `${…}` in strings is an expression.
    pub(super) templates: bool,
    /// What becomes of a string before it is written.
    pub(super) rewrite: Box<dyn Fn(&str) -> String>,
    /// Names of attributes are written in snake case.
    pub(super) snake: bool,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { out: String::new(), entries: Vec::new(), templates: true, rewrite: Box::new(str::to_owned), snake: false }
    }

    pub(super) fn finish(self, is_values: bool) -> Rendered {
        Rendered { text: self.out, spans: SpanMap::new(self.entries), is_values }
    }

    pub(super) fn block(&mut self, kind: &str, labels: &[&str], body: &Node, source: Span, indent: &str) {
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

    pub(super) fn close(&mut self, start: usize, source: Span, indent: &str) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(indent);
        self.out.push('}');
        self.entries.push((Span::new(start, self.out.len()), source));
        self.out.push('\n');
    }

    pub(super) fn body(&mut self, body: &Node, indent: &str) {
        let mut seen = BTreeSet::new();
        for entry in body.entries() {
            let name = self.named(entry.name());
            let name = name.as_str();
            // `//` holds comments; other names that are none can't be written.
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            if !is_name || !seen.insert(name.to_owned()) {
                continue;
            }
            if name == "backend" {
                entry.value.entries().iter().for_each(|backend| self.block(name, &[backend.name()], &backend.value, backend.span, indent));
            } else if BLOCKS.contains(&name)
                && one_or_many(&entry.value).iter().all(|part| matches!(part.kind, Kind::Map(_)) && function(part).is_none())
            {
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

    pub(super) fn value(&mut self, node: &Node) {
        let start = self.out.len();
        match &node.kind {
            Kind::Scalar(..) if node.is_null() => self.out.push_str("null"),
            Kind::Scalar(text, Style::Plain) if is_literal(text) => self.out.push_str(text),
            Kind::Scalar(text, _) => {
                self.out.push_str(&quoted(&(self.rewrite)(text), self.templates));
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
                if let Some(entry) = function(node) {
                    return self.function(entry, start, node.span);
                }
                self.out.push('{');
                for entry in &**entries {
                    self.out.push_str(&quoted(&self.named(entry.name()), false));
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

impl Writer {
    /// A function of Pulumi: text as JSON and what it stands for are one here, and a secret is its value.
    fn function(&mut self, entry: &Entry, start: usize, span: Span) {
        match entry.name() {
            "fn::toJSON" | "fn::secret" | "fn::fromJSON" => self.value(&entry.value),
            "fn::join" => {
                self.out.push_str("join(");
                for (index, item) in entry.value.items().iter().take(2).enumerate() {
                    self.out.push_str(if index == 0 { "" } else { ", " });
                    self.value(item);
                }
                self.out.push(')');
            }
            UNKNOWN => self.out.push_str("known_after_apply"),
            _ => self.out.push_str("function.result"),
        }
        self.entries.push((Span::new(start, self.out.len()), span));
    }

    /// The name of an attribute.
    fn named(&self, name: &str) -> String {
        let is_camel = self.snake && name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.contains(['_', '-', ':', '.', '/']);
        if is_camel { snake_case(name) } else { name.to_owned() }
    }
}

/// `assumeRolePolicy` as `assume_role_policy`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// `true`, `false` or a number.
fn is_literal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok() && !text.contains(['i', 'n', 'N']);
    matches!(text, "true" | "false") || is_number
}

/// A string of the configuration language. In a template the expressions stay as they are.
pub(super) fn quoted(text: &str, template: bool) -> String {
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

/// The items of a list, or the node itself.
pub(super) fn one_or_many(node: &Node) -> &[Node] {
    if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() }
}
