mod followed;
mod objects;
mod steps;

use std::sync::Arc;

use unkeyed_model::{Facts, Origin, SubjectRule, Unit, Value};

fn read(path: &str, text: &str) -> Facts {
    let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    crate::group(&unit).map(|group| crate::read(&group, std::slice::from_ref(&unit))).unwrap_or_default()
}

fn subjects(facts: &Facts) -> Vec<SubjectRule> {
    facts.trusts.iter().map(|trust| trust.subject.clone()).collect()
}

#[test]
fn a_role_takes_the_document_that_the_script_writes() {
    let script = r#"#!/bin/sh
ORG=northwind
cat > /tmp/trust.json <<EOF
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
 "Principal": {"Federated": "arn:aws:iam::$(aws sts get-caller-identity):oidc-provider/token.actions.githubusercontent.com"},
 "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:${ORG}/${REPO}:*"}}}]}
EOF
aws iam create-role --role-name deploy --assume-role-policy-document file:///tmp/trust.json
"#;
    let facts = read("setup.sh", script);
    assert_eq!(subjects(&facts), [SubjectRule::Glob(vec!["repo:northwind/${var.REPO}:*".into()])]);
    assert_eq!(facts.trusts[0].location.region.line, 8);
    assert!(facts.principals.iter().any(|principal| principal.names.contains(&"deploy".into())));
}

#[test]
fn credentials_of_azure_come_from_options_and_documents() {
    let document = r#"az ad app federated-credential create --id "$APP" --parameters '{"name": "x",
 "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:northwind/shop:pull_request",
 "audiences": ["api://AzureADTokenExchange"]}'"#;
    let options = "az identity federated-credential create --name x --identity-name ci --issuer https://token.actions.githubusercontent.com \
                   \\\n --subject repo:northwind/shop:pull_request\n";
    for script in [document, options] {
        let facts = read("setup.sh", script);
        assert_eq!(subjects(&facts), [SubjectRule::Exact(vec!["repo:northwind/shop:pull_request".into()])]);
        assert_eq!(facts.trusts[0].audiences, Some(vec![Value::literal("api://AzureADTokenExchange")]));
    }
    let power_shell = options.replace('\\', "`");
    assert_eq!(read("setup.ps1", &power_shell).trusts.len(), 1);
}

#[test]
fn providers_of_google_keep_condition_and_mapping() {
    let script = "gcloud iam workload-identity-pools providers create-oidc gh --workload-identity-pool=ci \\\n\
                  --issuer-uri=https://token.actions.githubusercontent.com \\\n\
                  --attribute-mapping=\"google.subject=assertion.sub,attribute.repository=assertion.repository\" \\\n\
                  --attribute-condition=\"assertion.repository_owner == '${OWNER:-northwind}'\"\n";
    let facts = read("wif.sh", script);
    assert_eq!(subjects(&facts), [SubjectRule::Expression("assertion.repository_owner == 'northwind'".into())]);
    assert!(facts.trusts[0].settings.contains(&("attribute_mapping.google.subject".into(), Value::literal("assertion.sub"))));
}

#[test]
fn vault_takes_words_and_documents() {
    let words = "vault write auth/jwt/role/ci role_type=jwt user_claim=sub bound_audiences=https://a.example ttl=10m\n";
    let facts = read("vault.sh", words);
    assert_eq!((subjects(&facts), facts.trusts[0].claims.len()), (vec![SubjectRule::Any], 0));
    assert!(facts.sessions.iter().any(|session| session.setting == "token_ttl" && session.seconds == Some(600)));
    let document =
        "vault write auth/jwt/role/ci - <<EOF\n{\"bound_claims_type\": \"glob\", \"bound_claims\": {\"sub\": \"repo:$ORG/*\"}}\nEOF\n";
    assert_eq!(subjects(&read("vault.sh", document)), [SubjectRule::Glob(vec!["repo:${var.ORG}/*".into()])]);
}

#[test]
fn objects_of_operators_are_resources() {
    let role = r#"apiVersion: iam.aws.upbound.io/v1beta1
kind: Role
metadata:
  name: ci
spec:
  forProvider:
    assumeRolePolicy: |
      {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
       "Principal": {"Federated": "arn:aws:iam::482913640192:oidc-provider/token.actions.githubusercontent.com"},
       "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:northwind/*"}}}]}
"#;
    assert_eq!(subjects(&read("role.yaml", role)), [SubjectRule::Glob(vec!["repo:northwind/*".into()])]);
    let provider = "apiVersion: iam.cnrm.cloud.google.com/v1beta1\nkind: IAMWorkloadIdentityPoolProvider\nmetadata: {name: gh}\nspec:\n\
                    \x20 workloadIdentityPoolRef: {name: pool}\n  attributeMapping: {google.subject: assertion.sub}\n\
                    \x20 oidc: {issuerUri: 'https://token.actions.githubusercontent.com'}\n";
    let facts = read("provider.yaml", provider);
    assert_eq!(facts.trusts[0].issuer.known(), Some("https://token.actions.githubusercontent.com"));
    assert_eq!(subjects(&facts), [SubjectRule::Any]);
}

#[test]
fn a_trust_that_was_printed_is_configuration_in_a_repository() {
    let list = r#"[{"name": "pr", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:northwind/shop:pull_request",
        "audiences": ["api://AzureADTokenExchange"]}]"#;
    let facts = read("azure/credentials.json", list);
    assert_eq!((facts.trusts.len(), facts.evidence.len()), (1, 0));
    assert!(read("azure/other.json", r#"{"issuer": "x", "audiences": "y"}"#).trusts.is_empty());
}

/// `envsubst < credential.json` puts the names in; what is not of that form says what it says.
#[test]
fn blanks_of_a_document_are_not_known() {
    let document = |subject: &str| {
        format!(
            r#"{{"name": "x", "issuer": "https://token.actions.githubusercontent.com", "subject": "{subject}", "audiences": ["api://AzureADTokenExchange"]}}"#
        )
    };
    let subjects = |subject: &str| subjects(&read("credential.json", &document(subject)));
    assert_eq!(subjects("repo:${ORG}/shop:pull_request"), [SubjectRule::Exact(vec!["repo:${ORG}/shop:pull_request".into()])]);
    assert_eq!(subjects("${SUBJECT}"), [SubjectRule::Unknown("`SUBJECT` is not known from these inputs".into())]);
    assert_eq!(subjects("repo:${a:b}/shop:pull_request"), [SubjectRule::Exact(vec!["repo:${a:b}/shop:pull_request".into()])]);
}

#[test]
fn hostile_scripts_end() {
    let doubling = format!("A=x\n{}vault write auth/jwt/role/x bound_audiences=$A\n", "A=$A$A$A$A$A$A$A$A\n".repeat(40));
    assert!(read("a.sh", &doubling).trusts.len() < 2);
    let script = "cat > f <<E\n${A:-$(b `c\nE\naws iam create-role --role-name $( --assume-role-policy-document file://f é\n";
    for end in (0..=script.len()).filter(|&end| script.is_char_boundary(end)) {
        let _ = read("a.sh", &script[..end]).trusts.len();
    }
}

#[test]
fn what_a_substitution_prints_is_the_argument() {
    let trust = "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRoleWithWebIdentity\",\n\
                 \"Principal\": {\"Federated\": \"arn:aws:iam::$ACCOUNT:oidc-provider/token.actions.githubusercontent.com\"},\n\
                 \"Condition\": {\"StringLike\": {\"token.actions.githubusercontent.com:sub\": \"repo:northwind/*\"}}}]}";
    let create = "aws iam create-role --role-name ci --assume-role-policy-document";
    for script in [
        format!("{create} \"$(cat <<JSON\n{trust}\nJSON\n)\"\n"),
        format!("POLICY=$(cat <<-EOF\n{trust}\nEOF\n)\n{create} \"$POLICY\"\n"),
        format!("read -r -d '' POLICY <<EOF\n{trust}\nEOF\n{create} \"${{POLICY}}\"\n"),
        format!("cat > t.json <<EOF\n{trust}\nEOF\n{create} \"$(cat t.json | jq -c .)\"\n"),
    ] {
        assert_eq!(subjects(&read("setup.sh", &script)), [SubjectRule::Glob(vec!["repo:northwind/*".into()])], "{script}");
    }
    // What two substitutions of one word print isn't told apart, and what differs from turn to turn isn't followed.
    let two = format!("{create} \"$(echo '{{')$(cat t.json)\"\n");
    assert_eq!(subjects(&read("setup.sh", &two)), [] as [SubjectRule; 0]);
}

#[test]
fn a_policy_of_vault_may_be_json() {
    let policy = r#"{"path": {"sys/policies/acl/*": {"capabilities": ["create", "update"]}}}"#;
    let in_force = |path: &str, text: &str| {
        let unit = Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
        assert!(super::claims_documents(&unit).is_some() || path.ends_with(".sh"));
        read(path, text).grants.iter().map(|grant| grant.actions.join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(in_force("ci.json", policy), ["create update"]);
    assert_eq!(in_force("ci.sh", &format!("vault policy write ci - <<EOF\n{policy}\nEOF\n")), ["create update"]);
}

#[test]
fn variables_that_multiply_end_the_reading_and_that_is_said() {
    let text = format!("V={}\n{}", "x".repeat(200 << 10), "echo $V\n".repeat(2_000));
    let unit = Unit::new(Arc::new(Origin { path: "setup.sh".into(), ..Origin::default() }), text.into_bytes());
    let facts = super::read_scripts(std::slice::from_ref(&unit));
    assert!(facts.skipped.iter().any(|skip| skip.detail.contains("too much text")), "{:?}", facts.skipped);
}

#[test]
fn a_table_of_power_shell_may_go_through_a_file() {
    let script = "$repo = 'northwind/web'\n$body = @{\n    name      = 'main'\n    issuer    = 'https://token.actions.githubusercontent.com'\n    \
                  subject   = \"repo:${repo}:ref:refs/heads/main\"\n    audiences = @('api://AzureADTokenExchange')\n} | ConvertTo-Json\n\
                  $body | Out-File -FilePath cred.json\naz ad app federated-credential create --id $id --parameters cred.json\n";
    let main = SubjectRule::Exact(vec!["repo:northwind/web:ref:refs/heads/main".into()]);
    assert_eq!(subjects(&read("setup.ps1", script)), std::slice::from_ref(&main));
    let set = script.replace("$body | Out-File -FilePath cred.json", "Set-Content -Path ./cred.json -Value $body");
    assert_eq!(subjects(&read("setup.ps1", &set)), [main]);
}

#[test]
fn a_text_over_several_lines_may_be_a_policy() {
    let script = "<# it's é #>\n$Org = 'northwind'\nWrite-Host \"`n[1] Creating\"\n$Arn = \"arn:aws:iam::$($Account):oidc-provider/token.actions.githubusercontent.com\"\n$Trust = @\"\n{\"Statement\": [{\n  \
                  \"Effect\": \"Allow\", \"Action\": \"sts:AssumeRoleWithWebIdentity\", \"Principal\": {\"Federated\": \"$Arn\"},\n  \
                  \"Condition\": {\"StringLike\": {\"token.actions.githubusercontent.com:sub\": \"repo:$Org/$($Repo):*\"}}}]}\n\"@\n\
                  $File = New-TemporaryFile\nSet-Content -Path $File.Path -Value $Trust\n\
                  aws iam create-role --role-name ci --assume-role-policy-document \"file://$($File.Path)\"\n\
                  aws iam attach-user-policy --user-name demo --policy-arn arn:aws:iam::aws:policy/AdministratorAccess\n";
    let facts = read("setup.ps1", script);
    assert_eq!(subjects(&facts), [SubjectRule::Glob(vec!["repo:northwind/${var.Repo}:*".into()])]);
    assert_eq!(facts.trusts[0].issuer.known(), Some("token.actions.githubusercontent.com"));
    assert_eq!(facts.grants[0].role.as_ref().and_then(|role| role.known()), Some("AdministratorAccess"));
}

#[test]
fn what_a_role_is_bound_to_may_stand_last() {
    let script = "gcloud iam service-accounts add-iam-policy-binding --quiet --role roles/iam.workloadIdentityUser \\\n  --member principalSet://iam.googleapis.com/p/x \\\n  ci@p.iam.gserviceaccount.com\n";
    let facts = read("setup.sh", script);
    assert!(facts.trusts[0].principal.contains("ci@p.iam"), "{}", facts.trusts[0].principal);
}

#[test]
fn what_a_login_role_is_written_with_is_one() {
    let role = r#"{"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["https://vault.example"], "token_policies": ["ci"]}"#;
    assert_eq!(subjects(&read("vault/role.json", role)), [SubjectRule::Any]);
    let accounts = r#"{"bound_service_account_names": ["*"], "bound_service_account_namespaces": ["web"], "ttl": "1h"}"#;
    assert_eq!(subjects(&read("vault/k8s.json", accounts)), [SubjectRule::Glob(vec!["system:serviceaccount:web:*".into()])]);
}

#[test]
fn statements_of_a_policy_are_those_of_the_command() {
    let script = "oci iam policy create --compartment-id $C --name fn --description d --statements '[\"Allow any-user to use fn-invocation in tenancy\"]'\n";
    let facts = read("policy.sh", script);
    assert_eq!((facts.grants[0].principal.as_str(), facts.grants[0].actions[0].as_str()), ("oci:any-user", "use fn-invocation"));
}

#[test]
fn lists_that_a_folder_keeps_are_read_together() {
    let identities = r#"[{"clientId": "3f1c2b4a-0d5e-4c6f-8a7b-9c8d7e6f5a4b", "principalId": "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d", "name": "id-ci",
 "id": "/subscriptions/6f2b8f0e-1a2b-4c3d-8e4f-5a6b7c8d9e0f/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ci"}]"#;
    let roles = r#"[{"principalId": "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d", "principalType": "ServicePrincipal", "roleDefinitionName": "Reader",
 "principalName": "3f1c2b4a-0d5e-4c6f-8a7b-9c8d7e6f5a4b",
 "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "/subscriptions/6f2b8f0e-1a2b-4c3d-8e4f-5a6b7c8d9e0f"}]"#;
    let unit = |path: &str, text: &'static str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    let units = [unit("azure/ids.json", identities), unit("azure/roles.json", roles)];
    let group = crate::group(&units[0]);
    assert!(group.is_some() && group == crate::group(&units[1]));
    let facts = crate::read(&group.unwrap(), &units);
    let identity = facts.principals.iter().find(|principal| principal.names.contains(&"id-ci".into())).expect("an identity");
    assert_eq!(facts.grants[0].principal, identity.key);
}

#[test]
fn eksctl_names_roles_as_it_is_told_and_attaches_policies_of_its_own() {
    let cluster = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: main}\niam:\n  serviceAccounts:\n  - metadata: \
                   {name: scaler, namespace: kube-system}\n    roleName: cluster-scaler\n    wellKnownPolicies: {autoScaler: true, \
                   externalDNS: false}\n";
    let facts = read("cluster.yaml", cluster);
    let grants: Vec<_> = facts.grants.iter().map(|grant| (grant.principal.as_str(), grant.role.clone())).collect();
    assert_eq!(grants, [("cluster-scaler", Some(Value::literal("autoScaler")))]);
}

#[test]
fn accounts_and_profiles_that_commands_make_have_their_lifetimes() {
    let annotated = "kubectl annotate sa/writer -n orders --overwrite eks.amazonaws.com/role-arn=arn:aws:iam::242424242424:role/w eks.amazonaws.com/token-expiration=172800\n";
    let lengths = |text: &str| read("a.sh", text).sessions.iter().map(|one| (one.setting.clone(), one.seconds)).collect::<Vec<_>>();
    assert_eq!(lengths(annotated), [("eks.amazonaws.com/token-expiration".to_owned(), Some(172_800))]);
    assert!(lengths("kubectl annotate pod writer eks.amazonaws.com/token-expiration=172800\n").is_empty());
    let profile = "aws rolesanywhere create-profile --name p --role-arns arn:aws:iam::242424242424:role/p --duration-seconds 43200\n";
    assert_eq!(lengths(profile), [("duration_seconds".to_owned(), Some(43_200))]);
}

#[test]
fn a_secret_that_a_command_makes_is_its_applications() {
    let powershell = "New-AzADAppFederatedCredential -ApplicationObjectId $app.Id -Name g -Issuer https://gitlab.com -Subject s\nNew-AzADAppCredential -ObjectId $app.Id -EndDate $end\n";
    let facts = read("a.ps1", powershell);
    assert_eq!(facts.declarations[0].principal.as_deref(), Some(facts.trusts[0].principal.as_str()));
    let reset = read("a.sh", "az ad app federated-credential list\naz ad app credential reset --id 2f7c1d8e --years 2\n");
    assert_eq!(reset.declarations[0].kind, "azure.client-secret");
}

#[test]
fn credentials_without_an_id_are_each_their_own() {
    let one = |name: &str| {
        format!(
            "az ad app federated-credential create --id $APP --parameters '{{\"name\":\"{name}\",\"issuer\":\"https://token.actions.githubusercontent.com\",\"subject\":\"repo:northwind/{name}:environment:prod\",\"audiences\":[\"api://AzureADTokenExchange\"]}}'\n"
        )
    };
    let facts = read("setup.sh", &(one("web") + &one("shop")));
    assert_eq!(facts.trusts.len(), 2);
    assert_eq!(facts.trusts[0].principal, facts.trusts[1].principal);
}

#[test]
fn an_end_that_is_written_out_is_the_secrets() {
    let lifetime = |command: &str| read("a.sh", command).declarations[0].lifetime;
    assert_eq!(lifetime("az ad sp credential reset --id 2f7c1d8e --years 2\n").declared_seconds, Some(63_072_000));
    let dated = lifetime("az ad app credential reset --id 2f7c1d8e --end-date 2026-12-24\n");
    assert_eq!((dated.declared_seconds, dated.expires.map(|end| end.to_string())), (None, Some("2026-12-24T00:00:00Z".into())));
}

#[test]
fn further_commands_that_grant() {
    let grants = |text: &str| {
        let all = read("a.sh", text).grants.into_iter();
        all.map(|grant| (grant.principal, grant.role.and_then(|role| role.known().map(str::to_owned)), grant.actions)).collect::<Vec<_>>()
    };
    let openshift = grants("oc adm policy add-cluster-role-to-user cluster-admin -z ci -n build\n");
    assert_eq!(openshift, [("k8s:sa/build/ci".to_owned(), Some("cluster-admin".to_owned()), Vec::new())]);
    let named = grants("oc adm policy add-role-to-user edit system:serviceaccount:build:ci -n web\n");
    assert_eq!(named[0].0, "k8s:sa/build/ci");
    let custom = grants(
        "gcloud iam roles create ci --project=p --permissions=run.services.get,iam.serviceAccounts.getAccessToken\n\
         gcloud projects add-iam-policy-binding p --member=serviceAccount:ci@p.iam.gserviceaccount.com --role=projects/p/roles/ci\n",
    );
    assert_eq!(custom[0].2, ["run.services.get", "iam.serviceAccounts.getAccessToken"]);
    let directory = grants(
        "az rest --method POST --uri https://graph.microsoft.com/v1.0/servicePrincipals/x/appRoleAssignments --body '{\"principalId\": \"a\", \"resourceId\": \"b\", \"appRoleId\": \"06b708a9-e830-4db3-a914-8e69da51d44f\"}'\n",
    );
    assert_eq!(directory[0].1.as_deref(), Some("06b708a9-e830-4db3-a914-8e69da51d44f"));
}

#[test]
fn statements_of_oci_may_stand_in_a_file_of_their_own() {
    let grants = |text: &str| read("iam/statements.json", text).grants;
    let list = grants("[\"Allow dynamic-group workers to manage all-resources in tenancy\"]");
    assert_eq!(list.len(), 1);
    let whole = "{\"compartmentId\": \"ocid1.tenancy.oc1..a\", \"name\": \"w\", \"statements\": [\"Allow dynamic-group workers to manage all-resources in tenancy\"]}";
    assert_eq!(grants(whole).len(), 1);
    assert!(grants("[\"Allow me to say a word in public\", \"no statement\"]").is_empty());
}

#[test]
fn what_gcloud_grants_on_resources_and_the_keys_it_makes() {
    let script = "gcloud storage buckets add-iam-policy-binding gs://b --role=roles/storage.objectAdmin --member=\"serviceAccount:ci@p.iam.gserviceaccount.com\"\n\
                  gcloud iam service-accounts keys create k.json --iam-account=ci@p.iam.gserviceaccount.com\n";
    let facts = read("a.sh", script);
    assert_eq!((facts.grants.len(), facts.grants[0].scope), (1, unkeyed_model::ResourceScope::Resource));
    assert_eq!(facts.declarations[0].principal.as_deref(), Some(facts.grants[0].principal.as_str()));
    let policy = "apiVersion: iam.cnrm.cloud.google.com/v1beta1\nkind: IAMPartialPolicy\nmetadata: {name: p}\nspec:\n  resourceRef: {kind: Project, external: projects/p}\n  \
                  bindings:\n    - role: roles/owner\n      members:\n        - member: serviceAccount:ci@p.iam.gserviceaccount.com\n        - user:a@b.example\n";
    let grants = read("p.yaml", policy).grants;
    assert_eq!(grants.iter().filter_map(|grant| grant.role.as_ref()?.known()).collect::<Vec<_>>(), ["roles/owner", "roles/owner"]);
    assert!(read("p.yaml", &policy.replace("kind: Project", "kind: Unheard")).grants.is_empty());
}

#[test]
fn a_login_role_of_aws_is_written_by_the_command() {
    let role = |bound: &str| read("a.sh", &format!("vault write auth/aws/role/dev auth_type=iam {bound} policies=dev ttl=1h\n")).trusts;
    let arn = "arn:aws:iam::242424242424:role/orders";
    assert_eq!(role(&format!("bound_iam_principal_arn={arn},{arn}2"))[0].subject, SubjectRule::Exact(vec![arn.into(), format!("{arn}2")]));
    assert!(role("").is_empty());
}

#[test]
fn credentials_of_an_application_are_those_of_the_one_that_is_named() {
    let script = "az ad app federated-credential create --id $APP --parameters '{\"name\":\"g\",\"issuer\":\"https://gitlab.com\",\"subject\":\"s\",\"audiences\":[\"a\"]}'\n\
                  az ad app credential reset --id $APP --append\n";
    let facts = read("a.sh", script);
    assert_eq!(facts.declarations[0].principal.as_deref(), Some(facts.trusts[0].principal.as_str()));
    let other = read("a.sh", &script.replace("reset --id $APP", "reset --id $OTHER"));
    assert_ne!(other.declarations[0].principal.as_deref(), Some(other.trusts[0].principal.as_str()));
}

#[test]
fn permission_sets_pods_and_policies_are_made_by_commands_of_aws() {
    let script = "PS=$(aws sso-admin create-permission-set --name ops --session-duration PT12H)\n\
        aws sso-admin attach-managed-policy-to-permission-set --permission-set-arn \"$PS\" --managed-policy-arn arn:aws:iam::aws:policy/AdministratorAccess\n\
        aws sso-admin put-inline-policy-to-permission-set --permission-set-arn \"$PS\" --inline-policy '{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}]}'\n\
        aws iam create-policy --policy-name own --policy-document '{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"ec2:*\", \"Resource\": \"*\"}]}'\n";
    let facts = read("setup.sh", script);
    assert_eq!(facts.sessions[0].seconds, Some(43_200));
    let granted: Vec<String> = facts
        .grants
        .iter()
        .map(|grant| grant.role.as_ref().and_then(Value::known).map_or_else(|| grant.actions.join(","), str::to_owned))
        .collect();
    for expected in ["AdministratorAccess", "s3:*", "ec2:*"] {
        assert!(granted.iter().any(|one| one == expected), "{expected} of {granted:?}");
    }
    let pod =
        "aws eks create-pod-identity-association --namespace shop --service-account web --role-arn arn:aws:iam::424242424242:role/web\n";
    let made = read("setup.sh", pod);
    assert!(made.principals.iter().any(|principal| principal.names.contains(&"arn:aws:iam::424242424242:role/web".into())));
}
