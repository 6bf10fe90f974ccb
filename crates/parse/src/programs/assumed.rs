//! Roles of the Cloud Development Kit that accounts, or anybody, may assume (AWS CDK API reference, `aws-iam`: `Role`,
//! `AnyPrincipal`, `AccountPrincipal`, `ArnPrincipal`).

use serde_json::{Value as Json, json};
use unkeyed_model::Facts;

use super::{Program, literal};
use crate::policy_document::hole;

/// The calls that make a role.
const ROLES: &[&str] = &["Role(", "NewRole("];

/// Whom a principal of a class stands for, of whom the first argument says more.
fn whom(class: &str, first: &str) -> Option<String> {
    match class {
        "AnyPrincipal" | "StarPrincipal" => Some("*".to_owned()),
        "ArnPrincipal" => Some(first.to_owned()),
        "AccountPrincipal" => Some(format!("arn:aws:iam::{first}:root")),
        _ => None,
    }
}

/// Reads the roles of a program.
pub(super) fn read(program: &Program<'_>, left: &mut usize, facts: &mut Facts) {
    for role in ROLES {
        program.calls(role, left, |at, text| {
            if let Some(statement) = statement(program, text) {
                program.trust(&json!({ "Statement": [statement] }), at, facts);
            }
        });
    }
}

/// The statement that a role's trust consists of.
fn statement(program: &Program<'_>, text: &str) -> Option<Json> {
    let (arguments, _) = literal::arguments(text, &program.names)?;
    let object = arguments.iter().find_map(|argument| argument.value.as_object());
    let given = |names: [&str; 2]| {
        let keyword = arguments.iter().find(|argument| argument.name.as_deref().is_some_and(|name| names.contains(&name)));
        keyword.map(|argument| &argument.value).or_else(|| names.iter().find_map(|name| object?.get(*name)))
    };
    let written = hole::only_hole(given(["assumedBy", "assumed_by"])?.as_str()?)?.trim_start_matches("new ");
    let (path, inside) = written.split_once('(')?;
    let (inner, end) = literal::arguments(inside, &program.names)?;
    // What is chained behind may narrow it by conditions of any kind.
    if !inside[end..].trim().is_empty() {
        return None;
    }
    let first = inner.first().and_then(|first| first.value.as_str()).unwrap_or_default();
    let whom = whom(path.rsplit('.').next().unwrap_or_default().trim_start_matches("New"), first)?;
    let mut statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": whom } });
    if let Some(ids) = given(["externalIds", "external_ids"]) {
        statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": ids } });
    }
    Some(statement)
}
