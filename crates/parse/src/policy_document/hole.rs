//! Text of which a part is not known: the unknown part stands as a hole that says what would fill it.
//!
//! A hole is kept inside the string, between two private-use characters, so that joining, formatting and JSON parsing
//! work on partly known text as on any other. Source text is cleaned of these characters before it gets here.

use unkeyed_model::{Basis, Value};

const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
/// Stands before text that rests on a default, where the text travels without its basis (in JSON).
const DEFAULTED: char = '\u{E002}';

/// A hole that `what` would fill, in the words of the source (`var.org`, `aws_s3_bucket.logs.arn`).
pub(crate) fn hole(what: &str) -> String {
    format!("{OPEN}{}{CLOSE}", clean(what))
}

/// Text of a source, without the characters that mark holes.
pub(crate) fn clean(text: &str) -> String {
    text.replace([OPEN, CLOSE, DEFAULTED], "\u{FFFD}")
}

/// The text with its basis inside.
pub(crate) fn with_basis(text: String, basis: Basis) -> String {
    if basis == Basis::Default { format!("{DEFAULTED}{text}") } else { text }
}

/// The text without any basis inside.
pub(crate) fn unmarked(text: &str) -> String {
    text.replace(DEFAULTED, "")
}

/// Text and basis apart again.
pub(crate) fn without_basis(text: &str) -> (String, Basis) {
    match text.strip_prefix(DEFAULTED) {
        Some(rest) => (rest.to_owned(), Basis::Default),
        None => (text.to_owned(), Basis::Literal),
    }
}

/// What would fill the holes, in order.
pub(crate) fn holes(text: &str) -> impl Iterator<Item = &str> {
    text.split(OPEN).skip(1).map(|part| part.split(CLOSE).next().unwrap_or_default())
}

/// The text with what would fill each hole written as one word of the same length.
pub(crate) fn as_words(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            OPEN => inside = true,
            CLOSE => inside = false,
            other if inside => {
                out.extend(std::iter::repeat_n('x', other.len_utf8()));
                continue;
            }
            _ => {}
        }
        out.push(character);
    }
    out
}

/// Whether everything is known.
pub(crate) fn is_known(text: &str) -> bool {
    !text.contains(OPEN)
}

/// What fills the text if it is one hole and nothing else.
pub(crate) fn only_hole(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    (!inner.contains(OPEN)).then_some(inner)
}

/// What fills the hole with which the text begins, and the text after it.
pub(crate) fn leading_hole(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(OPEN)?.split_once(CLOSE)
}

/// The text with what is written, and what stands for each hole.
pub(crate) fn filled(text: &str, written: &dyn Fn(&str) -> String, hole: &dyn Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split(OPEN).enumerate() {
        match part.split_once(CLOSE).filter(|_| index > 0) {
            Some((what, behind)) => out.extend([hole(what), written(behind)]),
            None => out.push_str(&written(part)),
        }
    }
    out
}

/// The text for people: holes as `${what}`.
pub(crate) fn shown(text: &str) -> String {
    text.replace(OPEN, "${").replace(CLOSE, "}")
}

/// The text with each hole outside of double quotes as a zero, so that it may be JSON.
pub(crate) fn unquoted_as_zero(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped, mut inside) = (false, false, false);
    for character in text.chars() {
        match character {
            OPEN if !quoted => {
                inside = true;
                out.push('0');
                continue;
            }
            CLOSE if inside => {
                inside = false;
                continue;
            }
            '"' if !escaped && !inside => quoted = !quoted,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        if !inside {
            out.push(character);
        }
    }
    out
}

/// The name of what fills the text if it is one hole and nothing else, else the text for people.
pub(crate) fn named(text: &str) -> String {
    only_hole(text).map_or_else(|| shown(text), str::to_owned)
}

/// The text for people if some of it is written: `repo:${var.org}/${var.name}:*` says how it is built, `${var.subject}` nothing.
pub(crate) fn partly(text: &str) -> Option<String> {
    only_hole(text).is_none().then(|| shown(text))
}

/// The text as a value: known if nothing is missing.
pub(crate) fn value(text: &str, basis: Basis) -> Value {
    if is_known(text) {
        return Value::Known(text.to_owned(), basis);
    }
    match only_hole(text) {
        Some(what) => Value::unknown(format!("`{what}` is not known from these inputs")),
        None => Value::unknown(format!("`{}` is not fully known from these inputs", shown(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_with_holes_stays_json() {
        let text = format!("{{\"a\": \"x{}\\\"\", \"b\": {}}}", hole("var.a"), hole("var.b"));
        assert_eq!(unquoted_as_zero(&text), format!("{{\"a\": \"x{}\\\"\", \"b\": 0}}", hole("var.a")));
    }

    #[test]
    fn partly_known_text_is_unknown_and_says_why() {
        let text = format!("repo:{}/api", hole("var.org"));
        assert_eq!(holes(&text).collect::<Vec<_>>(), ["var.org"]);
        assert_eq!(value(&text, Basis::Literal), Value::unknown("`repo:${var.org}/api` is not fully known from these inputs"));
        assert_eq!(value(&hole("var.org"), Basis::Literal), Value::unknown("`var.org` is not known from these inputs"));
        assert_eq!(value("x", Basis::Default), Value::Known("x".into(), Basis::Default));
        assert!(is_known(&clean(&text)));
        assert_eq!(without_basis(&with_basis("x".into(), Basis::Default)), ("x".to_owned(), Basis::Default));
    }
}
