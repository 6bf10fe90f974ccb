//! HCP Terraform: workspaces, seen through the variables that `tfe_variable` gives them.
//!
//! HashiCorp documentation, "Dynamic provider credentials". The decision a reader would question: a workspace is known
//! by the resource that its variables name, so that the variables of a set are a workload of their own; which
//! workspaces take the set is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use unkeyed_model::{
    Content, Destination, Facts, IdentityKind, IdentityPath, Location, Platform, PredictedToken, Reach, Reference, StoreKind, Ttl,
    TtlBasis, Value, Workload, WorkloadKind,
};

use super::module::{Module, Section};
use crate::evaluated::Val;
use crate::facts as shared;

/// Who signs the tokens of all workspaces.
const ISSUER: &str = "https://app.terraform.io";

/// A way in: the switch, who the run becomes, audience variable and default, platform, kind of destination.
struct Way {
    switch: &'static str,
    principal: &'static [&'static str],
    audience: (&'static str, &'static str),
    platform: Platform,
    destination: &'static str,
    kind: &'static str,
}

const WAYS: &[Way] = &[
    Way {
        switch: "TFC_AWS_PROVIDER_AUTH",
        principal: &["TFC_AWS_RUN_ROLE_ARN", "TFC_AWS_APPLY_ROLE_ARN", "TFC_AWS_PLAN_ROLE_ARN"],
        audience: ("TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE", "aws.workload.identity"),
        platform: Platform::Aws,
        destination: "aws",
        kind: "role",
    },
    Way {
        switch: "TFC_GCP_PROVIDER_AUTH",
        principal: &["TFC_GCP_RUN_SERVICE_ACCOUNT_EMAIL", "TFC_GCP_APPLY_SERVICE_ACCOUNT_EMAIL", "TFC_GCP_PLAN_SERVICE_ACCOUNT_EMAIL"],
        audience: ("TFC_GCP_WORKLOAD_IDENTITY_AUDIENCE", ""),
        platform: Platform::Gcp,
        destination: "gcp",
        kind: "service-account",
    },
    Way {
        switch: "TFC_AZURE_PROVIDER_AUTH",
        principal: &["TFC_AZURE_RUN_CLIENT_ID", "TFC_AZURE_APPLY_CLIENT_ID", "TFC_AZURE_PLAN_CLIENT_ID"],
        audience: ("TFC_AZURE_WORKLOAD_IDENTITY_AUDIENCE", "api://AzureADTokenExchange"),
        platform: Platform::Azure,
        destination: "azure",
        kind: "application",
    },
    Way {
        switch: "TFC_VAULT_PROVIDER_AUTH",
        principal: &["TFC_VAULT_RUN_ROLE", "TFC_VAULT_APPLY_ROLE", "TFC_VAULT_PLAN_ROLE"],
        audience: ("TFC_VAULT_WORKLOAD_IDENTITY_AUDIENCE", "vault.workload.identity"),
        platform: Platform::Vault,
        destination: "vault",
        kind: "role",
    },
];

/// One variable of a workspace.
struct Variable {
    name: String,
    value: Option<Val>,
    text: Value,
    location: Location,
    is_sensitive: bool,
}

/// Emits a workload for each workspace that is given variables.
pub(super) fn read(module: &Module<'_>, facts: &mut Facts) {
    let mut workspaces: BTreeMap<String, Vec<(&str, Section<'_>)>> = BTreeMap::new();
    for (address, section) in module.resources.iter().filter(|(address, _)| address.starts_with("tfe_variable.")) {
        let owner = ["workspace_id", "variable_set_id"].iter().find_map(|name| module.path(*section, name));
        let owner = owner.and_then(|val| val.reference().map(|found| found.address.clone()));
        workspaces.entry(owner.unwrap_or_else(|| "workspace".to_owned())).or_default().push((address, *section));
    }
    let mut taken = BTreeSet::new();
    for (set, workspace) in attached(module) {
        let Some(variables) = workspaces.get(&set).cloned() else { continue };
        taken.insert(set);
        workspaces.entry(workspace).or_default().extend(variables);
    }
    for (owner, variables) in workspaces.into_iter().filter(|(owner, _)| !taken.contains(owner)) {
        workspace(module, &owner, &variables, facts);
    }
}

/// Sets of variables and the workspaces that take them, by address (HashiCorp's provider `tfe`: `tfe_variable_set`,
/// `tfe_workspace_variable_set`, `tfe_project_variable_set`).
fn attached(module: &Module<'_>) -> Vec<(String, String)> {
    let address = |section: Section<'_>, name: &str| Some(module.path(section, name)?.reference()?.address.clone());
    let of_type = |kind: &'static str| {
        let named = move |address: &&String| address.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.'));
        module.resources.iter().filter(move |(address, _)| named(address)).map(|(address, section)| (address.to_owned(), *section))
    };
    let mut found = Vec::new();
    let in_project = |project: Option<String>| {
        let workspaces = of_type("tfe_workspace");
        workspaces.filter(move |(_, workspace)| project.is_some() && address(*workspace, "project_id") == project).map(|(of, _)| of)
    };
    for (set, section) in of_type("tfe_variable_set") {
        if module.is_true(section, "global") {
            found.extend(of_type("tfe_workspace").map(|(workspace, _)| (set.clone(), workspace)));
        }
        let listed = module.path(section, "workspace_ids");
        let listed = listed.iter().flat_map(Val::items).filter_map(|id| Some(id.reference()?.address.clone()));
        found.extend(listed.map(|workspace| (set.clone(), workspace)));
    }
    for (_, section) in of_type("tfe_workspace_variable_set") {
        found.extend(address(section, "variable_set_id").zip(address(section, "workspace_id")));
    }
    for (_, section) in of_type("tfe_project_variable_set") {
        let Some(set) = address(section, "variable_set_id") else { continue };
        found.extend(in_project(address(section, "project_id")).map(|workspace| (set.clone(), workspace)));
    }
    found.sort();
    found.dedup();
    found
}

fn workspace(module: &Module<'_>, owner: &str, sections: &[(&str, Section<'_>)], facts: &mut Facts) {
    let Some((first, section)) = sections.first() else { return };
    let location = module.block_location(*section, first);
    let id = format!("{}:{}#{owner}", WorkloadKind::HcpTerraform, module.folder);
    let mut workload = Workload::new(WorkloadKind::HcpTerraform, id, owner, location);
    let mut all = Vec::new();
    for (address, section) in sections {
        match variables(module, address, *section) {
            Some(mut found) => all.append(&mut found),
            None => {
                let what = format!("the variables that {address} sets");
                workload.references.push(shared::reference(StoreKind::ForeignDefinition, what, module.block_location(*section, address)));
            }
        }
    }
    workload.extents = sections.iter().map(|(address, section)| module.block_location(*section, address)).collect();
    for variable in &all {
        stored(variable, &mut workload);
    }
    elsewhere(module, owner, &mut workload);
    let subjects = subjects(module, owner);
    for way in WAYS {
        if let Some(path) = path(module, way, &all, &subjects, facts) {
            workload.identity_paths.push(path);
        }
    }
    facts.workloads.push(workload);
}

/// A set that the workspace takes and that is made elsewhere, and the key by which it reads modules.
fn elsewhere(module: &Module<'_>, owner: &str, workload: &mut Workload) {
    for (set, _) in attached(module).into_iter().filter(|(set, workspace)| workspace == owner && set.starts_with("data.")) {
        let reference = shared::reference(StoreKind::ForeignDefinition, format!("the variables of {set}"), workload.location.clone());
        workload.references.push(reference);
    }
    let section = module.resources.get(owner).copied();
    if let Some((section, key)) = section.and_then(|section| Some((section, module.path(section, "ssh_key_id")?))) {
        let name = key.reference().map_or_else(|| "ssh_key_id".to_owned(), |found| found.address.clone());
        let reference = shared::reference(StoreKind::CiVariable, name, module.attribute_location(section, owner, "ssh_key_id"));
        workload.references.push(Reference { content: Content::Durable, used_as: Some("ssh_key".to_owned()), ..reference });
    }
}

/// The variables of a resource: one, or one for each entry of `for_each`. None: their names can't be told.
fn variables(module: &Module<'_>, address: &str, section: Section<'_>) -> Option<Vec<Variable>> {
    let location = module.attribute_location(section, address, "value");
    let is_sensitive = module.is_true(section, "sensitive");
    let variable = |name: String, value: Option<Val>| {
        let text = value.as_ref().map_or_else(|| Value::unknown("no value is written"), |value| module.value_of(value));
        Variable { name, value, text, location: location.clone(), is_sensitive }
    };
    if let Some(name) = module.text(section, "key") {
        return Some(vec![variable(name, module.path(section, "value"))]);
    }
    let each = module.path(section, "for_each")?;
    let of_entry = |(name, value): &(String, Val)| variable(name.clone(), Some(value.get("value").unwrap_or(value).clone()));
    let found: Vec<Variable> = each.entries().iter().map(of_entry).collect();
    (!found.is_empty()).then_some(found)
}

/// A credential that the workspace keeps and that is put in from elsewhere.
fn stored(variable: &Variable, workload: &mut Workload) {
    if !variable.is_sensitive && !shared::is_credential_variable(&variable.name) {
        return;
    }
    // A literal is a slot of the run's already.
    if variable.text.known().is_none() {
        let reference = shared::reference(StoreKind::CiVariable, variable.name.as_str(), variable.location.clone());
        let reference = shared::received_by(reference, &variable.name);
        workload.references.push(Reference { used_as: Some(variable.name.clone()), ..reference });
    }
}

/// The subjects of plan and apply.
fn subjects(module: &Module<'_>, owner: &str) -> Vec<Value> {
    let section = module.resources.get(owner);
    let text = |name: &str| section.and_then(|section| module.text(*section, name));
    let organization = text("organization").unwrap_or_else(|| "{any}".to_owned());
    let workspace = text("name").filter(|_| owner.starts_with("tfe_workspace.")).unwrap_or_else(|| "{any}".to_owned());
    let subject =
        |phase: &str| Value::literal(format!("organization:{organization}:project:{{any}}:workspace:{workspace}:run_phase:{phase}"));
    vec![subject("plan"), subject("apply")]
}

fn path(module: &Module<'_>, way: &Way, variables: &[Variable], subjects: &[Value], facts: &mut Facts) -> Option<IdentityPath> {
    let find = |name: &str| variables.iter().find(|variable| variable.name == name);
    let switch = find(way.switch).filter(|switch| switch.text.known().is_none_or(|text| matches!(text.trim(), "true" | "1")))?;
    let named = way.principal.iter().find_map(|name| find(name));
    let audience = match (find(way.audience.0), way.audience.1) {
        (Some(variable), _) => variable.text.clone(),
        (None, "") => Value::unknown("the name of the workload identity provider"),
        (None, default) => Value::literal(default),
    };
    let referred = named.and_then(|variable| variable.value.as_ref()).filter(|val| val.reference().is_some());
    let principal = match (referred, named) {
        (Some(val), _) => Value::literal(module.principal(val, way.platform, way.kind, facts)),
        (None, Some(variable)) => variable.text.clone(),
        (None, None) => Value::unknown(format!("`{}` is set in HCP Terraform", way.principal[0])),
    };
    let token = |subject: &Value| PredictedToken { issuer: Value::literal(ISSUER), subject: subject.clone(), audience: audience.clone() };
    let destination = if way.platform == Platform::Aws { shared::aws(principal.known()) } else { Destination::new(way.destination, "") };
    Some(IdentityPath {
        kind: IdentityKind::Federated,
        platform: way.platform,
        mechanism: way.switch.to_owned(),
        reach: if way.platform == Platform::Vault { Reach::Vault } else { Reach::Destination },
        destination,
        principal,
        tokens: subjects.iter().map(token).collect(),
        ttl: (way.platform == Platform::Aws).then_some(Ttl { seconds: 3_600, basis: TtlBasis::VendorDefault }),
        capability: Some(switch.location.clone()),
        consumer: Some(named.unwrap_or(switch).location.clone()),
        platform_bound: None,
    })
}
