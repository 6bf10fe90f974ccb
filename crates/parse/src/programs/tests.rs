use std::sync::Arc;

use unkeyed_model::{Origin, SubjectRule};

use super::*;

fn facts(path: &str, text: &str) -> Facts {
    let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    crate::group(&unit).map(|group| crate::read(&group, std::slice::from_ref(&unit))).unwrap_or_default()
}

const KIT: &str = "
const provider = new iam.OpenIdConnectProvider(this, 'P', { url: 'https://token.actions.githubusercontent.com' });
const role = new iam.Role(this, 'Deploy', {
  assumedBy: new iam.WebIdentityPrincipal(provider.openIdConnectProviderArn, {
    StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
    StringLike: { 'token.actions.githubusercontent.com:sub': `repo:northwind/${name}:*` },
  }),
  managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
});
role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
role.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['*'], resources: ['*'] }));
";

#[test]
fn a_role_of_the_kit_has_its_trust_and_its_grants() {
    let facts = facts("lib/stack.ts", KIT);
    let [trust] = facts.trusts.as_slice() else { panic!("one trust") };
    assert_eq!(trust.issuer.known(), Some("token.actions.githubusercontent.com"));
    assert!(matches!(&trust.subject, SubjectRule::Glob(all) if all == &["repo:northwind/${name}:*"]), "{:?}", trust.subject);
    let roles: Vec<_> = facts.grants.iter().map(|grant| grant.role.as_ref().and_then(|role| role.known()).unwrap_or("-")).collect();
    assert_eq!(roles, ["-", "AdministratorAccess"]);
    assert_eq!(facts.grants[0].actions, ["s3:*"]);
}

#[test]
fn conditions_may_follow_in_python_and_a_provider_alone_has_none() {
    let with = "p = iam.OpenIdConnectPrincipal(provider).with_conditions({\"StringEquals\": {\"gitlab.com:sub\": \"project_path:a/b:ref_type:branch:ref:main\"}})\n";
    assert_eq!(facts("app.py", with).trusts[0].subject, SubjectRule::Exact(vec!["project_path:a/b:ref_type:branch:ref:main".into()]));
    let without = "provider = iam.OpenIdConnectProvider(self, 'P', url='https://token.actions.githubusercontent.com')\np = iam.OpenIdConnectPrincipal(provider)\n";
    let facts = facts("app.py", without);
    assert_eq!(
        (&facts.trusts[0].subject, facts.trusts[0].issuer.known()),
        (&SubjectRule::Any, Some("token.actions.githubusercontent.com"))
    );
}

#[test]
fn documents_of_libraries_are_read_and_computed_conditions_are_not() {
    let library = "TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Federated': 'arn:aws:iam::482913640192:oidc-provider/token.actions.githubusercontent.com'}, 'Action': 'sts:AssumeRoleWithWebIdentity', 'Condition': {'StringLike': {'token.actions.githubusercontent.com:sub': 'repo:northwind/*'}}}]}\n";
    assert_eq!(facts("make.py", library).trusts[0].subject, SubjectRule::Glob(vec!["repo:northwind/*".into()]));
    for computed in [
        "new iam.WebIdentityPrincipal(arn, conditionsFor(repo))",
        "new iam.WebIdentityPrincipal(arn, { StringEquals: { 'x:aud': 'a' }, ...subjects })",
        "new iam.FederatedPrincipal(arn, { StringEquals: conditions }, 'sts:AssumeRoleWithWebIdentity')",
    ] {
        assert!(facts("a.ts", computed).trusts.is_empty(), "{computed}");
    }
    assert!(facts("test/stack.test.ts", KIT).trusts.is_empty());
}

#[test]
fn a_policy_that_another_language_holds_as_text_is_read() {
    let policy = |subject: &str| {
        format!(
            "var trust = `{{\"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRoleWithWebIdentity\", \"Principal\": {{\"Federated\": \
             \"arn:aws:iam::482913640192:oidc-provider/token.actions.githubusercontent.com\"}}, \"Condition\": {{\"StringLike\": \
             {{\"token.actions.githubusercontent.com:sub\": \"{subject}\"}}}}}}]}}`\n"
        )
    };
    assert_eq!(facts("iam/main.go", &policy("repo:northwind/*")).trusts[0].subject, SubjectRule::Glob(vec!["repo:northwind/*".into()]));
    let formatted = facts("iam/main.go", &policy("repo:%s/web:*"));
    assert_eq!(formatted.trusts[0].subject, SubjectRule::Glob(vec!["repo:${a formatted value}/web:*".into()]));
    assert!(matches!(facts("iam/main.go", &policy("repo:` + org + `/*")).trusts[0].subject, SubjectRule::Unknown(_)));
    assert!(facts("iam/main_test.go", &policy("repo:northwind/*")).trusts.is_empty());
}

#[test]
fn a_role_of_the_kit_may_be_anybodys_or_another_accounts() {
    let role = |by: &str, more: &str| facts("lib/stack.ts", &format!("new iam.Role(this, 'R', {{ assumedBy: new iam.{by}, {more} }});"));
    assert_eq!(role("AnyPrincipal()", "").trusts[0].trusted, "any");
    let account = role("AccountPrincipal('482913640192')", "externalIds: ['x-1']");
    assert_eq!((account.trusts[0].trusted.as_str(), account.trusts[0].claims[0].name.as_str()), ("account", "sts:ExternalId"));
    assert!(role("ServicePrincipal('lambda.amazonaws.com')", "").trusts.is_empty());
    assert!(role("AnyPrincipal().withConditions(own)", "").trusts.is_empty());
    let python = "iam.Role(self, 'R', assumed_by=iam.ArnPrincipal(\"*\"))";
    assert_eq!(facts("app.py", python).trusts[0].trusted, "any");
}

const PULUMI: &str = "
import * as pulumi from '@pulumi/pulumi';
import * as aws from '@pulumi/aws';
import * as gcp from '@pulumi/gcp';
const provider = new aws.iam.OpenIdConnectProvider('github', { url: 'https://token.actions.githubusercontent.com', clientIdLists: [] });
const role = new aws.iam.Role('ci', {
  assumeRolePolicy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider.arn },
      Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:northwind/*' } } }],
  }),
});
new aws.iam.RolePolicyAttachment('admin', { role: role.name, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
const pool = new gcp.iam.WorkloadIdentityPool('pool', { workloadIdentityPoolId: 'ci' });
const gh = new gcp.iam.WorkloadIdentityPoolProvider('gh', {
  workloadIdentityPoolId: pool.workloadIdentityPoolId,
  attributeMapping: { 'google.subject': 'assertion.sub' },
  attributeCondition: `assertion.repository_owner == '${owner}'`,
  oidc: { issuerUri: 'https://token.actions.githubusercontent.com' },
});
";

#[test]
fn resources_of_pulumi_are_read_once_and_as_terraforms() {
    let typescript = facts("infra/index.ts", PULUMI);
    let issuers: Vec<_> = typescript.trusts.iter().map(|trust| trust.issuer.known().unwrap_or("-")).collect();
    assert_eq!(issuers, ["https://token.actions.githubusercontent.com"; 2]);
    assert_eq!(typescript.trusts[0].subject, SubjectRule::Glob(vec!["repo:northwind/*".into()]));
    let [grant] = typescript.grants.as_slice() else { panic!("one grant") };
    assert_eq!((grant.principal.as_str(), grant.location.region.line), (typescript.trusts[0].principal.as_str(), 13));
    let python = "import pulumi_gcp as gcp\nprovider = gcp.iam.WorkloadIdentityPoolProvider('gh', workload_identity_pool_id='ci',\n  attribute_mapping={'google.subject': 'assertion.sub'},\n  oidc=gcp.iam.WorkloadIdentityPoolProviderOidcArgs(issuer_uri='https://gitlab.com'))\n";
    assert_eq!(facts("__main__.py", python).trusts[0].issuer.known(), Some("https://gitlab.com"));
}

#[test]
fn the_policy_of_a_resource_is_no_trust() {
    let policy = |action: &str| {
        format!(
            "POLICY = {{'Statement': [{{'Effect': 'Allow', 'Principal': '*', 'Action': '{action}', 'Resource': '*'}}]}} # sts:AssumeRoleWithWebIdentity oidc-provider/\n"
        )
    };
    assert!(facts("make.py", &policy("s3:GetObject")).trusts.is_empty());
    let both = "P = {'Statement': [{'Action': 's3:GetObject', 'Principal': '*', 'Effect': 'Allow'}, {'Action': 'sts:AssumeRole', 'Principal': {'AWS': '482913640192'}, 'Effect': 'Allow'}]} # oidc-provider/\n";
    assert_eq!(facts("make.py", both).trusts.iter().map(|trust| trust.trusted.as_str()).collect::<Vec<_>>(), ["account"]);
    assert_eq!(facts("make.py", &policy("sts:AssumeRole")).trusts[0].trusted, "any");
}

#[test]
fn signed_urls_say_how_long_they_live() {
    let lengths = |path: &str, text: &str| facts(path, text).sessions.iter().map(|one| one.seconds).collect::<Vec<_>>();
    assert_eq!(lengths("a.py", "s3.generate_presigned_url('get_object', Params={'Bucket': b}, ExpiresIn=604800)"), [Some(604_800)]);
    assert_eq!(lengths("a.ts", "getSignedUrl(s3, new GetObjectCommand({ Bucket: b }), { expiresIn: 2 * 86400 })"), [Some(172_800)]);
    assert_eq!(lengths("a.py", "generate_blob_sas(account, expiry=datetime.utcnow() + timedelta(days=30))"), [Some(2_592_000)]);
    assert!(lengths("a.py", "s3.generate_presigned_url('get_object', ExpiresIn=ttl)").is_empty());
}

const GO: &str = "package main
func main() {
	awsiam.NewRole(stack, jsii.String(\"Deploy\"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewWebIdentityPrincipal(provider.OpenIdConnectProviderArn(), &map[string]interface{}{
			\"StringLike\": map[string]string{\"token.actions.githubusercontent.com:sub\": \"repo:northwind/*\"},
		}),
		MaxSessionDuration: awscdk.Duration_Hours(jsii.Number(12)),
	})
	awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: jsii.Strings(\"s3:*\"), Resources: jsii.Strings(\"*\")})
}
";
const JAVA: &str = "class S { S() {
  Role.Builder.create(this, \"Deploy\").assumedBy(new WebIdentityPrincipal(ARN, Map.of(\"StringLike\", Map.of(HOST + \":sub\", \"repo:northwind/*\"))))
    .maxSessionDuration(Duration.hours(12)).build();
  PolicyStatement.Builder.create().actions(List.of(\"s3:*\")).resources(List.of(\"*\")).build();
} private static final String HOST = \"token.actions.githubusercontent.com\"; }
";
const SHARP: &str = "new Role(this, \"Deploy\", new RoleProps {
  AssumedBy = new WebIdentityPrincipal(arn, new Dictionary<string, object> {
    { \"StringLike\", new Dictionary<string, string> { [\"token.actions.githubusercontent.com:sub\"] = \"repo:northwind/*\" } } }),
  MaxSessionDuration = Duration.Hours(12),
});
role.AddToPolicy(new PolicyStatement(new PolicyStatementProps { Actions = new[] { \"s3:*\" }, Resources = new[] { \"*\" } }));
";

#[test]
fn the_kit_is_read_in_its_other_languages() {
    for (path, text) in [("main.go", GO), ("S.java", JAVA), ("S.cs", SHARP)] {
        let facts = facts(path, text);
        let subjects: Vec<_> = facts.trusts.iter().map(|trust| &trust.subject).collect();
        assert_eq!(subjects, [&SubjectRule::Glob(vec!["repo:northwind/*".into()])], "{path}");
        assert_eq!(
            facts.sessions.iter().map(|one| (one.setting.as_str(), one.seconds)).collect::<Vec<_>>(),
            [("max_session_duration", Some(43_200))],
            "{path}"
        );
        assert_eq!(facts.grants.iter().map(|grant| grant.actions.as_slice()).collect::<Vec<_>>(), [["s3:*"]], "{path}");
        assert!(super::tests::facts(&format!("test/{path}"), text).trusts.is_empty());
    }
}

#[test]
fn programs_of_pulumi_in_go_and_documents_that_it_renders() {
    let go = "import (\n\t\"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam\"\n\tgcpprojects \"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects\"\n)\nfunc main() {\n\
              \trole, err := iam.NewRole(ctx, \"ci\", &iam.RoleArgs{\n\t\tAssumeRolePolicy: pulumi.String(`{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"*\"}}]}`),\n\t})\n\
              \tiam.NewRolePolicyAttachment(ctx, \"a\", &iam.RolePolicyAttachmentArgs{Role: role.Name, PolicyArn: pulumi.String(\"arn:aws:iam::aws:policy/AdministratorAccess\")})\n\
              \tgcpprojects.NewIAMMember(ctx, \"m\", &gcpprojects.IAMMemberArgs{Project: pulumi.String(\"p\"), Role: pulumi.String(\"roles/editor\"), Member: pulumi.String(\"serviceAccount:x@p.iam.gserviceaccount.com\")})\n}\n";
    let go = facts("main.go", go);
    assert_eq!((go.trusts.len(), go.trusts[0].trusted.as_str()), (1, "any"));
    let roles: Vec<_> = go.grants.iter().filter_map(|grant| grant.role.as_ref()?.known()).collect();
    assert_eq!(roles, ["AdministratorAccess", "roles/editor"]);
    assert_eq!(go.grants[0].principal, go.trusts[0].principal);

    let typescript = "import * as aws from '@pulumi/aws';\nconst trust = aws.iam.getPolicyDocument({ statements: [{ actions: ['sts:AssumeRoleWithWebIdentity'],\n  \
                      principals: [{ type: 'Federated', identifiers: ['arn:aws:iam::482913640192:oidc-provider/gitlab.com'] }],\n  \
                      conditions: [{ test: 'StringLike', variable: 'gitlab.com:sub', values: ['project_path:northwind/*'] }] }] });\n\
                      const role = new aws.iam.Role('ci', { assumeRolePolicy: trust.then(trust => trust.json) });\n";
    let python = "import pulumi_aws as aws\ntrust = aws.iam.get_policy_document_output(statements=[aws.iam.GetPolicyDocumentStatementArgs(\n  actions=['sts:AssumeRoleWithWebIdentity'],\n  \
                  principals=[{'type': 'Federated', 'identifiers': ['arn:aws:iam::482913640192:oidc-provider/gitlab.com']}],\n  \
                  conditions=[aws.iam.GetPolicyDocumentStatementConditionArgs(test='StringLike', variable='gitlab.com:sub', values=['project_path:northwind/*'])])])\n\
                  role = aws.iam.Role('ci', assume_role_policy=trust.json)\n";
    for (path, text) in [("index.ts", typescript), ("__main__.py", python)] {
        let facts = facts(path, text);
        let [trust] = facts.trusts.as_slice() else { panic!("{path}: {:?}", facts.trusts) };
        assert_eq!(trust.subject, SubjectRule::Glob(vec!["project_path:northwind/*".into()]));
        assert!(trust.principal.contains("aws_iam_role"));
    }
}

#[test]
fn policies_that_a_library_gives_a_role_are_its_grants() {
    let python = "import boto3\niam = boto3.client('iam')\niam.attach_role_policy(RoleName='ci', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')\n";
    let script =
        "await client.send(new AttachRolePolicyCommand({ RoleName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));\n";
    for (path, text) in [("a.py", python), ("a.ts", script)] {
        let facts = facts(path, text);
        let roles: Vec<_> = facts.grants.iter().filter_map(|grant| grant.role.as_ref()?.known()).collect();
        assert_eq!(roles, ["AdministratorAccess"], "{path}");
        assert!(facts.principals.iter().any(|principal| principal.key == facts.grants[0].principal));
    }
    let own = "iam.put_role_policy(RoleName='ci', PolicyDocument=json.dumps({'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}))\n";
    assert_eq!(facts("a.py", own).grants[0].actions, ["*"]);
    assert!(facts("a.py", "iam.attach_role_policy(RoleName='ci', PolicyArn=arn)\n").grants.is_empty());
}

#[test]
fn a_role_of_pulumi_trusts_the_principal_that_it_is_made_for() {
    let role = |principal: &str| {
        let head =
            "import * as aws from '@pulumi/aws';\nnew aws.iam.Role('r', {\n  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal(";
        facts("index.ts", &format!("{head}{principal}),\n}});\n"))
    };
    let vendor = role("{ AWS: 'arn:aws:iam::424242424242:root' }");
    assert_eq!((vendor.trusts.len(), vendor.trusts[0].trusted.as_str()), (1, "account"));
    assert_eq!(role("{ AWS: '*' }").trusts[0].trusted, "any");
}
