//! Functions of text.

use unkeyed_model::Basis;

use super::{MAX_ITEMS, basis, made, patterns, unknown};
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;
use crate::terraform::eval::MAX_TEXT;
use crate::terraform::module::Module;

/// What a regular expression costs of what evaluation may.
const REGEX: usize = 2000;

pub(super) fn call(module: &Module<'_>, name: &str, args: &[Val]) -> Option<Val> {
    let basis = basis(module, args);
    let texts: Vec<String> = args.iter().map(|arg| module.text_of(arg).0).collect();
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    let known = all.iter().all(|text| hole::is_known(text));
    let text = match (name, all.as_slice()) {
        ("join", [separator, ..]) => return joined(module, separator, &args[1..], basis),
        ("split", [separator, text]) => return split(separator, text, basis),
        ("formatlist", [pattern, ..]) => return formats(module, pattern, &args[1..], basis),
        // What is compiled is paid for, however short it is.
        ("regex" | "regexall" | "replace", _) if !module.pay(REGEX) => return None,
        ("regex", [pattern, text]) if known => return patterns::first(pattern, text, basis),
        ("regexall", [pattern, text]) if known => return patterns::all(pattern, text, basis),
        ("startswith", [text, part]) if known => return Some(Val::new(Kind::Bool(text.starts_with(part)))),
        ("endswith", [text, part]) if known => return Some(Val::new(Kind::Bool(text.ends_with(part)))),
        ("strcontains", [text, part]) if known => return Some(Val::new(Kind::Bool(text.contains(part)))),
        ("arn_parse", [arn]) if known => return parsed_arn(arn, basis),
        ("format", [pattern, rest @ ..]) => format(pattern, rest)?,
        ("arn_build", [partition, service, region, account, resource]) => {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        }
        ("trim_iam_role_path", [arn]) if known => {
            let (account, role) = arn.split_once(":role/")?;
            format!("{account}:role/{}", role.rsplit('/').next()?)
        }
        ("replace", [text, from, to]) if known => replaced(text, from, to)?,
        ("replace", [_, "https://" | "/https:\\/\\//" | "/^https:\\/\\//" | "/^https?:\\/\\//", ""]) => return args.first().cloned(),
        ("lower", [text]) if known => text.to_lowercase(),
        ("upper", [text]) if known => text.to_uppercase(),
        ("title", [text]) if known => titled(text),
        ("strrev", [text]) if known => text.chars().rev().collect(),
        ("trimspace", [text]) if known => text.trim().to_owned(),
        ("chomp", [text]) if known => text.trim_end_matches(['\n', '\r']).to_owned(),
        ("trim", [text, set]) if known => text.trim_matches(|c| set.contains(c)).to_owned(),
        ("trimprefix", [text, prefix]) if known => text.strip_prefix(prefix).unwrap_or(text).to_owned(),
        ("trimsuffix", [text, suffix]) if known => text.strip_suffix(suffix).unwrap_or(text).to_owned(),
        // Of a reference these only take away a scheme or a path as a rule; what it refers to stays the same.
        ("trimprefix" | "trimsuffix" | "trim" | "trimspace" | "chomp" | "lower" | "upper", [_, ..]) => return args.first().cloned(),
        ("indent", [spaces, text]) => {
            let spaces = " ".repeat(spaces.parse::<usize>().ok().filter(|spaces| *spaces <= 100)?);
            replaced(text, "\n", &format!("\n{spaces}"))?
        }
        ("substr", [text, from, length]) if known => part(text, from.parse().ok()?, length.parse().ok()?)?,
        ("basename", [path]) => path.trim_end_matches('/').rsplit('/').next()?.to_owned(),
        ("dirname", [path]) => path.trim_end_matches('/').rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned(),
        ("abspath" | "pathexpand", [path]) => (*path).to_owned(),
        ("urlencode", [text]) if known => encoded(text),
        _ => return None,
    };
    let via = args.iter().find_map(|arg| arg.via.clone());
    Some(Val { via, ..made(text, basis).unwrap_or_else(|| unknown(name)) })
}

fn joined(module: &Module<'_>, separator: &str, lists: &[Val], basis: Basis) -> Option<Val> {
    // A splat over one symbolic instance: `join("", aws_iam_role.x.*.arn)`.
    if let [one] = lists
        && !matches!(one.kind, Kind::List(_))
    {
        return Some(one.clone());
    }
    let mut text = String::new();
    for (at, item) in lists.iter().flat_map(Val::items).enumerate() {
        if at > 0 {
            text.push_str(separator);
        }
        text.push_str(&module.text_of(item).0);
        if text.len() > MAX_TEXT {
            return None;
        }
    }
    made(text, basis)
}

/// The parts of a text. What stands in a hole may hold separators too, but then the separator is seldom one that is written beside it.
fn split(separator: &str, text: &str, basis: Basis) -> Option<Val> {
    let parts: Vec<&str> = if separator.is_empty() { return None } else { text.split(separator).take(MAX_ITEMS + 1).collect() };
    let is_whole = parts.iter().all(|part| hole::is_known(part) || hole::only_hole(part).is_some());
    // One hole and nothing else: the separators are within.
    let is_told = is_whole && (parts.len() > 1 || hole::is_known(text)) && parts.len() <= MAX_ITEMS;
    let part = |part: &&str| Val::new(Kind::Text((*part).to_owned(), basis));
    is_told.then(|| Val::new(Kind::List(if text.is_empty() { Vec::new() } else { parts.iter().map(part).collect() })))
}

fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    if let Some(pattern) = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|pattern| !pattern.is_empty()) {
        return patterns::replaced(pattern, text, to, MAX_TEXT);
    }
    let size = text.matches(from).count().checked_mul(to.len())?.checked_add(text.len())?;
    (!from.is_empty() && size <= MAX_TEXT).then(|| text.replace(from, to))
}

/// A text for each item of the lists, which are as long as each other; what is no list stands in each.
fn formats(module: &Module<'_>, pattern: &str, args: &[Val], basis: Basis) -> Option<Val> {
    let count = args.iter().filter_map(|arg| if let Kind::List(items) = &arg.kind { Some(items.len()) } else { None }).max()?;
    if args.iter().any(|arg| matches!(arg.kind, Kind::Map(_) | Kind::Either(..))) {
        return None;
    }
    let of = |at: usize| {
        let texts = args.iter().map(|arg| match &arg.kind {
            Kind::List(items) => items.get(at).map(|item| module.text_of(item).0),
            _ => Some(module.text_of(arg).0),
        });
        let texts = texts.collect::<Option<Vec<String>>>()?;
        made(format(pattern, &texts.iter().map(String::as_str).collect::<Vec<_>>())?, basis)
    };
    Some(Val::new(Kind::List((0..count.min(MAX_ITEMS)).map(of).collect::<Option<Vec<Val>>>()?)))
}

/// `%s`, `%d`, `%v`, `%q`, their numbered forms (`%[1]s`) and `%%`; anything else isn't evaluated.
fn format(pattern: &str, args: &[&str]) -> Option<String> {
    let mut text = String::new();
    let mut next = 0;
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        let mut verb = behind;
        if let Some((number, after)) = behind.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            next = number.parse::<usize>().ok()?.checked_sub(1)?;
            verb = after;
        }
        let arg = || args.get(next).copied();
        match verb.chars().next()? {
            's' | 'd' | 'v' => text.push_str(arg()?),
            'q' => text.push_str(&format!("\"{}\"", arg()?)),
            '%' => text.push('%'),
            _ => return None,
        }
        next += usize::from(!verb.starts_with('%'));
        rest = verb.get(1..)?;
        if text.len() > MAX_TEXT {
            return None;
        }
    }
    text.push_str(rest);
    Some(text)
}

fn titled(text: &str) -> String {
    let mut is_start = true;
    let letter = |c: char| {
        let made: String = if is_start { c.to_uppercase().collect() } else { c.to_string() };
        is_start = !c.is_alphanumeric();
        made
    };
    text.chars().map(letter).collect()
}

/// So many characters from a place, which counts from the end where it is negative; a length of -1 is the rest.
fn part(text: &str, from: i64, length: i64) -> Option<String> {
    let count = i64::try_from(text.chars().count()).ok()?;
    let from = usize::try_from(if from < 0 { count.checked_add(from)? } else { from }).ok()?;
    let length = if length < 0 { usize::MAX } else { usize::try_from(length).ok()? };
    Some(text.chars().skip(from).take(length).collect())
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// What `provider::aws::arn_parse` gives.
fn parsed_arn(arn: &str, basis: Basis) -> Option<Val> {
    const NAMES: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];
    let parts: Vec<&str> = arn.strip_prefix("arn:")?.splitn(NAMES.len(), ':').collect();
    let entry = |(name, part): (&str, &&str)| (name.to_owned(), Val::new(Kind::Text((*part).to_owned(), basis)));
    (parts.len() == NAMES.len()).then(|| Val::new(Kind::Map(NAMES.into_iter().zip(&parts).map(entry).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_formatted_as_the_language_does() {
        assert_eq!(format("%s/%s", &["a", "b"]).as_deref(), Some("a/b"));
        assert_eq!(format("%[2]s:%[1]s %d", &["a", "b"]).as_deref(), Some("b:a b"));
        assert_eq!(format("%[2]s:%[1]s%%", &["a", "b"]).as_deref(), Some("b:a%"));
        assert_eq!(format("%q", &["a"]).as_deref(), Some("\"a\""));
        assert_eq!([format("%s", &[]), format("%.2f", &["1"]), format("%", &[])], [const { None }; 3]);
    }

    #[test]
    fn what_grows_too_long_is_not_put_together() {
        let long = "a".repeat(1000);
        assert_eq!(replaced(&long, "a", &long), None);
        assert_eq!(replaced(&long, "/a/", &long), None);
        assert_eq!(replaced("a-b", "/([a-z])-/", "$1+").as_deref(), Some("a+b"));
        assert_eq!(part("häuser", -3, 2).as_deref(), Some("se"));
        assert_eq!(titled("north wind"), "North Wind");
    }
}
