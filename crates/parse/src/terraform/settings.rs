//! The single values of a block, each under the name that tells what it is for.
//!
//! `env { name = "X", value = … }`, `{ name = "X", value = … }` and `X = …` are the same here: a value named `X`.

use super::embedded;
use super::module::{Module, Section};
use crate::evaluated::{Leaf, NAMES, inside, named_by, walk};
use crate::place::under;

/// Attributes that hold a structure as JSON text.
const JSON_TEXTS: &[&str] = &["container_definitions", "container_properties"];

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
        let is_structure = JSON_TEXTS.contains(&key) || (key == "body" && section.label(0) == Some("azapi_resource"));
        let val = if is_structure { embedded::structure(module, &val).unwrap_or(val) } else { val };
        walk(named_by(named.as_deref(), key), &under(path, key), within, &val, found);
    }
    for (kind, inner) in section.nested() {
        // What a `lifecycle` or `provisioner` block says is not a setting of the thing itself.
        if !matches!(kind, "lifecycle" | "timeouts" | "precondition" | "postcondition") {
            walk_section(module, inner, &under(path, kind), &inside(within, kind, named.as_deref()), found);
        }
    }
}
