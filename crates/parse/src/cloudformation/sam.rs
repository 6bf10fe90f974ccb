//! What AWS SAM adds to a function: a role of its own with the policies that are listed, and settings for all functions.
//!
//! As in the SAM developer guide, "AWS::Serverless::Function" (`Role`, `Policies`), "Globals section" and "Policy templates".

use std::collections::BTreeSet;

use unkeyed_model::{Facts, Platform, Principal, ResourceScope, RoleGrant, Value};

use super::iam;
use super::template::Resource;
use crate::evaluated::{Kind, Leaf, Val, leaves_of};
use crate::policy_document::{self, hole};
use crate::tree::Node;

/// Policies that SAM attaches itself (`AWSLambdaBasicExecutionRole`) only write logs.
const SERVICES: &[(&str, &str)] =
    &[("AWS::Serverless::Function", "lambda.amazonaws.com"), ("AWS::Serverless::StateMachine", "states.amazonaws.com")];

/// Whether SAM makes a role for the resource.
pub(super) fn has_own_role(resource: Resource<'_, '_>) -> bool {
    service(resource).is_some() && resource.get("Role").is_none() && global(resource, "Role").is_none()
}

fn service(resource: Resource<'_, '_>) -> Option<&'static str> {
    SERVICES.iter().find(|(kind, _)| *kind == resource.kind()).map(|(_, service)| *service)
}

/// A setting that all functions of the template share.
fn global(resource: Resource<'_, '_>, name: &str) -> Option<Val> {
    let section = if resource.kind() == "AWS::Serverless::Function" { "Function" } else { "StateMachine" };
    let node = resource.template.root.path(&["Globals", section, name])?;
    Some(resource.template.eval(node))
}

/// Where the environment stands that all functions share.
pub(super) fn global_environment(resource: Resource<'_, '_>) -> Option<unkeyed_model::Location> {
    let path = ["Globals", "Function", "Environment"];
    let node = resource.template.root.path(&path).filter(|_| resource.kind() == "AWS::Serverless::Function")?;
    Some(resource.template.place.at(node.span, path.join(".")))
}

/// Values of the environment and the folder of the code that all functions share.
pub(super) fn global_leaves(resource: Resource<'_, '_>) -> Vec<Leaf> {
    let shared = (resource.kind() == "AWS::Serverless::Function").then(|| global(resource, "Environment")).flatten();
    let code = (shared.is_some() || resource.kind() == "AWS::Serverless::Function").then(|| global(resource, "CodeUri")).flatten();
    let code = code.filter(|_| resource.get("CodeUri").is_none());
    let mut leaves = shared.map(|val| leaves_of("Environment", "Globals.Function.Environment", &val)).unwrap_or_default();
    leaves.extend(code.into_iter().flat_map(|val| leaves_of("CodeUri", "Globals.Function.CodeUri", &val)));
    leaves
}

/// The folders that esbuild bundles a function out of, if it does: nothing else of `CodeUri` is shipped (AWS SAM, "Building
/// Node.js Lambda functions with esbuild").
pub(super) fn bundled(resource: Resource<'_, '_>, folder: &str) -> Option<Vec<String>> {
    let metadata = resource.entry.value.get("Metadata").filter(|metadata| metadata.str("BuildMethod") == Some("esbuild"))?;
    let entries = metadata.path(&["BuildProperties", "EntryPoints"])?.items().iter().filter_map(Node::text);
    let below = |entry: &str| format!("{folder}/{}", entry.trim_start_matches("./").split('/').next().unwrap_or_default());
    let folders: BTreeSet<String> = entries.map(below).collect();
    (!folders.is_empty()).then(|| folders.into_iter().collect())
}

/// The role that SAM makes, with its trust and grants.
pub(super) fn role(resource: Resource<'_, '_>, facts: &mut Facts) {
    let Some(service) = service(resource).filter(|_| has_own_role(resource)) else { return };
    let name = format!("{}Role", resource.name);
    let key = resource.template.key(&name);
    facts.principals.push(Principal {
        platform: Platform::Aws,
        key: key.clone(),
        kind: "role".to_owned(),
        names: vec![key.clone(), name],
        location: resource.location(),
    });
    match resource.get("AssumeRolePolicyDocument") {
        Some(policy) => iam::trusts(resource, &key, &policy, "AssumeRolePolicyDocument", facts),
        None => facts.trusts.push(iam::trusted_service(&key, service, resource.location())),
    }
    iam::session(resource, &key, "MaxSessionDuration", facts);
    let policies = resource.get("Policies").into_iter().chain(global(resource, "Policies"));
    let listed: Vec<Val> = policies.flat_map(|val| val.items().to_vec()).collect();
    let own = basic(service).map(|policy| policy_document::managed_policy(&key, policy, resource.location()));
    facts.grants.extend(own);
    for policy in &listed {
        entry(resource, &key, policy, facts);
    }
}

/// The policy that SAM attaches to every function's role.
fn basic(service: &str) -> Option<&'static str> {
    (service == "lambda.amazonaws.com").then_some("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
}

/// One policy: a document, a template of SAM's with its parameters, or the name or ARN of a managed policy.
fn entry(resource: Resource<'_, '_>, key: &str, policy: &Val, facts: &mut Facts) {
    match &policy.kind {
        Kind::Map(entries) if policy.get("Statement").is_none() => {
            for (name, _) in entries {
                facts.grants.push(template_grant(resource, key, name, policy));
            }
        }
        Kind::Map(_) => iam::granted(resource.template, key, policy, resource.at("Policies"), facts),
        // SAM takes the bare name of a policy that AWS manages.
        Kind::Text(text, _) if !text.starts_with("arn:") && hole::is_known(text) => {
            let arn = format!("arn:aws:iam::aws:policy/{text}");
            facts.grants.push(policy_document::managed_policy(key, &arn, resource.at("Policies")));
        }
        _ => iam::attached(resource, key, policy, "Policies", facts),
    }
}

/// A policy template is made for the one resource that its parameter names.
fn template_grant(resource: Resource<'_, '_>, key: &str, name: &str, policy: &Val) -> RoleGrant {
    RoleGrant {
        platform: Platform::Aws,
        principal: key.to_owned(),
        role: Some(Value::literal(name)),
        actions: Vec::new(),
        actions_inverted: false,
        resources: Vec::new(),
        scope: ResourceScope::Resource,
        condition: None,
        location: policy.at.map_or_else(|| resource.at("Policies"), |at| resource.template.location(at, "Policies")),
    }
}
