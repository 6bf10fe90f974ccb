use std::path::Path;
use std::sync::Arc;

use unkeyed_model::{
    Custody, IdentityKind, Location, Origin, Platform, Reach, ResourceScope, RoleGrant, SubjectRule, TrustBinding, TtlBasis, Unit, Value,
    Workload,
};

use super::*;

mod apart;
mod instances;
mod json;
mod limits;
mod machines;
mod runs;
mod stored;
mod trusts;

fn units(case: &str) -> Vec<Unit<'static>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/parse/terraform").join(case);
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let unit = |path: &std::path::PathBuf| {
        let origin = Origin { path: format!("{case}/{}", path.file_name().unwrap().to_str().unwrap()), ..Origin::default() };
        Unit::new(Arc::new(origin), std::fs::read(path).unwrap())
    };
    names.iter().map(unit).collect()
}

fn one(text: &str) -> Facts {
    let origin = Origin { path: "m/main.tf".into(), ..Origin::default() };
    read(&[Unit::new(Arc::new(origin), text.as_bytes())])
}

fn text_at(units: &[Unit<'_>], location: &Location) -> String {
    let unit = units.iter().find(|unit| unit.origin() == &location.origin).unwrap();
    String::from_utf8_lossy(&unit.bytes()[location.region.span.start..location.region.span.end]).into_owned()
}

fn trust<'f>(facts: &'f Facts, id: &str) -> &'f TrustBinding {
    facts.trusts.iter().find(|trust| trust.id == id).unwrap_or_else(|| panic!("no trust {id}"))
}

fn grants<'f>(facts: &'f Facts, principal: &str) -> Vec<&'f RoleGrant> {
    facts.grants.iter().filter(|grant| grant.principal == principal).collect()
}

fn workload<'f>(facts: &'f Facts, id: &str) -> &'f Workload {
    facts.workloads.iter().find(|workload| workload.id == id).unwrap_or_else(|| panic!("no workload {id}"))
}

fn exact(texts: &[&str]) -> SubjectRule {
    SubjectRule::Exact(texts.iter().map(|&text| text.to_owned()).collect())
}

fn glob(texts: &[&str]) -> SubjectRule {
    SubjectRule::Glob(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn credentials_of_one_identity_are_told_apart() {
    let made = |parent: &str| {
        let text = format!(
            r#"resource "azurerm_user_assigned_identity" "one" {{ name = "ci" }}
            resource "azurerm_user_assigned_identity" "each" {{
              for_each = toset(["a"])
              name     = each.key
            }}
            resource "azurerm_federated_identity_credential" "x" {{
              for_each = {{ api = {{ branch = "main" }}, web = {{ branch = "dev" }} }}
              parent_id = {parent}
              issuer    = "https://token.actions.githubusercontent.com"
              subject   = "repo:acme/${{each.key}}:ref:refs/heads/${{each.value.branch}}"
            }}"#
        );
        one(&text).trusts.into_iter().map(|trust| trust.subject).collect::<Vec<_>>()
    };
    let both = [exact(&["repo:acme/api:ref:refs/heads/main"]), exact(&["repo:acme/web:ref:refs/heads/dev"])];
    assert_eq!(made("azurerm_user_assigned_identity.one.id"), both);
    assert_eq!(made("azurerm_user_assigned_identity.each[each.key].id").len(), 1);
}

#[test]
fn a_policy_whose_name_is_made_for_each_instance_is_granted_as_each() {
    let text = r#"locals { names = ["AmazonS3ReadOnlyAccess", "IAMFullAccess"] }
        resource "aws_iam_role" "ci" { name = "ci" }
        resource "aws_iam_role_policy_attachment" "ci" {
          for_each   = toset(local.names)
          role       = aws_iam_role.ci.name
          policy_arn = "arn:aws:iam::aws:policy/${each.value}"
        }"#;
    let roles: Vec<_> = one(text).grants.into_iter().filter_map(|grant| grant.role?.known().map(str::to_owned)).collect();
    assert_eq!(roles, ["AmazonS3ReadOnlyAccess", "IAMFullAccess"]);
}

#[test]
fn builds_that_clone_from_elsewhere_reach_git_with_what_the_account_keeps() {
    let text = |source: &str| {
        format!(
            r#"resource "aws_codebuild_project" "b" {{
              source {{ type = "{source}" }}
            }}
            resource "aws_codebuild_source_credential" "c" {{ token = var.github_token }}"#
        )
    };
    let build = |source: &str| {
        let facts = one(&text(source));
        let build = facts.workloads.into_iter().find(|workload| workload.id.ends_with("project.b")).unwrap();
        (build.destinations.len(), build.references.len())
    };
    assert_eq!(build("GITHUB"), (1, 1));
    assert_eq!(build("CODEPIPELINE"), (0, 0));
}

#[test]
fn modules_of_the_registry_are_trusts() {
    let facts = one(r#"module "ci" {
          source   = "terraform-aws-modules/iam/aws//modules/iam-github-oidc-role"
          name     = "ci"
          subjects = ["acme/api:*", "repo:acme/web:environment:prod"]
          policies = { admin = "arn:aws:iam::aws:policy/AdministratorAccess" }
        }
        module "dns" {
          source         = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
          oidc_providers = { main = { provider_arn = module.eks.oidc_provider_arn, namespace_service_accounts = ["dns:*"] } }
          assume_role_condition_test = "StringLike"
        }
        module "none" {
          source   = "terraform-aws-modules/iam/aws//modules/iam-github-oidc-role"
          subjects = []
        }
        module "own" { source = "./modules/iam-github-oidc-role" }"#);
    let ci = trust(&facts, "tf:m#module.ci/0");
    assert_eq!(ci.subject, glob(&["repo:acme/api:*", "repo:acme/web:environment:prod"]));
    assert_eq!((ci.issuer.known(), ci.audiences.as_ref().map(Vec::len)), (Some("token.actions.githubusercontent.com"), Some(1)));
    assert_eq!(grants(&facts, "tf:m#module.ci").len(), 1);
    assert_eq!(trust(&facts, "tf:m#module.dns/0").subject, glob(&["system:serviceaccount:dns:*"]));
    assert_eq!(facts.trusts.len(), 2);
}

/// Slots as (name, bytes).
fn slots(units: &[Unit<'_>], facts: &Facts) -> Vec<(String, String)> {
    facts.slots.iter().map(|slot| (slot.name.clone(), text_at(units, &slot.location))).collect()
}

/// References of a workload as (name, receiver, custody).
fn references(workload: &Workload) -> Vec<(&str, &str, Custody)> {
    workload.references.iter().map(|found| (found.name.as_str(), found.used_as.as_deref().unwrap_or_default(), found.custody)).collect()
}

#[test]
fn aws_trust_of_a_data_source_is_read_across_files() {
    let units = units("aws");
    let facts = read(&units);
    assert_eq!(facts.skipped, []);
    let found = trust(&facts, "tf:aws#aws_iam_role.deploy/0");
    assert_eq!((found.trusted.as_str(), found.issuer.known()), ("oidc", Some("https://token.actions.githubusercontent.com")));
    assert_eq!(found.subject, glob(&["repo:acme/api:environment:prod", "repo:acme/web:environment:prod"]));
    assert_eq!(found.audiences, Some(vec![Value::literal("sts.amazonaws.com")]));
    let subject = &found.claims[1];
    assert_eq!((subject.operator.as_str(), subject.set_qualifier.as_deref(), subject.if_exists), ("StringLike", Some("ForAnyValue"), true));
    assert_eq!(subject.values[0], Value::Known("repo:acme/api:environment:prod".into(), unkeyed_model::Basis::Default));
    assert!(text_at(&units, &found.location).starts_with("statement {"));
}

#[test]
fn aws_trust_of_a_heredoc_with_holes() {
    let facts = read(&units("aws"));
    let services: Vec<_> = (0..2).map(|at| trust(&facts, &format!("tf:aws#aws_iam_role.node/{at}"))).collect();
    assert_eq!(
        services.iter().map(|found| found.issuer.known().unwrap()).collect::<Vec<_>>(),
        ["ec2.amazonaws.com", "lambda.amazonaws.com"]
    );
    let account = trust(&facts, "tf:aws#aws_iam_role.node/2");
    assert_eq!((account.trusted.as_str(), account.issuer.known(), &account.subject), ("account", Some("111122223333"), &SubjectRule::Any));
    assert_eq!(account.claims[0].values, [Value::unknown("`var.external_id` is not known from these inputs")]);
    assert!(account.settings.contains(&("deny-statement".into(), Value::literal("true"))));
    let unresolved = trust(&facts, "tf:aws#aws_iam_role.unresolved/0");
    assert_eq!(unresolved.trusted, "unknown");
    assert_eq!(unresolved.issuer, Value::unknown("`module.policies.trust` is not known from these inputs"));
}

#[test]
fn a_machine_does_not_sign_in_with_the_password_that_lets_others_in() {
    let facts = one(r#"
        resource "azurerm_linux_virtual_machine" "vm" {
          admin_password = random_password.vm.result
          custom_data    = base64encode(random_password.api.result)
        }"#);
    let names: Vec<&str> = references(workload(&facts, "tf:m#azurerm_linux_virtual_machine.vm")).iter().map(|found| found.0).collect();
    assert_eq!(names, ["random_password.api.result"]);
}

#[test]
fn aws_grants_of_all_kinds_reach_their_role() {
    let units = units("aws");
    let facts = read(&units);
    let found = grants(&facts, "tf:aws#aws_iam_role.deploy");
    let scopes: Vec<_> = found.iter().map(|grant| grant.scope).collect();
    assert_eq!(scopes, [ResourceScope::Resource, ResourceScope::Account, ResourceScope::Account, ResourceScope::Account]);
    assert_eq!(found[0].actions, ["s3:GetObject"]);
    assert!(text_at(&units, &found[0].location).contains("s3:GetObject"));
    assert_eq!(found[1].condition.as_deref(), Some("StringEquals iam:PassedToService [ecs-tasks.amazonaws.com]"));
    assert_eq!(found[2].role, Some(Value::literal("AdministratorAccess")));
    assert!(found[3].actions_inverted);
    assert_eq!(found[3].location.key_path.as_deref(), Some("aws_iam_policy.own.statement[0]"));
    let session = |principal: &str| facts.sessions.iter().find(|session| session.principal == principal).unwrap();
    let deploy = session("tf:aws#aws_iam_role.deploy");
    assert_eq!((deploy.seconds, deploy.basis), (Some(7200), TtlBasis::Declared));
    assert_eq!(text_at(&units, &deploy.location), "max_session_duration = 7200");
    assert_eq!(session("tf:aws#aws_iam_role.node").basis, TtlBasis::VendorDefault);
}

#[test]
fn aws_workloads_know_their_role_and_their_secrets() {
    let units = units("aws");
    let facts = read(&units);
    let lambda = workload(&facts, "tf:aws#aws_lambda_function.ingest");
    let path = &lambda.identity_paths[0];
    assert_eq!((path.kind, path.principal.known()), (IdentityKind::Managed, Some("tf:aws#aws_iam_role.node")));
    assert!(path.capability.is_some() && path.consumer.is_some());
    assert_eq!(lambda.owner.as_deref(), Some("team-data"));
    assert_eq!(references(lambda), [("var.db_password", "DB_PASSWORD", Custody::PlatformStored)]);
    let task = workload(&facts, "tf:aws#aws_ecs_task_definition.app");
    assert_eq!(references(task), [("aws_secretsmanager_secret.db", "DB_URL", Custody::VaultStatic)]);
    assert_eq!(task.uses, [(unkeyed_model::Use::Image, "acme/app:2".to_owned())]);
    let instance = workload(&facts, "tf:aws#aws_instance.runner");
    assert_eq!(instance.identity_paths[0].principal.known(), Some("tf:aws#aws_iam_role.deploy"));
    assert_eq!(
        slots(&units, &facts),
        [("API_TOKEN".to_owned(), "fixture-dead-token-0001".to_owned()), ("SIGNING_KEY".to_owned(), "fixture-dead-key-0002".to_owned())]
    );
    let slot = &facts.slots[0].location;
    assert_eq!(slot.key_path.as_deref(), Some("aws_lambda_function.ingest.environment.variables.API_TOKEN"));
    assert!(lambda.extents[0].region.span.contains(slot.region.span));
    let key = &facts.declarations[0];
    assert_eq!((key.kind.as_str(), key.principal.as_deref()), ("aws.access-key", Some("tf:aws#aws_iam_user.ci")));
    let component = workload(&facts, "k8s:prod/ServiceAccount/api");
    assert!(component.component);
    assert_eq!(trust(&facts, "tf:aws#aws_eks_pod_identity_association.api/0").subject, exact(&["system:serviceaccount:prod:api"]));
}

#[test]
fn azure_identities_assignments_and_credentials() {
    let facts = read(&units("azure"));
    let identity = "tf:azure#azurerm_user_assigned_identity.deploy";
    let github = trust(&facts, "tf:azure#azurerm_federated_identity_credential.github/0");
    assert_eq!((github.principal.as_str(), &github.subject), (identity, &exact(&["repo:acme/api:environment:prod"])));
    assert_eq!(github.audiences, Some(vec![Value::literal("api://AzureADTokenExchange")]));
    let flexible = trust(&facts, "tf:azure#azuread_application_flexible_federated_identity_credential.flex/0");
    assert_eq!(flexible.subject, SubjectRule::Expression("claims['sub'] matches 'repo:acme/*'".into()));
    let scope = |principal: &str| grants(&facts, principal).iter().map(|grant| (grant.scope, grant.role.clone())).collect::<Vec<_>>();
    assert_eq!(scope(identity), [(ResourceScope::Resource, Some(Value::literal("Storage Blob Data Reader")))]);
    assert_eq!(scope("tf:azure#azurerm_linux_web_app.web"), [(ResourceScope::Subscription, Some(Value::literal("Owner")))]);
    assert_eq!(scope("tf:azure#azuread_application.app"), [(ResourceScope::ResourceGroup, None)]);
    assert_eq!(grants(&facts, "tf:azure#azuread_application.app")[0].actions, ["*"]);
    let web = workload(&facts, "tf:azure#azurerm_linux_web_app.web");
    let principals: Vec<_> = web.identity_paths.iter().map(|path| path.principal.known().unwrap()).collect();
    assert_eq!(principals, ["tf:azure#azurerm_linux_web_app.web", identity]);
    assert_eq!(facts.trusts.iter().filter(|trust| trust.trusted == "attached").count(), 2);
    assert_eq!(web.references[0].destination, Some(unkeyed_model::Destination::new("azure", "")));
    let found = references(web);
    assert_eq!(found[0], ("azurerm_storage_account.data.primary_access_key", "STORAGE_KEY", Custody::PlatformStored));
    assert_eq!((found[1].1, found[1].2), ("DB_PASSWORD", Custody::VaultStatic));
    let secret = &facts.declarations[0];
    assert_eq!((secret.lifetime.seconds(), secret.principal.as_deref()), (Some(15_552_000), Some("tf:azure#azuread_application.app")));
}

#[test]
fn azure_scopes_by_path() {
    for (path, scope) in [
        ("/", ResourceScope::TenantRoot),
        ("/providers/Microsoft.Management/managementGroups/root", ResourceScope::ManagementGroup),
        ("/subscriptions/0", ResourceScope::Subscription),
        ("/subscriptions/0/resourceGroups/rg/", ResourceScope::ResourceGroup),
        ("/subscriptions/0/RESOURCEGROUPS/rg/providers/Microsoft.Storage/storageAccounts/a", ResourceScope::Resource),
        ("elsewhere", ResourceScope::Unknown),
    ] {
        assert_eq!(azure::path_scope(path), scope, "{path}");
    }
}

#[test]
fn gcp_members_become_trusts_and_grants() {
    let units = units("gcp");
    let facts = read(&units);
    let account = "tf:gcp#google_service_account.deploy";
    let github = trust(&facts, "tf:gcp#google_service_account_iam_member.github/0.0");
    assert_eq!((github.principal.as_str(), github.issuer.known()), (account, Some("https://token.actions.githubusercontent.com")));
    let claims: Vec<_> = github.claims.iter().map(|claim| (claim.name.as_str(), claim.values[0].known().unwrap())).collect();
    assert_eq!(claims, [("assertion.repository", "acme/api"), ("attribute_condition", "assertion.repository_owner_id == '123'")]);
    let gke = trust(&facts, "tf:gcp#google_service_account_iam_binding.gke/0.0");
    assert_eq!((gke.trusted.as_str(), &gke.subject), ("service-account", &exact(&["system:serviceaccount:prod:api"])));
    let pool = trust(&facts, "tf:gcp#google_iam_workload_identity_pool_provider.github/0");
    assert_eq!(pool.subject, SubjectRule::Expression("assertion.repository_owner_id == '123'".into()));
    let scopes: Vec<_> = grants(&facts, account).iter().map(|grant| (grant.scope, grant.role.as_ref().unwrap().known().unwrap())).collect();
    assert_eq!(scopes, [(ResourceScope::Project, "roles/editor"), (ResourceScope::Resource, "roles/storage.objectViewer")]);
    let principal = facts.principals.iter().find(|known| known.key == account).unwrap();
    assert!(principal.names.contains(&"deploy@acme-prod.iam.gserviceaccount.com".to_owned()));
    let run = workload(&facts, "tf:gcp#google_cloud_run_v2_service.api");
    assert_eq!(run.identity_paths[0].principal.known(), Some(account));
    assert_eq!(references(run), [("db-password", "DB_PASSWORD", Custody::VaultStatic)]);
    assert_eq!(slots(&units, &facts), [("SESSION_SECRET".to_owned(), "fixture-dead-secret-0003".to_owned())]);
    assert_eq!(facts.declarations[0].principal.as_deref(), Some(account));
}

#[test]
fn oci_rules_keep_their_order_and_groups_their_members() {
    let units = units("oci_vault");
    let facts = read(&units);
    let user = "tf:oci_vault#oci_identity_domains_user.ci";
    let rules: Vec<_> =
        (0..2).map(|at| trust(&facts, &format!("tf:oci_vault#oci_identity_domains_identity_propagation_trust.spire/{at}"))).collect();
    assert_eq!((rules[0].principal.as_str(), &rules[0].subject), (user, &glob(&["spiffe://acme/ns/ci/*"])));
    assert_eq!(rules[1].subject, exact(&["spiffe://acme/ns/ci/sa/deploy"]));
    assert!(rules[1].settings.contains(&("order".into(), Value::literal("1"))));
    assert!(text_at(&units, &rules[1].location).contains("sa/deploy"));
    let of_user = grants(&facts, user);
    assert_eq!((of_user[0].scope, of_user[0].actions.as_slice()), (ResourceScope::Tenancy, &["manage all-resources".to_owned()][..]));
    assert_eq!(grants(&facts, "oci:any-user")[0].condition.as_deref(), Some("request.principal.type = 'workload'"));
}

#[test]
fn vault_roles_policies_and_leases() {
    let facts = read(&units("oci_vault"));
    let role = "tf:oci_vault#vault_jwt_auth_backend_role.ci";
    let jwt = trust(&facts, &format!("{role}/0"));
    assert_eq!(
        (&jwt.subject, jwt.issuer.known()),
        (&glob(&["repo:acme/*", "repo:other/*"]), Some("https://token.actions.githubusercontent.com"))
    );
    let found: Vec<_> = grants(&facts, role).iter().map(|grant| (grant.scope, grant.actions.join(","))).collect();
    assert_eq!(
        found,
        [(ResourceScope::Resource, "read".to_owned()), (ResourceScope::TenantRoot, "sudo".into()), (ResourceScope::Unknown, String::new())]
    );
    let kubernetes = trust(&facts, "tf:oci_vault#vault_kubernetes_auth_backend_role.app/0");
    assert_eq!(kubernetes.subject, exact(&["system:serviceaccount:prod:app", "system:serviceaccount:prod:worker"]));
    let approle = trust(&facts, "tf:oci_vault#vault_approle_auth_backend_role.legacy/0");
    assert!(approle.settings.contains(&("secret_id_ttl".into(), Value::literal("0"))));
    let lease = facts.principals.iter().find(|known| known.kind == "lease").unwrap();
    assert!(lease.names.contains(&"database/creds/app".to_owned()));
    let lengths: Vec<_> = facts.sessions.iter().map(|session| (session.setting.as_str(), session.seconds)).collect();
    assert_eq!(lengths, [("default_ttl", Some(3600)), ("token_ttl", Some(900)), ("token_max_ttl", Some(3600))]);
    assert_eq!(facts.declarations[0].kind, "vault.approle-secret-id");
}

#[test]
fn unknown_principals_are_not_taken_for_one() {
    let facts = one(r#"
        resource "aws_iam_role_policy" "a" {
          for_each = var.roles
          role     = each.value
          policy   = jsonencode({ Statement = [{ Action = "s3:*", Resource = "*" }] })
        }
        resource "aws_iam_role_policy" "b" {
          for_each = var.others
          role     = each.value
          policy   = jsonencode({ Statement = [{ Action = "s3:*", Resource = "*" }] })
        }
        resource "aws_db_instance" "d" {
          dynamic "user_of" {
            for_each = var.users
            content { password = user_of.value.password }
          }
        }
        "#);
    assert_ne!(facts.grants[0].principal, facts.grants[1].principal);
    assert!(facts.workloads.iter().all(|workload| workload.references.is_empty()));
}
