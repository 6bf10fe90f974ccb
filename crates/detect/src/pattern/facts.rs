//! What is known of a pattern without compiling it. The build script finds it out for the built-in rules.

use regex_syntax::hir::{Hir, HirKind};
use serde::{Deserialize, Serialize};

use crate::literal::guard::{self, Guard};
use crate::literal::{self, Literal, NoLiteral};
use crate::named_value::Named;

/// A match longer than this is cut off, or not found if its end is needed.
pub(crate) const MAX_WINDOW: usize = 64 << 10;
/// The group that holds the secret; without it the whole match does.
pub(crate) const SECRET: &str = "secret";

/// What the engine needs to know before a literal of the pattern is hit.
#[derive(Deserialize, Serialize)]
pub(crate) struct Facts {
    /// What to search for.
    pub(crate) literals: Vec<Literal>,
    /// They need be searched for only in front of a credential's name with a long value, at most so far from the start of its
    /// last word.
    pub(crate) near: Option<usize>,
    /// Position of the piece at whose start the literals stand, if what precedes it varies.
    pub(crate) tail: Option<usize>,
    /// What stands near a literal in every match.
    pub(crate) guard: Option<Guard>,
    /// The longest match.
    pub(crate) window: usize,
    /// The secret is a part of the match, so that its group has to be found.
    pub(crate) secret_is_part: bool,
    /// Texts with which the secret starts.
    pub(crate) prefixes: Vec<Vec<u8>>,
}

impl Facts {
    /// Of a pattern that matches nothing.
    pub(crate) const fn none() -> Self {
        Self { literals: Vec::new(), near: None, tail: None, guard: None, window: 0, secret_is_part: false, prefixes: Vec::new() }
    }

    pub(crate) fn new(hir: &Hir) -> Result<Self, NoLiteral> {
        let required = literal::required(hir)?;
        let group = secret_group(hir);
        Ok(Self {
            literals: required.literals,
            near: None,
            tail: required.tail,
            guard: required.guard,
            window: hir.properties().maximum_len().unwrap_or(MAX_WINDOW).min(MAX_WINDOW),
            secret_is_part: group.is_some() && !is_all_secret(hir),
            prefixes: literal::prefixes(group.unwrap_or(hir)),
        })
    }

    /// Of the pattern of a named value.
    pub(crate) fn named(hir: &Hir, named: &Named<'_>) -> Result<Self, FactsError> {
        let facts = Self::new(hir)?;
        let Some(near) = named.reach().map_err(FactsError::Syntax)? else { return Ok(facts) };
        let Ok(required) = literal::required(&named.context().map_err(FactsError::Syntax)?) else { return Ok(facts) };
        let guard = guard::useful(hir, &required.literals);
        Ok(Self { literals: required.literals, near: Some(near), tail: required.tail, guard, ..facts })
    }
}

/// Why a pattern can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FactsError {
    #[error("the pattern does not parse: {0}")]
    Syntax(String),
    #[error(transparent)]
    Literal(#[from] NoLiteral),
}

/// Reads a pattern; an error says what is wrong with it.
pub(crate) fn parse(source: &str) -> Result<Hir, String> {
    let parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(source);
    parser.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").into())
}

/// The part that is the secret.
pub(crate) fn secret_group(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(group) if group.name.as_deref() == Some(SECRET) => Some(&group.sub),
        HirKind::Capture(group) => secret_group(&group.sub),
        HirKind::Repetition(repetition) => secret_group(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret_group),
        _ => None,
    }
}

/// Whether nothing but assertions stands beside the secret's group.
fn is_all_secret(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(group) => group.name.as_deref() == Some(SECRET) || is_all_secret(&group.sub),
        HirKind::Concat(parts) => {
            let mut solid = parts.iter().filter(|part| part.properties().maximum_len() != Some(0));
            solid.next().is_some_and(is_all_secret) && solid.next().is_none()
        }
        _ => false,
    }
}
