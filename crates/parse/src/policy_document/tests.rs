use unkeyed_model::{Location, ResourceScope, SubjectRule, Value};

use super::*;

fn carrier<'a>(locate: &'a dyn Fn(usize) -> Location, issuer: &'a dyn Fn(&str) -> Option<String>) -> Carrier<'a> {
    Carrier { principal: "role", id: "role", locate, issuer }
}

fn trusts_of(text: &str) -> Vec<unkeyed_model::TrustBinding> {
    trusts(&parse(text).unwrap(), &carrier(&|_| Location::default(), &|_| None))
}

fn grants_of(text: &str) -> Vec<unkeyed_model::RoleGrant> {
    grants(&parse(text).unwrap(), &carrier(&|_| Location::default(), &|_| None))
}

const FEDERATED: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    "Condition": {"StringLike": {"token.actions.githubusercontent.com:SUB": "repo:acme/*"},
                  "StringEquals": {"token.actions.githubusercontent.com:sub": ["repo:acme/api:environment:prod"],
                                   "token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}]}"#;

#[test]
fn the_narrowest_condition_on_the_subject_counts_and_all_are_kept() {
    let found = trusts_of(FEDERATED);
    assert_eq!(found[0].issuer.known(), Some("token.actions.githubusercontent.com"));
    assert_eq!(found[0].subject, SubjectRule::Exact(vec!["repo:acme/api:environment:prod".into()]));
    assert_eq!(found[0].claims.len(), 3);
    assert_eq!(found[0].audiences, Some(vec![Value::literal("sts.amazonaws.com")]));
}

#[test]
fn url_encoded_documents_are_read() {
    let encoded: String = FEDERATED.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(trusts_of(&encoded), trusts_of(FEDERATED));
    for broken in ["%7B%", "%7B%2", "%7B%zz", "{", "", "%7B%FF%7D", "[1]"] {
        assert!(parse(broken).is_none_or(|json| trusts(&json, &carrier(&|_| Location::default(), &|_| None)).is_empty()));
    }
}

#[test]
fn a_negated_condition_says_nothing_of_who_is_admitted() {
    let found = trusts_of(&FEDERATED.replace("StringLike", "StringNotLike").replace("StringEquals", "StringNotEquals"));
    assert_eq!((&found[0].subject, &found[0].audiences), (&SubjectRule::Any, &None));
}

#[test]
fn parties_are_told_apart() {
    let found = trusts_of(
        r#"{"Statement": {"Principal": {
            "AWS": ["*", "111122223333", "arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:role/x"],
            "Service": "ecs-tasks.amazonaws.com",
            "Federated": ["arn:aws:iam::111122223333:saml-provider/corp", "accounts.google.com"]}}}"#,
    );
    let parties: Vec<_> = found.iter().map(|trust| (trust.trusted.as_str(), trust.issuer.known().unwrap())).collect();
    assert_eq!(
        parties,
        [
            ("any", "*"),
            ("account", "111122223333"),
            ("account", "444455556666"),
            ("account", "444455556666"),
            ("service", "ecs-tasks.amazonaws.com"),
            ("saml", "corp"),
            ("oidc", "accounts.google.com"),
        ]
    );
    assert_eq!(found[3].subject, SubjectRule::Exact(vec!["arn:aws:iam::444455556666:role/x".into()]));
    assert_eq!(trusts_of(r#"{"Statement": [{"Principal": "*"}]}"#)[0].trusted, "any");
    assert_eq!(trusts_of(r#"{"Statement": [{"NotPrincipal": {"AWS": "111122223333"}}]}"#)[0].trusted, "any");
}

#[test]
fn an_issuer_hides_behind_a_hole_or_shows_in_the_condition() {
    let provider = hole::hole("aws_iam_openid_connect_provider.github.arn");
    let text = format!(
        r#"{{"Statement": [{{"Principal": {{"Federated": "{provider}"}}, "Condition": {{"StringEquals": {{"gitlab.com:sub": "x"}}}}}}]}}"#
    );
    let json = parse(&text).unwrap();
    let locate = |_| Location::default();
    let resolved = trusts(&json, &carrier(&locate, &|what| what.starts_with("aws_iam_openid").then(|| "https://idp.example".into())));
    assert_eq!(resolved[0].issuer.known(), Some("https://idp.example"));
    assert_eq!(trusts(&json, &carrier(&locate, &|_| None))[0].issuer.known(), Some("gitlab.com"));
}

#[test]
fn grants_are_classed_by_their_widest_resource() {
    let scope = |resource: &str| grants_of(&format!(r#"{{"Statement": [{{"Action": "s3:*", "Resource": {resource}}}]}}"#))[0].scope;
    let bucket = hole::hole("aws_s3_bucket.logs.arn");
    let variable = hole::hole("var.bucket");
    for (resource, expected) in [
        (r#""*""#.to_owned(), ResourceScope::Account),
        (r#""arn:aws:s3:::*""#.to_owned(), ResourceScope::Account),
        (r#"["arn:aws:s3:::logs", "*"]"#.to_owned(), ResourceScope::Account),
        (r#""arn:aws:s3:::logs/*""#.to_owned(), ResourceScope::Resource),
        (format!(r#""{bucket}/*""#), ResourceScope::Resource),
        (format!(r#""arn:aws:s3:::{variable}/*""#), ResourceScope::Resource),
        (format!(r#""{variable}""#), ResourceScope::Unknown),
        ("[]".to_owned(), ResourceScope::Unknown),
    ] {
        assert_eq!(scope(&resource), expected, "{resource}");
    }
    let found =
        grants_of(r#"{"Statement": [{"NotAction": "iam:*", "NotResource": "x"}, {"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#);
    assert_eq!((found.len(), found[0].actions_inverted, found[0].scope), (1, true, ResourceScope::Account));
}

#[test]
fn managed_policies_by_name() {
    let of = |policy: &str| managed_policy("role", policy, Location::default());
    let found = of("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
    assert_eq!((found.role, found.scope), (Some(Value::literal("AWSLambdaBasicExecutionRole")), ResourceScope::Account));
    assert_eq!(of("arn:aws:iam::111122223333:policy/own").scope, ResourceScope::Unknown);
    assert!(matches!(of(&hole::hole("var.policy")).role, Some(Value::Unknown(_))));
}

#[test]
fn a_statement_that_is_not_known_is_not_absent() {
    let statement = hole::hole("local.statements");
    let json = parse(&format!(r#"{{"Statement": "{statement}"}}"#)).unwrap();
    let locate = |_| Location::default();
    let found = trusts(&json, &carrier(&locate, &|_| None));
    assert_eq!(found[0].trusted, "unknown");
    assert!(matches!(found[0].subject, SubjectRule::Unknown(_)));
    assert_eq!(grants(&json, &carrier(&locate, &|_| None))[0].scope, ResourceScope::Unknown);
}

#[test]
fn statements_beyond_the_limit_are_one_of_which_nothing_is_known() {
    let grants = |count: usize| {
        let all = vec![r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}"#; count].join(",");
        grants_of(&format!(r#"{{"Statement": [{all}]}}"#))
    };
    assert!(grants(1000).iter().all(|grant| grant.scope == ResourceScope::Resource));
    assert_eq!(grants(1200).iter().filter(|grant| grant.scope == ResourceScope::Unknown).count(), 1);
}
