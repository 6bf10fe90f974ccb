//! Literals of variables: defaults, and what `.tfvars` files assign.

use unkeyed_model::Facts;

use super::module::Module;
use super::secrets::{SHORTEST_KEY, slot};
use crate::credential_name::{is_credential, is_key_material};
use crate::evaluated::{Kind, Val};
use crate::policy_document::hole;

/// Emits a slot for each literal under the name of a credential.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    for (name, sources) in &module.assigned {
        for (file, expr) in sources {
            walk(module, name, name, &module.eval(*file, expr), facts);
        }
    }
    for (name, section) in &module.variables {
        if let Some(default) = module.get(*section, "default") {
            walk(module, name, &format!("var.{name}.default"), &default, facts);
        }
    }
}

fn walk(module: &Module<'_>, name: &str, path: &str, val: &Val, facts: &mut Facts) {
    match &val.kind {
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| walk(module, key, &crate::place::under(path, key), value, facts)),
        Kind::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(module, name, &format!("{path}[{index}]"), item, facts))
        }
        // A key pair is named under what reads like the name of a key.
        Kind::Text(text, _) if is_key_material(name) && text.len() < SHORTEST_KEY => {}
        Kind::Text(text, _) if is_credential(name) && hole::is_known(text) && !text.trim().is_empty() => {
            if let Some(at) = val.at {
                facts.slots.push(slot(name, module.location(at, path), None));
            }
        }
        _ => {}
    }
}
