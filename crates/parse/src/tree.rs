//! The tree that YAML, JSON and TOML are read into, each node with its exact bytes in the source.
//!
//! Collections are shared (`Rc`), so that a YAML alias costs nothing to hold; the builders limit how often a tree can
//! be *walked* by counting every alias as if its content were written out.

use std::rc::Rc;

use unkeyed_model::Span;

use crate::place;

/// A value. Deliberately without `Debug`: its text may be a secret.
#[derive(Clone)]
pub(crate) struct Node {
    /// Its bytes: of a scalar the content without quotes, tag, anchor and trailing line breaks; of a collection
    /// everything from its first to its last child or bracket. An alias has the span of what it stands for.
    pub(crate) span: Span,
    /// Explicit tag as written (`!Ref`, `!!str`).
    pub(crate) tag: Option<Rc<str>>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a node is.
#[derive(Clone)]
pub(crate) enum Kind {
    /// Text; numbers, booleans and null are plain text too.
    Scalar(Rc<str>, Style),
    /// A list.
    Seq(Rc<[Node]>),
    /// A mapping, in source order, duplicates kept; entries drawn in by a merge key come last.
    Map(Rc<[Entry]>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`, `''` standing for a quote.
    Single,
    /// `"…"` with backslash escapes.
    Double,
    /// YAML block, `|` or `>`.
    Block,
    /// Each byte of the text stands for the one in its place.
    Masked,
}

/// One `key: value`.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: Node,
    /// The value.
    pub(crate) value: Node,
    /// From the key to the end of the value as it stands there (of an alias: the alias itself).
    pub(crate) span: Span,
}

impl Entry {
    /// The key's text; empty for a key that is a collection.
    pub(crate) fn name(&self) -> &str {
        self.key.text().unwrap_or_default()
    }
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text, _) => Some(text),
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// Whether the value is absent in the sense of YAML: empty, `~` or `null` without quotes.
    pub(crate) fn is_null(&self) -> bool {
        let untagged = self.tag.as_deref().is_none_or(|tag| tag == "!!null");
        untagged && matches!(&self.kind, Kind::Scalar(text, Style::Plain) if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Whether the value says yes (`true`, quoted or not).
    pub(crate) fn is_true(&self) -> bool {
        self.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
    }

    /// The entries of a mapping; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Scalar(..) | Kind::Seq(_) => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::Seq(items) => items,
            Kind::Scalar(..) | Kind::Map(_) => &[],
        }
    }

    /// The items of a list, or the node itself if it is a scalar that says something: "one or many".
    pub(crate) fn one_or_many(&self) -> &[Self] {
        match &self.kind {
            Kind::Seq(items) => items,
            Kind::Scalar(..) if !self.is_null() => std::slice::from_ref(self),
            Kind::Scalar(..) | Kind::Map(_) => &[],
        }
    }

    /// The entry of a key. Of duplicates the last own one counts, as in most YAML and JSON readers.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.text() == Some(key))
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value behind several keys in a row.
    pub(crate) fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text behind a key.
    pub(crate) fn str(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Visits every scalar value below (and including) this node, with the key path that leads there.
    pub(crate) fn for_each_scalar<'n>(&'n self, path: &str, visit: &mut dyn FnMut(&str, &'n Self)) {
        match &self.kind {
            Kind::Scalar(..) => visit(path, self),
            Kind::Seq(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.for_each_scalar(&place::item(path, index), visit);
                }
            }
            Kind::Map(entries) => {
                for entry in &**entries {
                    entry.value.for_each_scalar(&place::under(path, entry.name()), visit);
                }
            }
        }
    }
}
