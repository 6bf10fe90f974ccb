//! Who a statement trusts.

use unkeyed_model::{Basis, SubjectRule, Value};

use super::hole;

/// A trusted party in model terms.
pub(super) struct Trusted {
    /// `oidc`, `saml`, `account`, `service`, `any`, `unknown`.
    pub(super) kind: &'static str,
    /// Issuer, account id or service name.
    pub(super) issuer: Value,
    /// The one principal that is trusted, if it isn't the party as a whole.
    pub(super) subject: Option<SubjectRule>,
}

/// Identity providers that AWS names by host and not by ARN (IAM user guide, "AWS STS condition context keys").
const BUILT_IN_PROVIDERS: &[&str] = &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// Reads one principal of a statement. `issuer_of` resolves what fills a hole to an issuer URL; `key_prefix` is what
/// stands before `:sub` or `:aud` in the statement's conditions, which AWS requires to be the provider's URL.
pub(super) fn trusted(kind: &str, id: &str, issuer_of: &dyn Fn(&str) -> Option<String>, key_prefix: Option<&str>) -> Trusted {
    if id == "*" {
        return Trusted { kind: "any", issuer: Value::literal("*"), subject: None };
    }
    match kind {
        "Federated" => federated(id, issuer_of, key_prefix),
        "Unknown" => Trusted {
            kind: "unknown",
            issuer: hole::value(id, Basis::Literal),
            subject: Some(SubjectRule::Unknown("the statement could not be resolved".to_owned())),
        },
        "Service" => Trusted { kind: "service", issuer: hole::value(id, Basis::Literal), subject: None },
        _ => account(id),
    }
}

fn federated(id: &str, issuer_of: &dyn Fn(&str) -> Option<String>, key_prefix: Option<&str>) -> Trusted {
    if let Some((_, name)) = id.split_once(":saml-provider/") {
        return Trusted { kind: "saml", issuer: hole::value(name, Basis::Literal), subject: None };
    }
    if hole::holes(id).any(|what| what.starts_with("aws_iam_saml_provider.")) {
        return Trusted { kind: "saml", issuer: hole::value(id, Basis::Literal), subject: None };
    }
    let written = id.split_once(":oidc-provider/").map_or(id, |(_, url)| url);
    let resolved = hole::holes(written).find_map(issuer_of);
    let issuer = if hole::is_known(written) && (written != id || BUILT_IN_PROVIDERS.contains(&id) || id.starts_with("https://")) {
        Value::literal(written)
    } else if let Some(url) = resolved.as_deref().filter(|url| hole::is_known(url)) {
        Value::literal(url)
    } else if let Some(prefix) = key_prefix.filter(|prefix| hole::is_known(prefix)) {
        Value::literal(prefix)
    } else {
        // What the provider's address is made of says more than its name.
        hole::value(resolved.as_deref().unwrap_or(id), Basis::Literal)
    };
    Trusted { kind: "oidc", issuer, subject: None }
}

fn account(id: &str) -> Trusted {
    let whole_account = Trusted { kind: "account", issuer: hole::value(id, Basis::Literal), subject: None };
    let fields: Vec<&str> = id.splitn(6, ':').collect();
    match fields.as_slice() {
        ["arn", _, "iam" | "sts", _, account, "root"] => Trusted { issuer: hole::value(account, Basis::Literal), ..whole_account },
        ["arn", _, "iam" | "sts", _, account, _] => {
            Trusted { issuer: hole::value(account, Basis::Literal), subject: Some(one(id)), ..whole_account }
        }
        // A bare account id, or something unresolved: an id, an account or one principal of it.
        _ if hole::is_known(id) => whole_account,
        _ => Trusted { subject: Some(one(id)), ..whole_account },
    }
}

fn one(id: &str) -> SubjectRule {
    match hole::value(id, Basis::Literal) {
        Value::Known(text, _) => SubjectRule::Exact(vec![text]),
        Value::Unknown(why) => SubjectRule::Unknown(why),
    }
}
