//! A detection rule as the engine uses it: checked, and with its names resolved.

use std::borrow::Cow;
use std::sync::Arc;

use globset::GlobSet;
use unkeyed_model::{Confidence, Custody, Replayable, Role, RuleInfo, VendorDefault};

use crate::allow::Allowance;
use crate::checksum::Checksum;
use crate::generic::Extract;
use crate::pattern::Pattern;
use crate::structure::Inspector;

/// The text of one `rules/<provider>.toml`, embedded or read by the caller.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// File name, for messages; its stem must equal the file's `provider`.
    pub name: String,
    /// TOML text; that of built-in rules is part of the program.
    pub text: Cow<'static, str>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// What reports show.
    pub(crate) info: Arc<RuleInfo>,
    /// Artifact kind unless an inspector refines it: the id.
    pub(crate) kind: Arc<str>,
    /// The file it comes from.
    pub(crate) file: String,
    /// Where in the file, from 1.
    pub(crate) line: usize,
    /// What it looks like.
    pub(crate) pattern: Pattern,
    /// It comes from a rule file of another program.
    pub(crate) is_foreign: bool,
    /// Which places of credentials it reports, if code finds them and not the pattern.
    pub(crate) extract: Option<Extract>,
    /// The name of what it finds says the vendor's: context and value.
    pub(crate) is_named: bool,
    /// How sure a match is, before refinement.
    pub(crate) confidence: Confidence,
    /// What the credential is for.
    pub(crate) role: Role,
    /// Whether a copy works elsewhere.
    pub(crate) replayable: Replayable,
    /// Where the value lives.
    pub(crate) custody: Custody,
    /// A generic credential-typed position (class C15).
    pub(crate) typed_position: bool,
    /// Least Shannon entropy of the secret, bits per byte.
    pub(crate) min_entropy: f64,
    /// Checksum inside the secret.
    pub(crate) checksum: Option<Checksum>,
    /// Structure inspector.
    pub(crate) inspect: Option<Inspector>,
    /// Lower-case words of which one must stand near the match; none needed if empty.
    pub(crate) keywords_near: Vec<Vec<u8>>,
    /// Paths to which it applies; everywhere if `None`.
    pub(crate) paths: Option<GlobSet>,
    /// The same as written.
    pub(crate) path_globs: Vec<String>,
    /// An expression that the path must contain a match of.
    pub(crate) path_pattern: Option<regex_automata::meta::Regex>,
    /// What it does not report although it matches.
    pub(crate) allow: Vec<Arc<Allowance>>,
    /// What the vendor says of the lifetime.
    pub(crate) lifetime: VendorDefault,
    /// The rule's author said so.
    pub(crate) is_lifetime_stated: bool,
    /// Exact values that are documented examples.
    pub(crate) public: Vec<String>,
    /// Its tests.
    pub(crate) examples: Examples,
}

/// The texts by which a rule proves itself.
#[derive(Debug, Default)]
pub(crate) struct Examples {
    /// Each must yield a match.
    pub(crate) matching: Vec<String>,
    /// None may.
    pub(crate) other: Vec<String>,
}

impl Rule {
    /// A rule that matches nothing.
    pub(crate) fn empty() -> Self {
        Self {
            info: Arc::default(),
            kind: "".into(),
            file: String::new(),
            line: 1,
            pattern: Pattern::never(),
            is_foreign: false,
            extract: None,
            is_named: false,
            confidence: Confidence::Medium,
            role: Role::Access,
            replayable: Replayable::Bearer,
            custody: Custody::Embedded,
            typed_position: false,
            min_entropy: 0.0,
            checksum: None,
            inspect: None,
            keywords_near: Vec::new(),
            paths: None,
            path_globs: Vec::new(),
            path_pattern: None,
            allow: Vec::new(),
            lifetime: VendorDefault::Unstated,
            is_lifetime_stated: true,
            public: Vec::new(),
            examples: Examples::default(),
        }
    }

    /// A rule with an id, for tests of inspectors and pairing.
    #[cfg(test)]
    pub(crate) fn named(id: &str) -> Arc<Self> {
        Arc::new(Self {
            info: Arc::new(RuleInfo { id: id.into(), ..RuleInfo::default() }),
            kind: id.into(),
            pattern: Pattern::new("literal").unwrap(),
            ..Self::empty()
        })
    }
}
