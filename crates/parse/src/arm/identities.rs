//! Identities in Azure templates: managed identities, federated credentials, role assignments.

use std::collections::HashMap;

use unkeyed_model::{
    Basis, Custody, Declaration, Destination, Facts, Lifetime, Location, Platform, Principal, ResourceScope, Role, RoleGrant, SubjectRule,
    TrustBinding, Value,
};

use super::deployment::{Deployment, of_hole, type_of};
use super::parser::Declared;
use crate::evaluated::Val;
use crate::policy_document::hole;
use crate::terraform::azure_scope;

/// Federated credentials of managed identities and of applications (Microsoft.Graph's Bicep extension).
const FEDERATED: [&str; 2] = [
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials",
    "microsoft.graph/applications/federatedidentitycredentials",
];

/// An application of the directory (the same extension).
const APPLICATION: &str = "microsoft.graph/applications";

/// A permission of Microsoft Graph that an application is given (the same extension).
const APP_ROLE: &str = "microsoft.graph/approleassignedto";

const USER_ASSIGNED: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// Emits the user-assigned identities that the template makes or looks up.
pub(super) fn defined(template: &Deployment<'_>, facts: &mut Facts) {
    for resource in template.source.resources.iter().filter(|resource| type_of(resource).eq_ignore_ascii_case(USER_ASSIGNED)) {
        let key = template.key(&resource.symbol);
        if key_of(template, resource, facts) != key {
            continue;
        }
        let mut names = vec![key.clone()];
        names.extend(Some(template.name_of(resource)).filter(|name| hole::is_known(name) && !name.is_empty()));
        let location = template.location(resource);
        facts.principals.push(Principal { platform: Platform::Azure, key, kind: "managed-identity".to_owned(), names, location });
    }
    for module in template.source.modules.iter().filter(|module| is_identity(module)) {
        let key = template.key(&module.symbol);
        let mut names = vec![key.clone()];
        names.extend(template.get(module, "params.name").map(|name| template.text(&name)).filter(|name| hole::is_known(name)));
        let location = template.location(module);
        facts.principals.push(Principal { platform: Platform::Azure, key, kind: "managed-identity".to_owned(), names, location });
    }
}

/// Principals of Azure by their names, of several with one name the first: all files of Bicep may name each other's.
#[derive(Default)]
pub(super) struct ByName {
    /// How many principals were looked at.
    read: usize,
    all: HashMap<String, usize>,
    /// Managed identities, by the names that they have in Azure.
    identities: HashMap<String, usize>,
}

impl ByName {
    /// Takes in what came since.
    fn with(&mut self, facts: &Facts) -> &Self {
        for (at, one) in facts.principals.iter().enumerate().skip(self.read).filter(|(_, one)| one.platform == Platform::Azure) {
            let given = one.names.iter().skip(1).filter(|_| one.kind == "managed-identity");
            given.for_each(|name| _ = self.identities.entry(name.clone()).or_insert(at));
            one.names.iter().for_each(|name| _ = self.all.entry(name.clone()).or_insert(at));
        }
        self.read = facts.principals.len();
        self
    }
}

/// The key of an identity: of one that is only looked up that of the one which is known by its name.
fn key_of(template: &Deployment<'_>, resource: &Declared, facts: &Facts) -> String {
    let name = if resource.existing { template.name_of(resource) } else { String::new() };
    let known =
        (!name.is_empty() && hole::is_known(&name)).then(|| template.principals.borrow_mut().with(facts).identities.get(&name).copied());
    known.flatten().map_or_else(|| template.key(&resource.symbol), |at| facts.principals[at].key.clone())
}

/// Reads what a resource says of principals.
pub(super) fn read(template: &Deployment<'_>, resource: &Declared, facts: &mut Facts) {
    let kind = type_of(resource).to_ascii_lowercase();
    if FEDERATED.contains(&kind.split('@').next().unwrap_or(&kind)) {
        template.each(resource, |ordinal| federated(template, resource, ordinal, facts));
    } else if kind.ends_with("microsoft.authorization/roleassignments") {
        template.each(resource, |_| role_assignment(template, resource, facts));
    } else if kind.ends_with("microsoft.authorization/roledefinitions") {
        unassigned(template, resource, facts);
    } else if kind.split('@').next() == Some(APPLICATION) {
        stored(template, resource, facts);
    } else if kind.split('@').next() == Some(APP_ROLE) {
        template.each(resource, |_| app_role(template, resource, facts));
    } else if kind.ends_with("providers/roleassignments") {
        // The older form: `Microsoft.Storage/storageAccounts/providers/roleAssignments`.
        role_assignment(template, resource, facts);
    }
}

/// The key of the principal that a value means: an identity of the template, the resource whose own identity it is, or
/// whatever has that name.
pub(super) fn principal(template: &Deployment<'_>, val: &Val, facts: &mut Facts) -> String {
    if let Some(reference) = val.reference() {
        return template.key(&key_name(template, &reference.address, &reference.attribute));
    }
    let text = template.text(val);
    // `/subscriptions/${…}/…/userAssignedIdentities/ci`: the last part names it.
    let last = text.rsplit_once('/').map_or(text.as_str(), |(_, last)| last);
    if let Some(what) = hole::only_hole(&text).or_else(|| hole::holes(last).next()) {
        let reference = of_hole(what);
        return template.key(&key_name(template, &reference.address, &reference.attribute));
    }
    let name = last;
    let text = if hole::is_known(&text) { text.clone() } else { template.key(name) };
    let known = {
        let mut known = template.principals.borrow_mut();
        let all = &known.with(facts).all;
        [text.as_str(), name].iter().filter_map(|name| all.get(*name)).min().copied()
    };
    if let Some(at) = known {
        return facts.principals[at].key.clone();
    }
    let mut names = vec![text.clone(), name.to_owned()];
    names.dedup();
    let location = val.at.map(|at| template.place_of(at, "")).unwrap_or_default();
    facts.principals.push(Principal { platform: Platform::Azure, key: text.clone(), kind: "principal".to_owned(), names, location });
    text
}

/// Of a resource its symbol; of a module or a parameter what is taken from it as well, or what a module in the inputs takes it from.
pub(super) fn key_name(template: &Deployment<'_>, address: &str, attribute: &str) -> String {
    if let Some(key) = template.output(address, attribute) {
        return key;
    }
    let is_module = || template.source.modules.iter().any(|module| module.symbol == address && is_identity(module));
    if template.resource(address).is_some() || attribute.is_empty() || is_module() {
        address.to_owned()
    } else {
        format!("{address}.{attribute}")
    }
}

/// A credential of a managed identity, or of an application, whose properties stand one level higher in Bicep.
fn federated(template: &Deployment<'_>, resource: &Declared, ordinal: usize, facts: &mut Facts) {
    let key = match template.parent(resource) {
        Some(parent) => key_of(template, parent, facts),
        None => {
            let name = template.name_of(resource);
            let identity = name.rsplit_once('/').map_or(name.as_str(), |(identity, _)| identity);
            template.key(&hole::shown(identity))
        }
    };
    let get = |name: &str| template.get(resource, &format!("properties.{name}")).or_else(|| template.get(resource, name));
    // Properties that are given as a whole may name any subject.
    let is_whole = template.get(resource, "properties").is_some_and(|all| all.entries().is_empty());
    let id = format!("{}/{ordinal}", template.key(&resource.symbol));
    facts.trusts.push(credential(template, &get, is_whole, TrustBinding { id, principal: key, ..located(template.location(resource)) }));
}

/// The credentials of the identities that modules of the registry make.
pub(super) fn of_modules(template: &Deployment<'_>, facts: &mut Facts) {
    for module in template.source.modules.iter().filter(|module| is_identity(module)) {
        of_module(template, module, facts);
    }
}

fn of_module(template: &Deployment<'_>, module: &Declared, facts: &mut Facts) {
    let credentials = template.get(module, "params.federatedIdentityCredentials");
    for (ordinal, one) in credentials.iter().flat_map(Val::items).filter(|one| !one.entries().is_empty()).enumerate() {
        let key = template.key(&module.symbol);
        let trust = TrustBinding { id: format!("{key}/{ordinal}"), principal: key, ..located(template.location(module)) };
        facts.trusts.push(credential(template, &|name| one.get(name).cloned(), false, trust));
    }
}

/// Whether a module is the managed identity of Microsoft's registry (Azure Verified Modules), which makes its credentials as well.
pub(super) fn is_identity(module: &Declared) -> bool {
    module.kind.contains("avm/res/managed-identity/user-assigned-identity:")
}

fn located(location: Location) -> TrustBinding {
    TrustBinding {
        id: String::new(),
        platform: Platform::Azure,
        principal: String::new(),
        trusted: "oidc".to_owned(),
        issuer: Value::default(),
        subject: SubjectRule::Any,
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location,
    }
}

/// A credential with what its settings say of tokens.
fn credential(template: &Deployment<'_>, get: &dyn Fn(&str) -> Option<Val>, is_whole: bool, trust: TrustBinding) -> TrustBinding {
    let expression = get("claimsMatchingExpression.value").and_then(|val| hole::partly(&template.text(&val)));
    let subject = get("subject").map(|val| (template.value(&val), template.text(&val)));
    let subject = match subject {
        Some((Value::Known(text, _), _)) => SubjectRule::Exact(vec![text]),
        Some((Value::Unknown(why), text)) => hole::partly(&text).map_or(SubjectRule::Unknown(why), |text| SubjectRule::Exact(vec![text])),
        None if is_whole => SubjectRule::Unknown("the credential's properties are not known from these inputs".to_owned()),
        None => expression.map_or(SubjectRule::Any, SubjectRule::Expression),
    };
    let audiences = get("audiences").map(|val| val.items().iter().map(|item| template.value(item)).collect());
    let issuer = get("issuer").map(|val| template.value(&val)).unwrap_or_default();
    TrustBinding { issuer, subject, audiences, ..trust }
}

fn role_assignment(template: &Deployment<'_>, resource: &Declared, facts: &mut Facts) {
    let Some(holder) = template.get(resource, "properties.principalId") else { return };
    let key = principal(template, &holder, facts);
    let role = template.get(resource, "properties.roleDefinitionId");
    let custom = role.as_ref().and_then(|val| custom_role(template, val));
    let role = role.filter(|_| custom.is_none()).map(|val| role_name(template, &val));
    let (scope, resources) = scope(template, resource);
    facts.grants.push(RoleGrant {
        platform: Platform::Azure,
        principal: key,
        role,
        actions: custom.unwrap_or_default(),
        actions_inverted: false,
        resources,
        scope,
        condition: template.get(resource, "properties.condition").map(|val| hole::shown(&template.text(&val))),
        location: template.location(resource),
    });
}

/// Secrets and certificates that an application is given.
fn stored(template: &Deployment<'_>, resource: &Declared, facts: &mut Facts) {
    for (list, kind) in [("passwordCredentials", "azure.client-secret"), ("keyCredentials", "azure.client-cert")] {
        for (index, one) in template.get(resource, list).iter().flat_map(Val::items).enumerate() {
            let date = |name: &str| one.get(name).and_then(|val| template.text(val).parse().ok());
            facts.declarations.push(Declaration {
                kind: kind.to_owned(),
                name: format!("{}.{list}[{index}]", resource.symbol),
                custody: Custody::Embedded,
                role: Role::Access,
                lifetime: Lifetime { issued: date("startDateTime"), expires: date("endDateTime"), ..Lifetime::default() },
                destination: Some(Destination::new("azure", "")),
                principal: Some(template.key(&resource.symbol)),
                location: template.at(resource, list),
            });
        }
    }
}

/// The id of the permission names it.
fn app_role(template: &Deployment<'_>, resource: &Declared, facts: &mut Facts) {
    let Some(holder) = template.get(resource, "principalId") else { return };
    let principal = principal(template, &holder, facts);
    facts.grants.push(RoleGrant {
        platform: Platform::Azure,
        principal,
        role: template.get(resource, "appRoleId").map(|val| template.value(&val)),
        actions: Vec::new(),
        actions_inverted: false,
        resources: Vec::new(),
        scope: ResourceScope::TenantRoot,
        condition: None,
        location: template.location(resource),
    });
}

/// A custom role that nothing of the template assigns is judged for whoever gets it, where it may be assigned.
fn unassigned(template: &Deployment<'_>, role: &Declared, facts: &mut Facts) {
    let is_assigned = template.source.resources.iter().any(|other| {
        let id = template.get(other, "properties.roleDefinitionId");
        id.is_some_and(|id| id.reference().is_some_and(|reference| reference.address == role.symbol))
    });
    let Some(actions) = actions_of(template, role).filter(|_| !is_assigned) else { return };
    let (key, location) = (template.key(&role.symbol), template.location(role));
    let names =
        vec![key.clone(), template.get(role, "properties.roleName").map_or_else(String::new, |name| hole::shown(&template.text(&name)))];
    let kind = "custom-role".to_owned();
    facts.principals.push(Principal { platform: Platform::Azure, key: key.clone(), kind, names, location: location.clone() });
    let (scope, resources) = scope(template, role);
    let (platform, condition) = (Platform::Azure, None);
    facts.grants.push(RoleGrant {
        platform,
        principal: key,
        role: None,
        actions,
        actions_inverted: false,
        resources,
        scope,
        condition,
        location,
    });
}

/// The actions of a role that the template itself defines.
fn custom_role(template: &Deployment<'_>, id: &Val) -> Option<Vec<String>> {
    actions_of(template, id.reference().and_then(|reference| template.resource(&reference.address))?)
}

fn actions_of(template: &Deployment<'_>, role: &Declared) -> Option<Vec<String>> {
    let permissions = template.get(role, "properties.permissions")?;
    let lists = permissions.items().iter().flat_map(|part| ["actions", "dataActions"].into_iter().filter_map(|name| part.get(name)));
    Some(lists.flat_map(Val::items).map(|action| hole::shown(&template.text(action))).collect())
}

/// The GUID at the end of a role's id names the role; of a role that is declared or looked up it is its name.
fn role_name(template: &Deployment<'_>, id: &Val) -> Value {
    let defined = id.reference().and_then(|reference| template.resource(&reference.address));
    if let Some(name) = defined.and_then(|role| template.get(role, "name")) {
        return template.value(&name);
    }
    let text = template.text(id);
    let last = text.rsplit('/').next().unwrap_or_default();
    hole::value(last, Basis::Literal)
}

/// What the assignment covers: its `scope`, the resource that it is declared in, or where the template is deployed.
fn scope(template: &Deployment<'_>, resource: &Declared) -> (ResourceScope, Vec<Value>) {
    let written = template.get(resource, "scope").or_else(|| template.get(resource, "properties.scope"));
    if let Some(val) = &written {
        let value = vec![template.value(val)];
        if let Some(reference) = val.reference() {
            let named = template
                .resource(&reference.address)
                .map(|resource| Value::literal(format!("/{}/{}", type_of(resource), reference.address)));
            return (of_symbol(template, &reference.address), named.map_or(value, |named| vec![named]));
        }
        let text = template.text(val);
        // Of a path the end counts, even if the subscription in it is only known when it is deployed.
        let value = if text.contains('/') { vec![Value::literal(hole::shown(&text))] } else { value };
        if let Some((what, rest)) =
            hole::leading_hole(&text).filter(|(what, _)| what.starts_with("subscription") || what.starts_with("resourcegroup"))
        {
            let base = if what.starts_with("subscription") { "/subscriptions/x" } else { "/subscriptions/x/resourceGroups/x" };
            return (azure_scope(&format!("{base}{rest}")), value);
        }
        let path = hole::shown(&text);
        // A relative id (`Microsoft.Storage/storageAccounts/x`) names a resource.
        let named = if path.starts_with('/') { azure_scope(&path) } else { ResourceScope::Resource };
        return (if hole::is_known(&text) || path.contains('/') { named } else { ResourceScope::Unknown }, value);
    }
    if resource.outer.is_some() || type_of(resource).to_ascii_lowercase().contains("/providers/") {
        return (ResourceScope::Resource, Vec::new());
    }
    (of_symbol(template, &template.source.scope.to_ascii_lowercase()), Vec::new())
}

/// The class of what a symbol or a scope function stands for.
fn of_symbol(template: &Deployment<'_>, symbol: &str) -> ResourceScope {
    let declared = template.resource(symbol).map(|resource| type_of(resource).to_ascii_lowercase());
    match declared.as_deref().unwrap_or(symbol) {
        "resourcegroup" | "microsoft.resources/resourcegroups" => ResourceScope::ResourceGroup,
        "subscription" | "microsoft.resources/subscriptions" => ResourceScope::Subscription,
        "managementgroup" | "microsoft.management/managementgroups" => ResourceScope::ManagementGroup,
        "tenant" => ResourceScope::TenantRoot,
        _ if declared.is_some() => ResourceScope::Resource,
        _ => ResourceScope::Unknown,
    }
}
