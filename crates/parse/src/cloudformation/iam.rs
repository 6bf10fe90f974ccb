//! IAM in templates: roles with their trusts and policies, users, policies that are attached from outside, sessions.

use unkeyed_model::{
    Basis, Facts, Location, Platform, ResourceScope, RoleGrant, SessionPolicy, SubjectRule, TrustBinding, TtlBasis, Value,
};

use super::template::{Resource, Template};
use super::{ReadResource, eval, principals, sam};
use crate::evaluated::{Kind, Val};
use crate::policy_document::{self, Carrier};
use crate::terraform::iso_seconds;

/// Readers by resource type.
const READERS: &[(&str, ReadResource)] = &[
    ("AWS::IAM::Role", role),
    ("AWS::IAM::User", |resource, facts| policies(resource, &resource.key(), facts)),
    ("AWS::IAM::Policy", attached_from_outside),
    ("AWS::IAM::ManagedPolicy", attached_from_outside),
    ("AWS::IAM::RolePolicy", |resource, facts| one_policy(resource, "RoleName", "role", facts)),
    ("AWS::IAM::UserPolicy", |resource, facts| one_policy(resource, "UserName", "user", facts)),
    ("AWS::RolesAnywhere::Profile", roles_anywhere),
    ("AWS::EKS::PodIdentityAssociation", pod_identity),
    ("AWS::SSO::PermissionSet", permission_set),
    ("AWS::Serverless::Function", sam::role),
    ("AWS::Serverless::StateMachine", sam::role),
];

/// Reads what a resource says of principals.
pub(super) fn read(resource: Resource<'_, '_>, facts: &mut Facts) {
    if let Some((_, reader)) = READERS.iter().find(|(kind, _)| *kind == resource.kind()) {
        resource.template.decides.set(true);
        reader(resource, facts);
        resource.template.decides.set(false);
    }
}

fn role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let key = resource.key();
    if let Some(policy) = resource.get("AssumeRolePolicyDocument") {
        let first = facts.trusts.len();
        trusts(resource, &key, &policy, "AssumeRolePolicyDocument", facts);
        // Empty where the role has none.
        let boundary = resource.get("PermissionsBoundary").map_or_else(|| Value::literal(""), |val| resource.template.value(&val));
        facts.trusts[first..].iter_mut().for_each(|trust| trust.settings.push(("permissions_boundary".to_owned(), boundary.clone())));
    }
    session(resource, &key, "MaxSessionDuration", facts);
    policies(resource, &key, facts);
}

/// A permission set of IAM Identity Center: a role that it makes in the accounts to which it is assigned.
fn permission_set(resource: Resource<'_, '_>, facts: &mut Facts) {
    let key = resource.key();
    if let Some(length) = resource.text("SessionDuration") {
        facts.sessions.push(SessionPolicy {
            platform: Platform::Aws,
            principal: key.clone(),
            setting: "max_session_duration".to_owned(),
            seconds: iso_seconds(&length),
            basis: TtlBasis::Declared,
            location: resource.at("SessionDuration"),
        });
    }
    if let Some(policy) = resource.get("InlinePolicy") {
        granted(resource.template, &key, &policy, resource.at("InlinePolicy"), facts);
    }
    for policy in resource.get("ManagedPolicies").iter().flat_map(Val::items) {
        attached(resource, &key, policy, "ManagedPolicies", facts);
    }
}

/// How long sessions of a role last; what the CreateRole API sets if nothing is written.
pub(super) fn session(resource: Resource<'_, '_>, key: &str, property: &str, facts: &mut Facts) {
    let written = resource.get(property);
    let seconds = written.as_ref().map_or(Some(3600), |val| resource.template.known(val).and_then(|text| text.parse().ok()));
    facts.sessions.push(SessionPolicy {
        platform: Platform::Aws,
        principal: key.to_owned(),
        setting: "max_session_duration".to_owned(),
        seconds,
        basis: if written.is_some() { TtlBasis::Declared } else { TtlBasis::VendorDefault },
        location: resource.at(property),
    });
}

/// The trusts of a document that a property holds.
pub(super) fn trusts(resource: Resource<'_, '_>, key: &str, policy: &Val, property: &str, facts: &mut Facts) {
    let template = resource.template;
    let Some(document) = document(template, policy) else {
        facts.trusts.push(TrustBinding {
            id: format!("{key}/0"),
            platform: Platform::Aws,
            principal: key.to_owned(),
            trusted: "unknown".to_owned(),
            issuer: unresolved(template, policy),
            subject: SubjectRule::Unknown("the trust policy could not be resolved".to_owned()),
            audiences: None,
            claims: Vec::new(),
            settings: Vec::new(),
            location: resource.at(property),
        });
        return;
    };
    let locate = |index: usize| statement(template, policy, index).unwrap_or_else(|| resource.at(property));
    let carrier = Carrier { principal: key, id: key, locate: &locate, issuer: &|what| issuer(template, what) };
    facts.trusts.append(&mut policy_document::trusts(&document, &carrier));
}

/// The trust in one service of AWS, for a role that is made without being written.
pub(crate) fn trusted_service(key: &str, service: &str, location: Location) -> TrustBinding {
    TrustBinding {
        id: format!("{key}/0"),
        platform: Platform::Aws,
        principal: key.to_owned(),
        trusted: "service".to_owned(),
        issuer: Value::Known(service.to_owned(), Basis::Platform),
        subject: SubjectRule::Any,
        audiences: None,
        claims: Vec::new(),
        settings: vec![("action".to_owned(), Value::Known("sts:AssumeRole".to_owned(), Basis::Platform))],
        location,
    }
}

/// The document that a value stands for: a structure, or JSON as text.
fn document(template: &Template<'_>, val: &Val) -> Option<serde_json::Value> {
    match &val.kind {
        Kind::Map(_) => Some(template.json(val)),
        Kind::Text(text, _) => policy_document::parse(text),
        Kind::Either(values, _) => values.iter().find_map(|value| document(template, value)),
        _ => None,
    }
}

/// Where the statement with this index stands.
fn statement(template: &Template<'_>, val: &Val, index: usize) -> Option<Location> {
    let at = val.get("Statement")?.items().get(index)?.at?;
    Some(template.location(at, &format!("Statement[{index}]")))
}

/// The URL of an OIDC provider that the template defines.
fn issuer(template: &Template<'_>, what: &str) -> Option<String> {
    let provider = template.resource(&eval::of_hole(what).address)?;
    (provider.kind() == "AWS::IAM::OIDCProvider").then(|| provider.text("Url"))?
}

fn unresolved(template: &Template<'_>, val: &Val) -> Value {
    match template.value(val) {
        Value::Unknown(why) => Value::Unknown(why),
        Value::Known(..) => Value::unknown("the policy is not a readable JSON document"),
    }
}

/// Inline policies and attached ones of a role or user.
pub(super) fn policies(resource: Resource<'_, '_>, key: &str, facts: &mut Facts) {
    for policy in resource.get("Policies").iter().flat_map(Val::items) {
        if let Some(document) = policy.get("PolicyDocument") {
            granted(resource.template, key, document, resource.at("Policies"), facts);
        }
    }
    for policy in resource.get("ManagedPolicyArns").iter().flat_map(Val::items) {
        attached(resource, key, policy, "ManagedPolicyArns", facts);
    }
}

/// A policy that is attached by ARN: what its document says if the template defines it, else its name.
pub(super) fn attached(resource: Resource<'_, '_>, key: &str, policy: &Val, property: &str, facts: &mut Facts) {
    let template = resource.template;
    let defined = policy.reference().and_then(|reference| template.resource(&reference.address));
    if let Some((definition, document)) = defined.and_then(|definition| Some((definition, definition.get("PolicyDocument")?))) {
        granted(template, key, &document, definition.at("PolicyDocument"), facts);
        return;
    }
    let location = policy.at.map_or_else(|| resource.at(property), |at| template.location(at, &format!("{}.{property}", resource.path())));
    facts.grants.push(policy_document::managed_policy(key, &template.text(policy), location));
}

/// Grants of a policy document.
pub(crate) fn granted(template: &Template<'_>, key: &str, policy: &Val, location: Location, facts: &mut Facts) {
    let Some(document) = document(template, policy) else {
        facts.grants.push(RoleGrant {
            platform: Platform::Aws,
            principal: key.to_owned(),
            role: None,
            actions: Vec::new(),
            actions_inverted: false,
            resources: vec![unresolved(template, policy)],
            scope: ResourceScope::Unknown,
            condition: None,
            location,
        });
        return;
    };
    let locate = |index: usize| statement(template, policy, index).unwrap_or_else(|| location.clone());
    let carrier = Carrier { principal: key, id: key, locate: &locate, issuer: &|_| None };
    facts.grants.append(&mut policy_document::grants(&document, &carrier));
}

/// `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy` name who they are attached to.
fn attached_from_outside(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(document) = resource.get("PolicyDocument") else { return };
    for (property, kind) in [("Roles", "role"), ("Users", "user")] {
        for holder in resource.get(property).iter().flat_map(Val::items) {
            let key = principals::principal(resource.template, holder, kind, facts);
            granted(resource.template, &key, &document, resource.at("PolicyDocument"), facts);
        }
    }
}

fn one_policy(resource: Resource<'_, '_>, property: &str, kind: &str, facts: &mut Facts) {
    let (Some(document), Some(holder)) = (resource.get("PolicyDocument"), resource.get(property)) else { return };
    let key = principals::principal(resource.template, &holder, kind, facts);
    granted(resource.template, &key, &document, resource.at("PolicyDocument"), facts);
}

fn roles_anywhere(resource: Resource<'_, '_>, facts: &mut Facts) {
    for role in resource.get("RoleArns").iter().flat_map(Val::items) {
        let key = principals::principal(resource.template, role, "role", facts);
        if let Some(val) = resource.get("DurationSeconds") {
            facts.sessions.push(SessionPolicy {
                platform: Platform::Aws,
                principal: key,
                setting: "duration_seconds".to_owned(),
                seconds: resource.template.known(&val).and_then(|text| text.parse().ok()),
                basis: TtlBasis::Declared,
                location: resource.at("DurationSeconds"),
            });
        }
    }
}

/// The association is all that EKS Pod Identity needs: nothing stands in the pod.
fn pod_identity(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(role) = resource.get("RoleArn") else { return };
    let key = principals::principal(resource.template, &role, "role", facts);
    let text = |property: &str| resource.get(property).map_or_else(String::new, |val| resource.template.text(&val));
    crate::pod_identity::associated(
        &key,
        &resource.key(),
        &text("Namespace"),
        &text("ServiceAccount"),
        &(resource.location(), resource.at("ServiceAccount")),
        facts,
    );
}
