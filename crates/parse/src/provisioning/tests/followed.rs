//! What is followed through a script: ids and dates that commands print, manifests, methods and engines that are tuned.

use unkeyed_model::{SubjectRule, Value};

use super::{read, subjects};

#[test]
fn an_id_that_is_asked_for_is_known_by_its_name() {
    let script = "az identity create -g rg -n id-ci\nP=$(az identity show -g rg -n id-ci --query principalId -o tsv)\n\
                  az role assignment create --assignee \"$P\" --role Owner --scope /subscriptions/0\n";
    let facts = read("setup.sh", script);
    let identity = facts.principals.iter().find(|principal| principal.names.contains(&"id-ci".into())).unwrap();
    assert_eq!(facts.grants[0].principal, identity.key);
    let member = "G=$(oci iam group list --name Administrators --query 'data[0].id' --raw-output)\n\
                  oci iam group add-user --user-id svc-ci --group-id \"$G\"\n";
    assert_eq!(read("setup.sh", member).grants.len(), 1);
    assert!(read("setup.sh", &member.replace("Administrators", "Deployers")).grants.is_empty());
}

#[test]
fn a_permission_that_a_filter_picks_is_known_by_its_name() {
    let script = "$role = $graph.AppRoles | Where-Object { $_.Value -eq 'User.Read.All' }\n\
                  New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId x -PrincipalId x -ResourceId y -AppRoleId $role.Id\n";
    assert_eq!(read("grant.ps1", script).grants[0].role, Some(Value::literal("User.Read.All")));
}

#[test]
fn how_far_ahead_a_date_lies_is_how_long_a_url_lives() {
    let script = "E=$(date -u -d '90 days' +%FT%TZ)\naz storage container generate-sas -n x --expiry \"$E\"\n";
    let sessions = read("sas.sh", script).sessions;
    assert_eq!((sessions[0].setting.as_str(), sessions[0].seconds), ("signed-url-seconds", Some(90 * 86_400)));
}

#[test]
fn what_a_login_method_is_tuned_to_holds_for_its_roles() {
    let script = "vault auth enable -path=gh jwt\nvault auth tune -default-lease-ttl=15m -max-lease-ttl=1h gh/\n\
                  vault write auth/gh/role/ci user_claim=sub bound_subject=x\n\
                  vault write auth/gcp/role/g type=iam bound_service_accounts='*'\n";
    let facts = read("setup.sh", script);
    let told: Vec<_> = facts.sessions.iter().map(|one| (one.setting.as_str(), one.seconds)).collect();
    assert_eq!(told, [("token_ttl", Some(900)), ("token_max_ttl", Some(3_600))]);
    assert!(subjects(&facts).contains(&SubjectRule::Glob(vec!["*".into()])));
}

#[test]
fn manifests_that_a_script_applies_grant_what_they_say() {
    let script = "cat <<EOF | kubectl apply -f -\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\n\
                  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n\
                  subjects: [{kind: ServiceAccount, name: a, namespace: b}]\nEOF\n";
    let facts = read("setup.sh", script);
    assert_eq!((facts.grants.len(), facts.grants[0].location.region.line), (1, 5));
    let many = read("setup.sh", &script.repeat(40));
    assert_eq!((many.grants.len(), many.skipped.len()), (32, 1));
}

#[test]
fn leases_of_an_engine_are_as_long_as_it_is_tuned_to() {
    let told = |script: &str| read("s.sh", script).sessions.iter().map(|one| one.seconds).collect::<Vec<_>>();
    assert_eq!(told("vault secrets tune -default-lease-ttl=192h -max-lease-ttl=768h aws/\n"), [Some(691_200), Some(2_764_800)]);
    assert!(told("vault secrets tune -max-lease-ttl=87600h pki\n").is_empty());
}

#[test]
fn a_variable_may_be_read_from_a_document() {
    let script = "read -r -d '' BODY <<EOF || true\n{\"name\": \"x\", \"issuer\": \"https://i\", \"subject\": \"s\", \"audiences\": [\"a\"]}\nEOF\n\
                  az ad app federated-credential create --id x --parameters \"$BODY\"\n";
    assert_eq!(read("setup.sh", script).trusts.len(), 1);
}

#[test]
fn a_permission_that_is_asked_for_is_one() {
    let script = "az ad app permission add --id app --api g --api-permissions 9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8=Role e1fe6dd8-ba31-4d61-89e7-88639da4683d=Scope\n";
    let facts = read("p.sh", script);
    assert_eq!(
        facts.grants.iter().map(|grant| grant.role.clone()).collect::<Vec<_>>(),
        [Some(Value::literal("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"))]
    );
}

#[test]
fn power_shell_says_how_far_ahead_a_secret_ends() {
    let seconds =
        |end: &str| read("s.ps1", &format!("New-AzADAppCredential -ObjectId x -EndDate {end}\n")).declarations[0].lifetime.seconds();
    assert_eq!(seconds("(Get-Date).AddYears(3)"), Some(3 * 365 * 86_400));
    assert_eq!(seconds("[DateTime]::Now.AddDays(30)"), Some(30 * 86_400));
    assert_eq!(seconds("(Get-Date).AddYears($years)"), None);
}

#[test]
fn a_task_may_ask_the_server_itself() {
    let play = "- hosts: localhost\n  tasks:\n    - uri:\n        url: https://v.example/v1/auth/jwt/role/x\n        method: POST\n        body: {role_type: jwt, user_claim: sub, bound_audiences: [a]}\n";
    let facts = read("play.yml", play);
    assert_eq!(subjects(&facts), [SubjectRule::Any]);
}

#[test]
fn a_command_in_a_container_counts_as_one_outside() {
    let script =
        "kubectl exec -i vault-0 -- vault write auth/jwt/role/ci - <<'E'\n{\"user_claim\": \"sub\", \"bound_audiences\": [\"a\"]}\nE\n";
    let facts = read("setup.sh", script);
    assert_eq!((subjects(&facts), facts.trusts[0].location.region.line), (vec![SubjectRule::Any], 1));
    let within = "kubectl exec vault-0 -- sh -c 'vault write auth/kubernetes/role/a bound_service_account_names=a bound_service_account_namespaces=b'\n";
    assert_eq!(read("setup.sh", within).trusts.len(), 1);
}
