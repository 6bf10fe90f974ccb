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
fn signed_urls_say_how_long_they_live() {
    let lengths = |path: &str, text: &str| facts(path, text).sessions.iter().map(|one| one.seconds).collect::<Vec<_>>();
    assert_eq!(lengths("a.py", "s3.generate_presigned_url('get_object', Params={'Bucket': b}, ExpiresIn=604800)"), [Some(604_800)]);
    assert_eq!(lengths("a.ts", "getSignedUrl(s3, new GetObjectCommand({ Bucket: b }), { expiresIn: 2 * 86400 })"), [Some(172_800)]);
    assert_eq!(lengths("a.py", "generate_blob_sas(account, expiry=datetime.utcnow() + timedelta(days=30))"), [Some(2_592_000)]);
    assert!(lengths("a.py", "s3.generate_presigned_url('get_object', ExpiresIn=ttl)").is_empty());
}
