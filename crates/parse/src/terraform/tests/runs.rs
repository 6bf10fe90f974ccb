//! Runs: what applies a configuration, and what it owns.

use super::*;

#[test]
fn the_run_owns_what_no_resource_computes_with() {
    let units = units("run");
    let facts = read(&units);
    let run = workload(&facts, "tf:run#run");
    let names: Vec<_> = run.destinations.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["aws", "aws:111122223333", "azure", "git", "gcp"]);
    assert_eq!(
        slots(&units, &facts),
        [
            ("access_key", "fixture-dead-access-key"),
            ("secret_key", "fixture-dead-secret-0004"),
            ("password", "fixture-dead-password-0005"),
            ("DEPLOY", "fixture-dead-value-0006"),
            ("github_token", "fixture-dead-token-0007"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
    let web = &run.identity_paths[0];
    assert_eq!((web.kind, web.principal.known()), (IdentityKind::Federated, Some("arn:aws:iam::111122223333:role/tf")));
    assert_eq!((web.ttl.unwrap().seconds, web.reach), (1800, Reach::Destination));
    assert!(web.capability.is_some());
    // `use_oidc` asks for a token; who issues it is not seen.
    assert_eq!((run.identity_paths[1].platform, run.identity_paths[1].capability.is_none()), (Platform::Azure, true));
    let found = references(run);
    for expected in [
        ("local.secret", "secret_key", Custody::PlatformStored),
        ("var.github_token", "token", Custody::PlatformStored),
        ("account.json", "credentials", Custody::PlatformStored),
        ("random_password.db.result", "password", Custody::PlatformStored),
        ("prod/master", "password", Custody::VaultStatic),
    ] {
        assert!(found.contains(&expected), "{expected:?} not in {found:?}");
    }
    let stored: Vec<_> = facts.stored.iter().map(|stored| stored.name.as_str()).collect();
    assert_eq!(stored, ["local.secret", "var.github_token"]);
}

#[test]
fn whoever_runs_fetches_what_it_is_given_the_name_of() {
    let facts = one(r#"
        resource "aws_secretsmanager_secret" "db" {}
        resource "aws_secretsmanager_secret_version" "db" {
          secret_id     = aws_secretsmanager_secret.db.id
          secret_string = random_password.db.result
        }
        resource "aws_lambda_function" "f" {
          environment { variables = { DB_SECRET_ARN = resource.aws_secretsmanager_secret.db.arn } }
        }
        resource "aws_instance" "i" { ami = data.aws_ssm_parameter.ami.value }
        data "aws_ssm_parameter" "ami" { name = "/aws/service/ami" }
        "#);
    assert_eq!(references(workload(&facts, "tf:m#run")), [("random_password.db.result", "secret_string", Custody::PlatformStored)]);
    let expected = [("aws_secretsmanager_secret.db", "DB_SECRET_ARN", Custody::VaultStatic)];
    assert_eq!(references(workload(&facts, "tf:m#aws_lambda_function.f")), expected);
    assert!(workload(&facts, "tf:m#aws_instance.i").references.is_empty());
}

#[test]
fn random_text_is_secret_where_it_is_used_as_one() {
    let facts = one(r#"
        resource "random_string" "s" { length = 8 }
        resource "aws_db_instance" "d" {
          name     = "db-${random_string.s.result}"
          password = random_string.s.result
        }
        resource "aws_efs_file_system" "e" { creation_token = "fixture" }
        resource "helm_release" "h" { set = [{ name = "enableWebhook", value = "false" }] }
        "#);
    assert_eq!(references(workload(&facts, "tf:m#run")), [("random_string.s.result", "password", Custody::PlatformStored)]);
    assert_eq!(facts.slots, []);
}

#[test]
fn a_module_without_secrets_or_provider_has_no_run() {
    assert!(one("resource \"aws_s3_bucket\" \"b\" {}\n").workloads.is_empty());
}

#[test]
fn modules_belong_to_whoever_calls_them() {
    let unit = |path: &str, text: &'static str| Unit::new(Arc::new(Origin { path: path.into(), ..Origin::default() }), text.as_bytes());
    let root = read(&[unit("env/prod/main.tf", "provider \"aws\" {}\nmodule \"db\" {\n  source = \"../../modules/db\"\n}\n")]);
    assert_eq!(workload(&root, "tf:env/prod#run").uses, [(unkeyed_model::Use::Component, "tf:modules/db#run".to_owned())]);
    let module = read(&[unit("modules/db/main.tf", "variable \"p\" {}\nresource \"aws_db_instance\" \"d\" {\n  password = var.p\n}\n")]);
    assert!(workload(&module, "tf:modules/db#run").component);
}

#[test]
fn an_image_is_told_by_its_name_alone() {
    let image = |image: &str| {
        let facts = one(&format!(
            r#"provider "aws" {{}}
            data "aws_ecr_repository" "shop" {{ name = "shop" }}
            resource "aws_apprunner_service" "s" {{
              source_configuration {{
                image_repository {{
                  image_identifier = {image}
                }}
              }}
            }}"#
        ));
        let service = facts.workloads.iter().find(|workload| workload.id.ends_with("aws_apprunner_service.s")).unwrap();
        service.uses.iter().filter(|(used, _)| *used == unkeyed_model::Use::Image).map(|(_, image)| image.clone()).collect::<Vec<_>>()
    };
    assert_eq!(image(r#""${data.aws_ecr_repository.shop.repository_url}:${var.tag}""#), ["${registry}/shop:${var.tag}"]);
    assert_eq!(image("data.aws_ecr_repository.shop.repository_url"), ["${registry}/shop"]);
    assert_eq!(image(r#""${var.registry}/shop@${var.digest}""#), ["${var.registry}/shop@${var.digest}"]);
    assert_eq!(image(r#""registry.example.org/${var.name}:1""#), [""; 0]);
}
