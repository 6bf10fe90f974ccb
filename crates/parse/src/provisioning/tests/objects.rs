//! Custom resources of operators, and configurations of Deployment Manager.

use super::read;

fn roles(text: &str) -> Vec<String> {
    let facts = read("deploy/x.yaml", text);
    facts.grants.iter().filter_map(|grant| Some(grant.role.as_ref()?.known()?.to_owned())).collect()
}

#[test]
fn kinds_are_terraforms_by_rule() {
    let upbound = "apiVersion: rolesanywhere.aws.upbound.io/v1beta1\nkind: Profile\nmetadata: {name: p}\nspec:\n  forProvider:\n    \
                   roleArns: [\"arn:aws:iam::111122223333:role/x\"]\n    durationSeconds: 43200\n";
    assert_eq!(read("deploy/x.yaml", upbound).sessions[0].seconds, Some(43_200));
    let bucket = "apiVersion: storage.gcp.upbound.io/v1beta1\nkind: BucketIAMMember\nmetadata: {name: b}\nspec:\n  forProvider:\n    \
                  bucket: x\n    role: roles/storage.admin\n    member: allUsers\n";
    assert_eq!(roles(bucket), ["roles/storage.admin"]);
    assert!(roles(&bucket.replace("BucketIAMMember", "Bucket")).is_empty());
}

#[test]
fn keys_are_declared_and_pools_may_be_outside_of_the_cluster() {
    let key = "apiVersion: cloudplatform.gcp.upbound.io/v1beta1\nkind: ServiceAccountKey\nmetadata: {name: k}\nspec:\n  forProvider: {serviceAccountId: ci}\n";
    assert_eq!(read("deploy/x.yaml", key).declarations[0].kind, "gcp.sa-key");
    let provider = "apiVersion: iam.cnrm.cloud.google.com/v1beta1\nkind: IAMWorkloadIdentityPoolProvider\nmetadata: {name: p}\nspec:\n  \
                    workloadIdentityPoolRef: {external: projects/1/locations/global/workloadIdentityPools/gh}\n  oidc: {issuerUri: 'https://gitlab.com'}\n";
    let facts = read("deploy/x.yaml", provider);
    assert_eq!((facts.trusts.len(), facts.trusts[0].principal.as_str()), (1, "gh"));
}

#[test]
fn a_role_of_the_controllers_has_the_policies_that_it_refers_to() {
    let objects = r#"apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: all}
spec:
  policyDocument: '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {name: loader}
spec:
  policyRefs: [{from: {name: all}}]
  inlinePolicies:
    own: '{"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}'
  assumeRolePolicyDocument: '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}'
"#;
    let facts = read("deploy/x.yaml", objects);
    let mut granted: Vec<&str> = facts
        .grants
        .iter()
        .filter(|grant| grant.principal.ends_with("aws_iam_role.loader"))
        .map(|grant| grant.actions[0].as_str())
        .collect();
    granted.sort_unstable();
    assert_eq!(granted, ["iam:*", "s3:*"]);
}

#[test]
fn a_member_may_be_another_object() {
    let member = "apiVersion: iam.cnrm.cloud.google.com/v1beta1\nkind: IAMPolicyMember\nmetadata: {name: m}\nspec:\n  \
                  resourceRef: {kind: Project, external: projects/x}\n  role: roles/owner\n  memberFrom: {serviceAccountRef: {name: ci}}\n";
    let facts = read("deploy/x.yaml", member);
    assert_eq!((facts.grants.len(), facts.grants[0].principal.as_str()), (1, "ci"));
}

#[test]
fn members_that_a_deployment_binds_have_their_roles() {
    let binding = "resources:\n- name: ci\n  type: iam.v1.serviceAccount\n  properties: {accountId: ci}\n\
                   - name: bind\n  type: gcp-types/cloudresourcemanager-v1:virtual.projects.iamMemberBinding\n  properties:\n    \
                   resource: northwind\n    role: roles/editor\n    member: serviceAccount:$(ref.ci.email)\n";
    let facts = read("deploy/x.yaml", binding);
    assert_eq!(facts.grants[0].role.as_ref().unwrap().known(), Some("roles/editor"));
    assert!(facts.principals.iter().any(|principal| principal.key == facts.grants[0].principal && principal.names.contains(&"ci".into())));
    let policy = "resources:\n- name: p\n  type: cloudresourcemanager.v1.project\n  properties: {projectId: northwind}\n  accessControl:\n    \
                  gcpIamPolicy:\n      bindings:\n      - {role: roles/owner, members: [\"serviceAccount:a@b.iam.gserviceaccount.com\"]}\n";
    assert_eq!(roles(policy), ["roles/owner"]);
}

#[test]
fn an_organisations_policy_of_config_connector_says_who_extends_tokens() {
    let policy = |allowed: &str| {
        let text = format!(
            "apiVersion: resourcemanager.cnrm.cloud.google.com/v1beta1\nkind: ResourceManagerPolicy\nmetadata: {{name: p}}\nspec:\n  \
             constraint: constraints/iam.allowServiceAccountCredentialLifetimeExtension\n  listPolicy: {{{allowed}}}\n"
        );
        read("org/p.yaml", &text).sessions.iter().map(|session| session.seconds).collect::<Vec<_>>()
    };
    assert_eq!(policy("allow: {values: [ci@northwind.iam.gserviceaccount.com]}"), [Some(43_200)]);
    assert_eq!(policy("deny: {all: true}"), [None]);
}
