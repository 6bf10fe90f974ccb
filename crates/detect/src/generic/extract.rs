//! The kinds of places by which rules name what they report.

use super::dialect::Dialect;
use super::name::{Class, Name};
use super::place::{How, Place};

/// What a rule with `extract = "…"` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extract {
    Configuration,
    Password,
    Secret,
    Argument,
    Setter,
    Variable,
    Element,
    Inside,
    Option,
    Directive,
    Address,
    Bearer,
    Basic,
    KeyHeader,
    Statement,
    Prose,
    Weak,
    /// A file that is a list of bytes.
    KeyPair,
    /// A file of lines of user and password.
    UserLine,
}

/// The names of the kinds, as rules write them.
const TABLE: &[(&str, Extract)] = &[
    ("configuration", Extract::Configuration),
    ("password", Extract::Password),
    ("secret", Extract::Secret),
    ("argument", Extract::Argument),
    ("setter", Extract::Setter),
    ("variable", Extract::Variable),
    ("element", Extract::Element),
    ("inside", Extract::Inside),
    ("option", Extract::Option),
    ("directive", Extract::Directive),
    ("address", Extract::Address),
    ("bearer", Extract::Bearer),
    ("basic", Extract::Basic),
    ("key-header", Extract::KeyHeader),
    ("statement", Extract::Statement),
    ("prose", Extract::Prose),
    ("weak", Extract::Weak),
    ("key-pair", Extract::KeyPair),
    ("user-line", Extract::UserLine),
];

impl Extract {
    /// The kind of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(known, _)| *known == name).map(|&(_, extract)| extract)
    }

    /// All names, for messages.
    pub(crate) fn names() -> String {
        TABLE.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// The kind of a place.
    pub(super) fn of(text: &[u8], place: &Place, name: Option<&Name>, dialect: Dialect) -> Self {
        match place.how {
            How::Userinfo => Self::Address,
            How::Bearer => Self::Bearer,
            How::Basic => Self::Basic,
            How::Statement => Self::Statement,
            How::Option => Self::Option,
            How::Directive => Self::Directive,
            How::Variable => Self::Variable,
            How::Element => Self::Element,
            How::Argument => Self::Argument,
            How::Setter | How::Pair => Self::Setter,
            How::Told => Self::Prose,
            How::Assigned | How::Compared | How::Default | How::Sibling | How::Inside | How::Numbers => match name {
                Some(name) if is_header(&text[name.span.start..name.span.end]) => Self::KeyHeader,
                Some(name) if name.weak => Self::Weak,
                _ if place.how == How::Inside => Self::Inside,
                _ if !place.value.quoted && dialect.is_configuration() => Self::Configuration,
                Some(name) if name.class == Class::Password => Self::Password,
                _ => Self::Secret,
            },
        }
    }
}

/// `X-Api-Key`, `Private-Token`: with hyphens, and capitals or an x in front.
pub(super) fn is_header(name: &[u8]) -> bool {
    let starts = name.len() > 4
        && (name[..2].eq_ignore_ascii_case(b"x-")
            || name.eq_ignore_ascii_case(b"private-token")
            || name.eq_ignore_ascii_case(b"job-token"));
    starts || name.len() > 8 && name[..5].eq_ignore_ascii_case(b"ocp-a")
}
