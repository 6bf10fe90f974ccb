//! Trust bindings of an assume-role policy: one for each trusted party of each statement.

use serde_json::Value as Json;
use unkeyed_model::{Basis, Platform, SubjectRule, TrustBinding, Value};

use super::statement::{Statement, statements};
use super::{Carrier, conditions, hole, principals};

/// The trusts that the document makes.
pub(crate) fn trusts(document: &Json, carrier: &Carrier<'_>) -> Vec<TrustBinding> {
    let statements = statements(document);
    let denies = statements.iter().any(|statement| !statement.allows);
    let mut found = Vec::new();
    for (index, statement) in statements.iter().enumerate().filter(|(_, statement)| statement.allows) {
        for party in &statement.principals {
            let id = format!("{}/{}", carrier.id, found.len());
            found.push(trust(statement, party, denies, id, index, carrier));
        }
    }
    found
}

fn trust(
    statement: &Statement,
    (kind, id): &(String, String),
    denies: bool,
    binding: String,
    index: usize,
    carrier: &Carrier<'_>,
) -> TrustBinding {
    let claims = conditions::claims(statement);
    let mut party = principals::trusted(kind, id, carrier.issuer, key_prefix(statement));
    // A provider that is named by reference shows in the action what it speaks.
    let is_saml = |action: &String| action.eq_ignore_ascii_case("sts:AssumeRoleWithSAML");
    if party.kind == "oidc" && !statement.actions.is_empty() && statement.actions.iter().all(is_saml) {
        party.kind = "saml";
    }
    let mut settings: Vec<(String, Value)> =
        statement.actions.iter().map(|action| ("action".to_owned(), hole::value(action, Basis::Literal))).collect();
    settings.extend(provider_account(kind, id));
    let mut flag = |name: &str, on: bool| {
        if on {
            settings.push((name.to_owned(), Value::literal("true")));
        }
    };
    flag("not-principal", statement.principals_inverted);
    flag("not-action", statement.actions_inverted);
    flag("deny-statement", denies);
    let subject = match party.subject {
        Some(subject) => subject,
        None if party.kind == "oidc" => conditions::subject(statement, &claims),
        None => SubjectRule::Any,
    };
    TrustBinding {
        id: binding,
        platform: Platform::Aws,
        principal: carrier.principal.to_owned(),
        trusted: if statement.principals_inverted { "any" } else { party.kind }.to_owned(),
        issuer: party.issuer,
        subject,
        audiences: conditions::audiences(&claims),
        claims,
        settings,
        location: (carrier.locate)(index),
    }
}

/// The account that an identity provider belongs to, which is the role's own.
fn provider_account(kind: &str, id: &str) -> Option<(String, Value)> {
    let account = id.split(':').nth(4).filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))?;
    (kind == "Federated" && id.contains(":oidc-provider/")).then(|| ("provider-account".to_owned(), Value::literal(account)))
}

/// What stands before `:sub` or `:aud` in a condition key.
fn key_prefix(statement: &Statement) -> Option<&str> {
    statement.conditions.iter().find_map(|condition| {
        let (prefix, claim) = condition.key.rsplit_once(':')?;
        (matches!(claim, "sub" | "aud") && hole::is_known(prefix)).then_some(prefix)
    })
}
