//! What is made for each of a map, logins of machines to Vault, and permissions of directories.

use unkeyed_model::SubjectRule;

use super::trusts::{facts, subjects};

#[test]
fn what_is_granted_for_each_is_granted_to_each() {
    let text = r#"
variable "all" { default = { a = { verbs = ["bind"] }, b = { verbs = ["get"] } } }
resource "kubernetes_cluster_role" "op" {
  for_each = var.all
  metadata { name = each.key }
  rule {
    api_groups = [""]
    resources  = ["roles"]
    verbs      = each.value.verbs
  }
}
resource "kubernetes_cluster_role_binding" "op" {
  for_each = var.all
  metadata { name = each.key }
  role_ref {
    kind = "ClusterRole"
    name = kubernetes_cluster_role.op[each.key].metadata[0].name
  }
  subject {
    kind      = "ServiceAccount"
    name      = each.key
    namespace = "ops"
  }
}
resource "azuread_app_role_assignment" "graph" {
  for_each            = toset(["User.Read.All", "Application.ReadWrite.All"])
  app_role_id         = azuread_service_principal.graph.app_role_ids[each.value]
  principal_object_id = "x"
}
"#;
    let facts = facts(&[("infra/main.tf", text)]);
    let told: Vec<String> = facts
        .grants
        .iter()
        .map(|grant| {
            let role = grant.role.as_ref().and_then(unkeyed_model::Value::known).unwrap_or("?");
            format!("{} {role} {}", grant.principal, grant.actions.join(","))
        })
        .collect();
    for expected in ["k8s:sa/ops/a a bind", "k8s:sa/ops/b b get"] {
        assert!(told.iter().any(|grant| grant == expected), "{told:?}");
    }
    assert!(
        told.iter().any(|grant| grant.contains(" Application.ReadWrite.All")) && told.iter().any(|grant| grant.contains(" User.Read.All")),
        "{told:?}"
    );
}

#[test]
fn machines_of_azure_and_google_log_in_to_vault_as_those_of_aws() {
    let text = r#"
resource "vault_azure_auth_backend_role" "a" {
  role                        = "a"
  bound_subscription_ids      = ["s"]
  bound_service_principal_ids = ["p"]
}
resource "vault_gcp_auth_backend_role" "g" {
  role           = "g"
  bound_projects = ["p"]
}
"#;
    let facts = facts(&[("infra/main.tf", text)]);
    assert_eq!(subjects(&facts), [&SubjectRule::Exact(vec!["p".into()]), &SubjectRule::Any]);
    assert_eq!(facts.trusts[1].claims[0].name, "bound_projects");
}

#[test]
fn tokens_last_as_their_login_method_says_where_the_role_says_nothing() {
    let text = r#"
resource "vault_auth_backend" "k" {
  type = "kubernetes"
  tune {
    default_lease_ttl = "15m"
    max_lease_ttl     = "1h"
  }
}
resource "vault_kubernetes_auth_backend_role" "a" {
  backend   = vault_auth_backend.k.path
  role_name = "a"
  token_ttl = 60
}
"#;
    let told: Vec<_> = facts(&[("infra/main.tf", text)]).sessions.into_iter().map(|one| (one.setting, one.seconds)).collect();
    assert_eq!(told, [("token_ttl".to_owned(), Some(60)), ("token_max_ttl".to_owned(), Some(3_600))]);
}

#[test]
fn what_an_application_asks_for_holds_once_an_administrator_consents() {
    let text = r#"
resource "azuread_application" "a" {
  display_name = "a"
  required_resource_access {
    resource_app_id = "g"
    resource_access {
      id   = "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"
      type = "Role"
    }
    resource_access {
      id   = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
      type = "Scope"
    }
  }
}
"#;
    let facts = facts(&[("infra/main.tf", text)]);
    let [grant] = facts.grants.as_slice() else { panic!("one: {:?}", facts.grants) };
    assert_eq!(grant.role, Some(unkeyed_model::Value::literal("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9")));
    assert!(grant.condition.is_some() && grant.principal == "tf:infra#azuread_application.a");
}
