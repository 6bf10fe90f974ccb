//! The run itself as a workload: providers, backend, and every value that belongs to no resource that computes.

use unkeyed_model::{Facts, Location, Span, Use, Workload, WorkloadKind};

use super::compute;
use super::files::File;
use super::module::{Module, Section};
use super::modules;
use super::provider;
use super::resource::Resource;
use super::secrets::Reader;
use super::settings;

/// Emits the workload of the run, if the folder is one that is run (it has a provider, a backend or a cloud block) or
/// holds secrets that nobody else answers for.
pub(super) fn read(module: &Module<'_>, files: &[File<'_>], facts: &mut Facts) {
    let Some(first) = files.first() else { return };
    let mut workload = Workload::new(module.kind, module.key("run"), format!("run of {}", module.folder), first.place.whole());
    // Innermost extents win, so whatever stands in a resource that computes stays with that resource.
    workload.extents = files.iter().map(|file| file.place.bare(Span::new(0, file.place.text().len()))).collect();
    // A project of Pulumi is one that is run.
    let mut is_root = module.kind == WorkloadKind::Pulumi;
    for section in &module.others {
        match section.block.ident.as_str() {
            "provider" => {
                is_root = true;
                login(module, *section, &format!("provider.{}", section.label(0).unwrap_or_default()), &mut workload, facts);
            }
            "terraform" => is_root |= state(module, *section, &mut workload, facts),
            "module" => {
                workload.uses.extend(called(module, *section));
                values(module, *section, &mut workload, facts);
            }
            "output" => values(module, *section, &mut workload, facts),
            _ => {}
        }
    }
    for (address, section) in &module.resources {
        if !compute::is_compute(Resource { module, address, section: *section }) {
            let reader = Reader { module, address, destination: None, fetches: false };
            for leaf in settings::leaves(module, *section) {
                workload.references.append(&mut reader.read(&leaf, facts));
            }
        }
    }
    workload.references.sort_by(|a, b| (&a.location, &a.name).cmp(&(&b.location, &b.name)));
    workload.references.dedup();
    // A folder of modules is run by whoever calls it.
    workload.component = !is_root && module.folder.split('/').any(|part| part == "modules" || part == "module");
    if is_root || !workload.references.is_empty() || !workload.uses.is_empty() || holds_others(facts) {
        facts.workloads.push(workload);
    }
}

/// The run of a module that is called by a path in the repository.
fn called(module: &Module<'_>, section: Section<'_>) -> Option<(Use, String)> {
    let folder = modules::callee(module, section)?;
    Some((Use::Component, format!("{}:{}#run", module.kind, if folder.is_empty() { "." } else { folder.as_str() })))
}

/// Whether a credential stands outside of every resource that computes.
fn holds_others(facts: &Facts) -> bool {
    let is_inside = |location: &Location| {
        let mut extents = facts.workloads.iter().flat_map(|workload| &workload.extents);
        extents.any(|extent| extent.origin == location.origin && extent.region.span.contains(location.region.span))
    };
    let mut places = facts.slots.iter().map(|slot| &slot.location).chain(facts.declarations.iter().map(|declared| &declared.location));
    places.any(|place| !is_inside(place))
}

/// A provider block: where it leads, how it logs in, what it is given.
fn login(module: &Module<'_>, section: Section<'_>, address: &str, workload: &mut Workload, facts: &mut Facts) {
    let destination = provider::destination(module, section);
    if workload.location.region == unkeyed_model::Region::default() {
        workload.location = module.block_location(section, address);
    }
    provider::paths(module, section, workload);
    let of_entra = section.label(0).is_some_and(|name| matches!(name, "azurerm" | "azuread" | "azapi"));
    if let Some(tenant) = module.text(section, "tenant_id").filter(|_| of_entra) {
        workload.traits.push(("azure-tenant".to_owned(), tenant, module.attribute_location(section, address, "tenant_id")));
    }
    let reader = Reader { module, address, destination: destination.clone(), fetches: false };
    for leaf in settings::leaves(module, section) {
        workload.references.append(&mut reader.read(&leaf, facts));
    }
    if let Some(destination) = destination
        && !workload.destinations.contains(&destination)
    {
        workload.destinations.push(destination);
    }
}

/// The `terraform` block: the backend that keeps the state. Returns whether there is one.
fn state(module: &Module<'_>, section: Section<'_>, workload: &mut Workload, facts: &mut Facts) -> bool {
    let mut found = false;
    for (kind, inner) in section.nested() {
        found |= matches!(kind, "backend" | "cloud");
        if kind == "backend" {
            let address = format!("backend.{}", inner.label(0).unwrap_or_default());
            provider::paths(module, inner, workload);
            let reader = Reader { module, address: &address, destination: provider::backend_destination(inner), fetches: false };
            for leaf in settings::leaves(module, inner) {
                workload.references.append(&mut reader.read(&leaf, facts));
            }
            workload.destinations.extend(provider::backend_destination(inner).filter(|to| !workload.destinations.contains(to)));
        }
    }
    found
}

fn values(module: &Module<'_>, section: Section<'_>, workload: &mut Workload, facts: &mut Facts) {
    let address = format!("{}.{}", section.block.ident.as_str(), section.label(0).unwrap_or_default());
    let reader = Reader { module, address: &address, destination: None, fetches: false };
    for leaf in settings::leaves(module, section) {
        workload.references.append(&mut reader.read(&leaf, facts));
    }
}
