use std::sync::Arc;

use unkeyed_model::{Facts, Origin, ResourceScope, SubjectRule, TtlBasis, Unit, Value};

use crate::testing;

fn one(text: &str) -> Facts {
    let origin = Origin { path: "t.yaml".into(), ..Origin::default() };
    testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())])
}

fn trusts(facts: &Facts, principal: &str) -> Vec<(String, Option<String>, SubjectRule)> {
    let of = facts.trusts.iter().filter(|trust| trust.principal == principal);
    of.map(|trust| (trust.trusted.clone(), trust.issuer.known().map(str::to_owned), trust.subject.clone())).collect()
}

/// Role or actions, and scope, of each grant.
fn grants(facts: &Facts, principal: &str) -> Vec<(String, ResourceScope)> {
    let of = facts.grants.iter().filter(|grant| grant.principal == principal);
    of.map(|grant| {
        let role = grant.role.as_ref().and_then(Value::known).map(str::to_owned);
        (role.unwrap_or_else(|| grant.actions.join(",")), grant.scope)
    })
    .collect()
}

#[test]
fn trusts_are_resolved_through_providers_parameters_and_pseudo_parameters() {
    let facts = testing::read(&testing::units("cloudformation/template"));
    let github = || Some("https://token.actions.githubusercontent.com".to_owned());
    let bare = || Some("token.actions.githubusercontent.com".to_owned());
    assert_eq!(
        trusts(&facts, "cfn:service.yaml#DeployRole"),
        [
            ("oidc".into(), github(), SubjectRule::Glob(vec!["repo:acme/api:*".into()])),
            ("oidc".into(), bare(), SubjectRule::Exact(vec!["repo:acme/${Repository}:environment:prod".into()]))
        ]
    );
    assert_eq!(
        trusts(&facts, "cfn:service.yaml#TaskRole")[1],
        ("service".into(), Some("ecs-tasks.amazonaws.com".into()), SubjectRule::Any)
    );
    let session = facts.sessions.iter().find(|session| session.principal == "cfn:service.yaml#DeployRole").unwrap();
    assert_eq!((session.seconds, session.basis), (Some(7200), TtlBasis::Declared));
}

#[test]
fn grants_come_from_every_kind_of_attachment() {
    let facts = testing::read(&testing::units("cloudformation/template"));
    assert_eq!(
        grants(&facts, "cfn:service.yaml#DeployRole"),
        [("AdministratorAccess".to_owned(), ResourceScope::Account), ("s3:GetObject,s3:PutObject".to_owned(), ResourceScope::Resource)]
    );
    assert_eq!(
        grants(&facts, "cfn:service.yaml#TaskRole"),
        [
            ("s3:GetObject,s3:PutObject".to_owned(), ResourceScope::Resource),
            ("sqs:*".to_owned(), ResourceScope::Resource),
            ("*".to_owned(), ResourceScope::Account)
        ]
    );
    let cdk = testing::read(&testing::units("cloudformation/cdk"));
    assert_eq!(
        grants(&cdk, "cfn:Api.template.json#HandlerRoleA1B2"),
        [("AWSLambdaBasicExecutionRole".to_owned(), ResourceScope::Account), ("dynamodb:GetItem".to_owned(), ResourceScope::Resource)]
    );
}

#[test]
fn sam_makes_the_role_that_is_not_written() {
    let facts = testing::read(&testing::units("cloudformation/sam"));
    let key = "cfn:template.yaml#IngestRole";
    assert_eq!(trusts(&facts, key), [("service".to_owned(), Some("lambda.amazonaws.com".to_owned()), SubjectRule::Any)]);
    let expected = [
        ("AWSLambdaBasicExecutionRole", ResourceScope::Account),
        ("DynamoDBCrudPolicy", ResourceScope::Resource),
        ("AmazonS3FullAccess", ResourceScope::Account),
        ("ses:SendEmail", ResourceScope::Account),
    ];
    assert_eq!(grants(&facts, key), expected.map(|(name, scope)| (name.to_owned(), scope)));
    assert!(facts.principals.iter().any(|principal| principal.key == "arn:aws:iam::111122223333:role/reader"));
}

#[test]
fn mappings_that_multiply_end() {
    let mut text =
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n        Variables:\n          X: "
            .to_owned();
    text.push_str(&"!Sub [\"${a}${a}${a}${a}\", {a: ".repeat(40));
    text.push('x');
    text.push_str(&"}]".repeat(40));
    let facts = one(&text);
    assert_eq!(facts.workloads.len(), 1);
    assert_eq!(facts.skipped.iter().filter(|skip| skip.detail.contains("steps of evaluation")).count(), 1);
}

#[test]
fn a_policy_that_is_not_a_document_is_unknown_and_not_absent() {
    let facts = one(
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: !ImportValue trust\n      Policies:\n        - PolicyDocument: {Ref: Nowhere}\n",
    );
    assert!(matches!(&facts.trusts[0].subject, SubjectRule::Unknown(_)));
    assert_eq!(facts.grants[0].scope, ResourceScope::Unknown);
}

#[test]
fn a_function_is_handed_a_credential_by_another_stack() {
    let references = |value: &str| {
        let text = format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Db: {{Type: AWS::CloudFormation::Stack}}\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n        Variables: {{DB_PASSWORD: {value}}}\n"
        );
        one(&text).workloads.into_iter().find(|workload| workload.id.ends_with("#F")).unwrap().references.len()
    };
    assert_eq!(references("!GetAtt Db.Outputs.Password"), 1);
    assert_eq!(references("!ImportValue password"), 1);
    assert_eq!(references("!GetAtt Db.Arn"), 0);
}

#[test]
fn a_macro_may_add_anything_to_a_resource() {
    let text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      \
                Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://b/x.yaml'}}\n";
    let facts = one(text);
    assert_eq!(facts.workloads[0].references[0].store, unkeyed_model::StoreKind::ForeignDefinition);
}

#[test]
fn a_machine_is_given_credentials_by_its_first_start_and_by_mappings() {
    let used = |metadata: &str, variable: &str| -> Vec<String> {
        let facts = one(&format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nParameters: {{P1: {{Type: String}}}}\nMappings: {{Keys: {{prod: {{key: correct-horse}}}}}}\n\
             Resources:\n  Vm:\n    Type: AWS::EC2::Instance\n    Metadata:\n{metadata}\n  Fn:\n    Type: AWS::Lambda::Function\n    \
             Properties:\n      Environment: {{Variables: {{{variable}}}}}\n"
        ));
        facts.workloads.into_iter().flat_map(|workload| workload.references).map(|used| used.name).collect()
    };
    let init = |config: &str| format!("      AWS::CloudFormation::Init:\n        config:\n          {config}");
    let none = "      Other: x";
    let cases = [
        (init("commands: {a: {command: !Sub 'mysqladmin -u root password ${P1}'}}"), "A: 1", &["P1"][..]),
        (init("commands: {a: {command: ./run, env: {DB_PASSWORD: !Ref P1}}}"), "A: 1", &["P1"]),
        (init("files: {/etc/a: {content: !Sub 'password=${P1}'}}"), "A: 1", &["P1"]),
        (init("packages: {yum: {httpd: []}}"), "A: 1", &[]),
        ("      AWS::CloudFormation::Authentication: {x: {type: basic, password: !Ref P1}}".to_owned(), "A: 1", &["P1"]),
        (none.to_owned(), "API_KEY: !FindInMap [Keys, prod, key]", &["Mappings.key"]),
        (none.to_owned(), "QUEUE: !Sub 'amqps://app:${P1}@mq:5671'", &["P1"]),
        (none.to_owned(), "QUEUE: !Sub 'https://${P1}.example.com/x'", &[]),
    ];
    for (metadata, variable, expected) in cases {
        assert_eq!(used(&metadata, variable), expected, "{metadata} {variable}");
    }
}

#[test]
fn a_condition_decides_with_the_defaults_of_its_parameters() {
    let template = |default: &str, condition: &str| {
        format!(
            "Parameters:\n  Id: {{Type: String, Default: {default}}}\n  Open: {{Type: String}}\nConditions:\n  Has: {condition}\n  \
             Not: !Not [Condition: Has]\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        \
             Statement:\n        - Effect: Allow\n          Action: sts:AssumeRole\n          Principal: {{AWS: 'arn:aws:iam::424242424242:root'}}\n          \
             Condition: !If [Has, {{StringEquals: {{'sts:ExternalId': !Ref Id}}}}, !Ref AWS::NoValue]\n      \
             ManagedPolicyArns: !If [Not, ['arn:aws:iam::aws:policy/A'], ['arn:aws:iam::aws:policy/B']]\n"
        )
    };
    let of = |default: &str, condition: &str| {
        let facts = one(&template(default, condition));
        (facts.trusts[0].claims.len(), grants(&facts, "cfn:t.yaml#R").into_iter().map(|(role, _)| role).collect::<Vec<_>>().join(","))
    };
    assert_eq!(of("''", "!Not [!Equals [!Ref Id, '']]"), (0, "A".to_owned()));
    assert_eq!(of("x", "!Not [!Equals [!Ref Id, '']]"), (1, "B".to_owned()));
    assert_eq!(of("x", "!And [!Equals [!Ref Id, x], !Equals [a, b]]").0, 0);
    assert_eq!(of("x", "!Or [!Equals [!Ref Open, y], !Equals [!Ref Id, x]]").0, 1);
    // What is not told leaves both, and a condition that names itself is none.
    let (claims, roles) = of("x", "!Equals [!Ref Open, y]");
    assert_eq!((claims, roles.contains('A') || roles.contains('B')), (1, false));
    assert_eq!(of("x", "!Not [Condition: Has]").0, 1);
}

#[test]
fn permission_sets_have_sessions_and_grants() {
    let facts =
        one("Resources:\n  P:\n    Type: AWS::SSO::PermissionSet\n    Properties:\n      Name: ops\n      SessionDuration: PT12H\n      \
                     ManagedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess']\n      \
                     InlinePolicy: {Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}\n");
    assert_eq!(facts.sessions[0].seconds, Some(43_200));
    let found: Vec<String> = grants(&facts, "cfn:t.yaml#P").into_iter().map(|(role, _)| role).collect();
    assert_eq!(found, ["s3:*", "AdministratorAccess"]);
}

#[test]
fn what_esbuild_bundles_is_all_of_the_code_that_is_shipped() {
    let used = |metadata: &str| -> Vec<String> {
        let text = format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {{{metadata}}}\n    Properties: {{CodeUri: .., Handler: a.b}}\n"
        );
        let facts = one(&text);
        facts.workloads[0].uses.iter().map(|(_, file)| file.clone()).collect()
    };
    let whole = used("");
    let bundled = used("BuildMethod: esbuild, BuildProperties: {EntryPoints: [src/handlers/a.ts, src/b.ts]}");
    assert_eq!((whole.len(), bundled.len()), (1, 1));
    assert!(bundled[0].ends_with("src") && !whole[0].ends_with("src"), "{bundled:?} {whole:?}");
    assert_eq!(used("BuildMethod: makefile"), whole);
}
