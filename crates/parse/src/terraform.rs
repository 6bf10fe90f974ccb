//! Terraform and OpenTofu: all files of one folder together, as the programs themselves read them.
//!
//! Nothing is executed; of other folders only what they hand to a module is looked at, and those of modules that are called by
//! their path: any other value that comes from a module, an apply or a file is said to be unknown, with the name of what would
//! tell it. `count` and `for_each` make one symbolic instance. The decision
//! a reader would question: modules that `terraform init` downloaded (`.terraform/`) are not read, because they are
//! copies that their own repository answers for; they are still scanned as text.

mod aws;
mod azure;
mod azure_devops;
mod builds;
mod calls;
mod carried;
mod compute;
mod data_files;
pub(crate) mod declared;
mod directives;
mod documents;
mod embedded;
mod eval;
mod exported;
mod files;
mod functions;
mod gcp;
mod hcp;
mod heredocs;
mod image;
mod json;
mod kept;
mod kubernetes;
mod lifetimes;
mod manifests;
mod module;
mod module_grants;
mod modules;
mod oci;
mod one_line;
mod operations;
mod outputs;
mod packer;
mod principals;
mod provider;
mod provisioners;
mod pulumi;
mod registry;
mod rendered;
mod resolve;
mod resource;
mod run;
mod secrets;
mod settings;
mod spacelift;
mod spire;
mod spliced;
mod started;
mod templates;
mod traverse;
mod typed;
mod variables;
mod vault;
mod vault_paths;

#[cfg(test)]
mod tests;

use unkeyed_model::{Facts, SkipReason, Unit, WorkloadKind};

pub(crate) use self::azure::path_scope as azure_scope;
pub(crate) use self::calls::settle;
use self::documents::Documents;
pub(crate) use self::files::is_unit as is_terragrunt;
use self::module::Module;
pub use self::modules::Modules;
pub(crate) use self::pulumi::type_of as pulumi_type;
pub(crate) use self::rendered::snake_case;
use self::resource::{Reader, Resource};
pub(crate) use self::resource::{iso_seconds, seconds as duration_seconds};
pub(crate) use self::spire::{is_one as is_spire, widest_audiences};
use crate::{place, trust_policy};

/// Stack of the thread that reads a folder: evaluation recurses as deep as 64 names times 64 levels of syntax.
const STACK_BYTES: usize = 64 << 20;

/// How far into a file the words that tell a state or a plan are looked for, in bytes.
const STATE_HEAD: usize = 64 << 10;

/// Files that Terraform and OpenTofu load, grouped by folder, and the policy documents that they may take from there.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    if trust_policy::is_document(unit) {
        return Some(documents::folder(unit.origin().folder()).to_owned());
    }
    let origin = unit.origin();
    let name = origin.file_name();
    let endings = [".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json"];
    let is_configuration = endings.iter().any(|ending| name.ends_with(ending));
    let is_copy = || origin.path.split('/').any(|part| part == ".terraform");
    (is_configuration && !is_copy()).then(|| origin.folder().to_owned())
}

/// Files of data that a folder's configuration may take.
pub(crate) fn claims_data(unit: &Unit<'_>) -> Option<String> {
    data_files::claims(unit)
}

/// State files, and what `terraform show -json` prints.
pub(crate) fn claims_state(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let is_state = name.ends_with(".tfstate") || name.ends_with(".tfstate.backup");
    let head = unit.bytes().get(..unit.bytes().len().min(STATE_HEAD)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let is_shown =
        name.ends_with(".json") && holds(b"\"terraform_version\"") && (holds(b"_values\"") || holds(b"\"values\"") || holds(b"\"serial\""));
    (is_state || is_shown).then(|| unit.origin().path.clone())
}

/// Reads such files, each for itself: what it says of the configuration's resources stands under its own path.
pub(crate) fn read_state(units: &[Unit<'_>]) -> Facts {
    let mut facts = Facts::default();
    for unit in units {
        facts.append(read_as(WorkloadKind::Terraform, std::slice::from_ref(unit), &unit.origin().path));
    }
    facts
}

/// Name of the format.
pub(crate) const FORMAT: &str = "terraform";

/// Reads the files of one folder.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    read_with(units, &Modules::default())
}

/// The same with the modules that it calls by their path, and with what others hand to it.
pub(crate) fn read_with(units: &[Unit<'_>], modules: &Modules<'_>) -> Facts {
    match configured(units) {
        Some(configuration) => read_all(WorkloadKind::Terraform, units, configuration.origin().folder(), modules),
        None => {
            let mut facts = Facts::default();
            let documents = units.iter().filter(|unit| trust_policy::is_document(unit));
            documents.for_each(|unit| facts.append(place::each(std::slice::from_ref(unit), trust_policy::read)));
            facts
        }
    }
}

/// A file of a folder that is configuration, and no policy document or data beside it.
fn configured<'u, 'b>(units: &'u [Unit<'b>]) -> Option<&'u Unit<'b>> {
    units.iter().find(|unit| is_configuration(unit))
}

fn is_configuration(unit: &Unit<'_>) -> bool {
    !trust_policy::is_document(unit) && !data_files::is_data(unit)
}

fn folder_of<'u>(units: &'u [Unit<'_>]) -> &'u str {
    units.first().map_or("", |unit| unit.origin().folder())
}

/// Projects of Pulumi in YAML, their stacks' settings, and what `pulumi stack export` prints.
pub(crate) fn claims_pulumi(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let is_project = (name == "Pulumi.yaml" || name == "Pulumi.yml" || name.starts_with("Pulumi."))
        && (name.ends_with(".yaml") || name.ends_with(".yml"));
    let head = unit.bytes().get(..unit.bytes().len().min(STATE_HEAD)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let is_export = name.ends_with(".json") && holds(b"\"deployment\"") && holds(b"urn:pulumi:");
    if is_project { Some(origin.folder().to_owned()) } else { is_export.then(|| origin.path.clone()) }
}

/// Reads a project, or an export.
pub(crate) fn read_pulumi(units: &[Unit<'_>]) -> Facts {
    let is_export = units.first().is_some_and(|unit| unit.origin().file_name().ends_with(".json"));
    let path = units.first().map_or("", |unit| unit.origin().path.as_str());
    read_as(WorkloadKind::Pulumi, units, if is_export { path } else { folder_of(units) })
}

/// Templates of Packer, in its configuration language or in JSON.
pub(crate) fn claims_packer(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let is_language = name.ends_with(".pkr.hcl") || name.ends_with(".pkrvars.hcl");
    let head = unit.bytes().get(..unit.bytes().len().min(STATE_HEAD)).unwrap_or_default();
    let holds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let is_json = name.ends_with(".json") && holds(b"\"builders\"") && holds(b"\"type\"");
    if is_language { Some(origin.folder().to_owned()) } else { is_json.then(|| origin.path.clone()) }
}

/// Reads the templates of a folder, or one in JSON.
pub(crate) fn read_packer(units: &[Unit<'_>]) -> Facts {
    let is_json = units.first().is_some_and(|unit| unit.origin().file_name().ends_with(".json"));
    let path = units.first().map_or("", |unit| unit.origin().path.as_str());
    read_as(WorkloadKind::Packer, units, if is_json { path } else { folder_of(units) })
}

/// Configurations of SPIRE's server and agent, and of spiffe-helper.
pub(crate) fn claims_spire(unit: &Unit<'_>) -> Option<String> {
    let name = unit.origin().file_name();
    let is_named = name.ends_with(".conf") || name.ends_with(".hcl");
    let head = unit.bytes().get(..unit.bytes().len().min(STATE_HEAD)).unwrap_or_default();
    (is_named && spire::is_one(&String::from_utf8_lossy(head))).then(|| unit.origin().path.clone())
}

/// Reads one of them.
pub(crate) fn read_spire(units: &[Unit<'_>]) -> Facts {
    read_as(WorkloadKind::Spire, units, folder_of(units))
}

/// Reads what tools print of a platform's state, all files together.
pub(crate) fn read_exports(units: &[Unit<'_>]) -> Facts {
    read_as(WorkloadKind::Export, units, "")
}

/// Reads what commands and objects make: `folder` stands before the names.
pub(crate) fn read_provisioning(units: &[Unit<'_>], folder: &str) -> Facts {
    read_as(WorkloadKind::Export, units, folder)
}

fn read_as(kind: WorkloadKind, units: &[Unit<'_>], folder: &str) -> Facts {
    read_all(kind, units, folder, &Modules::default())
}

/// `hcl-edit` and evaluation are recursive within fixed limits, for which a worker's stack can be too small.
fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    })
}

fn read_all(kind: WorkloadKind, units: &[Unit<'_>], folder: &str, modules: &Modules<'_>) -> Facts {
    on_deep_stack(|| read_folder(kind, units, folder, modules)).unwrap_or_else(|| {
        let mut facts = Facts::default();
        let detail = "the structure of the folder could not be read";
        let skip = |unit: &Unit<'_>| unkeyed_model::Skip {
            path: unit.origin().path.clone(),
            why: SkipReason::InternalError,
            detail: detail.into(),
        };
        facts.skipped.extend(units.iter().map(skip));
        facts
    })
}

fn read_folder(kind: WorkloadKind, units: &[Unit<'_>], folder: &str, modules: &Modules<'_>) -> Facts {
    let mut facts = Facts::default();
    let own;
    let files = if let Some(parsed) = modules.parsed(folder) {
        facts.skipped.extend(parsed.skipped.iter().chain(modules.cut(folder)).cloned());
        &parsed.files
    } else {
        own = files::parse(kind, units, &mut facts);
        &own
    };
    let mut module = Module::new(kind, folder, files).called_with(modules.given(folder)).with_documents(Documents::read(kind, units));
    module.outputs = outputs::read(&module, modules);
    read_resources(&module, &mut facts);
    module.documents.read_others(&mut facts);
    hcp::read(&module, &mut facts);
    spacelift::read(&module, &mut facts);
    manifests::read(&module, &mut facts);
    registry::read(&module, &mut facts);
    provisioners::read(&module, &mut facts);
    calls::read(&module, modules, &mut facts);
    variables::read(&module, &mut facts);
    match kind {
        // What is printed of a platform runs nothing.
        WorkloadKind::Export => {}
        WorkloadKind::Packer => packer::read(&module, files, &mut facts),
        WorkloadKind::Spire => spire::read(&module, files, &mut facts),
        _ => run::read(&module, files, &mut facts),
    }
    limits(&module, &mut facts);
    tidy(&mut facts);
    facts
}

fn read_resources(module: &Module<'_>, facts: &mut Facts) {
    principals::defined(module, facts);
    for (address, section) in &module.resources {
        let resource = Resource { module, address, section: *section };
        if let Some(reader) = reader_of(resource.full_kind()) {
            read_one(resource, reader, facts);
        }
        declared::read(resource, facts);
        compute::read(resource, facts);
    }
}

/// Says which limits of a folder, or of a module with what a call gives it, were reached.
fn limits(module: &Module<'_>, facts: &mut Facts) {
    let reached = [
        (module.is_exhausted(), "expressions of this folder go beyond the evaluation limit; some values are unknown"),
        (module.evaluation.templates_cut.get(), templates::LIMITED),
        (module.evaluation.instances_cut.get(), resource::INSTANCES_LIMITED),
    ];
    for (_, detail) in reached.into_iter().filter(|(reached, _)| *reached) {
        facts.skipped.extend(module.files.first().map(|file| file.place.skip(SkipReason::Limit, detail)));
    }
}

/// Reads one resource. Nothing is granted where nothing is made (`count = 0`, an empty `for_each`); a trust says what it would be.
fn read_one(resource: Resource<'_, '_>, reader: Reader, facts: &mut Facts) {
    let (grants, trusts) = (facts.grants.len(), facts.trusts.len());
    reader(resource, facts);
    if facts.trusts.len() == trusts && resource.makes_none() {
        facts.grants.truncate(grants);
    }
}

/// The type of this name, if its resources make trusts, grants, sessions or credentials that are read.
pub(crate) fn read_type(name: &str) -> Option<&'static str> {
    listed().map(|(kind, _)| *kind).chain(gcp::IAM_TYPES.iter().copied()).chain(declared::types()).find(|kind| *kind == name)
}

fn reader_of(kind: &str) -> Option<Reader> {
    listed().find(|(name, _)| *name == kind).map(|(_, reader)| *reader).or_else(|| gcp::iam_reader(kind))
}

fn listed() -> impl Iterator<Item = &'static (&'static str, Reader)> {
    let tables = [
        aws::READERS,
        azure::READERS,
        azure_devops::READERS,
        gcp::READERS,
        kubernetes::READERS,
        lifetimes::READERS,
        oci::READERS,
        vault::READERS,
    ];
    tables.into_iter().flatten()
}

/// Each slot and each store once: one literal can be reached through several names.
fn tidy(facts: &mut Facts) {
    facts.slots.sort();
    facts.slots.dedup_by(|a, b| a.location.region.span == b.location.region.span && a.location.origin == b.location.origin);
    facts.stored.sort_by(|a, b| (&a.name, &a.extent).cmp(&(&b.name, &b.extent)));
    facts.stored.dedup_by(|a, b| a.name == b.name && a.extent.region.span == b.extent.region.span && a.extent.origin == b.extent.origin);
}
