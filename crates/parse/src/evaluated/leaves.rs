//! The single values of a structure, each under the name that tells what it is for.
//!
//! `{ name = "X", value = … }` and `X = …` are the same here: a value named `X`.

use super::{Kind, Val};
use crate::place::under;

/// One value.
pub(crate) struct Leaf {
    /// What it is assigned to: attribute, map key, or the `name` beside a `value`.
    pub(crate) name: String,
    /// Name of the block or map it stands in, and of the ones around that, innermost first.
    pub(crate) within: Vec<String>,
    /// Structural path below the block.
    pub(crate) path: String,
    /// The value: never a list or a map.
    pub(crate) val: Val,
}

/// Attributes that name the value beside them.
pub(crate) const NAMES: &[&str] = &["name", "key", "secret_name", "variable_name", "variable", "Name", "Key", "ParameterKey"];
/// Attributes that hold the value named beside them.
const VALUES: &[&str] =
    &["value", "plaintext_value", "valueFrom", "value_wo", "encrypted_value", "Value", "ValueFrom", "ParameterValue", "secureValue"];
/// Most values that are taken from one block.
const MAX_LEAVES: usize = 20_000;

/// All single values of a value.
pub(crate) fn leaves_of(name: &str, path: &str, val: &Val) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(name, path, &[], val, &mut found);
    found
}

/// The name of a value: its key, or what stands beside it under one of [`NAMES`].
pub(crate) fn named_by<'k>(beside: Option<&'k str>, key: &'k str) -> &'k str {
    beside.filter(|_| VALUES.contains(&key)).unwrap_or(key)
}

/// Adds the single values of a value.
pub(crate) fn walk(name: &str, path: &str, within: &[String], val: &Val, found: &mut Vec<Leaf>) {
    if found.len() >= MAX_LEAVES {
        if found.len() == MAX_LEAVES {
            found.push(rest(path, val));
        }
        return;
    }
    match &val.kind {
        Kind::Null => {}
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(name, &format!("{path}[{index}]"), within, item, found);
            }
        }
        Kind::Either(values, _) => values.iter().for_each(|value| walk(name, path, within, value, found)),
        Kind::Map(entries) => {
            let text = |key: &str| match val.get(key).map(|val| &val.kind) {
                Some(Kind::Text(text, _)) => Some(text.as_str()),
                _ => None,
            };
            let beside = NAMES.iter().find_map(|name| text(name));
            let within = inside(within, name, beside);
            for (key, value) in entries {
                walk(named_by(beside, key), &under(path, key), &within, value, found);
            }
        }
        _ => found.push(Leaf { name: name.to_owned(), within: within.to_vec(), path: path.to_owned(), val: val.clone() }),
    }
}

/// What is left of a block beyond the limit: an environment of which nothing is known.
fn rest(path: &str, val: &Val) -> Leaf {
    let why = format!("beyond the {MAX_LEAVES} values that are read of one block");
    Leaf { name: "environment".to_owned(), within: Vec::new(), path: path.to_owned(), val: Val { at: val.at, ..Val::unknown(why) } }
}

/// The names around, with the block's own and the name that it carries in front.
pub(crate) fn inside(within: &[String], kind: &str, named: Option<&str>) -> Vec<String> {
    let mut inner = vec![kind.to_owned()];
    inner.extend(named.map(str::to_owned));
    inner.extend(within.iter().take(4).cloned());
    inner
}
