//! Azure templates: ARM JSON and Bicep. One workload per resource that computes, and `#deployment` for the rest.
//!
//! Both languages are read into the same declarations and evaluated by the same rules. Nothing is deployed: a parameter
//! has its default, what a resource computes is unknown with its name. The decision a reader would question: a module
//! in another file is read on its own, so what one file passes to the other is a parameter there, but for who trusts whom with
//! what, which is read once for each call (`modules`), and for a secret that all of them let it fetch from a vault (`HANDS_STORED`).

mod bicep;
mod compute;
mod deployment;
mod eval;
mod expr;
mod identities;
mod json;
mod modules;
mod parser;
#[cfg(test)]
mod tests;
mod values;

use unkeyed_model::{Facts, Location, SkipReason, Span, Unit, Use, Workload, WorkloadKind};

pub(crate) use self::compute::computes;
use self::deployment::{Deployment, Given, Source};
use self::values::Reader;
use crate::evaluated::leaves_of;
use crate::facts;
use crate::place::{self, Place};
use crate::tree::Node;
use crate::{credential_name, host_files};

/// How far into a file the schema is looked for, in bytes.
const HEAD: usize = 4 << 10;
/// How deep templates inside templates are read.
const MAX_TEMPLATES: usize = 6;

/// Group of all files of Bicep.
const BICEP: &str = "bicep";

/// Trait of a deployment: `file#parameter` of a module that is given a secret out of a vault.
const HANDS_STORED: &str = "hands-stored";

/// `*.bicep`, `*.bicepparam`, and JSON files with the schema of a template or of its parameters.
pub(crate) fn claims(unit: &Unit<'_>) -> Option<String> {
    let origin = unit.origin();
    let name = origin.file_name();
    let is_bicep = name.ends_with(".bicep") || name.ends_with(".bicepparam");
    let head = unit.bytes().get(..unit.bytes().len().min(HEAD)).unwrap_or_default();
    let is_schema = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let is_json = name.ends_with(".json")
        && is_schema(b"$schema")
        && (is_schema(b"eploymentTemplate.json") || is_schema(b"eploymentParameters.json"));
    // Files of Bicep draw each other in.
    if is_bicep { Some(BICEP.to_owned()) } else { is_json.then(|| origin.path.clone()) }
}

/// Reads such files.
pub(crate) fn read(units: &[Unit<'_>]) -> Facts {
    if units.first().is_some_and(|unit| !unit.origin().path.ends_with(".json")) {
        return modules::read(units);
    }
    place::each(units, file)
}

fn file(place: &Place<'_>, facts: &mut Facts) {
    let root = match crate::json::parse(place) {
        Ok(root) => root,
        Err(skip) => {
            facts.skipped.push(skip);
            return;
        }
    };
    if root.get("resources").is_some() {
        let source = json::parse(&root);
        template(&Deployment::new(place, WorkloadKind::Arm, String::new(), &source), MAX_TEMPLATES, true, facts);
    } else {
        parameter_file(place, &root, facts);
    }
}

/// Reads a template and those inside it; who trusts whom only if it isn't read with what draws it in.
fn template(deployment: &Deployment<'_>, levels: usize, is_alone: bool, facts: &mut Facts) {
    let before = facts.workloads.len();
    identities::defined(deployment, facts);
    for resource in &deployment.source.resources {
        if is_alone {
            identities::read(deployment, resource, facts);
        }
        if compute::is_compute(resource) {
            compute::read(deployment, resource, facts);
        }
    }
    if is_alone {
        identities::of_modules(deployment, facts);
    }
    values::parameters(deployment, facts);
    if levels == 0 && !deployment.source.nested.is_empty() {
        let detail = format!("templates nested deeper than {MAX_TEMPLATES} levels were not read");
        facts.skipped.push(deployment.place.skip(SkipReason::Limit, detail));
    }
    for (index, (outer, inner)) in deployment.source.nested.iter().enumerate().filter(|_| levels > 0) {
        let prefix = format!("{}{}/", deployment.prefix, name_of(outer, index));
        let source = json::parse(inner);
        let given = passed_in(&source, deployment, outer);
        template(&Deployment { given, ..Deployment::new(deployment.place, deployment.kind, prefix, &source) }, levels - 1, true, facts);
    }
    rest(deployment, before, facts);
    deployment.report_limit(facts);
}

fn name_of(node: &Node, index: usize) -> String {
    let name = node.str("name").filter(|name| !name.starts_with('['));
    name.map_or_else(|| format!("template{index}"), |name| name.replace(['.', '/'], "_"))
}

/// What the outer template passes to the inner one.
fn passed_in(inner: &Source, deployment: &Deployment<'_>, outer: &Node) -> Given {
    let given = outer.path(&["properties", "parameters"]);
    let value = |name: &String| Some((name.clone(), deployment.eval(&json::expression(given?.path(&[name, "value"])?))));
    inner.parameters.keys().filter_map(value).collect()
}

/// The deployment itself as a workload: every value that belongs to no resource that computes.
fn rest(deployment: &Deployment<'_>, before: usize, facts: &mut Facts) {
    let place = deployment.place;
    let name = format!("deployment of {}", place.path());
    let mut workload = Workload::new(deployment.kind, deployment.key("deployment"), name, place.whole());
    workload.extents.push(place.bare(Span::new(0, place.text().len())));
    let reader = Reader { template: deployment };
    let others = deployment.source.resources.iter().filter(|resource| compute::settings_of(deployment, resource).is_none());
    for resource in others.filter(|resource| !deployment::type_of(resource).eq_ignore_ascii_case("Microsoft.Resources/deployments")) {
        for leaf in leaves_of("", &resource.symbol, &deployment.eval(&resource.body)) {
            workload.references.append(&mut reader.read(&leaf, facts));
        }
    }
    for module in &deployment.source.modules {
        let file = (!module.kind.contains(':')).then(|| host_files::relative(place.path(), &module.kind));
        workload.uses.extend(file.iter().map(|file| (Use::Component, format!("bicep:{file}#deployment"))));
        for leaf in module.body.get("params").into_iter().flat_map(|params| leaves_of("", &module.symbol, &deployment.eval(params))) {
            if let (Some(file), Some(location)) = (&file, reader.fetched(&leaf)) {
                workload.traits.push((HANDS_STORED.to_owned(), format!("{file}#{}", leaf.name), location));
            }
            workload.references.append(&mut reader.read(&leaf, facts));
        }
    }
    for (_, output) in &deployment.source.outputs {
        for leaf in leaves_of("output", "outputs", &deployment.eval(output)) {
            workload.references.append(&mut reader.read(&leaf, facts));
        }
    }
    workload.references.sort_by(|a, b| (&a.location, &a.name).cmp(&(&b.location, &b.name)));
    workload.references.dedup();
    if !workload.references.is_empty() || (deployment.prefix.is_empty() && holds_others(before, facts)) {
        facts.workloads.push(workload);
    }
}

/// Whether a credential stands outside of every resource that computes.
fn holds_others(before: usize, facts: &Facts) -> bool {
    let is_inside = |location: &Location| {
        let mut extents = facts.workloads[before..].iter().flat_map(|workload| &workload.extents);
        extents.any(|extent| extent.origin == location.origin && extent.region.span.contains(location.region.span))
    };
    facts.slots.iter().any(|slot| !is_inside(&slot.location))
}

/// A file of parameters: literals under the names of credentials.
fn parameter_file(place: &Place<'_>, root: &Node, facts: &mut Facts) {
    for entry in root.get("parameters").into_iter().flat_map(Node::entries) {
        let Some(value) = entry.value.get("value").filter(|value| value.text().is_some_and(|text| !text.trim().is_empty())) else {
            continue;
        };
        if credential_name::is_credential(entry.name()) && !value.is_null() {
            let path = format!("{}.value", place::under("parameters", entry.name()));
            facts.slots.push(facts::slot(entry.name(), place.at(value.span, path)));
        }
    }
}
