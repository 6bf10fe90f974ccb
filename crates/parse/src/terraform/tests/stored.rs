//! Names of what a secret manager keeps, and of what is none.

use std::sync::Arc;

use unkeyed_model::{Content, Custody, Origin, StoreKind, Unit};

use super::one;

#[test]
fn the_name_of_a_stored_secret_is_a_fetch_where_something_runs_and_none_in_a_policy() {
    let text = r#"provider "aws" {}
        resource "aws_iam_role_policy" "p" {
          role   = "x"
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ssm:GetParameter", Resource = "arn:aws:ssm:eu-west-1:111122223333:parameter/web/*" }] })
        }
        resource "google_cloud_run_service" "s" {
          template {
            spec {
              containers {
                env {
                  name = "CONFIG"
                  value_from {
                    secret_key_ref {
                      name = "config"
                      key  = "latest"
                    }
                  }
                }
              }
            }
          }
        }
        resource "google_cloud_run_v2_service" "v" {
          template {
            containers {
              env {
                name = "CONFIG"
                value_source {
                  secret_key_ref {
                    secret = "config"
                  }
                }
              }
            }
          }
        }"#;
    let facts = one(text);
    let used = |id: &str| {
        let workload = facts.workloads.iter().find(|workload| workload.id.ends_with(id)).unwrap();
        workload.references.iter().map(|used| (used.name.clone(), used.content)).collect::<Vec<_>>()
    };
    assert_eq!(used("#run"), []);
    assert_eq!(used(".s"), [("config".to_owned(), Content::Durable)]);
    assert_eq!(used(".v"), [("config".to_owned(), Content::Durable)]);
}

#[test]
fn a_stored_secret_that_stands_beside_is_fetched_by_whoever_names_it() {
    let service = |name: &str| {
        format!(
            r#"resource "google_secret_manager_secret" "key" {{ secret_id = "key" }}
            resource "google_secret_manager_secret_iam_member" "key" {{ secret_id = google_secret_manager_secret.key.secret_id }}
            resource "google_cloud_run_v2_service" "v" {{
              template {{
                containers {{
                  env {{
                    name = "CONFIG"
                    value_source {{
                      secret_key_ref {{ secret = {name} }}
                    }}
                  }}
                }}
              }}
            }}
            resource "google_cloud_run_v2_job" "j" {{
              template {{
                template {{
                  volumes {{
                    name = "config"
                    secret {{ secret = {name} }}
                  }}
                }}
              }}
            }}"#
        )
    };
    for name in [
        "google_secret_manager_secret.key.secret_id",
        "google_secret_manager_secret.key.id",
        "google_secret_manager_secret_iam_member.key.secret_id",
        "var.name_of_it",
        "each.value.name_of_it",
        "module.settings.name_of_it",
        "\"key\"",
    ] {
        let facts = one(&service(name));
        let runs = facts.workloads.iter().filter(|workload| workload.id.ends_with(".v") || workload.id.ends_with(".j"));
        let kept: Vec<_> = runs.flat_map(|workload| &workload.references).map(|used| (used.custody, used.content)).collect();
        assert_eq!(kept, [(Custody::VaultStatic, Content::Durable); 2], "{name}");
    }
}

#[test]
fn sqlite_needs_no_credential() {
    let server = |connection: &str| {
        let text = format!(
            "server {{ trust_domain = \"acme\" }}\nplugins {{\n DataStore \"sql\" {{\n plugin_data {{\n connection_string = \"{connection}\"\n }}\n }}\n}}\n"
        );
        let unit = Unit::new(Arc::new(Origin { path: "spire/server.conf".into(), ..Origin::default() }), text.as_bytes());
        crate::read(&crate::group(&unit).unwrap(), std::slice::from_ref(&unit)).slots.len()
    };
    assert_eq!(server(".spire/data/server/datastore.sqlite3"), 0);
    assert_eq!(server("postgresql://spire:fake@db/spire"), 1);
}

#[test]
fn what_runs_is_handed_a_credential_by_others() {
    let custody = |assignment: &str| {
        let text = format!("resource \"aws_lambda_function\" \"f\" {{\n environment {{\n variables = {{\n {assignment}\n }}\n }}\n}}\n");
        let facts = one(&text);
        let workload = facts.workloads.iter().find(|workload| workload.id.ends_with(".f")).unwrap();
        workload.references.iter().map(|used| used.custody).collect::<Vec<_>>()
    };
    for kept in [
        "OIDC_CLIENT_SECRET = azuread_application_password.p.value",
        "DB_PASSWORD = module.db.password",
        "DB_PASSWORD = one(module.db[*].password)",
        "DB_PASSWORD = each.value.password",
        "CONFIG = module.db.password",
        "CONFIG = \"password=${module.db.password}\"",
        "DB_PASSWORD = data.terraform_remote_state.x.outputs.db_password",
        "DB_PASSWORD = var.x ? module.a.p : module.b.p",
        "DATABASE_URL = \"postgres://u:${module.db.password}@${module.db.host}/x\"",
    ] {
        let found = custody(kept);
        assert!(!found.is_empty() && found.iter().all(|one| *one == Custody::PlatformStored), "{kept}");
    }
    for named in ["DB_PASSWORD = module.db.secret_arn", "DB_SECRET = module.db_secret.name"] {
        assert_eq!(custody(named), [Custody::VaultStatic], "{named}");
    }
    for none in [
        "DATABASE_URL = aws_db_instance.x.endpoint",
        "DATABASE_URL = \"postgres://${aws_db_instance.x.address}/x\"",
        "WEBHOOK_URL = aws_lambda_function_url.x.function_url",
        "REGISTRY_PASSWORD = data.aws_ecr_authorization_token.t.password",
        "TOKEN = aws_thing.x.id",
        "CONFIG = module.db.host",
        "DB_PASSWORD = null",
        "DB_PASSWORD = \"\"",
    ] {
        assert_eq!(custody(none), [], "{none}");
    }
}

#[test]
fn the_name_of_a_role_is_no_credential() {
    let text = r#"resource "aws_api_gateway_integration" "i" {
      credentials = "arn:aws:iam::${var.account_id}:role/${var.role}"
    }"#;
    let facts = one(text);
    assert!(facts.workloads.iter().all(|workload| workload.references.is_empty()));
    assert!(!one(&text.replace("arn:aws:iam::", "")).workloads[0].references.is_empty());
}

#[test]
fn a_variable_where_a_name_is_asked_for_is_a_name() {
    let task = r#"variable "db_password_arn" {}
        resource "aws_ecs_task_definition" "t" {
          container_definitions = jsonencode([{ name = "a", secrets = [{ name = "DB_PASSWORD", valueFrom = var.db_password_arn }] }])
        }"#;
    let facts = one(task);
    let task = facts.workloads.iter().find(|workload| workload.id.ends_with(".t")).unwrap();
    let stores: Vec<_> = task.references.iter().map(|found| (found.store, found.custody)).collect();
    assert_eq!(stores, [(StoreKind::CloudSecretManager, Custody::VaultStatic)]);
}

#[test]
fn settings_kept_as_secrets_of_github_are_none() {
    let kept = |name: &str| {
        let text = format!(
            r#"variable "v" {{ type = string }}
            resource "github_actions_secret" "s" {{
              repository      = "r"
              secret_name     = "{name}"
              plaintext_value = var.v
            }}"#
        );
        let facts = one(&text);
        facts.workloads.iter().flat_map(|workload| &workload.references).filter(|found| found.store == StoreKind::TerraformVariable).count()
    };
    for (name, count) in [("GCP_PROJECT", 0), ("PROJECT_NUMBER", 0), ("STATE_BUCKET", 0), ("DEPLOY_KEY", 1), ("DB_PASSWORD", 1)] {
        assert_eq!(kept(name), count, "{name}");
    }
}

#[test]
fn a_variable_that_holds_a_file_of_settings_is_read_as_one() {
    let found = |value: &str| {
        let text = format!(
            r#"resource "aws_lambda_function" "f" {{
              environment {{
                variables = {{
                  SETTINGS = {value}
                }}
              }}
            }}"#
        );
        one(&text).slots.iter().map(|slot| slot.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("<<-EOT\n  host: db\n  password: hx83Kq02\n  EOT"), ["password"]);
    assert_eq!(found("\"password: hx83Kq02\""), [""; 0]);
}

#[test]
fn the_key_that_opens_a_machine_while_it_is_built_stays() {
    let read = |line: &str| {
        let text = format!("source \"amazon-ebs\" \"a\" {{\n  {line}\n}}\nbuild {{\n  sources = [\"source.amazon-ebs.a\"]\n}}\n");
        let unit = Unit::new(Arc::new(Origin { path: "a.pkr.hcl".into(), ..Origin::default() }), text.into_bytes());
        let facts = crate::testing::read(&[unit]);
        facts.workloads.iter().flat_map(|workload| &workload.references).map(|found| (found.store, found.content)).collect::<Vec<_>>()
    };
    assert_eq!(read("ssh_private_key_file = \"~/.ssh/build.pem\""), [(StoreKind::File, Content::Durable)]);
    assert_eq!(read("ssh_username = \"ubuntu\""), []);
}
