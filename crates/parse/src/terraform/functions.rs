//! The functions of the configuration language that compute: all that depend on nothing but what they are given (Terraform
//! documentation, "Built-in Functions"). Hashes, passwords, addresses of networks and the time are left out: they tell no identity.
//!
//! A function that isn't evaluated gives a value that isn't known; it never gives a wrong one.

mod collections;
mod numbers;
mod patterns;
#[cfg(test)]
mod tests;
mod texts;

use std::time::Duration;

use unkeyed_model::{Basis, Timestamp};

use super::eval::MAX_TEXT;
use super::module::Module;
use super::resource::seconds;
use super::{data_files, embedded};
use crate::evaluated::{Kind, Ref, Val};
use crate::policy_document::hole;

/// Most items that a function makes.
const MAX_ITEMS: usize = 1000;

/// Calls a function.
pub(super) fn call(module: &Module<'_>, name: &str, mut args: Vec<Val>) -> Val {
    match name {
        "jsondecode" | "yamldecode" if !args.is_empty() => {
            let arg = args.swap_remove(0);
            let arg = data_files::text(module, &arg).unwrap_or(arg);
            let made = embedded::structure(module, &arg).or_else(|| (name == "yamldecode").then(|| embedded::yaml(module, &arg))?);
            made.unwrap_or(arg)
        }
        // What only changes type or form keeps the value: JSON text and the structure it stands for are one here.
        "jsonencode" | "yamlencode" | "tostring" | "tolist" | "tomap" | "tonumber" | "tobool" | "sensitive" | "nonsensitive"
        | "ephemeralasnull" | "base64encode" | "base64gzip" | "textencodebase64" | "defaults"
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
        "can" => can(args),
        "timeadd" => later(module, &args),
        "fileset" => data_files::set(module, &args),
        "file" | "templatefile" | "filebase64" => file(module, name, &args),
        "templatestring" => template(module, &args),
        "keys" | "values" if args.len() == 1 => {
            let all = module.expanded(args.swap_remove(0));
            collections::call(module, name, &[all]).unwrap_or_else(|| unknown(name))
        }
        _ => {
            let made = collections::call(module, name, &args).or_else(|| numbers::call(name, &args));
            made.or_else(|| texts::call(module, name, &args)).unwrap_or_else(|| unknown(name))
        }
    }
}

fn unknown(name: &str) -> Val {
    Val::unknown(format!("{name}(…)"))
}

/// A text that was put together, if it is not too long.
fn made(text: String, basis: Basis) -> Option<Val> {
    (text.len() <= MAX_TEXT).then(|| Val::new(Kind::Text(text, basis)))
}

/// Whether an item is certain to be one, and to be what it says.
fn is_certain(val: &Val) -> bool {
    match &val.kind {
        Kind::Text(text, _) => hole::is_known(text),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => true,
        Kind::List(items) => items.iter().all(is_certain),
        Kind::Map(entries) => entries.iter().all(|(key, value)| is_key(key) && is_certain(value)),
        Kind::Ref(_) | Kind::Either(..) | Kind::Unknown(_) => false,
    }
}

/// Whether a key is known; what `merge` can't tell stands under a name that no key has.
fn is_key(key: &str) -> bool {
    !key.is_empty() && hole::is_known(key)
}

/// How what is made of these became known.
fn basis(module: &Module<'_>, args: &[Val]) -> Basis {
    let inner = args.iter().flat_map(Val::items);
    let is_default = |val: &Val| module.text_of(val).1 == Basis::Default;
    if args.iter().chain(inner).any(is_default) { Basis::Default } else { Basis::Literal }
}

fn template(module: &Module<'_>, args: &[Val]) -> Val {
    let text = args.first().and_then(|arg| match &arg.kind {
        Kind::Text(text, _) => Some(text),
        _ => None,
    });
    text.zip(args.get(1)).and_then(|(text, given)| module.rendered(text, given)).unwrap_or_else(|| unknown("templatestring"))
}

/// Whether there is such a value; what isn't there, is null here.
fn can(args: Vec<Val>) -> Val {
    match args.into_iter().next().map(|arg| arg.kind) {
        Some(Kind::Null) => Val::new(Kind::Bool(false)),
        Some(Kind::Unknown(_) | Kind::Either(..) | Kind::Ref(_)) | None => unknown("can"),
        Some(_) => Val::new(Kind::Bool(true)),
    }
}

/// A file of the folder; a policy document is filled in with what its template is given, where that makes one.
fn file(module: &Module<'_>, name: &str, args: &[Val]) -> Val {
    let Some(path) = args.first().map(|arg| hole::shown(&module.text_of(arg).0)) else { return Val::unknown(name) };
    let given = args.get(1).filter(|_| name == "templatefile");
    let made = given.and_then(|given| module.document(&path, given));
    made.unwrap_or_else(|| Val::new(Kind::Ref(Ref::new("file", path))))
}

/// A value that is written in another form than the one in which it is used.
fn opaque(name: &str, arg: Val) -> Val {
    match arg.kind {
        Kind::Ref(_) => arg,
        _ => Val::unknown(format!("{name}(…)")),
    }
}

/// The first value that is certain to be there, with what may be before it. An empty text is none for `coalesce`, an empty list
/// none for `coalescelist`.
fn alternatives(name: &str, args: Vec<Val>) -> Val {
    let is_none = |val: &Val| match &val.kind {
        Kind::Null => true,
        Kind::Text(text, _) => name == "coalesce" && text.is_empty(),
        Kind::List(items) => name == "coalescelist" && items.is_empty(),
        _ => false,
    };
    let is_there = |val: &Val| match &val.kind {
        Kind::Text(text, _) => hole::is_known(text),
        Kind::Number(_) | Kind::Bool(_) | Kind::List(_) | Kind::Map(_) => true,
        _ => false,
    };
    let mut possible = Vec::new();
    for arg in args.into_iter().filter(|arg| !is_none(arg)) {
        let is_last = is_there(&arg);
        possible.push(arg);
        if is_last {
            break;
        }
    }
    match possible.len() {
        0 => Val::new(Kind::Null),
        1 => possible.swap_remove(0),
        _ => Val::new(Kind::Either(possible, format!("{name}(…)"))),
    }
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
