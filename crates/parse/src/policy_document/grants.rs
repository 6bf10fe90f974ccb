//! Role grants of a permission policy: one for each `Allow` statement.

use serde_json::Value as Json;
use unkeyed_model::{Basis, Location, Platform, ResourceScope, RoleGrant, Value};

use super::statement::{Statement, statements};
use super::{Carrier, conditions, hole};

/// The grants that the document makes.
pub(crate) fn grants(document: &Json, carrier: &Carrier<'_>) -> Vec<RoleGrant> {
    let statements = statements(document);
    let allowing = statements.iter().enumerate().filter(|(_, statement)| statement.allows);
    allowing
        .map(|(index, statement)| RoleGrant {
            platform: Platform::Aws,
            principal: carrier.principal.to_owned(),
            role: None,
            actions: statement.actions.clone(),
            actions_inverted: statement.actions_inverted,
            resources: statement.resources.iter().map(|text| resource(text)).collect(),
            scope: scope(statement),
            condition: conditions::summary(statement),
            location: (carrier.locate)(index),
        })
        .collect()
}

/// A resource. Which account fills `arn:aws:iam::${…}:role/ci-*` doesn't matter for which roles it covers: it may be any.
fn resource(text: &str) -> Value {
    let behind = text.strip_prefix("arn:").and_then(|rest| rest.split_once(":iam::")).and_then(|(_, rest)| hole::leading_hole(rest));
    match behind {
        Some((_, role)) if hole::is_known(role) && role.starts_with(':') => Value::literal(format!("arn:aws:iam::*{role}")),
        _ => hole::value(text, Basis::Literal),
    }
}

/// The grant of a managed policy that is attached by name or ARN. AWS-managed policies apply to the whole account;
/// what a customer-managed one says stands in its own document, which is not in the inputs here.
pub(crate) fn managed_policy(principal: &str, policy: &str, location: Location) -> RoleGrant {
    let aws_managed = policy.split_once(":iam::aws:policy/");
    let name = aws_managed.or_else(|| policy.split_once(":policy/")).map_or(policy, |(_, path)| path);
    let name = name.rsplit('/').next().unwrap_or(name);
    RoleGrant {
        platform: Platform::Aws,
        principal: principal.to_owned(),
        role: Some(hole::value(name, Basis::Literal)),
        actions: Vec::new(),
        actions_inverted: false,
        resources: Vec::new(),
        scope: if aws_managed.is_some() { ResourceScope::Account } else { ResourceScope::Unknown },
        condition: None,
        location,
    }
}

/// The widest scope of the statement's resources. A role policy without `Resource` can't exist; a document in which
/// none could be read says nothing.
fn scope(statement: &Statement) -> ResourceScope {
    if statement.resources_inverted {
        return ResourceScope::Account;
    }
    let scopes: Vec<ResourceScope> = statement.resources.iter().map(|resource| scope_of(resource)).collect();
    [ResourceScope::Account, ResourceScope::Unknown, ResourceScope::Resource]
        .into_iter()
        .find(|scope| scopes.contains(scope))
        .unwrap_or(ResourceScope::Unknown)
}

/// `*` and every resource of a service (`arn:aws:s3:::*`) are the account; a named resource, or one that is defined
/// elsewhere in the inputs, is a resource.
fn scope_of(resource: &str) -> ResourceScope {
    let last = resource.splitn(6, ':').nth(5);
    if resource.chars().all(|c| c == '*') || last.is_some_and(|last| last.chars().all(|c| matches!(c, '*' | '/'))) {
        return ResourceScope::Account;
    }
    if hole::is_known(resource) {
        return ResourceScope::Resource;
    }
    // Terraform's types have an underscore in their name, CloudFormation's two colons.
    let names_resource = |what: &str| {
        (what.contains('_') || what.contains("::")) && !["var.", "local.", "module.", "each."].iter().any(|root| what.starts_with(root))
    };
    let all_wild_but_hole = hole::only_hole(resource).is_some();
    match hole::holes(resource).next() {
        Some(what) if names_resource(what) => ResourceScope::Resource,
        // `arn:aws:s3:::${var.bucket}/*`: whatever fills it, it names something.
        Some(_) if !all_wild_but_hole && last.is_some() => ResourceScope::Resource,
        _ => ResourceScope::Unknown,
    }
}
