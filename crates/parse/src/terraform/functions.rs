//! The functions of the configuration language that matter for identities: text, lists, alternatives, encodings.
//!
//! A function that isn't evaluated gives a value that isn't known; it never gives a wrong one.

use std::time::Duration;

use unkeyed_model::{Basis, Timestamp};

use super::module::Module;
use super::resource::seconds;
use crate::evaluated::{Kind, Ref, Val};
use crate::policy_document::hole;

/// Calls a function.
pub(super) fn call(module: &Module<'_>, name: &str, mut args: Vec<Val>) -> Val {
    match name {
        // What only changes type or form keeps the value: JSON text and the structure it stands for are one here.
        "jsonencode" | "jsondecode" | "yamldecode" | "yamlencode" | "tostring" | "tolist" | "toset" | "tomap" | "tonumber" | "tobool"
        | "sensitive" | "nonsensitive" | "trimspace" | "chomp" | "sort" | "distinct" | "reverse" | "one" | "ephemeralasnull"
        | "base64encode" | "base64gzip" | "textencodebase64"
            if !args.is_empty() =>
        {
            let arg = args.swap_remove(0);
            // A text stays what it says, however it is written.
            if matches!(arg.kind, Kind::Text(..)) || !(name.starts_with("base64") || name.starts_with("text")) {
                arg
            } else {
                opaque(name, arg)
            }
        }
        "try" | "coalesce" | "coalescelist" => alternatives(name, args),
        "lookup" => lookup(args),
        "element" => args.into_iter().next().map_or_else(|| Val::unknown(name), first_of),
        "concat" | "setunion" | "flatten" | "compact" => concat(args),
        "merge" => merge(args),
        "keys" | "values" => entries(name, args),
        "length" => length(args),
        "setproduct" => product(args),
        "timeadd" => later(module, &args),
        "join" | "format" | "lower" | "upper" | "trimprefix" | "trimsuffix" | "replace" => text(module, name, &args),
        "file" | "templatefile" | "filebase64" | "fileset" => file(module, name, &args),
        _ => Val::unknown(format!("{name}(…)")),
    }
}

/// A file of the folder; a policy document is filled in with what its template is given, where that makes one.
fn file(module: &Module<'_>, name: &str, args: &[Val]) -> Val {
    let Some(path) = args.first().map(|arg| hole::shown(&module.text_of(arg).0)) else { return Val::unknown(name) };
    let given = args.get(1).filter(|_| name == "templatefile");
    let made = given.and_then(|given| module.document(&path, given));
    made.unwrap_or_else(|| Val::new(Kind::Ref(Ref { address: "file".to_owned(), attribute: path })))
}

/// A value that is written in another form than the one in which it is used.
fn opaque(name: &str, arg: Val) -> Val {
    match arg.kind {
        Kind::Ref(_) => arg,
        _ => Val::unknown(format!("{name}(…)")),
    }
}

/// The first value if it is certain to exist, else whichever of them it is.
fn alternatives(name: &str, args: Vec<Val>) -> Val {
    let certain = args.first().is_some_and(|first| match &first.kind {
        Kind::Text(text, _) => !text.is_empty() && hole::is_known(text),
        Kind::Number(_) | Kind::Bool(_) => true,
        Kind::List(items) => !items.is_empty(),
        Kind::Map(entries) => !entries.is_empty(),
        _ => false,
    });
    if certain {
        return args.into_iter().next().unwrap_or_else(|| Val::unknown(name));
    }
    let possible: Vec<Val> = args.into_iter().filter(|arg| !matches!(&arg.kind, Kind::Null)).collect();
    Val::new(Kind::Either(possible, format!("{name}(…)")))
}

fn lookup(args: Vec<Val>) -> Val {
    let mut args = args.into_iter();
    let (Some(map), Some(key), default) = (args.next(), args.next(), args.next()) else { return Val::unknown("lookup(…)") };
    match (&map.kind, &key.kind) {
        (Kind::Map(_), Kind::Text(name, _)) if hole::is_known(name) => {
            map.get(name).cloned().or(default).unwrap_or_else(|| Val::unknown("lookup(…)"))
        }
        (Kind::Map(entries), _) => {
            let all = entries.iter().map(|(_, value)| value.clone()).chain(default).collect();
            Val::new(Kind::Either(all, "lookup(…)".to_owned()))
        }
        _ => Val::new(Kind::Either(std::iter::once(map).chain(default).collect(), "lookup(…)".to_owned())),
    }
}

fn first_of(list: Val) -> Val {
    match list.kind {
        Kind::List(mut items) if items.len() == 1 => items.swap_remove(0),
        Kind::List(items) => Val::new(Kind::Either(items, "element(…)".to_owned())),
        _ => list,
    }
}

fn concat(args: Vec<Val>) -> Val {
    let mut items = Vec::new();
    for arg in args {
        match arg.kind {
            Kind::List(inner) => {
                for item in inner {
                    match item.kind {
                        Kind::List(deeper) => items.extend(deeper),
                        Kind::Null => {}
                        _ => items.push(item),
                    }
                }
            }
            Kind::Null => {}
            _ => items.push(arg),
        }
    }
    Val::new(Kind::List(items))
}

/// Later maps win; a part that isn't known is kept under a name that no key has.
fn merge(args: Vec<Val>) -> Val {
    let mut merged: Vec<(String, Val)> = Vec::new();
    for arg in args {
        match arg.kind {
            Kind::Map(entries) => merged.extend(entries),
            Kind::Null => {}
            _ => merged.push((String::new(), arg)),
        }
    }
    Val::new(Kind::Map(merged))
}

fn entries(name: &str, args: Vec<Val>) -> Val {
    match args.into_iter().next().map(|arg| arg.kind) {
        Some(Kind::Map(entries)) if name == "keys" => {
            Val::new(Kind::List(entries.into_iter().map(|(key, _)| Val::new(Kind::Text(key, Basis::Literal))).collect()))
        }
        Some(Kind::Map(entries)) => Val::new(Kind::List(entries.into_iter().map(|(_, value)| value).collect())),
        _ => Val::unknown(format!("{name}(…)")),
    }
}

/// How many items there are, where each is certain to be one.
fn length(args: Vec<Val>) -> Val {
    let is_certain = |item: &Val| !matches!(item.kind, Kind::Ref(_) | Kind::Either(..) | Kind::Unknown(_));
    let count = match args.first().map(|arg| &arg.kind) {
        Some(Kind::List(items)) if items.iter().all(is_certain) => Some(items.len()),
        Some(Kind::Map(entries)) if entries.iter().all(|(key, _)| !key.is_empty() && hole::is_known(key)) => Some(entries.len()),
        Some(Kind::Text(text, _)) if hole::is_known(text) => Some(text.chars().count()),
        _ => None,
    };
    count.map_or_else(|| Val::unknown("length(…)"), |count| Val::new(Kind::Number(count.to_string())))
}

/// Every way to take one item of each list.
fn product(args: Vec<Val>) -> Val {
    /// Most of them; beyond, none is certain.
    const MAX: usize = 1000;
    let lists: Option<Vec<Vec<Val>>> = args
        .into_iter()
        .map(|arg| match arg.kind {
            Kind::List(items) => Some(items),
            Kind::Map(_) | Kind::Ref(_) | Kind::Either(..) | Kind::Unknown(_) | Kind::Null => None,
            _ => Some(vec![arg]),
        })
        .collect();
    let Some(lists) =
        lists.filter(|lists| lists.iter().try_fold(1_usize, |all, list| all.checked_mul(list.len())).is_some_and(|all| all <= MAX))
    else {
        return Val::unknown("setproduct(…)");
    };
    let made = lists.iter().fold(vec![Vec::new()], |made: Vec<Vec<Val>>, list| {
        made.iter().flat_map(|begun| list.iter().map(move |item| begun.iter().cloned().chain([item.clone()]).collect())).collect()
    });
    Val::new(Kind::List(made.into_iter().map(|items| Val::new(Kind::List(items))).collect()))
}

/// A point in time and what is added to it; where the first is only known when it is applied, it stays a hole before a `+`.
fn later(module: &Module<'_>, args: &[Val]) -> Val {
    let (Some((from, basis)), Some((length, _))) =
        (args.first().map(|arg| module.text_of(arg)), args.get(1).map(|arg| module.text_of(arg)))
    else {
        return Val::unknown("timeadd(…)");
    };
    let text = match (from.parse::<Timestamp>(), seconds(&length)) {
        (Ok(from), Some(seconds)) => from.checked_add(Duration::from_secs(seconds)).ok().map(|end| end.to_string()),
        (Err(_), Some(_)) if !hole::is_known(&from) => Some(format!("{from}+{length}")),
        _ => None,
    };
    text.map_or_else(|| Val::unknown("timeadd(…)"), |text| Val::new(Kind::Text(text, basis)))
}

fn text(module: &Module<'_>, name: &str, args: &[Val]) -> Val {
    let texts: Vec<(String, Basis)> = args.iter().map(|arg| module.text_of(arg)).collect();
    let inner = args.iter().flat_map(Val::items).map(|item| module.text_of(item));
    let basis = if texts.iter().cloned().chain(inner).any(|(_, basis)| basis == Basis::Default) { Basis::Default } else { Basis::Literal };
    let all: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
    let result = match (name, all.as_slice()) {
        ("join", [separator, _]) => match args.get(1).map(|list| &list.kind) {
            Some(Kind::List(items)) => {
                let parts: Vec<String> = items.iter().map(|item| module.text_of(item).0).collect();
                Some(parts.join(separator))
            }
            // A splat over one symbolic instance: `join("", aws_iam_role.x.*.arn)`.
            Some(_) => return args.get(1).cloned().unwrap_or_else(|| Val::unknown(name)),
            None => None,
        },
        ("format", [pattern, rest @ ..]) => format(pattern, rest),
        ("lower", [text]) if hole::is_known(text) => Some(text.to_lowercase()),
        ("upper", [text]) if hole::is_known(text) => Some(text.to_uppercase()),
        ("trimprefix", [text, prefix]) if hole::is_known(text) => Some(text.strip_prefix(prefix).unwrap_or(text).to_owned()),
        ("trimsuffix", [text, suffix]) if hole::is_known(text) => Some(text.strip_suffix(suffix).unwrap_or(text).to_owned()),
        // Of a reference these only take away a scheme or a path as a rule; what it refers to stays the same.
        ("trimprefix" | "trimsuffix" | "lower" | "upper", [_, ..]) => return args.first().cloned().unwrap_or_else(|| Val::unknown(name)),
        ("replace", [text, from, to]) if hole::is_known(text) && !from.starts_with('/') && !from.is_empty() => Some(text.replace(from, to)),
        ("replace", [_, "https://" | "/https:\\/\\//" | "/^https:\\/\\//", ""]) => {
            return args.first().cloned().unwrap_or_else(|| Val::unknown(name));
        }
        _ => None,
    };
    let kind = result.map_or_else(|| Kind::Unknown(format!("{name}(…)")), |text| Kind::Text(text, basis));
    Val { kind, at: None, via: args.iter().find_map(|arg| arg.via.clone()) }
}

/// `%s`, `%d`, `%v`, `%q` and `%%`; anything else isn't evaluated.
fn format(pattern: &str, args: &[&str]) -> Option<String> {
    let mut text = String::new();
    let mut args = args.iter();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        match characters.next()? {
            's' | 'd' | 'v' => text.push_str(args.next()?),
            'q' => text.push_str(&format!("\"{}\"", args.next()?)),
            '%' => text.push('%'),
            _ => return None,
        }
    }
    Some(text)
}
