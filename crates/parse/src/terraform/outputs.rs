//! What the outputs of called modules stand for, where that is a resource of the module: a role that one module makes is handed to
//! another, or given a policy.

use std::collections::BTreeMap;

use unkeyed_model::WorkloadKind;

use super::calls::MAX_CALLS;
use super::module::Module;
use super::modules::{self, Modules};

/// Addresses of the resources (`module.ci.aws_iam_role.this`) by the outputs that name them (`module.ci.role_arn`).
pub(super) fn read(module: &Module<'_>, modules: &Modules<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for section in module.calls().take(MAX_CALLS) {
        let folder = modules::callee(module, section).and_then(|folder| Some((modules.parsed(&folder)?, folder)));
        let Some((name, (parsed, folder))) = section.label(0).zip(folder) else { continue };
        let called = Module::new(WorkloadKind::Terraform, &folder, &parsed.files);
        for output in called.others.iter().filter(|section| section.block.ident.as_str() == "output") {
            let value = called.get(*output, "value");
            let address = value.as_ref().and_then(|value| value.reference()).map(|reference| &reference.address);
            if let Some((label, address)) = output.label(0).zip(address.filter(|address| called.resources.contains_key(*address))) {
                found.insert(format!("module.{name}.{label}"), format!("module.{name}.{address}"));
            }
        }
    }
    found
}
