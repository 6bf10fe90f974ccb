//! Whether nothing but everyday words leads to a pattern's value.
//!
//! One decision a reader would question: all fixed text counts, not only the literal that the search picks. The pick is the rarest for
//! the machine; what makes a rule specific is any name of a vendor that must stand there.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Most texts that a part of a pattern is spelled out to.
const MAX_TEXTS: usize = 256;

/// Words that lead to a value in any language and program.
const EVERYDAY: &str = "\
    access account admin api app auth authorization basic bearer bot client code config connection credential credentials data \
    database db default env export header host http https id key login name oauth pass passphrase passwd password pat private prod \
    public pwd refresh root secret server service session set sign signature signing string test token uri url user username value \
    webhook www x";

/// Whether a match can consist of everyday words besides its value.
pub(super) fn is_everyday(hir: &Hir) -> bool {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let mut run = vec![String::new()];
    for part in parts {
        let texts = part.and_then(texts);
        if let Some(grown) = texts.as_ref().and_then(|texts| product(&run, texts)) {
            run = grown;
            continue;
        }
        if !any_is_everyday(&run) || texts.as_ref().is_none() && !part.is_none_or(inner_is_everyday) {
            return false;
        }
        run = texts.unwrap_or_else(|| vec![String::new()]);
    }
    any_is_everyday(&run)
}

/// The parts of a concatenation through its groups; `None` for the value.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<Option<&'h Hir>>) {
    match hir.kind() {
        HirKind::Capture(group) if group.name.as_deref() == Some("secret") => parts.push(None),
        HirKind::Capture(group) => flatten(&group.sub, parts),
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(Some(hir)),
    }
}

/// The same for a part that can't be spelled out.
fn inner_is_everyday(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Repetition(repetition) => repetition.min == 0 || is_everyday(&repetition.sub),
        HirKind::Alternation(branches) => branches.iter().any(is_everyday),
        _ => true,
    }
}

/// All texts of a part in lower case, one blank for whatever is no letter; `None` if they are too many.
fn texts(hir: &Hir) -> Option<Vec<String>> {
    let spelled = |bytes: &mut dyn Iterator<Item = u8>| -> String { bytes.map(letter).collect() };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![String::new()]),
        HirKind::Literal(literal) => Some(vec![spelled(&mut literal.0.iter().copied())]),
        HirKind::Class(Class::Bytes(class)) => {
            let mut texts: Vec<_> =
                class.ranges().iter().flat_map(|range| range.start()..=range.end()).map(|byte| letter(byte).to_string()).collect();
            texts.sort_unstable();
            texts.dedup();
            (texts.len() <= 6).then_some(texts)
        }
        HirKind::Repetition(repetition) if repetition.max.is_some_and(|most| most <= 1) => {
            let mut texts = texts(&repetition.sub)?;
            texts.extend((repetition.min == 0).then(String::new));
            Some(texts)
        }
        HirKind::Capture(group) if group.name.as_deref() != Some("secret") => texts(&group.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![String::new()], |all, part| product(&all, &texts(part)?)),
        HirKind::Alternation(branches) => {
            let all: Option<Vec<_>> = branches.iter().map(texts).collect();
            all.map(|all| all.concat()).filter(|all| all.len() <= MAX_TEXTS)
        }
        _ => None,
    }
}

fn letter(byte: u8) -> char {
    if byte.is_ascii_alphabetic() { char::from(byte.to_ascii_lowercase()) } else { ' ' }
}

fn product(heads: &[String], tails: &[String]) -> Option<Vec<String>> {
    let fits = heads.len().saturating_mul(tails.len()) <= MAX_TEXTS;
    fits.then(|| heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}"))).collect())
}

fn any_is_everyday(texts: &[String]) -> bool {
    texts.iter().any(|text| text.split(' ').filter(|part| !part.is_empty()).all(is_made_of_words))
}

/// Whether words, one after the other, are all of `part`.
fn is_made_of_words(part: &str) -> bool {
    // reachable[n]: the first n letters are words.
    let mut reachable = vec![false; part.len() + 1];
    reachable[0] = true;
    for at in 0..part.len() {
        if reachable[at] {
            let fitting = EVERYDAY.split(' ').filter(|word| part[at..].starts_with(word));
            fitting.for_each(|word| reachable[at + word.len()] = true);
        }
    }
    reachable[part.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pattern: &str) -> bool {
        is_everyday(&regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap())
    }

    #[test]
    fn a_vendors_name_anywhere_is_enough() {
        for pattern in [
            "api_key",
            "(?i)APIKEY",
            "clientsecret",
            "(?i:password|passwd|acme)=(?P<secret>acme.*)",
            "https?://",
            "(?:a|acme_)?token",
            "(?:key=){3}",
        ] {
            assert!(told(pattern), "{pattern}");
        }
        for pattern in
            ["acme_key", "(?i)client_secret.{0,9}naver", "xoxb-", "tokenizer", "sk-", "toke", "(?:acme|naver)_key", "(?:acme){2}key"]
        {
            assert!(!told(pattern), "{pattern}");
        }
    }
}
