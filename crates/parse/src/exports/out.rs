//! Where shapes put what they read: resources as Terraform would have them, and facts that have no such form.

use std::collections::BTreeMap;

use unkeyed_model::{Facts, Span};

use crate::place::Place;
use crate::tree::Node;

/// A resource, as Terraform would have it.
pub(crate) struct Resource {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    /// The entry that says so.
    pub(crate) span: Span,
    pub(crate) attributes: Vec<(String, Attribute)>,
}

/// A value of a resource.
#[derive(Clone)]
pub(crate) enum Attribute {
    /// As it stands in the file.
    Node(Node),
    /// Text that follows from the file.
    Text(String),
    /// An attribute of another resource.
    Reference(String),
    /// A nested block.
    Block(Vec<(String, Attribute)>),
}

impl Resource {
    /// The text of an attribute.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match &self.attributes.iter().find(|(attribute, _)| attribute == name)?.1 {
            Attribute::Node(node) => node.text(),
            Attribute::Text(text) => Some(text),
            Attribute::Reference(_) | Attribute::Block(_) => None,
        }
    }
}

/// The labels that are given, in all files together.
#[derive(Default)]
pub(crate) struct Labels {
    /// By kind and what they stand for.
    given: BTreeMap<(&'static str, String), String>,
    /// How often each was wanted.
    wanted: BTreeMap<(&'static str, String), usize>,
}

/// Collects what one file says.
pub(crate) struct Out<'o> {
    pub(crate) place: &'o Place<'o>,
    pub(crate) facts: &'o mut Facts,
    /// The whole file, for what only its head tells.
    pub(crate) root: Option<Node>,
    resources: Vec<Resource>,
    labels: &'o mut Labels,
}

impl<'o> Out<'o> {
    pub(crate) fn new(place: &'o Place<'o>, facts: &'o mut Facts, labels: &'o mut Labels) -> Self {
        Self { place, facts, root: None, resources: Vec::new(), labels }
    }

    /// The resources.
    pub(crate) fn finish(self) -> Vec<Resource> {
        self.resources
    }

    /// The label of the resource of this kind that stands for `identity`: its name, told apart from others of that name.
    pub(crate) fn label(&mut self, kind: &'static str, identity: &str, name: &str) -> String {
        let key = (kind, identity.to_ascii_lowercase());
        if let Some(label) = self.labels.given.get(&key) {
            return label.clone();
        }
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' }).collect();
        let times = self.labels.wanted.entry((kind, plain.clone())).or_default();
        *times += 1;
        let label = if *times == 1 { plain } else { format!("{plain}_{times}") };
        self.labels.given.insert(key, label.clone());
        label
    }

    /// Adds a resource.
    pub(crate) fn resource(&mut self, kind: &'static str, label: String, item: &Node, attributes: Vec<(&str, Option<Attribute>)>) {
        self.add(kind, label, item, given(attributes));
    }

    /// Gives an attribute to the resources of a kind that `write` adds and that lack it.
    pub(crate) fn with(&mut self, kind: &str, attribute: &str, value: &Attribute, write: impl FnOnce(&mut Self)) {
        let first = self.resources.len();
        write(self);
        let added = self.resources[first..].iter_mut().filter(|added| added.kind == kind);
        for added in added.filter(|added| !added.attributes.iter().any(|(name, _)| name == attribute)) {
            added.attributes.push((attribute.to_owned(), value.clone()));
        }
    }

    /// Adds a resource whose attributes are all there.
    pub(crate) fn add(&mut self, kind: &'static str, label: String, item: &Node, attributes: Vec<(String, Attribute)>) {
        self.resources.push(Resource { kind, label, span: item.span, attributes });
    }

    /// A label for an entry without a name: its ordinal among those of its kind.
    pub(crate) fn numbered(&mut self, kind: &'static str, name: &str) -> String {
        let number = self.labels.wanted.entry((kind, String::new())).or_default();
        *number += 1;
        let identity = format!("#{number}");
        let name = if name.is_empty() { format!("entry{number}") } else { name.to_owned() };
        self.label(kind, &identity, &name)
    }

    /// The file's name without its ending, for an export that doesn't tell what it was asked about.
    pub(crate) fn stem(&self) -> String {
        let name = self.place.origin().file_name();
        [".json", ".hcl", ".txt"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
    }
}

/// The attributes that are there.
pub(crate) fn given(attributes: Vec<(&str, Option<Attribute>)>) -> Vec<(String, Attribute)> {
    attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The value of a key, as it stands there.
pub(crate) fn node(item: &Node, key: &str) -> Option<Attribute> {
    item.get(key).cloned().map(Attribute::Node)
}

/// Text that is told.
pub(crate) fn text(text: impl Into<String>) -> Option<Attribute> {
    Some(Attribute::Text(text.into()))
}

/// `attribute` of another resource.
pub(crate) fn of(kind: &str, label: &str, attribute: &str) -> Option<Attribute> {
    Some(Attribute::Reference(format!("{kind}.{label}.{attribute}")))
}
