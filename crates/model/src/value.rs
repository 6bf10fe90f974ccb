//! A configuration value that may not be resolvable.

/// Text of non-secret configuration, or the reason why it isn't known. An unresolved value is never "absent".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The text, and how it became known.
    Known(String, Basis),
    /// Why it can't be told, as a phrase for people ("`var.subject` has no default in the inputs").
    Unknown(String),
}

/// How a value became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Written there.
    Literal,
    /// The default of a variable or parameter that nothing in the inputs overrides.
    Default,
    /// The platform's documented default.
    Platform,
}

impl Value {
    /// A value that is written where it is used.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self::Known(text.into(), Basis::Literal)
    }

    /// A value that can't be told, and why.
    #[must_use]
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(why.into())
    }

    /// The text, where known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text, _) => Some(text),
            Self::Unknown(_) => None,
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::Unknown("not stated".into())
    }
}
