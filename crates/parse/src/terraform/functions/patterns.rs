//! Functions that take a regular expression. The language's are RE2's, which the ones used here understand.

use regex_automata::Input;
use regex_automata::meta::{Builder, Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::util::{interpolate, syntax};
use unkeyed_model::Basis;

use super::MAX_ITEMS;
use crate::evaluated::{Kind, Val};

/// Longest expression, and what it may be compiled to, in bytes.
const MAX_PATTERN: usize = 1 << 10;
const MAX_COMPILED: usize = 256 << 10;

fn compiled(pattern: &str) -> Option<Regex> {
    let limits = Config::new().nfa_size_limit(Some(MAX_COMPILED)).onepass(false).hybrid_cache_capacity(MAX_COMPILED);
    let syntax = syntax::Config::new().nest_limit(32);
    (pattern.len() <= MAX_PATTERN).then(|| Builder::new().configure(limits).syntax(syntax).build(pattern).ok())?
}

/// `regex`: the match, or what its groups caught; null where there is none, which is an error there.
pub(super) fn first(pattern: &str, text: &str, basis: Basis) -> Option<Val> {
    let regex = compiled(pattern)?;
    let mut captures = regex.create_captures();
    regex.captures(text, &mut captures);
    Some(if captures.is_match() { caught(&regex, &captures, text, basis) } else { Val::new(Kind::Null) })
}

/// `regexall`: all of them.
pub(super) fn all(pattern: &str, text: &str, basis: Basis) -> Option<Val> {
    let regex = compiled(pattern)?;
    let found = regex.captures_iter(Input::new(text)).take(MAX_ITEMS).map(|captures| caught(&regex, &captures, text, basis));
    Some(Val::new(Kind::List(found.collect())))
}

/// `replace` with an expression between slashes; `$1` and `${name}` are what its groups caught.
pub(super) fn replaced(pattern: &str, text: &str, with: &str, most: usize) -> Option<String> {
    let regex = compiled(pattern)?;
    let mut out = String::new();
    let mut from = 0;
    for captures in regex.captures_iter(Input::new(text)) {
        let whole = captures.get_match()?;
        out.push_str(text.get(from..whole.start())?);
        let group =
            |index: usize, out: &mut String| out.push_str(captures.get_group(index).and_then(|span| text.get(span.range())).unwrap_or(""));
        interpolate::string(with, group, |name| regex.group_info().to_index(whole.pattern(), name), &mut out);
        from = whole.end();
        if out.len() > most {
            return None;
        }
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

fn caught(regex: &Regex, captures: &Captures, text: &str, basis: Basis) -> Val {
    let part = |index: usize| match captures.get_group(index).and_then(|span| text.get(span.range())) {
        Some(part) => Val::new(Kind::Text(part.to_owned(), basis)),
        None => Val::new(Kind::Null),
    };
    let names: Vec<Option<&str>> =
        captures.pattern().map(|pattern| regex.group_info().pattern_names(pattern).collect()).unwrap_or_default();
    match names.get(1) {
        None => part(0),
        Some(None) => Val::new(Kind::List((1..names.len()).map(part).collect())),
        Some(Some(_)) => {
            let named = names.iter().enumerate().filter_map(|(index, name)| Some(((*name)?.to_owned(), part(index))));
            Val::new(Kind::Map(named.collect()))
        }
    }
}
