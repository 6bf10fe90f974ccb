//! Does a token that a workload's platform will issue satisfy a trust?
//!
//! Every platform's notation becomes one condition over claims ([`condition`]), every token a set of templates
//! ([`token`]); both meet as patterns ([`pattern`]). One decision a reader would question: a claim that can't be
//! predicted (`repository_id`) doesn't make a match unknown if another claim already pins the workload, because a
//! further condition only narrows.

pub(crate) mod condition;
pub(crate) mod expression;
pub(crate) mod issuer;
pub(crate) mod pattern;
mod regex;
mod token;

use unkeyed_model::{PredictedToken, Repository, SubjectRule, TrustBinding, Value};

use condition::{Condition, Fit};
use token::Token;

/// How a token fits a trust, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MatchResult {
    /// It satisfies the trust, and the trust admits no other subject.
    Exact,
    /// It satisfies the trust, which admits more than this workload.
    OverBroad,
    /// Can't be told from the inputs.
    Unknown,
    /// It can't satisfy the trust.
    None,
}

/// Matches one token against one trust.
pub(crate) fn match_token(token: &PredictedToken, binding: &TrustBinding, repository: Option<&Repository>) -> MatchResult {
    match binding.trusted.as_str() {
        "any" => return MatchResult::OverBroad,
        "account" | "service" | "certificate" | "approle" | "saml" | "attached" | "dynamic-group" => return MatchResult::None,
        _ => {}
    }
    if takes_over(token, binding) {
        return MatchResult::Exact;
    }
    let issuer = match issuer::same(&issuer::own(&token.issuer, repository), &binding.issuer) {
        // Who trusts the service accounts of one cluster rarely says by which name the cluster signs.
        _ if binding.trusted == "service-account" => Some(true),
        // No manifest says by which name its cluster signs: the cluster that the trust names is taken to be the pod's own.
        None if is_of_pod(token) && issuer::may_be_cluster(&binding.issuer) => Some(true),
        Some(false) => return MatchResult::None,
        known => known,
    };
    let token = Token::new(token, repository);
    let condition = Condition::of(binding);
    let fit = condition.fit(&token);
    match (fit, issuer) {
        (Fit::No, _) => MatchResult::None,
        (Fit::Unknown | Fit::Open, _) | (_, None) => MatchResult::Unknown,
        (Fit::Yes, Some(_)) if condition.pins(&token) => MatchResult::Exact,
        (Fit::Yes, Some(_)) => MatchResult::OverBroad,
    }
}

/// Whether a trust takes issuer and subject over from the very object whose tokens these are: two unknown values of one name,
/// such as an attribute of a service connection that is still to be made, will be one value.
fn takes_over(token: &PredictedToken, binding: &TrustBinding) -> bool {
    let is_attribute = |why: &str| {
        let name = why.strip_prefix('`').and_then(|rest| rest.split_once('`')).map_or("", |(name, _)| name);
        name.split('.').count() == 3 && !name.contains(['[', ' ']) && !name.starts_with("data.") && !name.starts_with("module.")
    };
    let (Value::Unknown(issuer), Value::Unknown(trusted)) = (&token.issuer, &binding.issuer) else { return false };
    let (Value::Unknown(subject), SubjectRule::Unknown(admitted)) = (&token.subject, &binding.subject) else { return false };
    let audiences = || binding.audiences.as_deref().unwrap_or_default();
    let is_audience = || audiences().is_empty() || audiences().contains(&token.audience);
    issuer == trusted && subject == admitted && is_attribute(issuer) && is_attribute(subject) && binding.claims.is_empty() && is_audience()
}

/// Whether a token is one of a Kubernetes cluster that is not known by name.
fn is_of_pod(token: &PredictedToken) -> bool {
    token.issuer.known().is_none() && token.subject.known().is_some_and(|subject| subject.starts_with("system:serviceaccount:"))
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Claim, Location, Platform};

    use super::*;

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn token(subject: &str) -> PredictedToken {
        PredictedToken { issuer: Value::literal(GITHUB), subject: Value::literal(subject), audience: Value::literal("sts.amazonaws.com") }
    }

    fn trust(platform: Platform, subject: SubjectRule) -> TrustBinding {
        TrustBinding {
            id: "t".into(),
            platform,
            principal: "p".into(),
            trusted: "oidc".into(),
            issuer: Value::literal("token.actions.githubusercontent.com"),
            subject,
            audiences: Some(vec![Value::literal("sts.amazonaws.com")]),
            claims: Vec::new(),
            settings: Vec::new(),
            location: Location::default(),
        }
    }

    #[test]
    fn what_is_taken_over_from_the_connection_itself_fits() {
        let of = |connection: &str, what: &str| {
            format!("`azuredevops_serviceendpoint_azurerm.{connection}.{what}` is not known from these inputs")
        };
        let token = |connection: &str| PredictedToken {
            issuer: Value::unknown(of(connection, "issuer")),
            subject: Value::unknown(of(connection, "subject")),
            audience: Value::literal("sts.amazonaws.com"),
        };
        let trusts = TrustBinding {
            issuer: Value::unknown(of("prod", "issuer")),
            ..trust(Platform::Azure, SubjectRule::Unknown(of("prod", "subject")))
        };
        assert_eq!(match_token(&token("prod"), &trusts, None), MatchResult::Exact);
        assert_eq!(match_token(&token("test"), &trusts, None), MatchResult::Unknown);
        let elsewhere = PredictedToken { audience: Value::literal("other"), ..token("prod") };
        assert_ne!(match_token(&elsewhere, &trusts, None), MatchResult::Exact);
        let variable = |name: &str| format!("`var.{name}` is not known from these inputs");
        let (issuer, subject) = (Value::unknown(variable("issuer")), Value::unknown(variable("subject")));
        let token = PredictedToken { issuer: issuer.clone(), subject, audience: Value::literal("sts.amazonaws.com") };
        let trusts = TrustBinding { issuer, ..trust(Platform::Azure, SubjectRule::Unknown(variable("subject"))) };
        assert_eq!(match_token(&token, &trusts, None), MatchResult::Unknown);
    }

    fn exact(values: &[&str]) -> SubjectRule {
        SubjectRule::Exact(values.iter().map(|v| (*v).to_owned()).collect())
    }

    fn glob(values: &[&str]) -> SubjectRule {
        SubjectRule::Glob(values.iter().map(|v| (*v).to_owned()).collect())
    }

    fn remote(slug: &str) -> Repository {
        Repository { remote: Some(format!("github.com/{slug}")), ..Repository::default() }
    }

    fn in_acme(subject: &str, rule: SubjectRule) -> MatchResult {
        match_token(&token(subject), &trust(Platform::Aws, rule), Some(&remote("acme/api")))
    }

    const PROD: &str = "repo:{repository}:environment:prod";
    const BRANCH: &str = "repo:{repository}:ref:refs/heads/{branch}";

    #[test]
    fn the_repository_is_filled_in() {
        assert_eq!(in_acme(PROD, exact(&["repo:acme/api:environment:prod"])), MatchResult::Exact);
        assert_eq!(in_acme(PROD, exact(&["repo:acme/web:environment:prod"])), MatchResult::None);
        assert_eq!(in_acme(PROD, exact(&["repo:acme/api:environment:Prod"])), MatchResult::None);
        assert_eq!(in_acme(PROD, exact(&["repo:Acme/api:environment:prod"])), MatchResult::Unknown);
    }

    #[test]
    fn without_a_remote_only_the_repository_is_open() {
        let open = |rule| match_token(&token(PROD), &trust(Platform::Aws, rule), None);
        assert_eq!(open(exact(&["repo:acme/api:environment:prod"])), MatchResult::Unknown);
        assert_eq!(open(exact(&["repo:acme/api:environment:dev"])), MatchResult::None);
        assert_eq!(open(glob(&["repo:*"])), MatchResult::OverBroad);
        assert_eq!(open(glob(&["repo:acme/*"])), MatchResult::Unknown);
    }

    #[test]
    fn an_environment_that_is_chosen_at_the_start_fits_only_what_fits_every_one() {
        const CHOSEN: &str = "repo:{repository}:environment:{environment}";
        assert_eq!(in_acme(CHOSEN, exact(&["repo:acme/api:environment:prod"])), MatchResult::Unknown);
        assert_eq!(in_acme(CHOSEN, glob(&["repo:acme/api:environment:*"])), MatchResult::Exact);
        assert_eq!(in_acme(CHOSEN, glob(&["repo:acme/api:*"])), MatchResult::OverBroad);
        assert_eq!(in_acme(CHOSEN, exact(&["repo:acme/api:ref:refs/heads/main"])), MatchResult::None);
    }

    #[test]
    fn breadth_is_measured_against_the_token() {
        assert_eq!(in_acme(BRANCH, exact(&["repo:acme/api:ref:refs/heads/main"])), MatchResult::Exact);
        assert_eq!(in_acme(BRANCH, glob(&["repo:acme/api:ref:refs/heads/*"])), MatchResult::Exact);
        assert_eq!(in_acme(BRANCH, glob(&["repo:acme/api:*"])), MatchResult::OverBroad);
        assert_eq!(in_acme(BRANCH, exact(&["repo:acme/api:ref:refs/heads/main", "repo:acme/web:pull_request"])), MatchResult::OverBroad);
        assert_eq!(in_acme(BRANCH, SubjectRule::Any), MatchResult::OverBroad);
    }

    #[test]
    fn a_star_is_dead_where_it_is_not_wild() {
        assert_eq!(in_acme(BRANCH, exact(&["repo:acme/api:*"])), MatchResult::None);
        assert_eq!(match_token(&token(PROD), &trust(Platform::Azure, exact(&["repo:acme/*"])), None), MatchResult::None);
    }

    #[test]
    fn the_immutable_form_is_the_same_repository() {
        assert_eq!(in_acme(PROD, exact(&["repo:acme@123/api@456:environment:prod"])), MatchResult::Exact);
        assert_eq!(in_acme(PROD, exact(&["repo:acme@123/web@456:environment:prod"])), MatchResult::None);
    }

    #[test]
    fn issuer_and_audience_must_agree() {
        let mut other = trust(Platform::Aws, exact(&["repo:acme/api:environment:prod"]));
        other.audiences = Some(vec![Value::literal("https://github.com/acme")]);
        let repository = remote("acme/api");
        assert_eq!(match_token(&token(PROD), &other, Some(&repository)), MatchResult::None);
        other.audiences = Some(vec![Value::unknown("var.audience")]);
        assert_eq!(match_token(&token(PROD), &other, Some(&repository)), MatchResult::Unknown);
        other.audiences = None;
        assert_eq!(match_token(&token(PROD), &other, Some(&repository)), MatchResult::Exact);
        other.issuer = Value::literal("https://gitlab.com");
        assert_eq!(match_token(&token(PROD), &other, Some(&repository)), MatchResult::None);
        other.issuer = Value::unknown("var.provider");
        assert_eq!(match_token(&token(PROD), &other, Some(&repository)), MatchResult::Unknown);
        other.trusted = "service".into();
        assert_eq!(match_token(&token(PROD), &other, Some(&repository)), MatchResult::None);
    }

    fn claim(name: &str, operator: &str, value: &str) -> Claim {
        Claim { name: name.into(), operator: operator.into(), values: vec![Value::literal(value)], set_qualifier: None, if_exists: false }
    }

    #[test]
    fn further_claims_narrow_and_can_exclude() {
        let with = |subject, claim| {
            let mut binding = trust(Platform::Aws, subject);
            binding.claims.push(claim);
            match_token(&token(PROD), &binding, Some(&remote("acme/api")))
        };
        let good = || exact(&["repo:acme/api:environment:prod"]);
        let key = |name: &str| format!("token.actions.githubusercontent.com:{name}");
        assert_eq!(with(good(), claim(&key("repository_id"), "StringEquals", "42")), MatchResult::Exact);
        assert_eq!(with(good(), claim(&key("environment"), "StringEquals", "dev")), MatchResult::None);
        assert_eq!(with(SubjectRule::Any, claim(&key("repository"), "StringEquals", "acme/api")), MatchResult::OverBroad);
        assert_eq!(with(SubjectRule::Any, claim(&key("repository"), "StringLike", "evil/*")), MatchResult::None);
        assert_eq!(with(SubjectRule::Any, claim(&key("sub"), "StringNotLike", "repo:evil/*")), MatchResult::OverBroad);
        assert_eq!(with(SubjectRule::Any, claim(&key("sub"), "StringNotLike", "repo:acme/*")), MatchResult::None);
        assert_eq!(with(good(), claim("aws:RequestedRegion", "StringEquals", "eu-west-1")), MatchResult::Exact);
        assert_eq!(with(good(), claim("x", "BinaryEquals", "1")), MatchResult::Unknown);
    }

    #[test]
    fn only_an_unpredictable_claim_leaves_it_open() {
        let mut binding = trust(Platform::Aws, SubjectRule::Any);
        binding.claims.push(claim("token.actions.githubusercontent.com:repository_id", "StringEquals", "42"));
        assert_eq!(match_token(&token(PROD), &binding, Some(&remote("acme/api"))), MatchResult::Unknown);
    }

    #[test]
    fn expressions_are_matched() {
        let with = |text: &str| {
            let mut binding = trust(Platform::Gcp, SubjectRule::Expression(text.into()));
            binding.audiences = None;
            match_token(&token(PROD), &binding, Some(&remote("acme/api")))
        };
        assert_eq!(with("assertion.sub == 'repo:acme/api:environment:prod'"), MatchResult::Exact);
        assert_eq!(with("assertion.repository == 'acme/api' && assertion.actor == 'bob'"), MatchResult::OverBroad);
        assert_eq!(with("assertion.repository == 'acme/web' || assertion.repository == 'acme/api'"), MatchResult::OverBroad);
        assert_eq!(with("assertion.repository == 'acme/web'"), MatchResult::None);
        assert_eq!(with("assertion.repository_owner_id == '1'"), MatchResult::Unknown);
        assert_eq!(with("size(assertion.sub) > 3"), MatchResult::Unknown);
        assert_eq!(with("claims['sub'] matches 'repo:acme/*'"), MatchResult::OverBroad);
    }

    #[test]
    fn a_policy_variable_can_not_be_told() {
        assert_eq!(in_acme(PROD, glob(&["repo:acme/api:environment:${aws:PrincipalTag/env}"])), MatchResult::Unknown);
    }

    #[test]
    fn a_cluster_trusts_its_own_service_accounts_by_name() {
        let token = PredictedToken {
            issuer: Value::unknown("the cluster's issuer"),
            subject: Value::literal("system:serviceaccount:shop:web"),
            audience: Value::unknown("the API server's"),
        };
        let mut binding = trust(Platform::Vault, SubjectRule::Any);
        binding.trusted = "service-account".into();
        binding.issuer = Value::default();
        binding.audiences = None;
        binding.claims = vec![claim("bound_service_account_names", "==", "web"), claim("bound_service_account_namespaces", "==", "shop")];
        assert_eq!(match_token(&token, &binding, None), MatchResult::OverBroad);
        binding.claims[1] = claim("bound_service_account_namespaces", "==", "other");
        assert_eq!(match_token(&token, &binding, None), MatchResult::None);
        binding.claims[1] = claim("bound_service_account_namespaces", "glob", "*");
        assert_eq!(match_token(&token, &binding, None), MatchResult::OverBroad);
    }

    #[test]
    fn a_pools_condition_and_its_member_must_both_hold() {
        let with = |condition: &str, member: &str| {
            let mut binding = trust(Platform::Gcp, SubjectRule::Any);
            binding.audiences = None;
            binding.claims = vec![claim("assertion.repository", "==", member), claim("attribute_condition", "cel", condition)];
            match_token(&token(PROD), &binding, Some(&remote("acme/api")))
        };
        assert_eq!(with("assertion.repository_owner == 'acme'", "acme/api"), MatchResult::OverBroad);
        assert_eq!(with("assertion.repository_owner == 'other'", "acme/api"), MatchResult::None);
        assert_eq!(with("assertion.repository_owner_id == '7'", "acme/api"), MatchResult::OverBroad);
        assert_eq!(with("assertion.repository_owner_id == '7'", "acme/web"), MatchResult::None);
    }

    #[test]
    fn oracles_rules_are_matched() {
        let token = PredictedToken {
            issuer: Value::literal("https://spire.acme.example"),
            subject: Value::literal("spiffe://acme/ns/ci/sa/deploy"),
            audience: Value::literal("oci"),
        };
        let with = |subject: SubjectRule, operator: &str, value: &str, claim_name: &str| {
            let mut binding = trust(Platform::Oci, subject);
            binding.issuer = Value::literal("https://spire.acme.example");
            binding.audiences = Some(vec![Value::literal("client-7")]);
            binding.settings = vec![("client_claim_name".into(), Value::literal(claim_name))];
            binding.claims = vec![claim("sub", operator, value)];
            match_token(&token, &binding, None)
        };
        let rule = |text: &str| SubjectRule::Expression(text.into());
        assert_eq!(with(exact(&["spiffe://acme/ns/ci/sa/deploy"]), "eq", "spiffe://acme/ns/ci/sa/deploy", "azp"), MatchResult::Exact);
        assert_eq!(with(glob(&["spiffe://acme/*"]), "eq", "spiffe://acme/*", "azp"), MatchResult::OverBroad);
        assert_eq!(with(rule("sub co acme"), "co", "acme", "azp"), MatchResult::OverBroad);
        assert_eq!(with(rule("sub co other"), "co", "other", "azp"), MatchResult::None);
        assert_eq!(with(rule("sub co acme"), "co", "acme", "aud"), MatchResult::None);
    }

    #[test]
    fn what_a_platform_attaches_is_not_reached_by_tokens() {
        let mut binding = trust(Platform::Aws, exact(&["repo:acme/api:environment:prod"]));
        binding.trusted = "attached".into();
        assert_eq!(match_token(&token(PROD), &binding, Some(&remote("acme/api"))), MatchResult::None);
    }
}
