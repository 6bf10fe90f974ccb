//! What differs from instance to instance, and what references by key mean.

use std::sync::Arc;

use unkeyed_model::{Facts, Origin, SubjectRule, Unit};

use crate::testing::read;

fn facts(text: &str) -> Facts {
    read(&[Unit::new(Arc::new(Origin { path: "infra/main.tf".into(), ..Origin::default() }), text.as_bytes().to_vec())])
}

#[test]
fn a_document_that_is_taken_by_key_is_that_of_the_key() {
    let text = |id: &str| {
        format!(
            r#"
locals {{ vendors = {{ metrics = {{ account = "424242424242", {id} }} }} }}
data "aws_iam_policy_document" "v" {{
  for_each = local.vendors
  statement {{
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "AWS"
      identifiers = ["arn:aws:iam::${{each.value.account}}:root"]
    }}
    dynamic "condition" {{
      for_each = try(each.value.id, null) == null ? [] : [each.value.id]
      content {{
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }}
    }}
  }}
}}
resource "aws_iam_role" "each" {{
  for_each           = local.vendors
  assume_role_policy = data.aws_iam_policy_document.v[each.key].json
}}
resource "aws_iam_role" "one" {{ assume_role_policy = data.aws_iam_policy_document.v["metrics"].json }}
"#
        )
    };
    let conditions = |id: &str| facts(&text(id)).trusts.iter().map(|trust| trust.claims.len()).collect::<Vec<_>>();
    assert_eq!(conditions(""), [0, 0]);
    assert_eq!(conditions("id = \"x\""), [1, 1]);
    assert!(facts(&text("")).trusts.iter().all(|trust| trust.issuer.known() == Some("424242424242")));
}

#[test]
fn a_count_makes_as_many() {
    let text = r#"
variable "repositories" { default = ["northwind/web", "northwind/api"] }
resource "aws_iam_role" "ci" {
  count = length(var.repositories)
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = "arn:aws:iam::424242424242:oidc-provider/gitlab.com" }
    Condition = { StringEquals = { "gitlab.com:sub" = "project_path:${var.repositories[count.index]}:ref_type:branch:ref:main" } }
  }] })
}
"#;
    let of = |name: &str| SubjectRule::Exact(vec![format!("project_path:northwind/{name}:ref_type:branch:ref:main")]);
    let found: Vec<SubjectRule> = facts(text).trusts.into_iter().map(|trust| trust.subject).collect();
    assert_eq!(found, [of("web"), of("api")]);
}

#[test]
fn what_makes_nothing_grants_nothing() {
    let text = |over: &str| {
        format!(
            "resource \"google_project_iam_member\" \"m\" {{\n  for_each = {over}\n  role = \"roles/editor\"\n  \
             member = \"serviceAccount:a@b.iam.gserviceaccount.com\"\n}}\n"
        )
    };
    assert_eq!(facts(&text("toset([])")).grants.len(), 0);
    assert_eq!(facts(&text("{}")).grants.len(), 0);
    assert_eq!(facts(&text("var.all")).grants.len(), 1);
}

#[test]
fn members_are_of_a_pool_that_only_its_provider_names() {
    let text = r#"
resource "google_iam_workload_identity_pool_provider" "p" {
  workload_identity_pool_id          = "gh"
  workload_identity_pool_provider_id = "gh"
  attribute_mapping                  = { "google.subject" = "assertion.sub", "attribute.owner" = "assertion.repository_owner" }
  oidc { issuer_uri = "https://token.actions.githubusercontent.com" }
}
resource "google_storage_bucket_iam_member" "m" {
  bucket = "x"
  role   = "roles/storage.objectAdmin"
  member = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/attribute.owner/northwind"
}
"#;
    let facts = facts(text);
    let member = facts.trusts.iter().find(|trust| trust.settings.iter().any(|(name, _)| name == "member")).unwrap();
    assert_eq!(member.claims[0].name, "assertion.repository_owner");
    assert_eq!(member.principal, facts.grants[0].principal);
}

#[test]
fn permission_sets_have_sessions_and_grants() {
    let text = r#"
resource "aws_ssoadmin_permission_set" "ops" {
  name             = "ops"
  session_duration = "PT8H"
}
resource "aws_ssoadmin_managed_policy_attachment" "ops" {
  permission_set_arn = aws_ssoadmin_permission_set.ops.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_ssoadmin_permission_set_inline_policy" "ops" {
  permission_set_arn = aws_ssoadmin_permission_set.ops.arn
  inline_policy      = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
"#;
    let facts = facts(text);
    assert_eq!(facts.sessions[0].seconds, Some(28_800));
    assert!(facts.grants.iter().all(|grant| grant.principal == "tf:infra#aws_ssoadmin_permission_set.ops"));
    assert_eq!(facts.grants.len(), 2);
}

#[test]
fn the_default_account_may_be_looked_up() {
    let text = r#"
data "google_compute_default_service_account" "d" {}
resource "google_compute_instance_template" "t" {
  service_account {
    email  = data.google_compute_default_service_account.d.email
    scopes = ["cloud-platform"]
  }
}
"#;
    let traits = &facts(text).workloads[0].traits;
    assert!(traits.iter().any(|(name, ..)| name == "default-service-account"));
}

#[test]
fn instances_of_a_resource_are_gone_through_by_their_keys() {
    let text = r#"
data "aws_iam_policy_document" "t" {
  for_each = { net = "core", app = "till" }
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::424242424242:oidc-provider/gitlab.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "gitlab.com:sub"
      values   = ["project_path:northwind/${each.value}:ref_type:branch:ref:main"]
    }
  }
}
resource "aws_iam_role" "t" {
  for_each           = data.aws_iam_policy_document.t
  name               = each.key
  assume_role_policy = each.value.json
}
"#;
    let of = |name: &str| SubjectRule::Exact(vec![format!("project_path:northwind/{name}:ref_type:branch:ref:main")]);
    let found: Vec<SubjectRule> = facts(text).trusts.into_iter().map(|trust| trust.subject).collect();
    assert_eq!(found, [of("core"), of("till")]);
    // One that goes through itself ends.
    assert_eq!(facts("resource \"aws_iam_role\" \"a\" {\n  for_each = aws_iam_role.a\n  name = each.key\n}\n").trusts.len(), 0);
}

#[test]
fn what_each_instance_attaches_and_lasts_is_its_roles() {
    let text = r#"
locals { all = ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"] }
resource "aws_iam_role" "r" {
  for_each             = { one = 3600, two = 43200 }
  name                 = each.key
  max_session_duration = each.value
}
resource "aws_iam_role_policy_attachment" "a" {
  count      = length(local.all)
  role       = aws_iam_role.r["one"].name
  policy_arn = element(local.all, count.index)
}
"#;
    let facts = facts(text);
    let roles: Vec<_> = facts.grants.iter().filter_map(|grant| grant.role.as_ref()?.known()).collect();
    assert_eq!(roles, ["A", "B"]);
    assert_eq!(facts.sessions.iter().map(|session| session.seconds).collect::<Vec<_>>(), [Some(3600), Some(43_200)]);
}

#[test]
fn who_is_attached_to_is_meant_by_the_attachment() {
    let text = r#"
resource "aws_iam_role" "r" {
  for_each = { one = "A" }
  name     = each.key
}
resource "aws_iam_role_policy_attachment" "a" {
  for_each   = aws_iam_role.r
  role       = each.value.id
  policy_arn = "arn:aws:iam::aws:policy/A"
}
resource "aws_iam_role_policy_attachments_exclusive" "e" {
  for_each    = aws_iam_role_policy_attachment.a
  role_name   = each.value.role
  policy_arns = [each.value.policy_arn]
}
"#;
    let facts = facts(text);
    assert_eq!(facts.grants.len(), 2);
    assert!(facts.grants.iter().all(|grant| grant.principal == "tf:infra#aws_iam_role.r"));
}
