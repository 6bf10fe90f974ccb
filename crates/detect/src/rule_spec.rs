//! A rule file as authors write it, before anything is checked.
//!
//! The build script reads the built-in files with this module too, and embeds what it read in a form that is not for
//! humans (postcard) and is read back in a fraction of the time that TOML takes. Only two types know of both forms.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::Spanned;
use unkeyed_model::{Confidence, Custody, Replayable, Role};

use crate::named_value::Named;

/// A value, and where in the file it starts.
pub(crate) struct Placed<T> {
    start: usize,
    value: T,
}

impl<T> Placed<T> {
    pub(crate) fn get_ref(&self) -> &T {
        &self.value
    }

    #[allow(dead_code, reason = "for the build script")]
    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    pub(crate) fn into_inner(self) -> T {
        self.value
    }

    pub(crate) fn start(&self) -> usize {
        self.start
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let spanned = Spanned::<T>::deserialize(deserializer)?;
            Ok(Self { start: spanned.span().start, value: spanned.into_inner() })
        } else {
            let (start, value) = Deserialize::deserialize(deserializer)?;
            Ok(Self { start, value })
        }
    }
}

impl<T: Serialize> Serialize for Placed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.start, &self.value).serialize(serializer)
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileSpec {
    pub(crate) provider: Placed<String>,
    #[serde(default)]
    pub(crate) rule: Vec<Placed<RuleSpec>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleSpec {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) reference: String,
    pub(crate) pattern: Option<Placed<String>>,
    pub(crate) context: Option<Placed<String>>,
    pub(crate) called: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) extract: Option<Placed<String>>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) role: Option<Role>,
    pub(crate) replayable: Option<Replayable>,
    pub(crate) custody: Option<Custody>,
    #[serde(default)]
    pub(crate) typed_position: bool,
    #[serde(default)]
    pub(crate) min_entropy: f64,
    pub(crate) checksum: Option<Placed<String>>,
    pub(crate) inspect: Option<Placed<String>>,
    #[serde(default)]
    pub(crate) keywords_near: Vec<String>,
    #[serde(default)]
    pub(crate) paths: Vec<Placed<String>>,
    pub(crate) lifetime: Option<LifetimeTable>,
    #[serde(default)]
    pub(crate) instead: String,
    #[serde(default)]
    pub(crate) revoke: String,
    #[serde(default)]
    pub(crate) r#match: Vec<String>,
    #[serde(default)]
    pub(crate) no_match: Vec<String>,
    #[serde(default)]
    pub(crate) public: Vec<String>,
}

impl RuleSpec {
    /// Whether any part of a pattern is given.
    pub(crate) fn has_pattern(&self) -> bool {
        self.pattern.is_some() || self.context.is_some() || self.value.is_some() || self.called.is_some()
    }

    /// Nobody needs them at a scan; whoever does reads the file again.
    #[allow(dead_code, reason = "for the build script")]
    pub(crate) fn forget_examples(&mut self) {
        self.r#match = Vec::new();
        self.no_match = Vec::new();
    }

    /// The pattern as written, or what a named value's pattern is made of; `None` if it is not clear which.
    pub(crate) fn source(&self) -> Option<Source<'_>> {
        match (&self.pattern, &self.context, &self.value) {
            (Some(pattern), None, None) if self.called.is_none() => Some(Source::Pattern(pattern.get_ref())),
            (None, Some(context), Some(value)) => {
                Some(Source::Named(Named { context: context.get_ref(), called: self.called.as_deref(), value }))
            }
            _ => None,
        }
    }
}

/// How a pattern is given.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Pattern(&'a str),
    Named(Named<'a>),
}

impl Source<'_> {
    /// The whole pattern.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Pattern(text) => (*text).to_owned(),
            Self::Named(named) => named.pattern(),
        }
    }
}

/// What the vendor says of the lifetime.
#[derive(Serialize)]
pub(crate) struct LifetimeTable {
    pub(crate) default: LifetimeWord,
    pub(crate) seconds: Option<u64>,
    pub(crate) why: String,
}

/// As authors write it: `"never"`, or a table with a default and why.
#[derive(Deserialize)]
#[serde(untagged, expecting = "\"never\", \"revoked\", \"unstated\", or { default = …, seconds = …, why = … }")]
enum WrittenLifetime {
    Word(LifetimeWord),
    Table(WrittenTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    default: LifetimeWord,
    seconds: Option<u64>,
    #[serde(default)]
    why: String,
}

impl<'de> Deserialize<'de> for LifetimeTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (default, seconds, why) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { default, seconds, why });
        }
        Ok(match WrittenLifetime::deserialize(deserializer)? {
            WrittenLifetime::Word(default) => Self { default, seconds: None, why: String::new() },
            WrittenLifetime::Table(WrittenTable { default, seconds, why }) => Self { default, seconds, why },
        })
    }
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LifetimeWord {
    Never,
    AtMost,
    Short,
    Revoked,
    Unstated,
}
