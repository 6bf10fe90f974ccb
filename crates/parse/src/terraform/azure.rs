//! Azure and Entra in Terraform: federated identity credentials, role assignments, custom roles.

use unkeyed_model::{Basis, Facts, Location, Platform, ResourceScope, RoleGrant, SubjectRule, TrustBinding, Value};

use super::module::Section;
use super::resource::{Reader, Resource};
use crate::evaluated::Val;
use crate::policy_document::hole;

/// Readers by resource type.
pub(super) const READERS: &[(&str, Reader)] = &[
    ("azurerm_federated_identity_credential", |resource, facts| {
        federated(resource, &["parent_id", "user_assigned_identity_id"], "managed-identity", facts);
    }),
    ("azuread_application_federated_identity_credential", |resource, facts| federated(resource, APPLICATION, "application", facts)),
    ("azuread_application_flexible_federated_identity_credential", |resource, facts| {
        federated(resource, APPLICATION, "application", facts)
    }),
    ("azuread_application", |resource, facts| resource.apart(facts, requested)),
    ("azuread_application_api_access", |resource, facts| resource.apart(facts, api_access)),
    ("azurerm_role_assignment", role_assignment),
    ("azurerm_role_definition", |resource, facts| resource.apart(facts, unassigned)),
    ("azapi_resource", |resource, facts| resource.apart(facts, interface_object)),
    ("azuread_directory_role_assignment", |resource, facts| resource.apart(facts, directory_role)),
    ("azuread_app_role_assignment", |resource, facts| resource.apart(facts, app_role)),
];

const APPLICATION: &[&str] = &["application_id", "application_object_id"];

/// What stands for a scope, by the type of the resource whose id it is.
const SCOPES: &[(&str, ResourceScope)] = &[
    ("azurerm_subscription", ResourceScope::Subscription),
    ("azurerm_subscriptions", ResourceScope::Subscription),
    ("azurerm_client_config", ResourceScope::Subscription),
    ("azurerm_resource_group", ResourceScope::ResourceGroup),
    ("azurerm_management_group", ResourceScope::ManagementGroup),
];

fn federated(resource: Resource<'_, '_>, parents: &[&str], kind: &str, facts: &mut Facts) {
    let parent = parents.iter().find_map(|attribute| resource.get(attribute));
    let principal = match parent {
        Some(parent) => resource.module.principal(&parent, Platform::Azure, kind, facts),
        None => resource.key(),
    };
    // Where the identity has instances of its own, each of them has its own credential.
    let is_shared =
        |address: &str| resource.module.resources.get(address).is_none_or(|own| resource.module.get(*own, "for_each").is_none());
    let parent = parents.iter().find_map(|attribute| resource.get(attribute));
    let holds_all = parent.as_ref().and_then(Val::reference).is_none_or(|reference| is_shared(&reference.address));
    let written = |name: &str| if holds_all { resource.partly_each(name) } else { resource.partly(name).into_iter().collect() };
    let expressions = written("claims_matching_expression").into_iter().map(|value| match value {
        Value::Known(text, _) => SubjectRule::Expression(text),
        Value::Unknown(why) => SubjectRule::Unknown(why),
    });
    let mut rules: Vec<SubjectRule> = expressions.collect();
    if rules.is_empty() {
        rules.extend(written("subject").into_iter().map(|value| match value {
            Value::Known(text, _) if text.is_empty() => SubjectRule::Any,
            Value::Known(text, _) => SubjectRule::Exact(vec![text]),
            Value::Unknown(why) => SubjectRule::Unknown(why),
        }));
    }
    if rules.is_empty() {
        rules.push(SubjectRule::Any);
    }
    for (ordinal, rule) in rules.into_iter().enumerate() {
        facts.trusts.push(credential(resource, ordinal, principal.clone(), rule));
    }
}

fn credential(resource: Resource<'_, '_>, ordinal: usize, principal: String, subject: SubjectRule) -> TrustBinding {
    let audiences = ["audience", "audiences"].into_iter().find(|name| resource.get(name).is_some());
    TrustBinding {
        id: format!("{}/{ordinal}", resource.key()),
        platform: Platform::Azure,
        principal,
        trusted: "oidc".to_owned(),
        issuer: resource.value("issuer").unwrap_or_default(),
        subject,
        audiences: audiences.map(|name| resource.module.values(resource.section, name)),
        claims: Vec::new(),
        settings: resource.settings(&["name", "display_name"]),
        location: resource.location(),
    }
}

/// An object of Azure's own interface as the AzAPI provider makes it: `body` holds what a template would.
fn interface_object(resource: Resource<'_, '_>, facts: &mut Facts) {
    let kind = resource.text("type").unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split('@').next().unwrap_or_default();
    if kind.ends_with("/federatedidentitycredentials") {
        let Some(principal) = resource.principal("parent_id", Platform::Azure, "managed-identity", facts) else { return };
        let expression = resource.partly("body.properties.claimsMatchingExpression.value");
        let subject = match (resource.partly("body.properties.subject"), expression) {
            (Some(Value::Known(text, _)), _) if !text.is_empty() => SubjectRule::Exact(vec![text]),
            (Some(Value::Unknown(why)), _) | (_, Some(Value::Unknown(why))) => SubjectRule::Unknown(why),
            (_, Some(Value::Known(text, _))) => SubjectRule::Expression(text),
            // A body that isn't known may say anything.
            _ if resource.get("body.properties").is_none() => return,
            _ => SubjectRule::Any,
        };
        facts.trusts.push(TrustBinding {
            issuer: resource.value("body.properties.issuer").unwrap_or_default(),
            audiences: Some(resource.module.values(resource.section, "body.properties.audiences")),
            ..credential(resource, 0, principal, subject)
        });
    } else if kind == "microsoft.authorization/roleassignments" {
        let Some(principal) = resource.principal("body.properties.principalId", Platform::Azure, "principal", facts) else { return };
        let role = resource.get("body.properties.roleDefinitionId").map(|id| guid_of(resource, &id));
        let scope = resource.get("parent_id").map_or(ResourceScope::Unknown, |scope| scope_of(resource, &scope));
        facts.grants.push(named(principal, role, scope, resource.location()));
    } else if kind == "microsoft.authorization/roledefinitions" {
        if resource.module.refers_to(resource.address) {
            return;
        }
        let texts = |list: &str| resource.module.texts(resource.section, &format!("body.properties.permissions.{list}"));
        let actions: Vec<String> = ["actions", "dataActions"].into_iter().flat_map(texts).map(|(text, _)| hole::shown(&text)).collect();
        resource.defines(Platform::Azure, "custom-role", "body.properties.roleName", facts);
        let scope = resource.get("parent_id").map_or(ResourceScope::Unknown, |scope| scope_of(resource, &scope));
        facts.grants.push(RoleGrant { actions, ..named(resource.key(), None, scope, resource.location()) });
    }
}

fn role_assignment(resource: Resource<'_, '_>, facts: &mut Facts) {
    let first = facts.grants.len();
    resource.for_instances(|_| one_assignment(resource, facts));
    // Instances may differ in what is not read of them.
    let mut seen: Vec<RoleGrant> = facts.grants.split_off(first);
    seen.dedup();
    facts.grants.append(&mut seen);
}

fn one_assignment(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(principal) = resource.principal("principal_id", Platform::Azure, "principal", facts) else { return };
    let scope = resource.get("scope");
    let (class, resources) = match &scope {
        Some(scope) => (scope_of(resource, scope), vec![covered(resource, scope)]),
        None => (ResourceScope::Unknown, Vec::new()),
    };
    let custom = resource.get("role_definition_id").and_then(|val| custom_role(resource, &val));
    let granted = match custom {
        Some(actions) => vec![(None, actions)],
        None => role_names(resource).into_iter().map(|role| (role, Vec::new())).collect(),
    };
    facts.grants.extend(granted.into_iter().map(|(role, actions)| RoleGrant {
        platform: Platform::Azure,
        principal: principal.clone(),
        role,
        actions,
        actions_inverted: false,
        resources: resources.clone(),
        scope: class,
        condition: resource.get("condition").map(|val| hole::shown(&resource.module.text_of(&val).0)),
        location: resource.location(),
    }));
}

/// The names of the roles, one for each instance, or the id as written if only that is given.
fn role_names(resource: Resource<'_, '_>) -> Vec<Option<Value>> {
    match resource.get("role_definition_name") {
        Some(names) => resource.instances(&names).iter().map(|name| Some(resource.module.value_of(name))).collect(),
        None => vec![role_of_id(resource)],
    }
}

fn role_of_id(resource: Resource<'_, '_>) -> Option<Value> {
    let id = resource.get("role_definition_id")?;
    let looked_up = id.reference().and_then(|reference| {
        let section = *resource.module.resources.get(&reference.address)?;
        (reference.resource_type() == "azurerm_role_definition").then(|| resource.module.value(section, "name"))?
    });
    Some(looked_up.unwrap_or_else(|| guid_of(resource, &id)))
}

/// The GUID at the end of an id names the role, whatever stands before it.
fn guid_of(resource: Resource<'_, '_>, id: &Val) -> Value {
    let (text, basis) = resource.module.text_of(id);
    hole::value(text.rsplit('/').next().unwrap_or_default(), basis)
}

/// A custom role that nothing of the folder assigns is judged for whoever gets it, where it may be assigned.
fn unassigned(resource: Resource<'_, '_>, facts: &mut Facts) {
    if resource.module.refers_to(resource.address) {
        return;
    }
    let Some(actions) = actions_of(resource, resource.section) else { return };
    resource.defines(Platform::Azure, "custom-role", "name", facts);
    let scope = resource.get("scope").map_or(ResourceScope::Unknown, |scope| scope_of(resource, &scope));
    facts.grants.push(RoleGrant { actions, ..named(resource.key(), None, scope, resource.location()) });
}

/// The actions of a custom role that the folder defines.
fn custom_role(resource: Resource<'_, '_>, id: &Val) -> Option<Vec<String>> {
    let reference = id.reference().filter(|reference| reference.address.starts_with("azurerm_role_definition."))?;
    actions_of(resource, *resource.module.resources.get(&reference.address)?)
}

fn actions_of<'m>(resource: Resource<'_, 'm>, section: Section<'m>) -> Option<Vec<String>> {
    let mut actions = Vec::new();
    resource.module.for_blocks(section, "permissions", &mut |block| {
        actions.extend(["actions", "data_actions"].into_iter().flat_map(|name| resource.module.texts(block, name)));
    });
    Some(actions.iter().map(|(text, _)| hole::shown(text)).collect())
}

/// What a scope covers: of a reference to a resource of the folder its address.
fn covered(resource: Resource<'_, '_>, scope: &Val) -> Value {
    let defined =
        scope.reference().filter(|reference| reference.first() == "id" && resource.module.resources.contains_key(&reference.address));
    defined.map_or_else(|| resource.module.value_of(scope), |reference| Value::literal(reference.address.trim_start_matches("data.")))
}

/// The class of a scope: by its path where it is written, by what it is the id of where it is a reference.
fn scope_of(resource: Resource<'_, '_>, scope: &Val) -> ResourceScope {
    if let Some(reference) = scope.reference() {
        let class = SCOPES.iter().find(|(kind, _)| *kind == reference.resource_type()).map(|(_, class)| *class);
        let is_resource = reference.resource_type().starts_with("azurerm_");
        return class.unwrap_or(if is_resource { ResourceScope::Resource } else { ResourceScope::Unknown });
    }
    let text = resource.module.text_of(scope).0;
    // `${data.azurerm_subscription.current.id}/resourceGroups/…` begins with what the hole is the id of.
    let Some((what, rest)) = hole::leading_hole(&text) else { return path_scope(&text) };
    let kind = what.trim_start_matches("data.").split('.').next().unwrap_or_default();
    match SCOPES.iter().find(|(name, _)| *name == kind).map(|(_, class)| *class) {
        Some(class) if rest.is_empty() => class,
        Some(ResourceScope::ResourceGroup) => ResourceScope::Resource,
        Some(ResourceScope::Subscription) => path_scope(&format!("/subscriptions/x{rest}")),
        _ => ResourceScope::Unknown,
    }
}

/// The class of a scope by its path (Azure RBAC, "Understand scope").
pub(crate) fn path_scope(path: &str) -> ResourceScope {
    let parts: Vec<String> = path.trim_matches('/').split('/').map(str::to_ascii_lowercase).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [""] => ResourceScope::TenantRoot,
        ["providers", "microsoft.management", "managementgroups", _] => ResourceScope::ManagementGroup,
        ["subscriptions", _] => ResourceScope::Subscription,
        ["subscriptions", _, "resourcegroups", _] => ResourceScope::ResourceGroup,
        ["subscriptions", _, "resourcegroups", _, _, ..] | ["subscriptions", _, "providers", ..] => ResourceScope::Resource,
        _ => ResourceScope::Unknown,
    }
}

fn directory_role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let holder = if resource.get("principal_object_id").is_some() { "principal_object_id" } else { "principal_id" };
    let Some(principal) = resource.principal(holder, Platform::Azure, "principal", facts) else { return };
    let role = resource.get("role_id").map(|val| {
        let defined = val.reference().and_then(|reference| resource.module.resources.get(&reference.address).copied());
        let name = defined.and_then(|section| resource.module.value(section, "display_name"));
        name.unwrap_or_else(|| resource.module.value_of(&val))
    });
    facts.grants.push(named(principal, role, ResourceScope::TenantRoot, resource.location()));
}

/// Until when a permission that is asked for isn't had.
const CONSENT: &str = "once an administrator consents";

/// Permissions of interfaces that an application asks for as itself.
fn requested(resource: Resource<'_, '_>, facts: &mut Facts) {
    let module = resource.module;
    module.for_blocks(resource.section, "required_resource_access", &mut |access| {
        module.for_blocks(access, "resource_access", &mut |one| {
            let id = module.get(one, "id").filter(|_| module.text(one, "type").as_deref() == Some("Role"));
            facts.grants.extend(id.map(|id| asked(resource, resource.key(), &id)));
        });
    });
}

fn api_access(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(principal) = resource.principal("application_id", Platform::Azure, "application", facts) else { return };
    for id in resource.get("role_ids").iter().flat_map(Val::items) {
        facts.grants.push(asked(resource, principal.clone(), id));
    }
}

fn asked(resource: Resource<'_, '_>, principal: String, id: &Val) -> RoleGrant {
    let role = Some(permission(resource, id));
    RoleGrant { condition: Some(CONSENT.to_owned()), ..named(principal, role, ResourceScope::TenantRoot, resource.location()) }
}

/// `azuread_service_principal.msgraph.app_role_ids["User.Read.All"]` names the permission in its key.
fn permission(resource: Resource<'_, '_>, id: &Val) -> Value {
    match id.reference() {
        Some(reference) if reference.first() == "app_role_ids" => {
            Value::Known(reference.attribute.trim_start_matches("app_role_ids").trim_start_matches('.').to_owned(), Basis::Literal)
        }
        _ => resource.module.value_of(id),
    }
}

fn app_role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(principal) = resource.principal("principal_object_id", Platform::Azure, "principal", facts) else { return };
    let role = resource.get("app_role_id").map(|val| permission(resource, &val));
    facts.grants.push(named(principal, role, ResourceScope::TenantRoot, resource.location()));
}

fn named(principal: String, role: Option<Value>, scope: ResourceScope, location: Location) -> RoleGrant {
    RoleGrant {
        platform: Platform::Azure,
        principal,
        role,
        actions: Vec::new(),
        actions_inverted: false,
        resources: Vec::new(),
        scope,
        condition: None,
        location,
    }
}
