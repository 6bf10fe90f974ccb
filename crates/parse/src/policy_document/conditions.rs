//! Conditions as claims, and what they say of subject and audience.

use unkeyed_model::{Claim, SubjectRule, Value};

use super::hole;
use super::statement::{Condition, Statement};

/// The conditions of a statement with their qualifiers split off.
pub(super) fn claims(statement: &Statement) -> Vec<Claim> {
    statement.conditions.iter().map(claim).collect()
}

fn claim(condition: &Condition) -> Claim {
    let (set_qualifier, operator) = match condition.operator.split_once(':') {
        Some((qualifier, rest)) => (Some(qualifier.to_owned()), rest),
        None => (None, condition.operator.as_str()),
    };
    let bare = strip_suffix_ignore_case(operator, "IfExists");
    Claim {
        name: hole::shown(&condition.key),
        operator: hole::shown(bare.unwrap_or(operator)),
        values: condition.values.iter().map(|(text, basis)| hole::value(text, *basis)).collect(),
        set_qualifier,
        if_exists: bare.is_some(),
    }
}

/// What the conditions say of the subject of a web identity token: the narrowest positive condition on `…:sub`. What
/// is partly known keeps its holes.
pub(super) fn subject(statement: &Statement, claims: &[Claim]) -> SubjectRule {
    let mut rule = SubjectRule::Any;
    for (claim, condition) in claims.iter().zip(&statement.conditions).filter(|(claim, _)| ends_in(&claim.name, ":sub")) {
        let operator = claim.operator.to_ascii_lowercase();
        let known: Option<Vec<String>> = condition.values.iter().map(|(text, _)| hole::partly(text)).collect();
        let found = match (operator.as_str(), known) {
            ("stringequals" | "stringequalsignorecase", Some(texts)) => SubjectRule::Exact(texts),
            ("stringlike" | "arnlike" | "arnequals", Some(texts)) => SubjectRule::Glob(texts),
            ("stringequals" | "stringequalsignorecase" | "stringlike" | "arnlike" | "arnequals", None) => {
                SubjectRule::Unknown(first_unknown(&claim.values))
            }
            _ => continue,
        };
        let is_settled = matches!((&rule, &found), (SubjectRule::Exact(_), _) | (SubjectRule::Glob(_), SubjectRule::Unknown(_)));
        if !is_settled {
            rule = found;
        }
    }
    match claims.iter().find(|claim| may_be_any(claim)) {
        Some(claim) if rule == SubjectRule::Any => SubjectRule::Unknown(first_unknown(&claim.values)),
        _ => rule,
    }
}

/// Text that hides whole conditions, or the key of one, may hide one on the subject or the audience.
fn may_be_any(claim: &Claim) -> bool {
    claim.operator.contains("${") || claim.name.ends_with('}')
}

/// The audiences that are accepted: values of positive conditions on `…:aud`.
pub(super) fn audiences(claims: &[Claim]) -> Option<Vec<Value>> {
    let mut found = None;
    for claim in claims.iter().filter(|claim| ends_in(&claim.name, ":aud")) {
        let negative = claim.operator.to_ascii_lowercase().contains("not");
        if !negative {
            found.get_or_insert_with(Vec::new).extend(claim.values.iter().cloned());
        }
    }
    let hidden = || claims.iter().find(|claim| may_be_any(claim)).map(|claim| vec![Value::Unknown(first_unknown(&claim.values))]);
    found.or_else(hidden)
}

/// All conditions in one line, for a grant.
pub(super) fn summary(statement: &Statement) -> Option<String> {
    let parts: Vec<String> = statement
        .conditions
        .iter()
        .map(|condition| {
            let values: Vec<String> = condition.values.iter().map(|(text, _)| hole::shown(text)).collect();
            format!("{} {} [{}]", condition.operator, hole::shown(&condition.key), values.join(", "))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

fn first_unknown(values: &[Value]) -> String {
    let why = values.iter().find_map(|value| match value {
        Value::Unknown(why) => Some(why.clone()),
        Value::Known(..) => None,
    });
    why.unwrap_or_else(|| "a condition whose key is not known from these inputs".to_owned())
}

fn ends_in(name: &str, suffix: &str) -> bool {
    strip_suffix_ignore_case(name, suffix).is_some()
}

fn strip_suffix_ignore_case<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(suffix.len())?;
    let tail = text.get(at..)?;
    if tail.eq_ignore_ascii_case(suffix) { text.get(..at) } else { None }
}
