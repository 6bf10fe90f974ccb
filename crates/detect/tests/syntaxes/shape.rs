//! Makes a token of a rule: at random by its pattern, or by its example where characters alone make none.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::random::Random;

/// Repetitions beyond the least number, at most.
const MORE: usize = 12;
/// Tries to make one that has all that the rule asks for.
const TRIES: usize = 20;

/// A token, with what leads to it.
pub(crate) struct Token {
    pub(crate) rule: String,
    pub(crate) value: String,
    /// The words of the name that it is given.
    pub(crate) name: Vec<String>,
}

/// A token of `rule`; `None` if none can stand alone, or its rule is for certain files only. `example` finds the rule's secret in a text.
pub(crate) fn token(rule: &toml::Value, mut example: impl FnMut(&str, &str) -> Option<String>) -> Option<Token> {
    let text = |key: &str| rule.get(key).and_then(toml::Value::as_str);
    let id = text("id")?;
    let mut random = Random::new(id);
    if rule.get("paths").is_some() || rule.get("extract").is_some() {
        return None;
    }
    let (value, name) = if let Some(context) = text("context") {
        let called = text("called").map_or_else(|| vec!["api".into(), "key".into()], |called| words(&sample(called, &mut random)));
        let name = words(&sample(context, &mut random)).into_iter().chain(called).collect();
        (fitting(rule, &mut random, text("value")?), name)
    } else {
        let near = rule.get("keywords_near").and_then(toml::Value::as_array).and_then(|words| words.first()?.as_str());
        let vendor = near.unwrap_or(id.split('.').next()?);
        let pattern = text("pattern").filter(|pattern| alone(pattern))?;
        (fitting(rule, &mut random, pattern), [words(vendor), words("token")].concat())
    };
    let made = rule.get("checksum").is_some() || rule.get("inspect").is_some();
    let examples = rule.get("match").and_then(toml::Value::as_array)?;
    let value = if made { examples.iter().find_map(|text| example(text.as_str()?, id))? } else { value };
    let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'`\\<>&".contains(&byte));
    is_plain.then(|| Token { rule: id.to_owned(), value, name })
}

/// The words of a name.
fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

/// A value with the entropy that the rule asks for.
fn fitting(rule: &toml::Value, random: &mut Random, pattern: &str) -> String {
    let least = rule.get("min_entropy").and_then(toml::Value::as_float).unwrap_or(0.0);
    let mut value = String::new();
    for _ in 0..TRIES {
        value = sample(pattern, random);
        if entropy(&value) >= least {
            break;
        }
    }
    value
}

fn entropy(value: &str) -> f64 {
    let length = value.len() as f64;
    (0..=255u8)
        .map(|byte| value.bytes().filter(|&one| one == byte).count() as f64 / length)
        .filter(|&share| share > 0.0)
        .map(|share| -share * share.log2())
        .sum()
}

fn parsed(pattern: &str) -> Hir {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap()
}

/// Whether the whole match is the secret, but for what must not stand around it.
fn alone(pattern: &str) -> bool {
    let hir = parsed(pattern);
    let parts = if let HirKind::Concat(parts) = hir.kind() { parts.as_slice() } else { std::slice::from_ref(&hir) };
    let is_group = |hir: &&Hir| matches!(hir.kind(), HirKind::Capture(group) if group.name.as_deref() == Some("secret"));
    !pattern.contains("?P<secret>") || parts.iter().filter(|part| !is_group(part)).all(|part| part.properties().minimum_len() == Some(0))
}

/// What a pattern matches, at random; of its group `secret`, if it has one.
fn sample(pattern: &str, random: &mut Random) -> String {
    let (mut out, mut secret) = (Vec::new(), None);
    write(&parsed(pattern), random, &mut out, &mut secret);
    let (start, end) = secret.unwrap_or((0, out.len()));
    String::from_utf8_lossy(&out[start..end]).into_owned()
}

fn write(hir: &Hir, random: &mut Random, out: &mut Vec<u8>, secret: &mut Option<(usize, usize)>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => out.push(byte_of(class, random)),
        HirKind::Repetition(repetition) => {
            let least = repetition.min as usize;
            let most = repetition.max.map_or(least + MORE, |max| (max as usize).min(least + MORE));
            for _ in 0..least + random.below(most - least + 1) {
                write(&repetition.sub, random, out, secret);
            }
        }
        HirKind::Capture(group) => {
            let start = out.len();
            write(&group.sub, random, out, secret);
            if group.name.as_deref() == Some("secret") {
                *secret = Some((start, out.len()));
            }
        }
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, out, secret)),
        HirKind::Alternation(parts) => write(random.one(parts), random, out, secret),
    }
}

fn byte_of(class: &Class, random: &mut Random) -> u8 {
    let bytes: Vec<u8> = match class {
        Class::Bytes(class) => class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect(),
        Class::Unicode(class) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).filter_map(|c| u8::try_from(c).ok()).collect()
        }
    };
    let usual: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    // Vendors' alphabets are letters and digits; what else a class allows is rare.
    let all = usual.is_empty() || random.below(16) == 0;
    *random.one(if all { &bytes } else { &usual })
}
