//! What configurations hand to the modules that they call by a path in the inputs.
//!
//! One decision a reader would question: a variable that callers set to different things, or to what can't be told, is
//! not known, and its default isn't taken either. What is handed on has no place of its own; a literal secret counts
//! where its caller writes it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;
use unkeyed_model::{Facts, Unit, WorkloadKind};

use super::files::{self, File};
use super::module::Module;
use super::{Documents, run};
use crate::credential_name::is_credential;
use crate::evaluated::Kind;
use crate::policy_document::hole;

/// Most modules that are called one by the other.
const MAX_DEPTH: usize = 6;
/// Longest value that is handed on, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// Arguments of a module block that are no variables of the module.
pub(super) const META: &[&str] = &["source", "version", "providers", "count", "for_each", "depends_on"];

/// Values of a module's variables, by name; none where they are set to what can't be told.
pub(super) type Given = BTreeMap<String, Option<Json>>;

/// The variables that modules are called with, by folder.
#[derive(Default)]
pub struct Arguments(BTreeMap<String, Given>);

/// A value may be a secret.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Arguments {
    /// Whether nothing is handed on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text was handed on.
    #[must_use]
    pub fn hold(&self, text: &str) -> bool {
        let mut holds = false;
        let given = self.0.values().flat_map(BTreeMap::values).flatten();
        given.for_each(|value| for_each_text(value, &mut |part| holds |= part.contains(text)));
        holds
    }

    /// Whether a folder is called by another.
    #[must_use]
    pub fn reach(&self, folder: &str) -> bool {
        self.of(folder).is_some()
    }

    pub(super) fn of(&self, folder: &str) -> Option<&Given> {
        self.0.get(if folder.is_empty() { "." } else { folder })
    }

    /// Reads what the folders hand to each other; each is the files of one.
    #[must_use]
    pub fn between(folders: &[&[Unit<'_>]]) -> Self {
        let callers: Vec<_> = folders.iter().filter(|units| units.iter().any(calls)).collect();
        if callers.is_empty() {
            return Self::default();
        }
        super::on_deep_stack(|| {
            let mut said = Facts::default();
            let parsed: Vec<_> =
                callers.iter().map(|units| (super::folder_of(units), files::parse(WorkloadKind::Terraform, units, &mut said))).collect();
            let mut known = Self::default();
            for _ in 0..MAX_DEPTH {
                let next = known.next(&parsed);
                if next.0 == known.0 {
                    break;
                }
                known = next;
            }
            known
        })
        .unwrap_or_default()
    }

    /// The same, with what is known so far handed on.
    fn next(&self, callers: &[(&str, Vec<File<'_>>)]) -> Self {
        let mut calls: BTreeMap<String, Vec<Given>> = BTreeMap::new();
        for (folder, files) in callers {
            let module =
                Module::new(WorkloadKind::Terraform, folder, files).called_with(self.of(folder)).with_documents(Documents::default());
            for section in module.others.iter().filter(|section| section.block.ident.as_str() == "module") {
                let Some(callee) = run::callee(&module, *section) else { continue };
                let attributes = section.block.body.attributes().filter(|attribute| !META.contains(&attribute.key.as_str()));
                let given = attributes.filter_map(|attribute| {
                    let val = module.eval(section.file, &attribute.value);
                    let is_set = !matches!(val.kind, Kind::Null);
                    let name = attribute.key.as_str();
                    is_set.then(|| (name.to_owned(), Some(module.json(&val)).filter(|json| !is_credential(name) && is_known(json))))
                });
                calls.entry(callee).or_default().push(given.collect());
            }
        }
        Self(calls.into_iter().map(|(folder, calls)| (folder, agreed(&calls))).collect())
    }
}

/// What all calls of a module set alike.
fn agreed(calls: &[Given]) -> Given {
    let names = calls.iter().flat_map(BTreeMap::keys);
    let agreed = names.map(|name| {
        let first = calls[0].get(name);
        let is_one = calls.iter().all(|call| call.get(name) == first);
        (name.clone(), first.filter(|_| is_one).cloned().flatten())
    });
    agreed.collect()
}

/// Whether a file may call a module by a path.
fn calls(unit: &Unit<'_>) -> bool {
    let holds = |word: &[u8]| memchr::memmem::find(unit.bytes(), word).is_some();
    holds(b"module") && (holds(b"\"./") || holds(b"\"../"))
}

/// Whether every part of a value is known, or an attribute of a resource: that one is meant there as well.
fn is_known(value: &Json) -> bool {
    let mut bytes = 0;
    let mut known = true;
    for_each_text(value, &mut |text| {
        bytes += text.len();
        known &= hole::holes(text).all(is_thing);
    });
    known && bytes <= MAX_BYTES
}

/// Types whose resources stand for somebody, which are told apart by folder.
const PRINCIPALS: &[&str] =
    &["aws_iam_", "azuread_", "azurerm_user_assigned_", "google_service_account", "google_iam_", "vault_", "oci_identity_"];

/// Whether what fills a hole is an attribute of a resource that is no principal.
fn is_thing(what: &str) -> bool {
    let (kind, rest) = what.split_once('.').unwrap_or((what, ""));
    let is_attribute = rest.split_once('.').is_some_and(|(_, attribute)| !attribute.is_empty());
    is_attribute && kind.contains('_') && !PRINCIPALS.iter().any(|principal| kind.starts_with(principal))
}

fn for_each_text(value: &Json, visit: &mut dyn FnMut(&str)) {
    match value {
        Json::String(text) => visit(text),
        Json::Array(items) => items.iter().for_each(|item| for_each_text(item, visit)),
        Json::Object(entries) => entries.iter().for_each(|(key, value)| {
            visit(key);
            for_each_text(value, visit);
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, Unit};

    use super::Arguments;
    use crate::Group;

    fn unit(path: &str, text: &'static str) -> Unit<'static> {
        Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes())
    }

    /// Names of the roles of the last folder, read with what the others hand to it.
    fn roles(folders: &[Vec<Unit<'static>>]) -> Vec<String> {
        let all: Vec<&[Unit<'_>]> = folders.iter().map(Vec::as_slice).collect();
        let group: Group = crate::group(&folders[0][0]).unwrap();
        let facts = crate::read_with(&group, all[all.len() - 1], &[], &Arguments::between(&all));
        let roles = facts.principals.iter().filter(|principal| principal.kind == "role");
        roles.flat_map(|role| role.names.iter().filter(|name| !name.contains("aws_iam_role")).cloned()).collect()
    }

    const ROLE: &str = "variable \"name\" {}\nvariable \"stage\" { default = \"dev\" }\nresource \"aws_iam_role\" \"r\" { name = \"${var.name}-${var.stage}\" }";

    #[test]
    fn modules_get_what_their_callers_agree_on_through_other_modules() {
        let root = "variable \"app\" { default = \"api\" }\nmodule \"a\" {\n  source = \"./modules/a\"\n  app = var.app\n}";
        let middle = "variable \"app\" {}\nmodule \"r\" {\n  source = \"../role\"\n  name = \"${var.app}-deploy\"\n}";
        let folders =
            |root| vec![vec![unit("main.tf", root)], vec![unit("modules/a/main.tf", middle)], vec![unit("modules/role/main.tf", ROLE)]];
        assert_eq!(roles(&folders(root)), ["api-deploy-dev"]);
        assert_eq!(roles(&folders("module \"a\" {\n  source = \"./modules/a\"\n  app = aws_x.y.z\n}")), [""; 0]);
        let twice =
            "module \"a\" {\n  source = \"./modules/a\"\n  app = \"x\"\n}\nmodule \"b\" {\n  source = \"./modules/a\"\n  app = \"y\"\n}";
        assert_eq!(roles(&folders(twice)), [""; 0]);
    }

    #[test]
    fn what_a_caller_sets_to_the_unknown_has_no_default() {
        let call = "module \"r\" {\n  source = \"./role\"\n  name = \"x\"\n  stage = terraform.workspace\n}";
        let folders = |call| vec![vec![unit("main.tf", call)], vec![unit("role/main.tf", ROLE)]];
        assert_eq!(roles(&folders(call)), [""; 0]);
        assert_eq!(roles(&folders("module \"r\" {\n  source = \"./role\"\n  name = \"x\"\n}")), ["x-dev"]);
    }

    #[test]
    fn a_secret_that_is_handed_on_is_a_reference_to_the_variable() {
        let call = "module \"f\" {\n  source = \"./f\"\n  password = \"tulip-4412-winter\"\n}";
        let function = "variable \"password\" {}\nresource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = { DB_PASSWORD = var.password }\n  }\n}";
        let folders = [vec![unit("main.tf", call)], vec![unit("f/main.tf", function)]];
        let all: Vec<&[Unit<'_>]> = folders.iter().map(Vec::as_slice).collect();
        let group = crate::group(&folders[1][0]).unwrap();
        let facts = crate::read_with(&group, all[1], &[], &Arguments::between(&all));
        let used: Vec<_> = facts.workloads[0].references.iter().map(|used| used.name.as_str()).collect();
        assert_eq!(used, ["var.password"]);
    }
}
