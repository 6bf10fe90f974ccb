//! Spacelift: stacks with the variables, files and contexts that they are given, and the clouds that they are let into.
//!
//! Spacelift's provider for Terraform. The decision a reader would question: what an integration lets a stack become is
//! decided in Spacelift and in the cloud, and further contexts may be attached elsewhere, so that no stack is ever seen whole.

use unkeyed_model::{
    Content, Destination, Facts, IdentityKind, IdentityPath, Platform, Reach, Reference, StoreKind, Ttl, TtlBasis, Value, Workload,
    WorkloadKind,
};

use super::module::{Module, Section};
use crate::evaluated::Val;
use crate::facts as shared;
use crate::host_files;
use crate::spacelift::KEPT;

/// Resources that let a stack into a cloud, with how long what it gets there lives, if Spacelift says so.
const INTEGRATIONS: &[(&str, Platform, &str)] = &[
    ("spacelift_aws_integration_attachment", Platform::Aws, "aws"),
    ("spacelift_aws_role", Platform::Aws, "aws"),
    ("spacelift_stack_aws_role", Platform::Aws, "aws"),
    ("spacelift_azure_integration_attachment", Platform::Azure, "azure"),
    ("spacelift_gcp_service_account", Platform::Gcp, "gcp"),
    ("spacelift_stack_gcp_service_account", Platform::Gcp, "gcp"),
];

/// Emits a workload for each stack.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    for (stack, section) in of_type(module, "spacelift_stack") {
        let location = module.block_location(section, stack);
        let id = format!("{}:{}#{stack}", WorkloadKind::Spacelift, module.folder);
        let mut workload = Workload::new(WorkloadKind::Spacelift, id, stack.as_str(), location.clone());
        workload.extents.push(location.clone());
        let mut holders = contexts(module, stack, section);
        holders.push(stack.clone());
        for (address, given) in given(module, &holders) {
            workload.extents.push(module.block_location(given, address));
            workload.references.extend(stored(module, address, given));
        }
        workload.identity_paths = INTEGRATIONS.iter().flat_map(|integration| let_in(module, stack, integration)).collect();
        workload.references.push(shared::reference(StoreKind::ForeignDefinition, KEPT, location));
        facts.workloads.push(workload);
    }
}

fn of_type<'r, 'm>(module: &'r Module<'m>, kind: &'r str) -> impl Iterator<Item = (&'r String, Section<'m>)> {
    let is_one = move |address: &str| address.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.'));
    module.resources.iter().filter(move |(address, _)| is_one(address)).map(|(address, section)| (address, *section))
}

/// What an attribute refers to.
fn referred(module: &Module<'_>, section: Section<'_>, name: &str) -> Option<String> {
    Some(module.path(section, name)?.reference()?.address.clone())
}

/// The contexts that a stack takes: attached to it, or by a label that both have (`autoattach:LABEL`).
fn contexts(module: &Module<'_>, stack: &str, section: Section<'_>) -> Vec<String> {
    let text = |label: &Val| module.value_of(label).known().map(str::to_owned);
    let labels = |section| -> Vec<String> {
        module.path(section, "labels").map(|labels| labels.items().iter().filter_map(text).collect()).unwrap_or_default()
    };
    let own = labels(section);
    let takes =
        |label: &String| label.strip_prefix("autoattach:").is_some_and(|wanted| wanted == "*" || own.iter().any(|own| own == wanted));
    let by_label =
        of_type(module, "spacelift_context").filter(|(_, context)| labels(*context).iter().any(takes)).map(|(address, _)| address.clone());
    let attached = of_type(module, "spacelift_context_attachment")
        .filter(|(_, attachment)| referred(module, *attachment, "stack_id").as_deref() == Some(stack))
        .filter_map(|(_, attachment)| referred(module, attachment, "context_id"));
    by_label.chain(attached).collect()
}

/// Variables and files of the stack and its contexts.
fn given<'r, 'm>(module: &'r Module<'m>, holders: &[String]) -> Vec<(&'r String, Section<'m>)> {
    let belongs = |section: Section<'m>| {
        ["stack_id", "context_id"].iter().filter_map(|name| referred(module, section, name)).any(|holder| holders.contains(&holder))
    };
    let kinds = ["spacelift_environment_variable", "spacelift_mounted_file"];
    kinds.iter().flat_map(|kind| of_type(module, kind)).filter(|(_, section)| belongs(*section)).collect()
}

/// A credential that Spacelift keeps and that is put in from elsewhere; a literal is a slot of the run's already.
fn stored(module: &Module<'_>, address: &str, section: Section<'_>) -> Option<Reference> {
    let is_file = address.starts_with("spacelift_mounted_file.");
    let (name, value) = if is_file { ("relative_path", "content") } else { ("name", "value") };
    let name = module.text(section, name)?;
    let given = module.path(section, value);
    if given.as_ref().is_some_and(|given| module.value_of(given).known().is_some()) {
        return None;
    }
    let written = given.and_then(|given| given.at).map_or("", |at| module.source(at).1);
    let from_file = written.split('"').any(|part| host_files::credential_file(part).is_some());
    let is_credential = shared::is_credential_variable(&name) || host_files::credential_file(&name).is_some() || from_file;
    // Nobody reads it again unless the resource says so (`write_only`, on by default).
    let is_hidden = module.path(section, "write_only").is_none() || module.is_true(section, "write_only");
    if !(is_credential || is_hidden) {
        return None;
    }
    let reference = shared::reference(StoreKind::CiVariable, name.as_str(), module.attribute_location(section, address, value));
    let reference = Reference { used_as: Some(name.clone()), ..shared::received_by(reference, &name) };
    Some(if is_credential { Reference { content: Content::Durable, ..reference } } else { reference })
}

/// The ways into a cloud that integrations of one kind open to a stack.
fn let_in(module: &Module<'_>, stack: &str, (kind, platform, to): &(&'static str, Platform, &str)) -> Vec<IdentityPath> {
    let own = of_type(module, kind).filter(|(_, section)| referred(module, *section, "stack_id").as_deref() == Some(stack));
    let path = |(address, section)| {
        let section: Section<'_> = section;
        let address: &String = address;
        let location = module.block_location(section, address);
        let role = module.text(section, "role_arn").map_or_else(|| Value::unknown("the integration is not read"), Value::literal);
        IdentityPath {
            kind: IdentityKind::Federated,
            platform: *platform,
            mechanism: (*kind).to_owned(),
            reach: Reach::Destination,
            destination: if *platform == Platform::Aws { shared::aws(role.known()) } else { Destination::new(*to, "") },
            principal: role,
            tokens: Vec::new(),
            ttl: Some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }),
            capability: Some(location.clone()),
            consumer: Some(location),
            platform_bound: None,
        }
    };
    own.map(path).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unkeyed_model::{Origin, StoreKind, Unit};

    #[test]
    fn a_stack_of_spacelift_is_given_what_its_contexts_hold() {
        let stack = "variable \"v\" {}\nresource \"spacelift_stack\" \"s\" {\n  labels = [\"cloud\"]\n}\nresource \"spacelift_context\" \"c\" {\n  \
                     labels = [\"autoattach:LABEL\"]\n}\n";
        let variable = "resource \"spacelift_environment_variable\" \"e\" {\n  context_id = spacelift_context.c.id\n  name = \"DD_API_KEY\"\n  \
                        value = var.v\n}\n";
        let file = "resource \"spacelift_mounted_file\" \"f\" {\n  stack_id = spacelift_stack.s.id\n  relative_path = \"gcp.json\"\n  \
                    content = filebase64(\"credentials.json\")\n}\n";
        let of = |label: &str, given: &str| -> Vec<String> {
            let origin = Origin { path: "main.tf".into(), ..Origin::default() };
            let text = stack.replace("LABEL", label) + given;
            let facts = crate::testing::read(&[Unit::new(Arc::new(origin), text.into_bytes())]);
            let stack = facts.workloads.into_iter().find(|workload| workload.id == "spacelift:.#spacelift_stack.s").unwrap();
            let names = stack.references.into_iter().filter(|used| used.store == StoreKind::CiVariable).map(|used| used.name);
            names.collect()
        };
        assert_eq!(of("cloud", variable), ["DD_API_KEY"]);
        assert_eq!(of("other", variable), [""; 0]);
        assert_eq!(of("other", file), ["gcp.json"]);
    }
}
