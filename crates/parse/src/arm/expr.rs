//! Expressions of Azure templates, of Bicep and of the JSON form alike.
//!
//! No `Debug`: text may be a secret.

use unkeyed_model::Span;

/// What stands for the number of a resource's copy.
pub(super) const COPY: &str = "copyIndex()";

/// Key of what a resource is repeated over: the name of its item, and the list. A property has no such name.
pub(super) const REPEATED: &str = "for ";

/// An expression and where it stands.
#[derive(Clone)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    /// Of text without quotes.
    pub(super) span: Span,
}

/// What it is.
#[derive(Clone)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// Text with expressions spliced in.
    Spliced(Vec<Expr>),
    Name(String),
    /// `a.b`, `a['b']`, `a[0]` with a literal key.
    Member(Box<Expr>, String),
    /// `a[b]` with a key that is computed.
    Index(Box<Expr>, Box<Expr>),
    /// `f(…)`.
    Call(String, Vec<Expr>),
    /// `a.f(…)`.
    Method(Box<Expr>, String, Vec<Expr>),
    Array(Vec<Expr>),
    /// Keys are expressions: an identity is named by its id there.
    Object(Vec<(Expr, Expr)>),
    /// One of these: branches of a condition, an item of a loop.
    Either(Vec<Expr>),
    /// Not followed.
    Other(String),
}

impl Expr {
    pub(super) fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self { kind, span: Span::new(start, end.max(start)) }
    }

    /// The value of a literal key of an object; of a condition or loop that of its first branch.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Object(entries) => entries.iter().rev().find(|(name, _)| name.literal() == Some(key)).map(|(_, value)| value),
            Kind::Either(branches) => branches.iter().find_map(|branch| branch.get(key)),
            _ => None,
        }
    }

    /// The text of a literal.
    pub(super) fn literal(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) | Kind::Name(text) => Some(text),
            _ => None,
        }
    }
}
