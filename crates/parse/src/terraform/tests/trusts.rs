//! Trusts whose documents are templates, or differ from instance to instance.

use std::sync::Arc;

use unkeyed_model::{Facts, Origin, SubjectRule, Unit, Value};

use crate::testing::read;

pub(super) fn facts(files: &[(&str, &str)]) -> Facts {
    let unit = |(path, text): &(&str, &str)| {
        Unit::new(Arc::new(Origin { path: (*path).to_owned(), ..Origin::default() }), text.as_bytes().to_vec())
    };
    read(&files.iter().map(unit).collect::<Vec<_>>())
}

const TEMPLATE: &str = r#"{
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::242424242424:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": ${jsonencode(subjects)}}}
  }]
}"#;

pub(super) fn subjects(facts: &Facts) -> Vec<&SubjectRule> {
    facts.trusts.iter().map(|trust| &trust.subject).collect()
}

#[test]
fn a_template_is_filled_in_with_what_it_is_given() {
    let role = r#"
variable "repository" { default = "northwind/web" }
resource "aws_iam_role" "ci" {
  assume_role_policy = templatefile("${path.module}/trust.json.tftpl", { subjects = ["repo:${var.repository}:*"] })
}
"#;
    let expected = SubjectRule::Glob(vec!["repo:northwind/web:*".into()]);
    assert_eq!(subjects(&facts(&[("infra/main.tf", role), ("infra/trust.json.tftpl", TEMPLATE)])), [&expected]);
    let older = r#"
data "template_file" "trust" {
  template = file("trust.json.tpl")
  vars     = { subjects = "repo:northwind/web:*" }
}
resource "aws_iam_role" "ci" { assume_role_policy = data.template_file.trust.rendered }
"#;
    assert_eq!(subjects(&facts(&[("infra/main.tf", older), ("infra/trust.json.tpl", TEMPLATE)])), [&expected]);
}

#[test]
fn a_document_that_is_computed_of_each_is_so_for_every_instance() {
    let role = r#"
locals { roles = { web = { repositories = ["northwind/web", "northwind/api"] }, docs = { repositories = ["northwind/docs"] } } }
resource "aws_iam_role" "ci" {
  for_each           = local.roles
  assume_role_policy = templatefile("trust.json.tftpl", { subjects = [for one in each.value.repositories : "repo:${one}:*"] })
}
"#;
    let facts = facts(&[("infra/main.tf", role), ("infra/trust.json.tftpl", TEMPLATE)]);
    let of = |names: &[&str]| SubjectRule::Glob(names.iter().map(|name| format!("repo:northwind/{name}:*")).collect());
    assert_eq!(subjects(&facts), [&of(&["web", "api"]), &of(&["docs"])]);
    assert_eq!(facts.trusts[1].id, "tf:infra#aws_iam_role.ci[docs]/0");
}

#[test]
fn a_value_that_is_chosen_by_each_is_so_for_every_instance() {
    let credential = r#"
resource "azurerm_federated_identity_credential" "gh" {
  for_each = { main = { branch = "main" }, prod = { environment = "prod" } }
  issuer   = "https://token.actions.githubusercontent.com"
  subject  = each.key == "main" ? "repo:northwind/web:ref:refs/heads/${each.value.branch}" : "repo:northwind/web:environment:prod"
}
"#;
    let of = |text: &str| SubjectRule::Exact(vec![format!("repo:northwind/web:{text}")]);
    assert_eq!(subjects(&facts(&[("infra/main.tf", credential)])), [&of("ref:refs/heads/main"), &of("environment:prod")]);
}

#[test]
fn policies_that_a_role_has_and_no_others_are_attached() {
    let role = r#"
resource "aws_iam_role" "ci" { name = "ci" }
resource "aws_iam_role_policy_attachments_exclusive" "ci" {
  role_name   = aws_iam_role.ci.name
  policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"]
}
"#;
    let facts = facts(&[("infra/main.tf", role)]);
    let roles: Vec<_> = facts.grants.iter().filter_map(|grant| grant.role.as_ref()?.known()).collect();
    assert_eq!(roles, ["AdministratorAccess", "ReadOnlyAccess"]);
    assert_eq!(facts.grants[0].principal, "tf:infra#aws_iam_role.ci");
}

#[test]
fn the_compartment_of_a_dynamic_group_is_the_tenancy() {
    let group = |rule: &str| {
        let text =
            format!("resource \"oci_identity_dynamic_group\" \"g\" {{\n  compartment_id = var.tenancy\n  matching_rule = {rule}\n}}\n");
        facts(&[("infra/main.tf", &text)]).trusts[0].settings[0].1.clone()
    };
    let known = |text: &str| Value::literal(text);
    assert_eq!(
        group("\"ALL {instance.compartment.id = '${var.tenancy}'}\""),
        known("ALL {instance.compartment.id = 'ocid1.tenancy.${var.tenancy}'}")
    );
    assert_eq!(group("\"ALL {instance.compartment.id = '${var.apps}'}\""), known("ALL {instance.compartment.id = '${var.apps}'}"));
    for unknown in ["\"ANY {${join(\", \", var.rules)}}\"", "var.rule"] {
        assert!(matches!(group(unknown), Value::Unknown(_)), "{unknown}");
    }
}

#[test]
fn what_is_made_of_every_item_of_a_variable_is_known_but_for_the_item() {
    let role = r#"
variable "repositories" { type = list(string) }
resource "aws_iam_role" "ci" {
  assume_role_policy = templatefile("trust.json.tftpl", { subjects = [for one in var.repositories : "repo:${one}:*"] })
}
"#;
    let facts = facts(&[("infra/main.tf", role), ("infra/trust.json.tftpl", TEMPLATE)]);
    assert_eq!(subjects(&facts), [&SubjectRule::Glob(vec!["repo:${an item of var.repositories}:*".into()])]);
}

#[test]
fn what_is_not_made_grants_nothing() {
    let role = |made: &str| {
        let text = format!(
            "variable \"admin\" {{ default = {made} }}\nresource \"aws_iam_role\" \"ci\" {{ name = \"ci\" }}\n\
             resource \"aws_iam_role_policy_attachment\" \"admin\" {{\n  count = var.admin ? 1 : 0\n  role = aws_iam_role.ci.name\n  \
             policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"\n}}\n"
        );
        facts(&[("infra/main.tf", &text)]).grants.len()
    };
    assert_eq!((role("false"), role("true")), (0, 1));
}

#[test]
fn a_policy_of_vault_may_have_its_braces_on_lines_of_their_own() {
    let policy = "resource \"vault_policy\" \"ops\" {\n  name = \"ops\"\n  policy = <<EOT\n# all\npath \"auth/*\"\n{\n  capabilities = [\"sudo\"]\n}\n\n\
                  path \"secret/*\" {\n  capabilities = [\"read\"]\n}\nEOT\n}\n";
    let facts = facts(&[("infra/main.tf", policy)]);
    let paths: Vec<_> = facts.grants.iter().filter_map(|grant| grant.resources[0].known()).collect();
    assert_eq!(paths, ["auth/*", "secret/*"]);
}

#[test]
fn claims_that_differ_by_instance_are_those_of_each() {
    let roles = r#"
locals { roles = { web = { claims = { sub = "repo:northwind/*" } }, docs = { claims = { sub = "repo:northwind/docs:environment:prod" } } } }
resource "vault_jwt_auth_backend_role" "ci" {
  for_each          = local.roles
  bound_claims_type = "glob"
  bound_claims      = each.value.claims
}
"#;
    let facts = facts(&[("infra/main.tf", roles)]);
    let of = |text: &str| SubjectRule::Glob(vec![text.into()]);
    assert_eq!(subjects(&facts), [&of("repo:northwind/*"), &of("repo:northwind/docs:environment:prod")]);
    assert_eq!(facts.trusts[1].id, "tf:infra#vault_jwt_auth_backend_role.ci[docs]/0");
}

#[test]
fn a_list_that_is_counted_through_has_all_its_items() {
    let roles = r#"
variable "roles" { default = ["roles/logging.logWriter", "roles/editor"] }
resource "google_project_iam_member" "ci" {
  count   = length(var.roles)
  project = "northwind"
  role    = var.roles[count.index]
  member  = "serviceAccount:ci@northwind.iam.gserviceaccount.com"
}
"#;
    let facts = facts(&[("infra/main.tf", roles)]);
    let roles: Vec<_> = facts.grants.iter().filter_map(|grant| grant.role.as_ref()?.known()).collect();
    assert_eq!(roles, ["roles/logging.logWriter", "roles/editor"]);
}

#[test]
fn a_provider_under_for_each_accepts_what_each_says() {
    let providers = r#"
locals { providers = { github = { issuer = "https://token.actions.githubusercontent.com" }, gitlab = { issuer = "https://gitlab.com" } } }
resource "google_iam_workload_identity_pool_provider" "ci" {
  for_each                  = local.providers
  workload_identity_pool_id = "ci"
  oidc { issuer_uri = each.value.issuer }
}
"#;
    let facts = facts(&[("infra/main.tf", providers)]);
    let issuers: Vec<_> = facts.trusts.iter().filter_map(|trust| trust.issuer.known()).collect();
    assert_eq!(issuers, ["https://token.actions.githubusercontent.com", "https://gitlab.com"]);
}

#[test]
fn a_dynamic_block_is_read_once_for_each_of_its_values() {
    let role = r#"
locals { subjects = ["repo:northwind/web:environment:prod", "repo:northwind/api:environment:prod"] }
data "aws_iam_policy_document" "t" {
  dynamic "statement" {
    for_each = local.subjects
    iterator = one
    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]
      principals {
        type        = "Federated"
        identifiers = ["arn:aws:iam::242424242424:oidc-provider/token.actions.githubusercontent.com"]
      }
      dynamic "condition" {
        for_each = { sub = one.value }
        content {
          test     = "StringEquals"
          variable = "token.actions.githubusercontent.com:${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }
}
resource "aws_iam_role" "ci" { assume_role_policy = data.aws_iam_policy_document.t.json }
"#;
    let of = |name: &str| SubjectRule::Exact(vec![format!("repo:northwind/{name}:environment:prod")]);
    assert_eq!(subjects(&facts(&[("main.tf", role)])), [&of("web"), &of("api")]);
    let with = |subjects| role.replace("[\"repo:northwind/web:environment:prod\", \"repo:northwind/api:environment:prod\"]", subjects);
    let unknown = with("var.subjects");
    assert!(facts(&[("main.tf", &with("[]"))]).trusts.is_empty());
    assert!(matches!(subjects(&facts(&[("main.tf", &unknown)]))[..], [SubjectRule::Unknown(_)]));
}

#[test]
fn a_member_of_the_folders_pool_that_is_granted_a_role_is_a_trust_of_the_pool() {
    let pool = |member: &str| {
        let text = format!(
            r#"
resource "google_iam_workload_identity_pool" "ci" {{ workload_identity_pool_id = "ci" }}
resource "google_iam_workload_identity_pool_provider" "gh" {{
  workload_identity_pool_id = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  attribute_mapping         = {{ "google.subject" = "assertion.sub", "attribute.owner" = "assertion.repository_owner" }}
  attribute_condition       = "assertion.repository_owner_id == '7'"
  oidc {{ issuer_uri = "https://token.actions.githubusercontent.com" }}
}}
resource "google_storage_bucket_iam_member" "w" {{
  for_each = toset(["roles/storage.objectAdmin", "roles/storage.objectViewer"])
  bucket   = "artifacts"
  role     = each.value
  member   = "{member}"
}}
"#
        );
        facts(&[("main.tf", &text)])
    };
    let direct = pool("principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/attribute.owner/acme");
    let [_, member] = direct.trusts.as_slice() else { panic!("the provider and one member: {:?}", direct.trusts) };
    assert_eq!(
        (member.principal.as_str(), member.claims[0].name.as_str()),
        ("tf:.#google_iam_workload_identity_pool.ci", "assertion.repository_owner")
    );
    assert_eq!(direct.grants.len(), 2);
    assert_eq!(pool("serviceAccount:x@p.iam.gserviceaccount.com").trusts.len(), 1);
}

#[test]
fn logins_to_vault_with_an_identity_of_aws_are_trusts() {
    let role = |bound: &str| {
        let text = format!("resource \"vault_aws_auth_backend_role\" \"r\" {{\n  role = \"r\"\n  auth_type = \"iam\"\n  {bound}\n}}\n");
        facts(&[("main.tf", &text)]).trusts.swap_remove(0)
    };
    let arn = "arn:aws:iam::242424242424:role/*";
    assert_eq!(role(&format!("bound_iam_principal_arns = [\"{arn}\"]")).subject, SubjectRule::Glob(vec![arn.into()]));
    assert!(matches!(role("bound_iam_principal_arns = var.arns").subject, SubjectRule::Unknown(_)));
    let account = role("bound_account_ids = [\"242424242424\"]");
    assert_eq!(
        (account.subject, account.claims[0].name.as_str(), account.trusted.as_str()),
        (SubjectRule::Any, "bound_account_ids", "aws")
    );
}

#[test]
fn what_each_value_says_of_an_assignment_is_its_instances() {
    let role = r#"
locals { grants = { a = { role = "Owner", scope = "/subscriptions/0", who = azuread_service_principal.p.object_id }, b = { role = "Reader", scope = "/subscriptions/1", who = azuread_service_principal.p.object_id } } }
resource "azuread_application" "p" { display_name = "p" }
resource "azuread_service_principal" "p" { client_id = azuread_application.p.client_id }
resource "azurerm_role_assignment" "g" {
  for_each             = local.grants
  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = each.value.who
}
"#;
    let said: Vec<(Option<String>, String)> = facts(&[("main.tf", role)])
        .grants
        .iter()
        .map(|grant| (grant.role.as_ref().and_then(Value::known).map(str::to_owned), grant.principal.clone()))
        .collect();
    let principal = "tf:.#azuread_application.p".to_owned();
    assert_eq!(said, [(Some("Owner".to_owned()), principal.clone()), (Some("Reader".to_owned()), principal)]);
}

#[test]
fn opentofus_files_in_json_are_read() {
    let role = r#"{"resource":{"aws_iam_role":{"r":{"assume_role_policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"*\"}}]}"}}}}"#;
    assert_eq!(facts(&[("main.tofu.json", role)]).trusts[0].trusted, "any");
}

#[test]
fn credentials_that_are_counted_through_have_what_each_says() {
    let text = r#"
variable "all" {
  default = [
    { subject = "repo:northwind/web:pull_request", issuer = "https://token.actions.githubusercontent.com", audiences = ["api://AzureADTokenExchange"] },
    { subject = "repo:northwind/web:environment:prod", issuer = "https://token.actions.githubusercontent.com", audiences = ["api://AzureADTokenExchange"] },
  ]
}
resource "azuread_application" "a" { display_name = "a" }
resource "azuread_application_federated_identity_credential" "f" {
  count          = length(var.all)
  application_id = azuread_application.a.id
  subject        = var.all[count.index].subject
  issuer         = var.all[count.index].issuer
  audiences      = var.all[count.index].audiences
}
"#;
    let facts = facts(&[("main.tf", text)]);
    let of = |rest: &str| SubjectRule::Exact(vec![format!("repo:northwind/web:{rest}")]);
    assert_eq!(subjects(&facts), [&of("pull_request"), &of("environment:prod")]);
    let one = &facts.trusts[0];
    assert_eq!(one.issuer.known(), Some("https://token.actions.githubusercontent.com"));
    assert_eq!(one.audiences.as_ref().and_then(|all| all[0].known()), Some("api://AzureADTokenExchange"));
}

#[test]
fn a_switch_of_a_registry_module_attaches_its_policy() {
    let call = |switch: &str| {
        let text = format!(
            "module \"o\" {{\n  source = \"unfunco/oidc-github/aws\"\n  github_repositories = [\"northwind/web:ref:refs/heads/main\"]\n  attach_admin_policy = {switch}\n}}\n"
        );
        facts(&[("main.tf", &text)]).grants.len()
    };
    assert_eq!((call("true"), call("false")), (1, 0));
}

#[test]
fn a_document_that_is_not_made_says_nothing() {
    let role = |switch: &str| {
        let text = format!(
            r#"
variable "attach" {{ default = {switch} }}
data "aws_iam_policy_document" "all" {{
  count = var.attach ? 1 : 0
  statement {{
    actions   = ["s3:*"]
    resources = ["*"]
  }}
}}
data "aws_iam_policy_document" "this" {{ source_policy_documents = concat(data.aws_iam_policy_document.all[*].json, []) }}
resource "aws_iam_role_policy" "r" {{
  role   = "r"
  policy = data.aws_iam_policy_document.this.json
}}
"#
        );
        facts(&[("main.tf", &text)]).grants.len()
    };
    assert_eq!((role("true"), role("false")), (1, 0));
}
