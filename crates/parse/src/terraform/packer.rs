//! Packer: the build of a machine image as a workload, with the credentials that its sources and provisioners are given.
//!
//! As in Packer's docs, "HCL templates" and "JSON templates"; what a builder takes where nothing is written is the
//! environment's business and stays unknown.

use unkeyed_model::{Content, Custody, Destination, Facts, Reference, Span, StoreKind, Use, Workload};

use super::files::File;
use super::module::{Module, Section};
use super::rendered::{Rendered, Writer, quoted};
use super::secrets::Reader;
use super::{settings, started};
use crate::evaluated::{Kind, Leaf};
use crate::facts;
use crate::host_files;
use crate::policy_document::hole;
use crate::tree::Node;

/// Where builders reach, by the beginning of their type.
const LEADS_TO: &[(&str, &str)] = &[
    ("amazon-", "aws"),
    ("azure-", "azure"),
    ("googlecompute", "gcp"),
    ("oracle-oci", "oci"),
    ("docker", "registry"),
    ("digitalocean", "saas:digitalocean"),
    ("hcloud", "saas:hetzner"),
    ("openstack", "saas:openstack"),
    ("vsphere-", "saas:vsphere"),
    ("proxmox", "saas:proxmox"),
];

/// Functions that fetch a stored secret (Packer docs, "Contextual functions").
const FETCHES: &[&str] = &["vault(", "aws_secretsmanager("];

/// Emits the workload of the build.
pub(super) fn read(module: &Module<'_>, files: &[File<'_>], facts: &mut Facts) {
    let Some(first) = files.first() else { return };
    let name = format!("build of {}", module.folder);
    let mut workload = Workload::new(module.kind, module.key("build"), name, first.place.whole());
    workload.extents = files.iter().map(|file| file.place.bare(Span::new(0, file.place.text().len()))).collect();
    for section in module.others.iter().filter(|section| matches!(section.block.ident.as_str(), "source" | "build" | "data" | "packer")) {
        let label = section.label(0).unwrap_or_default();
        let destination = LEADS_TO.iter().find(|(prefix, _)| label.starts_with(prefix)).map(|(_, kind)| Destination::new(*kind, ""));
        section_values(module, *section, label, destination.as_ref(), &mut workload, facts);
        workload.destinations.extend(destination.filter(|to| !workload.destinations.contains(to)));
    }
    if !files.iter().all(File::is_tfvars) {
        facts.workloads.push(workload);
    }
}

fn section_values(
    module: &Module<'_>,
    section: Section<'_>,
    label: &str,
    destination: Option<&Destination>,
    workload: &mut Workload,
    facts: &mut Facts,
) {
    let address = format!("{}.{label}", section.block.ident.as_str());
    let reader = Reader { module, address: &address, destination: destination.cloned(), fetches: false };
    for leaf in settings::leaves(module, section) {
        let at = module.block_location(section, &address);
        if leaf.path.starts_with("provisioner.script")
            && let Kind::Text(file, _) = &leaf.val.kind
        {
            workload.uses.push((Use::Component, host_files::relative(at.origin.path.as_str(), file)));
        }
        let runs = Reader { module, address: &address, destination: None, fetches: true };
        started::read(&runs, &leaf, at.clone(), workload, facts);
        if matches!(leaf.name.as_str(), "environment_vars" | "env") {
            assigned(module, &leaf, &address, workload, facts);
        } else if let ("ssh_private_key_file", Kind::Text(file, _)) = (leaf.name.as_str(), &leaf.val.kind) {
            // A key pair that was there before, and stays.
            let key = facts::reference(StoreKind::File, hole::shown(file), at.clone());
            workload.references.push(Reference { content: Content::Durable, destination: Some(Destination::new("ssh", "")), ..key });
        } else if !matches!(leaf.name.as_str(), "ssh_password" | "winrm_password") {
            // Those two open the machine that is built, and are gone with it.
            let mut used = reader.read(&leaf, facts);
            if used.is_empty() {
                used.extend(from_environment(module, &leaf).map(|used| Reference { destination: destination.cloned(), ..used(at) }));
            }
            workload.references.append(&mut used);
        }
    }
}

/// What the default of a variable takes from the environment (`env("ARM_CLIENT_SECRET")`) under the name of a credential.
fn from_environment(module: &Module<'_>, leaf: &Leaf) -> Option<impl Fn(unkeyed_model::Location) -> Reference> {
    let (text, _) = module.text_of(&leaf.val);
    hole::holes(&text).find(|what| what.starts_with("env("))?;
    let written = leaf.val.at.and_then(|at| module.source(at).1.split_once("env(").map(|(_, rest)| rest));
    let own = leaf.name.clone();
    let name = written.and_then(|rest| rest.split('"').nth(1)).unwrap_or(&own).to_owned();
    facts::is_credential_variable(&own).then_some(move |at| {
        let used = facts::reference(StoreKind::Environment, &name, at);
        Reference { content: Content::Durable, used_as: Some(own.clone()), ..used }
    })
}

/// `NAME=value` that a provisioner's script gets: a literal, or the use of a variable.
fn assigned(module: &Module<'_>, leaf: &Leaf, address: &str, workload: &mut Workload, facts: &mut Facts) {
    let (Kind::Text(text, _), Some(at)) = (&leaf.val.kind, leaf.val.at) else { return };
    let fetches = hole::holes(text).find(|what| FETCHES.iter().any(|function| what.starts_with(function)));
    if let Some(what) = fetches {
        let at = module.location(at, &format!("{address}.{}", leaf.path));
        workload.references.push(facts::fetch(StoreKind::CloudSecretManager, what, Custody::VaultStatic, at));
        return;
    }
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| facts::is_credential_variable(name)) else { return };
    let location = module.location(at, &format!("{address}.{}", leaf.path));
    let (_, raw) = module.source(at);
    let variable = raw.split_once("var.").or_else(|| raw.split_once("user `")).map(|(_, rest)| rest);
    let variable =
        variable.map(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).next().unwrap_or_default());
    if let Some(variable) = variable {
        let reference = facts::reference(StoreKind::TerraformVariable, format!("var.{variable}"), location);
        workload.references.push(Reference { namespace: Some(module.folder.clone()), ..facts::received_by(reference, name) });
    } else if hole::is_known(value) && !value.trim().is_empty() && raw.ends_with(value) {
        let span = Span::new(location.region.span.end - value.len(), location.region.span.end);
        facts.slots.push(facts::slot(name, module.within(at, span, &format!("{address}.{}", leaf.path))));
    }
}

/// Writes a template in JSON out as the language's form.
pub(super) fn render(root: &Node) -> Rendered {
    let mut writer = Writer::new();
    writer.rewrite = Box::new(rewritten);
    for entry in root.get("variables").map(Node::entries).unwrap_or_default() {
        let start = writer.out.len();
        writer.out.push_str(&format!("variable {} {{\n", quoted(entry.name(), false)));
        // What the environment gives is given from outside.
        if entry.value.text().is_some_and(|text| !text.is_empty() && !text.contains("{{env")) {
            writer.out.push_str(" default = ");
            writer.value(&entry.value);
        }
        writer.close(start, entry.span, "");
    }
    for (index, builder) in root.get("builders").map(Node::items).unwrap_or_default().iter().enumerate() {
        let kind = builder.str("type").unwrap_or_default();
        let name = builder.str("name").map_or_else(|| format!("builder{index}"), str::to_owned);
        writer.block("source", &[kind, &name], builder, builder.span, "");
    }
    for provisioner in root.get("provisioners").map(Node::items).unwrap_or_default() {
        writer.block("build", &[provisioner.str("type").unwrap_or_default()], provisioner, provisioner.span, "");
    }
    writer.finish(false)
}

/// ``{{user `x`}}`` is a variable, ``{{env `X`}}`` one of the environment.
fn rewritten(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((action, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            break;
        };
        let name: String =
            action.split('`').nth(1).unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
        match action.split_whitespace().next() {
            Some("user") if !name.is_empty() => out.push_str(&format!("${{var.{name}}}")),
            Some("env") if !name.is_empty() => out.push_str(&format!("${{env.{name}}}")),
            _ => out.push_str(&format!("{{{{{action}}}}}")),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
