//! Turns what another program's file says of a rule into a rule of ours, or says why that can't be.

use std::sync::Arc;

use regex_syntax::hir::Hir;
use unkeyed_model::{Confidence, Custody, Remediation, Replayable, Role, RuleInfo, VendorDefault};

use super::groups::{self, SecretIn};
use super::{go_syntax, prefix};
use crate::allow::{self, Allowance, Test};
use crate::pattern::{FactsError, Pattern};
use crate::rule::{Examples, Rule, RuleFile};

/// Who compiles the expressions of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Go,
    Rust,
}

/// A rule as its file states it.
pub(super) struct Foreign {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) reference: String,
    pub(super) dialect: Dialect,
    pub(super) pattern: String,
    pub(super) secret: SecretIn,
    pub(super) confidence: Confidence,
    pub(super) min_entropy: f64,
    pub(super) keywords: Vec<String>,
    /// Expression for the file's path.
    pub(super) path: Option<String>,
    pub(super) allow: Vec<Arc<Allowance>>,
    pub(super) examples: Examples,
    /// What of it has no counterpart here, though the rule works without.
    pub(super) lost: Vec<String>,
}

/// The rule, and what of it was lost.
pub(super) fn rule(file: &RuleFile, line: usize, foreign: Foreign) -> Result<(Rule, Vec<String>), String> {
    let mut lost = foreign.lost;
    let (pattern, is_shortened) = pattern(&foreign.pattern, foreign.dialect, foreign.secret, &mut lost)?;
    let looks_at_match = |allowance: &Allowance| allowance.groups.iter().flatten().any(|test| matches!(test, Test::Match(_)));
    if is_shortened && foreign.allow.iter().any(|allowance| looks_at_match(allowance)) {
        return Err("its allow-list looks at the unbounded beginning of the match; bound it, as in {0,40}".into());
    }
    if let Some(problem) = pattern.compile_problem() {
        return Err(problem);
    }
    if !foreign.keywords.is_empty() && !are_in_every_match(&foreign.keywords, &pattern) {
        lost.push("its keywords count only within 200 bytes before and 100 bytes after a match, not anywhere in the file".into());
    }
    let (id, provider) = named(&foreign.id, file)?;
    let rule = Rule {
        extract: None,
        is_named: false,
        info: Arc::new(RuleInfo {
            id: id.clone(),
            name: foreign.name,
            provider,
            description: foreign.description,
            reference: foreign.reference,
            remediation: Remediation::default(),
        }),
        kind: id.into(),
        file: file.name.clone(),
        line,
        pattern,
        is_foreign: true,
        confidence: foreign.confidence,
        role: Role::Access,
        replayable: Replayable::Bearer,
        custody: Custody::Embedded,
        typed_position: false,
        min_entropy: foreign.min_entropy,
        checksum: None,
        inspect: None,
        keywords_near: foreign.keywords.iter().map(|word| word.to_ascii_lowercase().into_bytes()).collect(),
        paths: None,
        path_globs: Vec::new(),
        path_pattern: foreign.path.map(|path| regex(&path, foreign.dialect)).transpose()?,
        allow: foreign.allow,
        lifetime: VendorDefault::Unstated,
        is_lifetime_stated: false,
        public: Vec::new(),
        examples: foreign.examples,
    };
    Ok((rule, lost))
}

/// An expression of an allow-list or of a path.
pub(super) fn regex(source: &str, dialect: Dialect) -> Result<regex_automata::meta::Regex, String> {
    allow::regex(&in_rust(source, dialect))
}

fn in_rust(source: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Go { go_syntax::to_rust(source) } else { source.to_owned() }
}

/// The pattern, and whether its beginning was shortened.
fn pattern(source: &str, dialect: Dialect, secret: SecretIn, lost: &mut Vec<String>) -> Result<(Pattern, bool), String> {
    let parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(&in_rust(source, dialect));
    let hir = parser.map_err(|error| {
        let text = error.to_string();
        format!("the pattern does not parse: {}", text.lines().last().unwrap_or_default().trim_start_matches("error: "))
    })?;
    let (hir, remark) = groups::keep_secret(&hir, secret)?;
    lost.extend(remark);
    match of_hir(&hir) {
        Ok(pattern) => Ok((pattern, false)),
        Err(error) => match prefix::bounded(&hir).and_then(|shorter| of_hir(&shorter).ok()) {
            Some(pattern) => Ok((pattern, true)),
            None => Err(error.to_string()),
        },
    }
}

fn of_hir(hir: &Hir) -> Result<Pattern, FactsError> {
    Pattern::new(&hir.to_string())
}

/// Whether every match contains one of the keywords, as far as the pattern's literals tell.
fn are_in_every_match(keywords: &[String], pattern: &Pattern) -> bool {
    pattern.facts().literals.iter().all(|literal| {
        let literal = literal.bytes.to_ascii_lowercase();
        keywords.iter().any(|keyword| memchr::memmem::find(&literal, keyword.to_ascii_lowercase().as_bytes()).is_some())
    })
}

/// Id and provider: an id with a dot names its provider itself, another takes the file's name.
fn named(id: &str, file: &RuleFile) -> Result<(String, String), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if id.is_empty() || id.len() > 200 || !id.bytes().all(allowed) {
        return Err("an id consists of letters, digits, dots, hyphens and underscores".into());
    }
    if let Some((provider, _)) = id.split_once('.').filter(|(provider, rest)| !provider.is_empty() && !rest.is_empty()) {
        return Ok((id.to_owned(), provider.to_owned()));
    }
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default().trim_start_matches('.');
    let stem: String = name.split('.').next().unwrap_or_default().chars().filter(|&c| c.is_ascii() && allowed(c as u8)).collect();
    let stem = if stem.is_empty() { "imported".to_owned() } else { stem.to_ascii_lowercase() };
    Ok((format!("{stem}.{}", id.trim_matches('.')), stem))
}
