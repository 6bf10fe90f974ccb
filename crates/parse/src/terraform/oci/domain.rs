//! Users, groups and grants of an identity domain, as far as they say who is more than he seems.

use unkeyed_model::{Facts, Platform, ResourceScope, RoleGrant, Value};

use super::super::module::Module;
use super::super::resource::Resource;
use crate::evaluated::Val;

/// Groups that Oracle makes with every tenancy and every domain, whose members administer it (Oracle, "The Administrators
/// Group, Policy, and Administrator Roles").
const ADMINISTRATORS: [&str; 2] = ["Administrators", "Domain_Administrators"];

/// Words by which the name of a user tells that no person signs in with it.
const MACHINES: [&str; 10] = ["svc", "service", "ci", "cicd", "bot", "automation", "terraform", "pipeline", "deployer", "robot"];

/// Whether the user that a value means is a service user; `None` if the folder doesn't define it.
pub(super) fn is_service_user(module: &Module<'_>, user: &Val) -> Option<Value> {
    let section = *module.resources.get(&user.reference()?.address)?;
    let extension = "urnietfparamsscimschemasoracleidcsextensionuser_user";
    let block = module.blocks(section, extension).into_iter().next();
    let written = block.and_then(|block| module.value(block, "service_user"));
    Some(written.unwrap_or_else(|| Value::literal("false")))
}

/// `oci_identity_user_group_membership`: membership of the administrators is the grant of everything.
pub(super) fn membership(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(group) = resource.get("group_id").and_then(|group| administers(resource.module, &group)) else { return };
    // A command names the user.
    let is_named = resource.text("user_id").is_some_and(|name| !name.starts_with("ocid1.") && is_machine(&name));
    let user = resource.principal("user_id", Platform::Oci, if is_named { "service-user" } else { "user" }, facts);
    facts.grants.extend(user.map(|user| everything(resource, user, group)));
}

/// Whether a user has a machine's name: outside of a domain there are no service users.
pub(in crate::terraform) fn is_machine(name: &str) -> bool {
    name.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|word| MACHINES.contains(&word))
}

/// `oci_identity_domains_group`: the same, with the members written into the group.
pub(super) fn group(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(group) = resource.text("display_name").filter(|name| ADMINISTRATORS.contains(&name.as_str())) else { return };
    for member in resource.blocks("members") {
        let user = resource.module.get(member, "value").map(|val| resource.module.principal(&val, Platform::Oci, "service-user", facts));
        facts.grants.extend(user.map(|user| everything(resource, user, group.clone())));
    }
}

/// The administrators that a group's id means: defined so, or looked up by that name.
fn administers(module: &Module<'_>, group: &Val) -> Option<String> {
    let Some(reference) = group.reference() else {
        // A command is given what another prints for the group of that name.
        return Some(module.text_of(group).0).filter(|name| ADMINISTRATORS.contains(&name.as_str()));
    };
    let section = *module.resources.get(&reference.address)?;
    let named = ["name", "display_name"].iter().filter_map(|attribute| module.text(section, attribute));
    let filtered = module.blocks(section, "filter").into_iter().flat_map(|filter| module.texts(filter, "values")).map(|(text, _)| text);
    let searched = module.text(section, "group_filter").and_then(|filter| Some(filter.split('"').nth(1)?.to_owned()));
    named.chain(filtered).chain(searched).find(|name| ADMINISTRATORS.contains(&name.as_str()))
}

fn everything(resource: Resource<'_, '_>, principal: String, group: String) -> RoleGrant {
    grant(resource, principal, Some(Value::literal(group)), vec!["manage all-resources".to_owned()])
}

/// `oci_identity_domains_grant`: an application role for an application or a user, by the name with which it is looked up.
pub(super) fn application_role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(holder) = resource.get("grantee.value") else { return };
    let is_user = holder.reference().is_some_and(|reference| reference.address.contains("_user."));
    let holder = resource.module.principal(&holder, Platform::Oci, if is_user { "service-user" } else { "application" }, facts);
    let Some(role) = resource.get("entitlement.attribute_value") else { return };
    let looked_up = role.reference().and_then(|reference| {
        let section = *resource.module.resources.get(&reference.address)?;
        let text = resource.module.text(section, "app_role_filter").or_else(|| resource.module.text(section, "display_name"))?;
        Some(text.split('"').nth(1).unwrap_or(&text).to_owned())
    });
    let role = looked_up.map_or_else(|| resource.module.value_of(&role), Value::literal);
    facts.grants.push(grant(resource, holder, Some(role), Vec::new()));
}

fn grant(resource: Resource<'_, '_>, principal: String, role: Option<Value>, actions: Vec<String>) -> RoleGrant {
    RoleGrant {
        platform: Platform::Oci,
        principal,
        role,
        actions,
        actions_inverted: false,
        resources: vec![Value::literal("tenancy")],
        scope: ResourceScope::Tenancy,
        condition: None,
        location: resource.location(),
    }
}
