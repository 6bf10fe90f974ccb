//! The single values of a block, each under the name that tells what it is for.
//!
//! `env { name = "X", value = … }`, `{ name = "X", value = … }` and `X = …` are the same here: a value named `X`.

use super::module::{Module, Section};
use super::value::{Kind, Val};

/// One value.
pub(super) struct Leaf {
    /// What it is assigned to: attribute, map key, or the `name` beside a `value`.
    pub(super) name: String,
    /// Name of the block or map it stands in, and of the ones around that, innermost first.
    pub(super) within: Vec<String>,
    /// Structural path below the block.
    pub(super) path: String,
    /// The value: never a list or a map.
    pub(super) val: Val,
}

/// Attributes that name the value beside them.
const NAMES: &[&str] = &["name", "key", "secret_name", "variable_name", "variable"];
/// Attributes that hold the value named beside them.
const VALUES: &[&str] = &["value", "plaintext_value", "valueFrom", "value_wo", "encrypted_value"];
/// Most values that are taken from one block.
const MAX_LEAVES: usize = 20_000;

/// All values of a block and of the blocks in it.
pub(super) fn leaves(module: &Module<'_>, section: Section<'_>) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk_section(module, section, "", &[], &mut found);
    found
}

fn walk_section(module: &Module<'_>, section: Section<'_>, path: &str, within: &[String], found: &mut Vec<Leaf>) {
    let named = NAMES.iter().find_map(|name| module.text(section, name));
    for attribute in section.block.body.attributes() {
        let key = attribute.key.as_str();
        let val = module.eval(section.file, &attribute.value);
        let name = named.as_deref().filter(|_| VALUES.contains(&key)).unwrap_or(key);
        walk(name, &under(path, key), within, &val, found);
    }
    for (kind, inner) in section.nested() {
        // What a `lifecycle` or `provisioner` block says is not a setting of the thing itself.
        if !matches!(kind, "lifecycle" | "timeouts" | "precondition" | "postcondition") {
            walk_section(module, inner, &under(path, kind), &inside(within, kind, named.as_deref()), found);
        }
    }
}

fn walk(name: &str, path: &str, within: &[String], val: &Val, found: &mut Vec<Leaf>) {
    if found.len() >= MAX_LEAVES {
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
            let named = NAMES.iter().find_map(|name| text(name));
            let within = inside(within, name, named);
            for (key, value) in entries {
                let name = named.filter(|_| VALUES.contains(&key.as_str())).unwrap_or(key);
                walk(name, &under(path, key), &within, value, found);
            }
        }
        _ => found.push(Leaf { name: name.to_owned(), within: within.to_vec(), path: path.to_owned(), val: val.clone() }),
    }
}

/// The names around, with the block's own and the name that it carries in front.
fn inside(within: &[String], kind: &str, named: Option<&str>) -> Vec<String> {
    let mut inner = vec![kind.to_owned()];
    inner.extend(named.map(str::to_owned));
    inner.extend(within.iter().take(4).cloned());
    inner
}

fn under(path: &str, key: &str) -> String {
    crate::place::under(path, key)
}
