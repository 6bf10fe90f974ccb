//! What tools print of a platform's state ([`crate::exports`]), written out as configuration language.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{Facts, Surface, Unit, WorkloadKind};

use super::files::{self, File};
use super::rendered::{Rendered, Writer, quoted};
use crate::exports::{self, Attribute, Labels, Resource};
use crate::place::Place;
use crate::provisioning;

/// The files as configuration. Of what several of them print, the one that says most counts.
pub(super) fn files<'a>(units: &'a [Unit<'_>], facts: &mut Facts) -> Vec<File<'a>> {
    let mut labels = Labels::default();
    let mut read: Vec<(Place<'a>, Vec<Resource>, bool)> = Vec::new();
    let mut units_of_terragrunt = Vec::new();
    for unit in units {
        match Place::new(unit) {
            Ok(place) if files::is_unit(place.origin().file_name()) => {
                units_of_terragrunt.extend(files::parse_one(WorkloadKind::Terraform, place, facts));
            }
            Ok(place) => {
                // What is printed is no template, whatever it looks like; a script is, and what is filled in before its use.
                let printed = place.origin().surface == Surface::CliExport && exports::is_printed(&place);
                let scripted = if printed { None } else { provisioning::written(&place, &mut labels, facts) };
                let is_template = scripted.is_some() || has_blanks(&place);
                let resources = scripted.unwrap_or_else(|| exports::written(&place, &mut labels, facts));
                read.push((place, resources, is_template));
            }
            Err(skip) => facts.skipped.push(skip),
        }
    }
    let mut fullest: BTreeMap<(&'static str, String), (usize, usize, usize)> = BTreeMap::new();
    for (file, (_, resources, _)) in read.iter().enumerate() {
        for (at, resource) in resources.iter().enumerate() {
            let entry = fullest.entry((resource.kind, resource.label.clone())).or_insert((resource.attributes.len(), file, at));
            if resource.attributes.len() > entry.0 {
                *entry = (resource.attributes.len(), file, at);
            }
        }
    }
    // A list of grants calls every identity a service principal; a list of identities knows better.
    let all = || read.iter().flat_map(|(_, resources, _)| resources);
    let managed: BTreeSet<String> = all()
        .filter(|each| each.kind == "azurerm_user_assigned_identity")
        .filter_map(|each| each.text("principal_id").map(str::to_owned))
        .collect();
    let is_managed = |resource: &Resource| {
        resource.kind == "azuread_application" && resource.text("object_id").is_some_and(|object| managed.contains(object))
    };
    let counts = |file: usize, at: usize, resource: &Resource| {
        !is_managed(resource)
            && fullest.get(&(resource.kind, resource.label.clone())).is_some_and(|(_, in_file, there)| (*in_file, *there) == (file, at))
    };
    let written = read.into_iter().enumerate().filter_map(|(file, (place, resources, is_template))| {
        let counting = resources.iter().enumerate().filter(|(at, resource)| counts(file, *at, resource)).map(|(_, resource)| resource);
        let rendered = render(counting, is_template);
        File::of_rendered(place, rendered, facts)
    });
    units_of_terragrunt.into_iter().chain(written).collect()
}

/// Whether a document of the repository, not what was printed, holds names of variables that `envsubst` or the like puts in
/// (`${ORG}`) and nothing else of that form.
fn has_blanks(place: &Place<'_>) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_blank = |rest: &str| rest.split_once('}').is_some_and(|(name, _)| is_name(name));
    place.origin().surface != Surface::CliExport && place.text().split("${").skip(1).all(is_blank)
}

/// Resources as a file of configuration, in the place of the file that they were read from.
pub(super) fn file<'a>(place: Place<'a>, resources: &[Resource], facts: &mut Facts) -> Option<File<'a>> {
    File::of_rendered(place, render(resources.iter(), true), facts)
}

fn render<'r>(resources: impl Iterator<Item = &'r Resource>, is_template: bool) -> Rendered {
    let mut writer = Writer::new();
    writer.templates = is_template;
    for resource in resources {
        let start = writer.out.len();
        writer.out.push_str(&format!("resource {} {} {{\n", quoted(resource.kind, false), quoted(&resource.label, false)));
        attributes(&mut writer, &resource.attributes, " ");
        writer.close(start, resource.span, "");
    }
    writer.finish(false)
}

fn attributes(writer: &mut Writer, attributes: &[(String, Attribute)], indent: &str) {
    for (name, value) in attributes {
        writer.out.push_str(&format!("{indent}{name} "));
        match value {
            Attribute::Node(node) => {
                writer.out.push_str("= ");
                writer.value(node);
            }
            Attribute::Text(text) => writer.out.push_str(&format!("= {}", quoted(text, writer.templates))),
            Attribute::Reference(reference) => writer.out.push_str(&format!("= {reference}")),
            Attribute::Block(inner) => {
                writer.out.push_str("{\n");
                self::attributes(writer, inner, &format!("{indent} "));
                writer.out.push_str(&format!("{indent}}}"));
            }
        }
        writer.out.push('\n');
    }
}
