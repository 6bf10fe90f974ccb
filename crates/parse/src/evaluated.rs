//! What an expression of a configuration evaluates to, as far as the inputs tell. Shared by the languages that have
//! expressions (Terraform, CloudFormation, ARM).
//!
//! No `Debug`: text may be a secret. Only [`crate::policy_document::hole`] text of settings that are not secret leaves
//! as a model `Value`.

mod leaves;

use std::rc::Rc;

use serde_json::Value as Json;
use unkeyed_model::{Basis, Span};

pub(crate) use self::leaves::{Leaf, NAMES, inside, leaves_of, named_by, walk};
use crate::policy_document::hole;

/// What a reference comes to: its text, a hole where it can't be told.
pub(crate) type Resolve<'r> = &'r dyn Fn(&Ref) -> (String, Basis);

/// A value and where it is written.
#[derive(Clone)]
pub(crate) struct Val {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where the literal, or the expression as a whole, stands.
    pub(crate) at: Option<At>,
    /// The name through which a literal was reached (`var.password`, `local.env`), last one first seen from the use.
    pub(crate) via: Option<Rc<str>>,
}

/// A place in one of the folder's files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    /// Index of the file.
    pub(crate) file: usize,
    /// Bytes: of text without quotes.
    pub(crate) span: Span,
    /// The bytes of the file itself, where the language was written out from another form and this part of it was found.
    pub(crate) found: Option<Span>,
}

impl At {
    /// A place by its bytes.
    pub(crate) fn new(file: usize, span: Span) -> Self {
        Self { file, span, found: None }
    }
}

/// What a value is.
#[derive(Clone)]
pub(crate) enum Kind {
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
pub(crate) struct Ref {
    /// Whose attribute.
    pub(crate) address: String,
    /// Which one, dotted.
    pub(crate) attribute: String,
    /// Key of the one of several instances that is meant, where that is said.
    pub(crate) index: Option<Rc<str>>,
}

impl Ref {
    /// The attribute of what has this address.
    pub(crate) fn new(address: impl Into<String>, attribute: impl Into<String>) -> Self {
        Self { address: address.into(), attribute: attribute.into(), index: None }
    }

    /// As it is written, indices left out.
    pub(crate) fn shown(&self) -> String {
        if self.attribute.is_empty() { self.address.clone() } else { format!("{}.{}", self.address, self.attribute) }
    }

    /// The first part of the attribute.
    pub(crate) fn first(&self) -> &str {
        self.attribute.split('.').next().unwrap_or_default()
    }

    /// The type of the resource or data source (`aws_iam_role`), empty for variables and the like.
    pub(crate) fn resource_type(&self) -> &str {
        let bare = self.address.strip_prefix("data.").or_else(|| self.address.strip_prefix("ephemeral.")).unwrap_or(&self.address);
        bare.split_once('.').map_or("", |(kind, _)| kind)
    }
}

impl Val {
    /// A value without a place.
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, at: None, via: None }
    }

    /// A value that isn't known, and what it is.
    pub(crate) fn unknown(what: impl Into<String>) -> Self {
        Self::new(Kind::Unknown(what.into()))
    }

    /// The items of a list, or the value itself: "one or many".
    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a map.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key; of a list of one map, as nested blocks give, the key of that map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            Kind::List(items) if items.len() == 1 => items.first()?.get(key),
            _ => None,
        }
    }

    /// The reference, or the first one among the alternatives.
    pub(crate) fn reference(&self) -> Option<&Ref> {
        match &self.kind {
            Kind::Ref(reference) => Some(reference),
            Kind::Either(values, _) => values.iter().find_map(Self::reference),
            Kind::List(items) if items.len() == 1 => items.first()?.reference(),
            _ => None,
        }
    }

    /// How many values and how much text it holds.
    pub(crate) fn weight(&self) -> usize {
        1 + match &self.kind {
            Kind::List(items) | Kind::Either(items, _) => items.iter().map(Self::weight).sum(),
            Kind::Map(entries) => entries.iter().map(|(key, value)| key.len() / 16 + value.weight()).sum(),
            Kind::Text(text, _) | Kind::Number(text) | Kind::Unknown(text) => text.len() / 16,
            Kind::Null | Kind::Bool(_) | Kind::Ref(_) => 0,
        }
    }

    /// The value as text with holes.
    pub(crate) fn text(&self, resolve: Resolve<'_>) -> (String, Basis) {
        match &self.kind {
            Kind::Text(text, basis) => (text.clone(), *basis),
            Kind::Number(text) => (text.clone(), Basis::Literal),
            Kind::Bool(value) => (value.to_string(), Basis::Literal),
            Kind::Null => (String::new(), Basis::Literal),
            Kind::List(items) if items.len() == 1 => {
                items.first().map_or_else(|| (String::new(), Basis::Literal), |item| item.text(resolve))
            }
            Kind::List(_) | Kind::Map(_) => (hole::unmarked(&self.json(resolve).to_string()), Basis::Literal),
            Kind::Ref(reference) => resolve(reference),
            Kind::Either(values, what) => agreed(values, what, resolve),
            Kind::Unknown(what) => (hole::hole(what), Basis::Literal),
        }
    }

    /// The value as JSON, unknown parts as text with holes.
    pub(crate) fn json(&self, resolve: Resolve<'_>) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::List(items) => Json::Array(items.iter().map(|item| item.json(resolve)).collect()),
            Kind::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), value.json(resolve))).collect()),
            _ => {
                let (text, basis) = self.text(resolve);
                Json::String(hole::with_basis(text, basis))
            }
        }
    }
}

/// The text on which all alternatives agree.
fn agreed(values: &[Val], what: &str, resolve: Resolve<'_>) -> (String, Basis) {
    let mut texts: Vec<(String, Basis)> = values.iter().map(|value| value.text(resolve)).collect();
    texts.dedup_by(|a, b| a.0 == b.0);
    match texts.pop() {
        Some(only) if texts.is_empty() => only,
        _ => (hole::hole(what), Basis::Literal),
    }
}
