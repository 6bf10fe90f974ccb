//! Functions of lists, sets and maps.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::Basis;

use super::{MAX_ITEMS, basis, is_certain, is_key, unknown};
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;
use crate::terraform::module::Module;

/// Deepest lists that `flatten` goes into.
const MAX_DEPTH: usize = 8;

pub(super) fn call(module: &Module<'_>, name: &str, args: &[Val]) -> Option<Val> {
    let of_lists = of_lists(module, name, args).or_else(|| of_sets(module, name, args));
    of_lists.or_else(|| of_maps(module, name, args)).or_else(|| about(module, name, args))
}

/// Lists of lists.
fn of_lists(module: &Module<'_>, name: &str, args: &[Val]) -> Option<Val> {
    Some(match (name, args) {
        ("element", [list, rest @ ..]) => element(list, rest.first()),
        ("list", items) => Val::new(Kind::List(items.to_vec())),
        ("concat", _) => Val::new(Kind::List(args.iter().flat_map(|arg| arg.items().to_vec()).collect())),
        ("flatten", [list]) => Val::new(Kind::List(flattened(list, MAX_DEPTH)?)),
        ("compact", [list]) => {
            let is_there = |item: &&Val| !matches!(&item.kind, Kind::Null) && !matches!(&item.kind, Kind::Text(text, _) if text.is_empty());
            Val::new(Kind::List(list.items().iter().filter(is_there).cloned().collect()))
        }
        // Less than the whole of what is not known is not known, and may be nothing.
        ("sort", [list]) if is_list(list) && is_certain(list) => {
            let mut items = list.items().to_vec();
            items.sort_by_cached_key(|item| module.text_of(item).0);
            Val::new(Kind::List(items))
        }
        ("sort", [list]) => list.clone(),
        ("reverse", [list]) if is_list(list) => Val::new(Kind::List(list.items().iter().rev().cloned().collect())),
        ("reverse", [list]) => list.clone(),
        ("one", [list]) => match &list.kind {
            Kind::List(items) if items.is_empty() => Val::new(Kind::Null),
            Kind::List(items) if items.len() == 1 => items.first()?.clone(),
            _ => list.clone(),
        },
        ("slice", [list, from, to]) if is_list(list) => {
            Val::new(Kind::List(list.items().get(whole(from)?..whole(to)?).map(<[Val]>::to_vec)?))
        }
        ("chunklist", [list, size]) if is_list(list) && whole(size)? > 0 => {
            let chunks = list.items().chunks(whole(size)?).map(|chunk| Val::new(Kind::List(chunk.to_vec())));
            Val::new(Kind::List(chunks.collect()))
        }
        ("range", _) => {
            let bounds: Option<Vec<i64>> = args.iter().map(|arg| i64::try_from(whole(arg)?).ok()).collect();
            let (from, to, step) = match bounds?.as_slice() {
                [to] => (0, *to, 1),
                [from, to] => (*from, *to, 1),
                [from, to, step] if *step > 0 => (*from, *to, *step),
                _ => return None,
            };
            let numbers = (from..to).step_by(usize::try_from(step).ok()?);
            Val::new(Kind::List(numbers.take(MAX_ITEMS).map(|at| Val::new(Kind::Number(at.to_string()))).collect()))
        }
        _ => return None,
    })
}

/// Sets, and lists without what stands in them twice.
fn of_sets(module: &Module<'_>, name: &str, args: &[Val]) -> Option<Val> {
    Some(match (name, args) {
        ("distinct" | "toset" | "setunion", _) => {
            if let [one] = args
                && !matches!(one.kind, Kind::List(_))
            {
                return Some(one.clone());
            }
            let mut found = BTreeSet::new();
            let is_new = |item: &&Val| !is_certain(item) || found.insert(module.text_of(item).0);
            Val::new(Kind::List(args.iter().flat_map(Val::items).filter(is_new).cloned().collect()))
        }
        ("setintersection" | "setsubtract", [first, rest @ ..]) if args.iter().all(|arg| is_list(arg) && is_certain(arg)) => {
            let others: Vec<BTreeSet<String>> = rest.iter().map(|list| texts(module, list).into_iter().collect()).collect();
            let is_in = |item: &&Val| {
                let text = module.text_of(item).0;
                if name == "setsubtract" {
                    !others.iter().any(|other| other.contains(&text))
                } else {
                    others.iter().all(|other| other.contains(&text))
                }
            };
            Val::new(Kind::List(first.items().iter().filter(is_in).cloned().collect()))
        }
        ("setproduct", _) => product(args).unwrap_or_else(|| unknown(name)),
        _ => return None,
    })
}

/// Maps.
fn of_maps(module: &Module<'_>, name: &str, args: &[Val]) -> Option<Val> {
    Some(match (name, args) {
        ("lookup", _) => lookup(args),
        ("map", pairs) => Val::new(Kind::Map(pairs.chunks_exact(2).map(|pair| (module.text_of(&pair[0]).0, pair[1].clone())).collect())),
        ("merge", _) => merge(args),
        ("keys" | "values", [map]) => entries(name, map),
        ("zipmap", [keys, values]) if is_certain(keys) && is_list(values) => {
            Val::new(Kind::Map(texts(module, keys).into_iter().zip(values.items().iter().cloned()).collect()))
        }
        ("matchkeys", [values, keys, wanted]) if is_certain(keys) && is_certain(wanted) => {
            let (keys, wanted) = (texts(module, keys), texts(module, wanted).into_iter().collect::<BTreeSet<String>>());
            let chosen = values.items().iter().zip(&keys).filter(|(_, key)| wanted.contains(key.as_str())).map(|(value, _)| value.clone());
            Val::new(Kind::List(chosen.collect()))
        }
        ("transpose", [map]) if is_certain(map) => {
            let basis = basis(module, args);
            let mut made: BTreeMap<String, Vec<Val>> = BTreeMap::new();
            for (key, list) in map.entries() {
                for item in texts(module, list) {
                    made.entry(item).or_default().push(Val::new(Kind::Text(key.clone(), basis)));
                }
            }
            Val::new(Kind::Map(made.into_iter().map(|(item, keys)| (item, Val::new(Kind::List(keys)))).collect()))
        }
        _ => return None,
    })
}

/// What is asked about a list.
fn about(module: &Module<'_>, name: &str, args: &[Val]) -> Option<Val> {
    let same = |one: &Val, other: &Val| is_certain(one) && is_certain(other) && module.text_of(one).0 == module.text_of(other).0;
    Some(match (name, args) {
        ("contains", [list, item]) => return contains(list.items(), item, &same).or_else(|| Some(unknown(name))),
        ("index", [list, item]) if is_certain(list) && is_certain(item) => number(list.items().iter().position(|known| same(known, item))?),
        ("length", [of]) => length(of).map_or_else(|| unknown(name), number),
        ("alltrue" | "anytrue", [list]) if is_certain(list) => {
            let is_true = |item: &Val| module.text_of(item).0 == "true";
            let items = list.items();
            Val::new(Kind::Bool(if name == "alltrue" { items.iter().all(is_true) } else { items.iter().any(is_true) }))
        }
        _ => return None,
    })
}

fn texts(module: &Module<'_>, val: &Val) -> Vec<String> {
    val.items().iter().map(|item| module.text_of(item).0).collect()
}

fn is_list(val: &Val) -> bool {
    matches!(val.kind, Kind::List(_))
}

fn number(count: usize) -> Val {
    Val::new(Kind::Number(count.to_string()))
}

/// A whole number that is not negative.
fn whole(val: &Val) -> Option<usize> {
    match &val.kind {
        Kind::Number(text) | Kind::Text(text, _) => text.parse().ok(),
        _ => None,
    }
}

fn lookup(args: &[Val]) -> Val {
    let mut args = args.iter().cloned();
    let (Some(map), Some(key), default) = (args.next(), args.next(), args.next()) else { return unknown("lookup") };
    match (&map.kind, &key.kind) {
        (Kind::Map(_), Kind::Text(name, _)) if hole::is_known(name) => {
            map.get(name).cloned().filter(|found| !matches!(found.kind, Kind::Null)).or(default).unwrap_or_else(|| unknown("lookup"))
        }
        (Kind::Map(entries), _) => {
            let all = entries.iter().map(|(_, value)| value.clone()).chain(default).collect();
            Val::new(Kind::Either(all, "lookup(…)".to_owned()))
        }
        (Kind::Null, _) => default.unwrap_or_else(|| unknown("lookup")),
        _ => Val::new(Kind::Either(std::iter::once(map).chain(default).collect(), "lookup(…)".to_owned())),
    }
}

/// An item by its place, counted on from the start behind the end; one of them where the place isn't known.
fn element(list: &Val, place: Option<&Val>) -> Val {
    match &list.kind {
        Kind::List(items) if items.len() == 1 => items[0].clone(),
        Kind::List(items) => {
            let known = place.and_then(whole).filter(|_| items.iter().all(|item| !matches!(item.kind, Kind::Either(..))));
            let found = known.and_then(|place| items.get(place.checked_rem(items.len())?)).cloned();
            found.unwrap_or_else(|| Val::new(Kind::Either(items.clone(), "element(…)".to_owned())))
        }
        _ => list.clone(),
    }
}

fn flattened(list: &Val, levels: usize) -> Option<Vec<Val>> {
    let levels = levels.checked_sub(1)?;
    let mut items = Vec::new();
    for item in list.items() {
        match &item.kind {
            Kind::List(_) => items.extend(flattened(item, levels)?),
            Kind::Null => {}
            _ => items.push(item.clone()),
        }
    }
    Some(items)
}

fn contains(items: &[Val], item: &Val, same: &dyn Fn(&Val, &Val) -> bool) -> Option<Val> {
    let found = items.iter().any(|known| same(known, item));
    (found || (is_certain(item) && items.iter().all(is_certain))).then(|| Val::new(Kind::Bool(found)))
}

/// Later maps win; a part that isn't known is kept under a name that no key has.
fn merge(args: &[Val]) -> Val {
    let mut merged: Vec<(String, Val)> = Vec::new();
    let mut places = BTreeMap::new();
    for arg in args {
        match &arg.kind {
            Kind::Map(entries) => {
                for (key, value) in entries {
                    match places.get(key).filter(|_| is_key(key)) {
                        Some(&place) => merged[place] = (key.clone(), value.clone()),
                        None => {
                            places.insert(key.clone(), merged.len());
                            merged.push((key.clone(), value.clone()));
                        }
                    }
                }
            }
            Kind::Null => {}
            _ => merged.push((String::new(), arg.clone())),
        }
    }
    Val::new(Kind::Map(merged))
}

fn entries(name: &str, map: &Val) -> Val {
    match &map.kind {
        Kind::Map(entries) if name == "keys" => {
            Val::new(Kind::List(entries.iter().map(|(key, _)| Val::new(Kind::Text(key.clone(), Basis::Literal))).collect()))
        }
        Kind::Map(entries) => Val::new(Kind::List(entries.iter().map(|(_, value)| value.clone()).collect())),
        _ => unknown(name),
    }
}

/// How many items there are, where each is certain to be one.
fn length(of: &Val) -> Option<usize> {
    let is_one = |item: &Val| !matches!(item.kind, Kind::Ref(_) | Kind::Either(..) | Kind::Unknown(_));
    match &of.kind {
        Kind::List(items) if items.iter().all(is_one) => Some(items.len()),
        Kind::Map(entries) if entries.iter().all(|(key, _)| is_key(key)) => Some(entries.len()),
        Kind::Text(text, _) if hole::is_known(text) => Some(text.chars().count()),
        _ => None,
    }
}

/// Every way to take one item of each list.
fn product(args: &[Val]) -> Option<Val> {
    let lists: Option<Vec<&[Val]>> = args
        .iter()
        .map(|arg| match &arg.kind {
            Kind::Map(_) | Kind::Ref(_) | Kind::Either(..) | Kind::Unknown(_) | Kind::Null => None,
            _ => Some(arg.items()),
        })
        .collect();
    let lists = lists
        .filter(|lists| lists.iter().try_fold(1_usize, |all, list| all.checked_mul(list.len())).is_some_and(|all| all <= MAX_ITEMS))?;
    let made = lists.iter().fold(vec![Vec::new()], |made: Vec<Vec<Val>>, list| {
        made.iter().flat_map(|begun| list.iter().map(move |item| begun.iter().cloned().chain([item.clone()]).collect())).collect()
    });
    Some(Val::new(Kind::List(made.into_iter().map(|items| Val::new(Kind::List(items))).collect())))
}
