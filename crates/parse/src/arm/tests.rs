use std::sync::Arc;

use unkeyed_model::{Facts, Origin, ResourceScope, SubjectRule, Unit, Value};

use crate::testing;

fn bicep(text: &str) -> Facts {
    let origin = Origin { path: "infra/main.bicep".into(), ..Origin::default() };
    testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())])
}

fn json(text: &str) -> Facts {
    let origin = Origin { path: "infra/main.json".into(), ..Origin::default() };
    testing::read(&[Unit::new(Arc::new(origin), text.as_bytes().to_vec())])
}

fn subjects(facts: &Facts, principal: &str) -> Vec<SubjectRule> {
    let of = facts.trusts.iter().filter(|trust| trust.principal == principal && trust.trusted == "oidc");
    of.map(|trust| trust.subject.clone()).collect()
}

fn exact(text: &str) -> SubjectRule {
    SubjectRule::Exact(vec![text.into()])
}

/// Role and scope of each grant.
fn grants(facts: &Facts, principal: &str) -> Vec<(Option<String>, ResourceScope)> {
    let of = facts.grants.iter().filter(|grant| grant.principal == principal);
    of.map(|grant| (grant.role.as_ref().and_then(Value::known).map(str::to_owned), grant.scope)).collect()
}

#[test]
fn federated_credentials_belong_to_the_identity_around_them_or_named_as_parent() {
    let facts = testing::read(&testing::units("arm/bicep"));
    let mut found = subjects(&facts, "bicep:main.bicep#deploy");
    found.sort();
    assert_eq!(found, [exact("repo:acme/api:*"), exact("repo:acme/api:environment:prod")]);
    let json = testing::read(&testing::units("arm/json"));
    assert_eq!(subjects(&json, "arm:azuredeploy.json#userAssignedIdentities/identityName"), [exact("repo:acme/api:ref:refs/heads/main")]);
}

#[test]
fn role_assignments_have_the_scope_that_is_written_or_that_of_the_deployment() {
    let facts = testing::read(&testing::units("arm/bicep"));
    let contributor = Some("b24988ac-6180-42a0-ab88-20f7382dd24c".to_owned());
    assert_eq!(grants(&facts, "bicep:main.bicep#deploy"), [(contributor, ResourceScope::ResourceGroup)]);
    let blob = Some("ba92f5b4-2d11-453d-a403-e96b0029c9fe".to_owned());
    assert_eq!(grants(&facts, "bicep:main.bicep#site"), [(blob, ResourceScope::Resource)]);
    let json = testing::read(&testing::units("arm/json"));
    let owner = Some("8e3af657-a8ff-443c-a75c-2fe8c4bcb635".to_owned());
    assert_eq!(grants(&json, "arm:azuredeploy.json#userAssignedIdentities/identityName"), [(owner, ResourceScope::Subscription)]);
}

#[test]
fn variables_that_lead_to_themselves_and_deep_nesting_end() {
    let facts =
        bicep("var a = b\nvar b = '${a}${a}'\nresource s 'Microsoft.Web/sites@2023-12-01' = {\n  name: a\n  properties: { x: b }\n}\n");
    assert_eq!(facts.workloads[0].id, "bicep:infra/main.bicep#s");
    let deep = format!("var a = {}1{}\n", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(bicep(&deep).skipped.len(), 1);
    let doubling = format!("var v0 = ['x', 'x']\n{}", (1..40).map(|n| format!("var v{n} = [v{0}, v{0}]\n", n - 1)).collect::<String>());
    let text = format!("{doubling}resource s 'Microsoft.Web/sites@2023-12-01' = {{\n  name: 'n'\n  properties: {{ x: v39 }}\n}}\n");
    assert!(bicep(&text).skipped.iter().any(|skip| skip.detail.contains("steps of evaluation")));
}

#[test]
fn types_may_go_over_lines() {
    let text = "param kind (\n  | 'app'\n  | 'a=b')[]\nparam shape {\n  x: string\n} = {}\nparam s 'a'\n  | 'b' = 'a'\nresource r 'Microsoft.Web/sites@2023-12-01' = {\n  name: s\n}\n";
    let facts = bicep(text);
    assert_eq!((facts.skipped.len(), facts.workloads.len()), (0, 1));
}

#[test]
fn a_statement_that_is_not_understood_does_not_hide_the_next() {
    let facts = bicep("resource x = broken\nresource s 'Microsoft.Web/sites@2023-12-01' = {\n  name: 'n'\n}\n");
    assert_eq!(facts.workloads.len(), 1);
    assert!(facts.skipped[0].detail.starts_with("line 1:"));
}

#[test]
fn resources_beyond_the_deepest_level_are_said() {
    let nested = |levels: usize| {
        let inner = (0..levels).fold("[]".to_owned(), |inner, at| format!(r#"[{{"type": "t{at}", "name": "n", "resources": {inner}}}]"#));
        let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
        let text = format!(r#"{{"$schema": "{schema}", "contentVersion": "1.0.0.0", "resources": {inner}}}"#);
        let origin = Origin { path: "azuredeploy.json".into(), ..Origin::default() };
        testing::read(&[Unit::new(Arc::new(origin), text.into_bytes())]).skipped
    };
    assert!(nested(5).is_empty());
    assert_eq!(nested(12).iter().map(|skip| skip.why).collect::<Vec<_>>(), [unkeyed_model::SkipReason::Limit]);
}

#[test]
fn credentials_of_a_loop_are_told_apart() {
    let made = |list: &str| {
        let text = format!(
            "param names array\nvar all = [\n  {{ name: 'a', subject: 'repo:acme/api:ref:refs/heads/main' }}\n  {{ name: 'b', subject: 'repo:acme/api:*' }}\n]\n\
             resource id 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {{\n  name: 'ci'\n}}\n\
             resource fic 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for one in {list}: {{\n\
             \x20 parent: id\n  name: one.name\n  properties: {{\n    issuer: 'https://token.actions.githubusercontent.com'\n    subject: one.subject\n\
             \x20   audiences: ['api://AzureADTokenExchange']\n  }}\n}}]\n"
        );
        bicep(&text).trusts.into_iter().map(|trust| trust.subject).collect::<Vec<_>>()
    };
    let exact = |text: &str| unkeyed_model::SubjectRule::Exact(vec![text.into()]);
    assert_eq!(made("all"), [exact("repo:acme/api:ref:refs/heads/main"), exact("repo:acme/api:*")]);
    assert_eq!(made("names").len(), 1);
}

#[test]
fn copies_of_a_resource_are_told_apart() {
    let made = |count: &str| {
        let text = format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
"variables": {{"all": ["ref:refs/heads/main", "pull_request"]}}, "resources": [{{"copy": {{"name": "f", "count": "{count}"}},
"type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", "name": "[format('ci/{{0}}', copyIndex())]",
"properties": {{"issuer": "https://token.actions.githubusercontent.com", "audiences": ["api://AzureADTokenExchange"],
"subject": "[format('repo:acme/api:{{0}}', variables('all')[copyIndex()])]"}}}}]}}"#
        );
        json(&text).trusts.into_iter().map(|trust| trust.subject).collect::<Vec<_>>()
    };
    let exact = |text: &str| unkeyed_model::SubjectRule::Exact(vec![text.into()]);
    assert_eq!(made("[length(variables('all'))]"), [exact("repo:acme/api:ref:refs/heads/main"), exact("repo:acme/api:pull_request")]);
    assert_eq!(made("[parameters('many')]").len(), 1);
    assert_eq!(made("[int('1000000000')]").len(), 1);
}

#[test]
fn a_module_is_handed_what_a_vault_keeps() {
    let text = "resource kv 'Microsoft.KeyVault/vaults@2023-07-01' existing = { name: 'kv' }
module db 'modules/sql.bicep' = { name: 'db', params: { password: kv.getSecret('db'), user: 'u' } }
module other 'modules/sql.bicep' = { name: 'other', params: { password: password } }
@secure()
param password string
";
    let main = &bicep(text).workloads[0];
    let handed: Vec<&str> = main.traits.iter().map(|(_, handed, _)| handed.as_str()).collect();
    assert_eq!((handed, main.uses.len()), (vec!["infra/modules/sql.bicep#password"], 2));
}

#[test]
fn a_site_is_handed_a_credential_by_others() {
    let custody = |setting: &str| {
        let text = format!(
            "param p string\nresource other 'A.B/c@2023-01-01' existing = {{ name: 'o' }}\nmodule db 'br:x/y:1' = {{ name: 'db' }}\nresource s 'Microsoft.Web/sites@2023-12-01' = {{\n  name: 'n'\n  properties: {{ siteConfig: {{ appSettings: [ {{ {setting} }} ] }} }}\n}}\n"
        );
        let site = bicep(&text).workloads.into_iter().find(|workload| workload.id.ends_with("#s")).unwrap();
        site.references.len()
    };
    for kept in [
        "name: 'DB_PASSWORD', value: other.properties.password",
        "name: 'DB_PASSWORD', value: loadTextContent('x.txt')",
        "name: 'DB_PASSWORD', value: uniqueString(p)",
        "name: 'DB_PASSWORD', value: db.outputs.password",
        "name: 'STRIPE_KEY', value: p",
    ] {
        assert_eq!(custody(kept), 1, "{kept}");
    }
    for none in [
        "name: 'APP_KEY', value: other.properties.InstrumentationKey",
        "name: 'WEBHOOK_URL', value: other.properties.url",
        "name: 'NAME', value: other.properties.password2",
        "name: 'DB_PASSWORD', value: ''",
    ] {
        assert_eq!(custody(none), 0, "{none}");
    }
}

#[test]
fn a_custom_role_that_nothing_assigns_is_whoevers_gets_it() {
    let role = "targetScope = 'subscription'\nresource r 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {\n  name: 'x'\n  properties: {\n    roleName: 'ops'\n    \
                permissions: [ { actions: [ '*' ], dataActions: [ 'a/read' ] } ]\n  }\n}\n";
    let alone = bicep(role);
    let [grant] = alone.grants.as_slice() else { panic!("one grant: {:?}", alone.grants) };
    assert_eq!((grant.scope, grant.actions.as_slice()), (ResourceScope::Subscription, ["*".to_owned(), "a/read".to_owned()].as_slice()));
    assert_eq!((alone.principals[0].kind.as_str(), alone.principals[0].names[1].as_str()), ("custom-role", "ops"));
    let assigned = format!(
        "{role}resource a 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{\n  name: 'a'\n  properties: {{ principalId: 'p', roleDefinitionId: r.id }}\n}}\n"
    );
    assert_eq!(bicep(&assigned).grants.len(), 1);
}

/// Files of Bicep, of which the first draws in others.
fn modules(files: &[(&str, &str)]) -> unkeyed_model::Facts {
    let origin = |path: &str| Arc::new(Origin { path: path.into(), ..Origin::default() });
    let units: Vec<Unit<'_>> = files.iter().map(|(path, text)| Unit::new(origin(path), text.as_bytes())).collect();
    let groups: std::collections::BTreeSet<_> = units.iter().map(|unit| crate::group(unit).unwrap()).collect();
    assert_eq!(groups.len(), 1);
    crate::read(groups.first().unwrap(), &units)
}

const IDENTITY: &str = "param subject string = 'repo:acme/api:ref:refs/heads/main'
resource id 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = { name: 'ci' }
resource fic 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: id
  name: 'gh'
  properties: {
    issuer: 'https://token.actions.githubusercontent.com'
    subject: subject
    audiences: [ 'api://AzureADTokenExchange' ]
  }
}
output principalId string = id.properties.principalId
";

#[test]
fn a_module_has_what_its_call_passes_in_and_hands_out_its_identity() {
    let main = "param org string
module one 'modules/id.bicep' = { name: 'one', params: { subject: 'repo:${org}/api:pull_request' } }
resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: 'r'
  properties: { principalId: one.outputs.principalId, roleDefinitionId: 'x' }
}
";
    let given = "using '../infra/main.bicep'\nparam org = 'acme'\n";
    let facts = modules(&[("infra/main.bicep", main), ("infra/modules/id.bicep", IDENTITY), ("env/prod.bicepparam", given)]);
    let key = "bicep:infra/modules/id.bicep#id";
    assert_eq!(subjects(&facts, key), [exact("repo:acme/api:pull_request")]);
    assert_eq!(grants(&facts, key).len(), 1);
    assert_eq!(facts.principals.iter().filter(|principal| principal.key == key).count(), 1);
}

#[test]
fn a_module_that_is_called_twice_makes_two_identities() {
    let main = "module one 'id.bicep' = { name: 'one', params: { subject: 'repo:acme/api:pull_request' } }
module more 'id.bicep' = [for name in ['a', 'b']: { name: name, params: { subject: 'repo:acme/${name}:*' } }]
";
    let facts = modules(&[("main.bicep", main), ("id.bicep", IDENTITY)]);
    assert_eq!(subjects(&facts, "bicep:id.bicep#main-one/id"), [exact("repo:acme/api:pull_request")]);
    assert_eq!(subjects(&facts, "bicep:id.bicep#main-more/id"), [exact("repo:acme/a:*")]);
    assert_eq!(subjects(&facts, "bicep:id.bicep#main-more1/id"), [exact("repo:acme/b:*")]);
    assert_eq!(facts.trusts.len(), 3);
}

#[test]
fn modules_that_draw_in_each_other_end_and_are_said() {
    let each = |other: &str| format!("module a '{other}' = {{ name: 'a' }}\nmodule b '{other}' = {{ name: 'b' }}\n{IDENTITY}");
    let facts = modules(&[("a.bicep", &each("b.bicep")), ("b.bicep", &each("a.bicep"))]);
    assert!(facts.trusts.len() > 2 && facts.trusts.len() < 1_100);
    assert!(facts.skipped.iter().any(|skip| skip.why == unkeyed_model::SkipReason::Limit));
}

#[test]
fn a_value_is_looked_up_by_what_a_parameter_says() {
    let text = "targetScope = 'subscription'\nparam role string = 'owner'\nvar roles = { owner: 'o', reader: 'r' }\n\
        resource a 'Microsoft.Authorization/roleAssignments@2022-04-01' = {\n  name: 'a'\n  properties: { principalId: 'p', roleDefinitionId: roles[role] }\n}\n";
    assert_eq!(bicep(text).grants[0].role, Some(unkeyed_model::Value::Known("o".into(), unkeyed_model::Basis::Literal)));
}

#[test]
fn an_application_may_have_secrets_of_its_own() {
    let text = "resource app 'Microsoft.Graph/applications@v1.0' = {\n  uniqueName: 'x'\n  passwordCredentials: [ { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' } ]\n}\n";
    let declared = bicep(text).declarations;
    assert_eq!((declared.len(), declared[0].lifetime.seconds()), (1, Some(365 * 86_400)));
    assert_eq!(declared[0].principal.as_deref(), Some("bicep:infra/main.bicep#app"));
}

#[test]
fn an_identity_that_a_module_looks_up_by_name_is_that_one() {
    let main = "resource mi 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = { name: 'shared' }
module fic 'fic.bicep' = [for repo in ['a', 'b']: { name: repo, params: { identity: mi.name, repo: repo } }]
";
    let fic = "param identity string\nparam repo string
resource mi 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = { name: identity }
resource fic 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: mi
  name: repo
  properties: { issuer: 'https://i', subject: 'repo:acme/${repo}:*', audiences: [ 'x' ] }
}
";
    let facts = modules(&[("main.bicep", main), ("fic.bicep", fic)]);
    assert_eq!(subjects(&facts, "bicep:main.bicep#mi"), [exact("repo:acme/a:*"), exact("repo:acme/b:*")]);
}

#[test]
fn assignments_of_a_loop_are_told_apart() {
    let text = "param all array = [ { id: 'p', role: 'a' }, { id: 'q', role: 'b' } ]\nvar ids = { a: 'A', b: 'B' }\n\
        resource ra 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for one in all: {\n  name: one.id\n  properties: { principalId: one.id, roleDefinitionId: ids[one.role] }\n}]\n";
    let facts = bicep(text);
    let roles: Vec<_> =
        facts.grants.iter().map(|grant| grant.role.as_ref().and_then(|role| role.known()).unwrap_or("?").to_owned()).collect();
    assert_eq!(roles, ["A", "B"]);
}
