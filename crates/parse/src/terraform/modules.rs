//! Modules that configurations call by a path in the inputs: each is parsed once, and has what its callers hand to it.
//!
//! One decision a reader would question: a variable that callers set to different things, or to what can't be told, is
//! not known, and its default isn't taken either. What is handed on has no place of its own; a literal secret counts
//! where its caller writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hcl_edit::expr::Expression;
use serde_json::Value as Json;
use unkeyed_model::{Facts, Skip, SkipReason, Unit, WorkloadKind};

use super::documents::Documents;
use super::files::{self, File};
use super::module::{Module, Section};
use crate::credential_name::is_credential;
use crate::evaluated::Kind;
use crate::host_files;
use crate::policy_document::hole;

/// Most modules that are called one by the other.
pub(super) const MAX_DEPTH: usize = 6;
/// Longest value that is handed on, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// Arguments of a module block that are no variables of the module.
pub(super) const META: &[&str] = &["source", "version", "providers", "count", "for_each", "depends_on"];

/// Values of a module's variables, by name; none where they are set to what can't be told.
pub(super) type Given = BTreeMap<String, Option<Json>>;

/// Folders that call modules by their path, and those modules.
#[derive(Default)]
pub struct Modules<'u> {
    folders: BTreeMap<String, Parsed<'u>>,
    /// What the variables of a module are called with.
    given: BTreeMap<String, Given>,
    /// Coverage rows, by folder.
    cut: BTreeMap<String, Skip>,
}

/// One folder.
pub(super) struct Parsed<'u> {
    pub(super) units: &'u [Unit<'u>],
    pub(super) files: Vec<File<'u>>,
    /// Coverage rows of what couldn't be parsed.
    pub(super) skipped: Vec<Skip>,
    /// Folders of the modules that it calls.
    calls: BTreeSet<String>,
}

/// A value may be a secret.
impl fmt::Debug for Modules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.folders.keys()).finish()
    }
}

impl<'u> Modules<'u> {
    /// Whether a text was handed on.
    #[must_use]
    pub fn hold(&self, text: &str) -> bool {
        let mut holds = false;
        let given = self.given.values().flat_map(BTreeMap::values).flatten();
        given.for_each(|value| for_each_text(value, &mut |part| holds |= part.contains(text)));
        holds
    }

    /// Whether a folder is called by another.
    #[must_use]
    pub fn reach(&self, folder: &str) -> bool {
        self.given(folder).is_some()
    }

    /// Folders of the modules that a folder calls, and that these call.
    #[must_use]
    pub fn of<'m>(&'m self, folder: &str) -> BTreeSet<&'m str> {
        let mut found = BTreeSet::new();
        let mut next: Vec<&str> = self.folders.get_key_value(folder).map(|(folder, _)| folder.as_str()).into_iter().collect();
        while let Some(caller) = next.pop() {
            let calls = self.folders.get(caller).into_iter().flat_map(|parsed| &parsed.calls).map(String::as_str);
            next.extend(calls.filter(|called| *called != folder && found.insert(*called)));
        }
        found
    }

    pub(super) fn given(&self, folder: &str) -> Option<&Given> {
        self.given.get(folder)
    }

    pub(super) fn parsed(&self, folder: &str) -> Option<&Parsed<'u>> {
        self.folders.get(folder)
    }

    /// The coverage row of a folder whose values come from further away than is followed.
    pub(super) fn cut(&self, folder: &str) -> Option<&Skip> {
        self.cut.get(folder)
    }

    /// Reads what the folders hand to each other; each is the files of one.
    #[must_use]
    pub fn between(folders: &[&'u [Unit<'u>]]) -> Self {
        if !folders.iter().any(|units| units.iter().any(calls)) {
            return Self::default();
        }
        super::on_deep_stack(|| {
            let mut modules = Self { folders: parsed(folders), ..Self::default() };
            for _ in 0..MAX_DEPTH {
                let given = modules.handed();
                if given == modules.given {
                    return modules;
                }
                modules.given = given;
            }
            // What still changes comes through more modules.
            let changed = modules.handed().into_iter().filter(|(folder, now)| modules.given.get(folder) != Some(now));
            let rows = changed.filter_map(|(folder, _)| {
                let detail = format!("values that come through more than {MAX_DEPTH} modules were not followed");
                let skip = modules.parsed(&folder)?.files.first()?.place.skip(SkipReason::Limit, detail);
                Some((folder, skip))
            });
            modules.cut = rows.collect();
            modules
        })
        .unwrap_or_default()
    }

    /// What the calls hand on, with what is known so far.
    fn handed(&self) -> BTreeMap<String, Given> {
        let mut calls: BTreeMap<String, Vec<Given>> = BTreeMap::new();
        for (folder, parsed) in self.folders.iter().filter(|(_, parsed)| !parsed.calls.is_empty()) {
            let module = Module::new(WorkloadKind::Terraform, folder, &parsed.files).called_with(self.given(folder));
            let module = module.with_documents(Documents::read(WorkloadKind::Terraform, parsed.units));
            for section in module.calls() {
                let Some(callee) = callee(&module, section) else { continue };
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
        calls.into_iter().map(|(folder, calls)| (folder, agreed(&calls))).collect()
    }
}

/// The folders that call modules by their path, and those modules.
fn parsed<'u>(folders: &[&'u [Unit<'u>]]) -> BTreeMap<String, Parsed<'u>> {
    let by_folder: BTreeMap<&str, &'u [Unit<'u>]> =
        folders.iter().filter_map(|units| Some((super::configured(units)?.origin().folder(), *units))).collect();
    let mut next: Vec<&str> = by_folder.iter().filter(|(_, units)| units.iter().any(calls)).map(|(folder, _)| *folder).collect();
    let mut found = BTreeMap::new();
    while let Some(folder) = next.pop() {
        if found.contains_key(folder) {
            continue;
        }
        let units = by_folder[folder];
        let mut said = Facts::default();
        let files = files::parse(WorkloadKind::Terraform, units, &mut said);
        let blocks = files.iter().flat_map(|file| file.body.blocks().map(move |block| (file, block)));
        let calls = blocks.filter(|(_, block)| block.ident.as_str() == "module").filter_map(|(file, block)| {
            let Expression::String(source) = &block.body.get_attribute("source")?.value else { return None };
            local(file.place.path(), source)
        });
        let calls: BTreeSet<String> = calls.collect();
        next.extend(calls.iter().filter_map(|called| by_folder.get_key_value(called.as_str())).map(|(folder, _)| *folder));
        found.insert(folder.to_owned(), Parsed { units, files, skipped: said.skipped, calls });
    }
    found
}

/// The folder that a source names by its path, seen from a file.
fn local(file: &str, source: &str) -> Option<String> {
    let is_path = source.starts_with("./") || source.starts_with("../");
    let folder = host_files::relative(file, source.trim_end_matches('/'));
    (is_path && !folder.starts_with("..")).then_some(folder)
}

/// The folder of the module that a block calls by its path.
pub(super) fn callee(module: &Module<'_>, section: Section<'_>) -> Option<String> {
    local(module.files.get(section.file)?.place.path(), &module.text(section, "source")?)
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

    use super::Modules;
    use crate::Group;

    fn unit(path: &str, text: &'static str) -> Unit<'static> {
        Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes())
    }

    /// Names of the roles of the last folder, read with what the others hand to it.
    fn roles(folders: &[Vec<Unit<'static>>]) -> Vec<String> {
        let all: Vec<&[Unit<'_>]> = folders.iter().map(Vec::as_slice).collect();
        let group: Group = crate::group(&folders[0][0]).unwrap();
        let facts = crate::read_with(&group, all[all.len() - 1], &Modules::between(&all));
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
    fn values_from_too_far_away_are_a_row() {
        let deep = |count: usize| {
            let step = |at: usize| {
                let text = format!(
                    "variable \"n\" {{ default = \"x\" }}\nmodule \"m\" {{\n  source = \"../m{}\"\n  n = \"${{var.n}}-a\"\n}}",
                    at + 1
                );
                vec![Unit::new(Arc::new(Origin { path: format!("m{at}/main.tf"), ..Origin::default() }), text.into_bytes())]
            };
            let folders: Vec<Vec<Unit<'static>>> = (0..count).map(step).collect();
            let all: Vec<&[Unit<'_>]> = folders.iter().map(Vec::as_slice).collect();
            let modules = Modules::between(&all);
            (0..count).filter(|at| modules.cut(&format!("m{at}")).is_some()).count()
        };
        assert_eq!(deep(4), 0);
        assert!(deep(12) > 0);
    }

    #[test]
    fn a_secret_that_is_handed_on_is_a_reference_to_the_variable() {
        let call = "module \"f\" {\n  source = \"./f\"\n  password = \"tulip-4412-winter\"\n}";
        let function = "variable \"password\" {}\nresource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = { DB_PASSWORD = var.password }\n  }\n}";
        let folders = [vec![unit("main.tf", call)], vec![unit("f/main.tf", function)]];
        let all: Vec<&[Unit<'_>]> = folders.iter().map(Vec::as_slice).collect();
        let group = crate::group(&folders[1][0]).unwrap();
        let facts = crate::read_with(&group, all[1], &Modules::between(&all));
        let used: Vec<_> = facts.workloads[0].references.iter().map(|used| used.name.as_str()).collect();
        assert_eq!(used, ["var.password"]);
    }
}
