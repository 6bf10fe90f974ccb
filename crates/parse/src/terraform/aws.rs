//! AWS in Terraform: IAM roles with their trusts and policies, OIDC providers, session lengths, Pod Identity.

mod documents;
mod permission_sets;

use serde_json::Value as Json;
use unkeyed_model::{Facts, Platform, ResourceScope, RoleGrant, SessionPolicy, SubjectRule, TrustBinding, TtlBasis, Value, WorkloadKind};

pub(super) use self::documents::Document;
use super::resource::{Reader, Resource};
use super::traverse::SEVERAL;
use crate::evaluated::Val;
use crate::policy_document::{self, Carrier};

/// Readers by resource type.
pub(super) const READERS: &[(&str, Reader)] = &[
    ("aws_iam_role", role),
    ("aws_iam_user", |_, _| {}),
    ("aws_iam_policy", unattached),
    ("aws_iam_role_policy", |resource, facts| inline_policy(resource, "role", facts)),
    ("aws_iam_user_policy", |resource, facts| inline_policy(resource, "user", facts)),
    ("aws_iam_role_policy_attachment", |resource, facts| attachment(resource, &["role"], facts)),
    ("aws_iam_role_policy_attachments_exclusive", |resource, facts| attachment(resource, &["role_name"], facts)),
    ("aws_iam_user_policy_attachments_exclusive", |resource, facts| attachment(resource, &["user_name"], facts)),
    ("aws_iam_user_policy_attachment", |resource, facts| attachment(resource, &["user"], facts)),
    ("aws_iam_policy_attachment", |resource, facts| attachment(resource, &["roles", "users"], facts)),
    ("aws_rolesanywhere_profile", roles_anywhere),
    ("aws_eks_pod_identity_association", pod_identity),
    ("aws_ssoadmin_permission_set", permission_sets::session),
    ("aws_ssoadmin_permission_set_inline_policy", permission_sets::inline),
    ("aws_ssoadmin_managed_policy_attachment", permission_sets::managed),
    ("aws_ssoadmin_customer_managed_policy_attachment", permission_sets::customer_managed),
];

/// Setting of a trust that tells which of the roles under `for_each` has it.
const INSTANCE: &str = "instance";

fn role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let key = resource.key();
    if let Some(policy) = resource.get("assume_role_policy") {
        let first = facts.trusts.len();
        trusts(resource, &key, &policy, facts);
        // Empty where the role has none.
        let boundary = resource.value("permissions_boundary").unwrap_or_else(|| Value::literal(""));
        facts.trusts[first..].iter_mut().for_each(|trust| trust.settings.push(("permissions_boundary".to_owned(), boundary.clone())));
    }
    let first = (facts.sessions.len(), facts.grants.len());
    resource.for_instances(|_| sessions_and_policies(resource, &key, facts));
    // Instances that have the same are not told apart.
    keep_distinct(&mut facts.sessions, first.0);
    keep_distinct(&mut facts.grants, first.1);
}

/// Leaves each of those from a place on once.
fn keep_distinct<T: PartialEq>(all: &mut Vec<T>, from: usize) {
    for one in all.split_off(from) {
        if !all[from..].contains(&one) {
            all.push(one);
        }
    }
}

fn sessions_and_policies(resource: Resource<'_, '_>, key: &str, facts: &mut Facts) {
    // A command that leaves the length out says nothing about it.
    let is_default = resource.module.kind != WorkloadKind::Export;
    if !resource.session(Platform::Aws, key, "max_session_duration", facts) && is_default {
        facts.sessions.push(SessionPolicy {
            platform: Platform::Aws,
            principal: key.to_owned(),
            setting: "max_session_duration".to_owned(),
            // Default of the CreateRole API.
            seconds: Some(3600),
            basis: TtlBasis::VendorDefault,
            location: resource.location(),
        });
    }
    for policy in resource.get("managed_policy_arns").iter().flat_map(Val::items) {
        attached(resource, key, policy, "managed_policy_arns", facts);
    }
    resource.module.for_blocks(resource.section, "inline_policy", &mut |block| {
        if let Some(policy) = resource.module.get(block, "policy") {
            granted(resource, key, &policy, facts);
        }
    });
}

fn trusts(resource: Resource<'_, '_>, key: &str, policy: &Val, facts: &mut Facts) {
    let document = Document::read(resource.module, policy);
    let written = document.as_ref().map_or_else(|| resource.module.text_of(policy).0, |document| document.json.to_string());
    let differs = ["each.", "count.index", SEVERAL].iter().any(|what| written.contains(what));
    let instances = if differs { resource.each() } else { Vec::new() };
    if instances.is_empty() {
        return match document {
            Some(document) => facts.trusts.append(&mut trusts_of(resource, key, key, &document, &document.json)),
            None => facts.trusts.push(unreadable(resource, key, policy)),
        };
    }
    for instance in instances {
        let id = format!("{key}[{}]", instance.key);
        let own = resource.get_for(&instance, "assume_role_policy").and_then(|policy| Document::read(resource.module, &policy));
        let mut made = match &own {
            Some(own) => trusts_of(resource, key, &id, own, &instance.fill_all(resource.module, &own.json)),
            None => vec![unreadable(resource, key, policy)],
        };
        made.iter_mut().for_each(|trust| trust.settings.push((INSTANCE.to_owned(), Value::literal(&*instance.key))));
        facts.trusts.append(&mut made);
    }
}

/// The trusts of a document, of which `json` says the same as filled in.
fn trusts_of(resource: Resource<'_, '_>, key: &str, id: &str, document: &Document, json: &Json) -> Vec<TrustBinding> {
    let locate = |index: usize| document.locate(resource, index).unwrap_or_else(|| resource.at("assume_role_policy"));
    let carrier = Carrier { principal: key, id, locate: &locate, issuer: &|what| issuer(resource, what) };
    policy_document::trusts(json, &carrier)
}

fn unreadable(resource: Resource<'_, '_>, key: &str, policy: &Val) -> TrustBinding {
    TrustBinding {
        id: format!("{key}/0"),
        platform: Platform::Aws,
        principal: key.to_owned(),
        trusted: "unknown".to_owned(),
        issuer: unresolved(resource, policy),
        subject: SubjectRule::Unknown("the trust policy could not be resolved".to_owned()),
        audiences: None,
        claims: Vec::new(),
        settings: Vec::new(),
        location: resource.at("assume_role_policy"),
    }
}

/// The issuer URL of an OIDC provider that the folder defines or looks up, as far as it is known.
fn issuer(resource: Resource<'_, '_>, what: &str) -> Option<String> {
    let address = what.rsplit_once('.').map_or(what, |(address, _)| address);
    let provider = *resource.module.resources.get(address)?;
    let is_provider = address.contains("aws_iam_openid_connect_provider.");
    resource.module.path(provider, "url").filter(|_| is_provider).map(|url| resource.module.text_of(&url).0)
}

fn unresolved(resource: Resource<'_, '_>, val: &Val) -> Value {
    match resource.module.value_of(val) {
        Value::Unknown(why) => Value::Unknown(why),
        Value::Known(..) => Value::unknown("the policy is not a readable JSON document"),
    }
}

/// A policy that nothing of the folder attaches is judged for whoever gets it.
fn unattached(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(policy) = resource.get("policy").filter(|_| !resource.module.refers_to(resource.address)) else { return };
    resource.defines(Platform::Aws, "policy", "name", facts);
    granted(resource, &resource.key(), &policy, facts);
}

fn inline_policy(resource: Resource<'_, '_>, holder: &str, facts: &mut Facts) {
    resource.for_instances(|_| {
        let Some(principal) = resource.principal(holder, Platform::Aws, holder, facts) else { return };
        if let Some(policy) = resource.get("policy") {
            granted(resource, &principal, &policy, facts);
        }
    });
}

/// Grants of a policy document.
fn granted(resource: Resource<'_, '_>, principal: &str, policy: &Val, facts: &mut Facts) {
    let Some(document) = Document::read(resource.module, policy) else {
        facts.grants.push(RoleGrant {
            platform: Platform::Aws,
            principal: principal.to_owned(),
            role: None,
            actions: Vec::new(),
            actions_inverted: false,
            resources: vec![unresolved(resource, policy)],
            scope: ResourceScope::Unknown,
            condition: None,
            location: resource.at("policy"),
        });
        return;
    };
    let locate = |index: usize| document.locate(resource, index).unwrap_or_else(|| resource.at("policy"));
    let carrier = Carrier { principal, id: principal, locate: &locate, issuer: &|_| None };
    facts.grants.append(&mut policy_document::grants(&document.json, &carrier));
}

fn attachment(resource: Resource<'_, '_>, holders: &[&str], facts: &mut Facts) {
    resource.for_instances(|_| attached_to(resource, holders, facts));
}

fn attached_to(resource: Resource<'_, '_>, holders: &[&str], facts: &mut Facts) {
    // The exclusive kinds attach several.
    let policies = ["policy_arn", "policy_arns"].iter().filter_map(|name| Some((*name, resource.get(name)?)));
    for (attribute, policy) in policies.flat_map(|(name, val)| val.items().iter().map(|one| (name, one.clone())).collect::<Vec<_>>()) {
        for holder in holders {
            for val in resource.get(holder).iter().flat_map(Val::items) {
                let kind = holder.trim_end_matches("_name").trim_end_matches('s');
                let principal = resource.module.principal(val, Platform::Aws, kind, facts);
                attached(resource, &principal, &policy, attribute, facts);
            }
        }
    }
}

/// Grants of a policy that is attached by ARN: what its document says if the folder defines it, else its name.
fn attached(resource: Resource<'_, '_>, principal: &str, policies: &Val, attribute: &str, facts: &mut Facts) {
    for policy in resource.instances(policies).iter().flat_map(Val::items) {
        attached_one(resource, principal, policy, attribute, facts);
    }
}

fn attached_one(resource: Resource<'_, '_>, principal: &str, policy: &Val, attribute: &str, facts: &mut Facts) {
    let module = resource.module;
    let defined = policy.reference().and_then(|reference| Some((reference, *module.resources.get(&reference.address)?)));
    match defined {
        Some((reference, section)) if reference.address.starts_with("aws_iam_policy.") => {
            let definition = Resource { module, address: &reference.address, section };
            if let Some(document) = definition.get("policy") {
                granted(definition, principal, &document, facts);
            }
        }
        Some((reference, section)) if reference.address.starts_with("data.aws_iam_policy.") => {
            let name = module.text(section, "arn").or_else(|| module.text(section, "name")).map(|name| with_arn(&name));
            let text = name.unwrap_or_else(|| module.text_of(policy).0);
            facts.grants.push(policy_document::managed_policy(principal, &text, resource.at(attribute)));
        }
        _ => facts.grants.push(policy_document::managed_policy(principal, &module.text_of(policy).0, resource.at(attribute))),
    }
}

/// Policies looked up by bare name are AWS-managed as a rule.
pub(super) fn with_arn(name: &str) -> String {
    if name.starts_with("arn:") { name.to_owned() } else { format!("arn:aws:iam::aws:policy/{name}") }
}

fn roles_anywhere(resource: Resource<'_, '_>, facts: &mut Facts) {
    resource.for_instances(|_| {
        for role in resource.get("role_arns").iter().flat_map(Val::items) {
            let principal = resource.module.principal(role, Platform::Aws, "role", facts);
            resource.session(Platform::Aws, &principal, "duration_seconds", facts);
        }
    });
}

/// The association is all that EKS Pod Identity needs: nothing stands in the pod.
fn pod_identity(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(role) = resource.principal("role_arn", Platform::Aws, "role", facts) else { return };
    let name = |attribute: &str| resource.get(attribute).map_or_else(String::new, |val| resource.module.text_of(&val).0);
    let (namespace, account) = (name("namespace"), name("service_account"));
    let places = (resource.location(), resource.at("service_account"));
    crate::pod_identity::associated(&role, &resource.key(), &namespace, &account, &places, facts);
}
