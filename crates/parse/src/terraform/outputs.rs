//! What the outputs of called modules stand for, where that is a resource of the module: a role that one module makes is handed to
//! another, or given a policy.

use std::collections::BTreeMap;

use unkeyed_model::WorkloadKind;

use super::calls::MAX_CALLS;
use super::module::Module;
use super::modules::{self, Modules};
use super::registry::models;

/// Addresses of the resources (`module.ci.aws_iam_role.this`) by the outputs that name them (`module.ci.role_arn`).
pub(super) fn read(module: &Module<'_>, modules: &Modules<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for section in module.calls().take(MAX_CALLS) {
        let Some(name) = section.label(0) else { continue };
        let folder = modules::callee(module, section).and_then(|folder| Some((modules.parsed(&folder)?, folder)));
        if let Some((parsed, folder)) = folder {
            named(name, &Module::new(WorkloadKind::Terraform, &folder, &parsed.files), &mut found);
        } else if let Some(text) = module.text(section, "source").and_then(|source| models::text(&source)) {
            models::with(text, |files| named(name, &Module::new(WorkloadKind::Terraform, "", files), &mut found));
        }
    }
    found
}

fn named(name: &str, called: &Module<'_>, found: &mut BTreeMap<String, String>) {
    for output in called.others.iter().filter(|section| section.block.ident.as_str() == "output") {
        let value = called.get(*output, "value");
        let address = value.as_ref().and_then(|value| value.reference()).map(|reference| &reference.address);
        if let Some((label, address)) = output.label(0).zip(address.filter(|address| called.resources.contains_key(*address))) {
            found.insert(format!("module.{name}.{label}"), format!("module.{name}.{address}"));
        }
    }
}
