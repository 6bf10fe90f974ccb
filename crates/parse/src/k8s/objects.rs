//! The objects of a manifest file: documents, items of a `List`, each with its kind, namespace and name.

use std::rc::Rc;

use unkeyed_model::{Basis, Location, Skip, SkipReason, Span, Value};

use super::values::Values;
use super::{generated, template};
use crate::place::Place;
use crate::tree::Node;
use crate::{json, yaml};

/// Longest text of a mapping in which the actions of a template are looked at, in bytes.
const MAX_BLOCK: usize = 16 << 10;
/// Deepest nesting of lists.
const MAX_LISTS: usize = 8;

/// One file while it is read.
pub(super) struct Source<'a> {
    pub(super) place: Place<'a>,
    /// Namespace of objects that name none: the one that the folder's kustomization sets.
    pub(super) namespace: Rc<str>,
    /// What a chart's template is filled in with.
    pub(super) values: Option<Rc<Values<'a>>>,
}

/// A scalar with the file that it stands in: a manifest, or the values that fill in a template.
#[derive(Clone, Copy)]
pub(super) struct Written<'n> {
    pub(super) source: &'n Source<'n>,
    pub(super) node: &'n Node,
}

impl Written<'_> {
    /// The text as a value.
    pub(super) fn value(&self) -> Value {
        self.source.value(self.node)
    }

    /// The text.
    pub(super) fn text(&self) -> Option<Rc<str>> {
        self.source.text(self.node)
    }

    /// Where it stands.
    pub(super) fn location(&self, path: &str) -> Location {
        self.source.place.at(self.node.span, path)
    }
}

/// One object.
#[derive(Clone, Copy)]
pub(super) struct Object<'n> {
    pub(super) source: &'n Source<'n>,
    pub(super) node: &'n Node,
}

impl<'a> Source<'a> {
    /// The documents of the file. Helm templates are masked if they don't read as they are.
    pub(super) fn documents(&self, skipped: &mut Vec<Skip>) -> Vec<Node> {
        let text = self.place.text();
        if self.place.path().ends_with(".json") {
            return json::parse(&self.place).map_err(|skip| skipped.push(skip)).into_iter().collect();
        }
        let in_chart = self.place.path().split('/').any(|folder| folder == "templates");
        let is_template = template::is_templated(text);
        let mut read = if is_template && in_chart { self.masked() } else { yaml::parse(&self.place) };
        let failed = |skipped: &[Skip]| skipped.iter().any(|skip| skip.why == SkipReason::Malformed);
        if failed(&read.skipped) && is_template && !in_chart {
            read = self.masked();
        }
        skipped.append(&mut read.skipped);
        let inside: Vec<Node> = read.nodes.iter().flat_map(generated::inside).collect();
        read.nodes.extend(inside);
        read.nodes
    }

    fn masked(&self) -> yaml::Documents {
        let mut read = yaml::parse_text(&self.place, &template::masked(self.place.text()));
        // Both branches of an `if` are there, so that keys stand twice by nature.
        read.skipped.retain(|skip| skip.why != SkipReason::NotUnderstood);
        read
    }

    /// The text of a scalar; what a template fills in stands as it is written.
    pub(super) fn text(&self, node: &Node) -> Option<Rc<str>> {
        let text = node.text()?;
        let written = self.place.slice(node.span);
        Some(if template::is_templated(written) && !template::is_templated(text) { Rc::from(written) } else { Rc::from(text) })
    }

    /// The text of a scalar as a value.
    pub(super) fn value(&self, node: &Node) -> Value {
        match self.text(node) {
            Some(text) if template::is_templated(&text) => match self.values.as_ref().and_then(|values| values.fill(&text)) {
                Some(filled) => Value::Known(filled, Basis::Default),
                None => Value::unknown(format!("`{text}` is filled in by the template")),
            },
            // `envsubst`, Flux and the like; `$(…)` is expanded by the kubelet.
            Some(text) if text.contains("${") || text.contains("$(") => Value::unknown(format!("`{text}` is filled in elsewhere")),
            Some(text) => Value::Known(text.to_string(), Basis::Literal),
            None => Value::unknown("not a plain value"),
        }
    }
}

impl<'n> Object<'n> {
    /// Collects the objects below a document.
    pub(super) fn collect(source: &'n Source<'n>, node: &'n Node, levels: usize, found: &mut Vec<Self>) {
        let kind = node.str("kind").unwrap_or_default();
        // A template of OpenShift holds the objects that it makes.
        let items = if kind == "Template" { node.get("objects") } else { node.get("items").filter(|_| kind.ends_with("List")) };
        if let Some(items) = items.filter(|_| levels > 0) {
            items.items().iter().for_each(|item| Self::collect(source, item, levels - 1, found));
        } else if node.str("kind").is_some() {
            found.push(Self { source, node });
        }
    }

    /// The objects of the file's documents.
    pub(super) fn all(source: &'n Source<'n>, documents: &'n [Node]) -> Vec<Self> {
        let mut found = Vec::new();
        documents.iter().for_each(|document| Self::collect(source, document, MAX_LISTS, &mut found));
        found
    }

    /// Its kind (`Deployment`).
    pub(super) fn kind(&self) -> &'n str {
        self.node.str("kind").unwrap_or_default()
    }

    /// Its API group, empty for the core group.
    pub(super) fn group(&self) -> &'n str {
        let version = self.node.str("apiVersion").unwrap_or_default();
        version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Its name; a generated one by its prefix.
    pub(super) fn name(&self) -> Rc<str> {
        let name = self.at(&["metadata", "name"]).or_else(|| self.at(&["metadata", "generateName"]));
        name.and_then(|name| self.source.text(name)).unwrap_or_else(|| Rc::from("unnamed"))
    }

    /// Its namespace; that of the folder's kustomization where none is written, else `default`.
    pub(super) fn namespace(&self) -> Rc<str> {
        let written = self.at(&["metadata", "namespace"]).and_then(|node| self.source.text(node));
        written.unwrap_or_else(|| Rc::clone(&self.source.namespace))
    }

    /// `k8s:<namespace>/<Kind>/<name>`.
    pub(super) fn id(&self) -> String {
        id(&self.namespace(), self.kind(), &self.name())
    }

    /// The node behind keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&'n Node> {
        self.node.path(path)
    }

    /// The text behind keys.
    pub(super) fn text(&self, path: &[&str]) -> Option<Rc<str>> {
        self.source.text(self.at(path)?)
    }

    /// An annotation of the object.
    pub(super) fn annotation(&self, name: &str) -> Option<Written<'n>> {
        self.marked(self.node, "annotations", name)
    }

    /// An annotation or label of what has `metadata` (the object, its pods), written there or put there by a template.
    pub(super) fn marked(&self, of: &'n Node, kind: &str, name: &str) -> Option<Written<'n>> {
        let entry = of.get("metadata")?.entry(kind)?;
        if let Some(node) = entry.value.get(name) {
            return Some(Written { source: self.source, node });
        }
        let text = self.source.place.text();
        let (before, from) = text.split_at_checked(entry.key.span.start)?;
        self.source.values.as_deref()?.under(before.get(self.node.span.start..)?, block(from, indentation(before)), name)
    }

    /// Where a node stands.
    pub(super) fn location(&self, node: &Node, path: &str) -> Location {
        self.source.place.at(node.span, path)
    }

    /// Where the object stands: its name, for people to find it.
    pub(super) fn place(&self) -> Location {
        match self.at(&["metadata", "name"]) {
            Some(name) => self.location(name, "metadata.name"),
            None => self.source.place.bare(self.node.span),
        }
    }

    /// The object's bytes.
    pub(super) fn extent(&self) -> Location {
        self.source.place.bare(self.node.span)
    }

    /// Where bytes stand.
    pub(super) fn span(&self, span: Span, path: &str) -> Location {
        self.source.place.at(span, path)
    }

    /// Who owns it, by its own labels and annotations.
    pub(super) fn owner(&self) -> Option<String> {
        let names = ["owner", "team", "app.kubernetes.io/owner", "app.kubernetes.io/team"];
        let stated = |name: &&str| self.marked(self.node, "labels", name).or_else(|| self.annotation(name));
        names.iter().find_map(stated).and_then(|written| written.value().known().map(str::to_owned))
    }
}

/// How deep the line is indented that a text ends in.
fn indentation(before: &str) -> usize {
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.len() - line.trim_start_matches(' ').len()
}

/// The lines of a mapping: from its key, which is indented so deep, up to the next one that is no deeper and no action.
fn block(from: &str, indentation: usize) -> &str {
    let mut end = 0;
    for (index, line) in from.split_inclusive('\n').enumerate() {
        let content = line.trim_start_matches(' ');
        let is_inside = index == 0 || content.trim().is_empty() || content.starts_with("{{") || line.len() - content.len() > indentation;
        if !is_inside || end + line.len() > MAX_BLOCK {
            break;
        }
        end += line.len();
    }
    &from[..end]
}

/// `k8s:<namespace>/<Kind>/<name>`.
pub(super) fn id(namespace: &str, kind: &str, name: &str) -> String {
    format!("k8s:{namespace}/{kind}/{name}")
}
