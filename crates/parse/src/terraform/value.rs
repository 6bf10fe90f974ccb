//! What an expression evaluates to, as far as the folder tells.
//!
//! No `Debug`: text may be a secret. Only [`crate::policy_document::hole`] text of settings that are not secret leaves
//! as a model `Value`.

use std::rc::Rc;

use unkeyed_model::{Basis, Span};

/// A value and where it is written.
#[derive(Clone)]
pub(super) struct Val {
    /// What it is.
    pub(super) kind: Kind,
    /// Where the literal, or the expression as a whole, stands.
    pub(super) at: Option<At>,
    /// The name through which a literal was reached (`var.password`, `local.env`), last one first seen from the use.
    pub(super) via: Option<Rc<str>>,
}

/// A place in one of the folder's files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// Index of the file.
    pub(super) file: usize,
    /// Bytes: of text without quotes.
    pub(super) span: Span,
}

/// What a value is.
#[derive(Clone)]
pub(super) enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as text.
    Number(String),
    /// Text, possibly with holes.
    Text(String, Basis),
    /// A list, tuple or set.
    List(Vec<Val>),
    /// A map or object, in source order.
    Map(Vec<(String, Val)>),
    /// An attribute of something named: a resource, a data source, a variable without value, a file.
    Ref(Ref),
    /// One of these, depending on what is not known.
    Either(Vec<Val>, String),
    /// Not known, and what it is in the words of the source.
    Unknown(String),
}

/// `aws_iam_role.deploy` and `arn`; `var.x` and nothing; `file` and a path.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Ref {
    /// Whose attribute.
    pub(super) address: String,
    /// Which one, dotted.
    pub(super) attribute: String,
}

impl Ref {
    /// As it is written, indices left out.
    pub(super) fn shown(&self) -> String {
        if self.attribute.is_empty() { self.address.clone() } else { format!("{}.{}", self.address, self.attribute) }
    }

    /// The first part of the attribute.
    pub(super) fn first(&self) -> &str {
        self.attribute.split('.').next().unwrap_or_default()
    }

    /// The type of the resource or data source (`aws_iam_role`), empty for variables and the like.
    pub(super) fn resource_type(&self) -> &str {
        let bare = self.address.strip_prefix("data.").or_else(|| self.address.strip_prefix("ephemeral.")).unwrap_or(&self.address);
        bare.split_once('.').map_or("", |(kind, _)| kind)
    }
}

impl Val {
    /// A value without a place.
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, at: None, via: None }
    }

    /// A value that isn't known, and what it is.
    pub(super) fn unknown(what: impl Into<String>) -> Self {
        Self::new(Kind::Unknown(what.into()))
    }

    /// The items of a list, or the value itself: "one or many".
    pub(super) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key; of a list of one map, as nested blocks give, the key of that map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            Kind::List(items) if items.len() == 1 => items.first()?.get(key),
            _ => None,
        }
    }

    /// The reference, or the first one among the alternatives.
    pub(super) fn reference(&self) -> Option<&Ref> {
        match &self.kind {
            Kind::Ref(reference) => Some(reference),
            Kind::Either(values, _) => values.iter().find_map(Self::reference),
            Kind::List(items) if items.len() == 1 => items.first()?.reference(),
            _ => None,
        }
    }

    /// How many values and how much text it holds.
    pub(super) fn weight(&self) -> usize {
        1 + match &self.kind {
            Kind::List(items) | Kind::Either(items, _) => items.iter().map(Self::weight).sum(),
            Kind::Map(entries) => entries.iter().map(|(key, value)| key.len() / 16 + value.weight()).sum(),
            Kind::Text(text, _) | Kind::Number(text) | Kind::Unknown(text) => text.len() / 16,
            Kind::Null | Kind::Bool(_) | Kind::Ref(_) => 0,
        }
    }
}
