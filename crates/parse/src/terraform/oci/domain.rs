//! Users, groups and grants of an identity domain, as far as they say who is more than he seems.

use unkeyed_model::{Facts, Platform, ResourceScope, RoleGrant, Value};

use super::super::module::Module;
use super::super::resource::Resource;
use crate::evaluated::Val;

/// Groups that Oracle makes with every tenancy and every domain, whose members administer it (Oracle, "The Administrators
/// Group, Policy, and Administrator Roles").
const ADMINISTRATORS: [&str; 2] = ["Administrators", "Domain_Administrators"];

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
    if resource.get("group_id").is_some_and(|group| administers(resource.module, &group)) {
        let user = resource.principal("user_id", Platform::Oci, "user", facts);
        facts.grants.extend(user.map(|user| everything(resource, user)));
    }
}

/// `oci_identity_domains_group`: the same, with the members written into the group.
pub(super) fn group(resource: Resource<'_, '_>, facts: &mut Facts) {
    if !resource.text("display_name").is_some_and(|name| ADMINISTRATORS.contains(&name.as_str())) {
        return;
    }
    for member in resource.blocks("members") {
        let user = resource.module.get(member, "value").map(|val| resource.module.principal(&val, Platform::Oci, "service-user", facts));
        facts.grants.extend(user.map(|user| everything(resource, user)));
    }
}

/// Whether a group's id is that of the administrators: defined so, or looked up by that name.
fn administers(module: &Module<'_>, group: &Val) -> bool {
    let Some(section) = group.reference().and_then(|reference| module.resources.get(&reference.address).copied()) else { return false };
    let named = ["name", "display_name"].iter().filter_map(|attribute| module.text(section, attribute));
    let filtered = module.blocks(section, "filter").into_iter().flat_map(|filter| module.texts(filter, "values")).map(|(text, _)| text);
    named.chain(filtered).any(|name| ADMINISTRATORS.contains(&name.as_str()))
}

fn everything(resource: Resource<'_, '_>, principal: String) -> RoleGrant {
    grant(resource, principal, None, vec!["manage all-resources".to_owned()])
}

/// `oci_identity_domains_grant`: an application role for an application, by the name with which it is looked up.
pub(super) fn application_role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(holder) = resource.principal("grantee.value", Platform::Oci, "application", facts) else { return };
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
