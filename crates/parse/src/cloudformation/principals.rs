//! Which IAM principal a value means, under one key for the whole template.

use unkeyed_model::{Facts, Platform, Principal};

use super::eval;
use super::template::{Resource, Template};
use crate::evaluated::{Kind, Ref, Val};
use crate::policy_document::hole;

/// Emits the roles and users that the template defines.
pub(super) fn defined(template: &Template<'_>, facts: &mut Facts) {
    for resource in template.resources() {
        let (kind, naming) = match resource.kind() {
            "AWS::IAM::Role" => ("role", "RoleName"),
            "AWS::IAM::User" => ("user", "UserName"),
            "AWS::SSO::PermissionSet" => ("permission-set", "Name"),
            _ => continue,
        };
        let mut names = vec![resource.key(), resource.name.to_owned()];
        names.extend(resource.text(naming));
        names.dedup();
        facts.principals.push(Principal {
            platform: Platform::Aws,
            key: resource.key(),
            kind: kind.to_owned(),
            names,
            location: resource.location(),
        });
    }
}

/// The key of the principal that a value means. One that the template doesn't define gets its name as key, and is
/// emitted under it, so that facts of other files can join by that name.
pub(crate) fn principal(template: &Template<'_>, val: &Val, kind: &str, facts: &mut Facts) -> String {
    if let Some(key) = val.reference().and_then(|reference| of_reference(template, reference)) {
        return key;
    }
    let text = template.text(val);
    // `arn:aws:iam::${AWS::AccountId}:role/deploy` names the role all the same.
    let name = text.rsplit('/').next().unwrap_or(&text);
    let is_path = text.contains(":role/") || text.contains(":user/") || text.contains(":instance-profile/");
    if !hole::is_known(if is_path { name } else { &text }) {
        let defined = hole::holes(name).find_map(|what| of_reference(template, &eval::of_hole(what)));
        return defined.unwrap_or_else(|| template.key(&hole::shown(&text)));
    }
    existing(template, &text, if is_path { name } else { &text }, kind, val, facts)
}

/// The key of a principal by the name that is written for it.
pub(crate) fn existing(template: &Template<'_>, text: &str, name: &str, kind: &str, val: &Val, facts: &mut Facts) -> String {
    let is_one = |known: &&Principal| known.platform == Platform::Aws && known.names.iter().any(|known| known == text || known == name);
    if let Some(defined) = facts.principals.iter().find(is_one) {
        return defined.key.clone();
    }
    let key = if hole::is_known(text) { text.to_owned() } else { template.key(name) };
    let mut names = vec![key.clone(), name.to_owned()];
    names.dedup();
    let location = val.at.map(|at| template.location(at, "")).unwrap_or_default();
    facts.principals.push(Principal { platform: Platform::Aws, key: key.clone(), kind: kind.to_owned(), names, location });
    key
}

/// The key of the principal that a reference means: itself, or the role of an instance profile. Of an import or a
/// parameter the name.
fn of_reference(template: &Template<'_>, reference: &Ref) -> Option<String> {
    let Some(resource) = template.resource(&reference.address) else {
        return (reference.attribute.is_empty()).then(|| template.key(&reference.address));
    };
    match resource.kind() {
        "AWS::IAM::InstanceProfile" => profile_role(resource),
        // SAM makes the role beside the function, under this name.
        "AWS::Serverless::Function" => Some(template.key(&format!("{}Role", resource.name))),
        _ => Some(resource.key()),
    }
}

fn profile_role(profile: Resource<'_, '_>) -> Option<String> {
    let roles = profile.get("Roles")?;
    let role = roles.items().first()?;
    match (&role.kind, role.reference()) {
        (_, Some(reference)) => profile.template.resource(&reference.address).map(Resource::key),
        (Kind::Text(name, _), None) => {
            profile.template.resources().find(|other| other.text("RoleName").as_ref() == Some(name)).map(Resource::key)
        }
        _ => None,
    }
}
